"""Editing values: one real editor on demand for each kind of parameter, on the canvas and in panels."""
