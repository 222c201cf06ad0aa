"""REST v1: suggest, batch, look-up, browse, releases."""
