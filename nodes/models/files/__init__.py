"""Model files on disk: folders, headers, mapped tensors."""
