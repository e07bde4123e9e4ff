"""Looking at pictures closely."""
