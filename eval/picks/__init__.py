"""How far users take what was suggested, over time."""
