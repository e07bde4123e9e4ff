"""Subgraphs: expansion, exposed parameters, look-up by path."""
