"""Settings and keyboard shortcuts."""
