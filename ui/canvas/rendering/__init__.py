"""Painting the canvas."""
