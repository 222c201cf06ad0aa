"""Results for people: tables, sentences, pictures, one HTML file."""
