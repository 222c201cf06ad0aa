"""Text to words, quantities and attributes, in the same way for descriptors and for queries."""
