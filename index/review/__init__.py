"""Checks of the lexicon against a release and against training lines; a maintainer's tool."""
