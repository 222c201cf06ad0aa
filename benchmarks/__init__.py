"""Benchmarks: one module for each question; results are JSON files with machine and method."""
