"""The panel with every parameter of the selected node, its help, and where its inputs come from."""
