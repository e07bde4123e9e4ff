"""How the parameters that a subgraph exposes are shown outside: sections and limits, from wherever they are seen."""
