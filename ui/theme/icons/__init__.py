"""One family of line icons on a 24 grid, drawn as vectors in any colour and size."""

from ui.theme.icons.engine import icon, paint

__all__ = ["icon", "paint"]
"""`icon` makes a QIcon, `paint` draws into a rectangle."""
