"""Jobs and their queue, without Qt."""
