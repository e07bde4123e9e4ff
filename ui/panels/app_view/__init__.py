"""The app view: the starred parameters of a workflow as a clean panel, with the result beside it."""
