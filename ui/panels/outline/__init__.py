"""The document as a tree: everything the canvas can do, for keyboards and screen readers."""
