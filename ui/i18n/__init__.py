"""Translation of texts for display."""
