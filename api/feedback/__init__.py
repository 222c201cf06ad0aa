"""What users took of the suggestions, kept in a database: opt-in, with as much of a text as a site wants."""
