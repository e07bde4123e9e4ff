"""A new window fits its screen at every scale."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSize

from ui.shell.main_window import first_size


@pytest.mark.parametrize(
    ("screen", "size"),
    [
        (QSize(1920, 1040), QSize(1440, 900)),
        (QSize(1440, 860), QSize(1424, 820)),
        (QSize(960, 500), QSize(944, 460)),
        (QSize(640, 340), QSize(624, 300)),
    ],
)
def test_a_size_for_each_screen(screen: QSize, size: QSize) -> None:
    assert first_size(screen, "xcb") == first_size(screen, "windows") == size
    assert first_size(screen, "offscreen") == QSize(1440, 900)
