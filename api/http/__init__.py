"""What every HTTP route shares: bodies, limits, errors, keys, metrics."""
