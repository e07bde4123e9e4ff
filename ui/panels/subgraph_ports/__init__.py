"""The panels that list a subgraph's inputs and outputs beside the canvas."""
