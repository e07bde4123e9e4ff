"""How the practice model is made; not installed."""
