"""What a node package sees: declarations, the registry, the run context, codecs."""
