"""Batches on a Spark cluster: the columns that `hcpcs batch` adds, beside the columns of a DataFrame."""
