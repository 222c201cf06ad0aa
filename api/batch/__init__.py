"""`hcpcs batch`: reads rows of a file, answers them in chunks, writes the results, and can be resumed."""
