"""Runs as the window sees them: the engine's process, the queue, and what each node does."""
