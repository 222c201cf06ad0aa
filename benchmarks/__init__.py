"""Benchmarks: a file a question, results in JSON with machine and method; `docs/performance.md` tells."""
