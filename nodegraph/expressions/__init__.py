"""Parameters computed from other parameters: arithmetic, scopes, evaluation."""
