"""The outermost layer: HTTP, web page and the `hcpcs` command line."""
