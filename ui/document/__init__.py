"""The document being edited: graph, undo stack, selection, journal recording."""
