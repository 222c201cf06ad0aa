"""What CMS publishes about codes: limits, fees, rates. One layout a kind of file, one `CodeTable` type."""
