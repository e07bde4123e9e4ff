"""LoRA and every other change to weights: read from files, matched to parameters, applied exactly."""
