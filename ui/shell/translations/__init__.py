"""Translations of the editor: `nodegraph_de.qm` and the like beside this file are what it can be read in."""
