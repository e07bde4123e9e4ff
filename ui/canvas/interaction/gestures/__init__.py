"""What a hand does on the canvas, each gesture one small object."""
