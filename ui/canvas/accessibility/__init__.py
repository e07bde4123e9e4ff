"""The canvas as a tree of accessible objects."""
