"""What own lines add, on hospitals that the encoder did not learn from."""
