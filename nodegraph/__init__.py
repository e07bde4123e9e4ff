"""The graph, the cache, the executor and the command line: no torch, no Qt."""
