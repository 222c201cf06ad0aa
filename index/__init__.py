"""The lowest layer: from a release to an index folder."""
