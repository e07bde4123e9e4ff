"""What a graph means without running it: explanations, image sizes, starred parameters."""
