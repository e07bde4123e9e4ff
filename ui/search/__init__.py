"""Adding nodes by search, and finding nodes in a document."""
