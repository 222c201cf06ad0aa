"""Faults put into the code on purpose, to show that the tests see them."""
