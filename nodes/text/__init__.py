"""Prompts: what an artist writes, the tokens it becomes, and what text encoders make of them."""

from nodes.text.chunks import weighted_tokens
from nodes.text.prompt import parse_prompt

__all__ = ["parse_prompt", "weighted_tokens"]
