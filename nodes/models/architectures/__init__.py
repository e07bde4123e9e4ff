"""Model families, autoencoders, encoders and their key maps."""
