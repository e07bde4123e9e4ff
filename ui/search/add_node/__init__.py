"""Adding nodes: the ranking, what was used before, recipes, and the popup."""
