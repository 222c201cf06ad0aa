"""Answers that nobody saw, against the codes that were billed."""
