"""Faults that are put into the code on purpose, to show that the tests detect them."""
