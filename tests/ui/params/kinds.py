"""The kinds of rows that the node of every kind has."""

from __future__ import annotations

TYPED = {
    "steps": ("24*2", 48),
    "cfg": ("4.5", 4.5),
    "denoise": ("1/4", 0.25),
    "seed": ("42", 42),
    "color": ("#00ff00", "#00ff00"),
    "image_file": ("b.png", "b.png"),
    "name": ("a boat", "a boat"),
    "prompt": ("a boat", "a boat"),
}
"""Kinds that are typed into: what is typed, and the value it makes."""
KINDS = [*TYPED, "sampler", "checkpoint", "upscale"]
