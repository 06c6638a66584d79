"""Benchmarks: each module prints ratios; `python -m benchmarks` runs them."""
