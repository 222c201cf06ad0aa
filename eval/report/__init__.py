"""Results for people: text tables, comparisons, and the HTML report with its tables, sentences and plots."""
