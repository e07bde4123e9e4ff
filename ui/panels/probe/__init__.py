"""The card that shows the value of a link."""
