"""Labelled cases: reading them, checking them, and the release they are checked against."""
