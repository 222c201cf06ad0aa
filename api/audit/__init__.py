"""`hcpcs audit`: files with codes in, findings out, in bounded memory."""
