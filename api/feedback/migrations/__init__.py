"""Alembic's environment; the versions of the tables are in `versions`."""
