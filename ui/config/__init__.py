"""Settings, session and usage data kept on disk."""
