"""The built-in node families and what they compute with."""
