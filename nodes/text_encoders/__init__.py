"""Text encoders: CLIP, T5 and language models."""
