"""The canvas: one painted widget that shows a graph and takes the gestures of an artist's hands."""
