"""The built-in nodes: every file that declares nodes, and nothing else."""
