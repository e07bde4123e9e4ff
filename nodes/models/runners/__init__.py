"""Networks at work: denoiser, text encoder, autoencoder, ControlNet."""
