"""From a model and its conditions to a latent: regions, guidance, inpainting, previews, and the run itself."""
