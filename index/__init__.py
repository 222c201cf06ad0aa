"""From a code-set release to an index folder: the lowest layer."""
