"""`hcpcs batch`: rows of a file in, answers out, resumable."""
