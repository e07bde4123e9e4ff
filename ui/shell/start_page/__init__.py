"""What a window shows while no workflow is open."""
