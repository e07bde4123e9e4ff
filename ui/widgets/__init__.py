"""Widgets without knowledge of documents."""
