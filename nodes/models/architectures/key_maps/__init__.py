"""Names and sizes: how the original projects named parameters, and what shapes say about a network."""
