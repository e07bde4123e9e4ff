"""Prompts with choices: wildcards and the files they come from."""
