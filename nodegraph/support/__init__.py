"""Helpers without knowledge of graphs: errors, messages, atomic writes, image metadata."""
