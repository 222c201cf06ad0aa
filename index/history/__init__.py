"""One history of every code from several releases: when it came, how it was worded, when it ended."""
