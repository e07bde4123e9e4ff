"""The results strip, films of steps, and the memory gauge."""
