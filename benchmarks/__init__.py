"""Measured comparisons, each a command: `python -m benchmarks NAME`."""
