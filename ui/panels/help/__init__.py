"""Help for the selected node, made from its documentation."""
