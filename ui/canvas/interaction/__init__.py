"""Mouse, pen, touch and keyboard input on the canvas."""
