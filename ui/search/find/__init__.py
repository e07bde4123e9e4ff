"""Finding things in the open graph: the query language and the bar."""
