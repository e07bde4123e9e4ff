"""Engines run graphs: in this process, or in a child that may be killed."""
