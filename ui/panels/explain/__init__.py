"""The workflow in plain words, beside its graph."""
