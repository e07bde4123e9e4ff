"""First-run guidance."""
