"""The NLM Clinical Tables call."""
