"""Conditions as vectors and as places."""
