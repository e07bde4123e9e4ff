"""Resolving, planning and running a graph, and the caches that keep results."""
