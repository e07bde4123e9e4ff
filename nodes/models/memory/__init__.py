"""Networks in memory: loading, residency, budget, offloading, precision."""
