"""Type and choose: the list popup behind the node search, the palette and Find."""

from ui.widgets.popup.popup import ChoicePopup
from ui.widgets.popup.rows import Row

__all__ = ["ChoicePopup", "Row"]
"""A popup to derive from, and what its list shows."""
