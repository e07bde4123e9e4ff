"""The immutable graph and node specs."""
