"""Latents and masks as planes: scaled, cut and laid over each other."""
