"""Measures of a ranking and of a confidence, with their intervals."""
