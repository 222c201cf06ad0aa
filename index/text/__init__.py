"""From characters to words, quantities and attributes: one way for descriptors and for what users type."""
