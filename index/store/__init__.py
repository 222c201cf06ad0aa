"""What an index folder holds: its files, how each is written, read and searched."""
