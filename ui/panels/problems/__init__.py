"""What is wrong with a workflow, found while it is edited: markers, a panel, the next problem."""
