"""Benchmarks of our own parts; whole servers are compared by the harness beside the repository."""
