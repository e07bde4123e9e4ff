"""Tokenizers: CLIP, T5, SentencePiece, tekken, and those that come with models."""
