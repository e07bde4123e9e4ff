"""The solvers, one short function each, by family."""
