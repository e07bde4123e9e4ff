"""Geometry and spatial look-ups of the nodes, links and frames on the canvas."""
