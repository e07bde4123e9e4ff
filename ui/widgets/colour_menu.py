"""The menu that colours what is selected: a few colours that go with every theme, any other, or none."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QColorDialog, QMenu, QWidget

from ui.i18n.translate import QT_TRANSLATE_NOOP, tr

COLOURS = (
    ("#c0504d", QT_TRANSLATE_NOOP("Colours", "Red")),
    ("#c9793a", QT_TRANSLATE_NOOP("Colours", "Orange")),
    ("#b59a2e", QT_TRANSLATE_NOOP("Colours", "Yellow")),
    ("#5b9a4f", QT_TRANSLATE_NOOP("Colours", "Green")),
    ("#3d9a93", QT_TRANSLATE_NOOP("Colours", "Teal")),
    ("#4a7fc1", QT_TRANSLATE_NOOP("Colours", "Blue")),
    ("#8465c0", QT_TRANSLATE_NOOP("Colours", "Violet")),
    ("#b3588f", QT_TRANSLATE_NOOP("Colours", "Pink")),
)
"""As #rrggbb, with the English name."""
SIDE = 16


def colour_menu(parent: QWidget, now: str, chosen: Callable[[str], None]) -> QMenu:
    """A menu of colours in which `now` (#rrggbb, or empty for the usual one) is ticked; `chosen` takes the new one."""
    menu = QMenu(tr("Colours", "Colour"), parent)
    usual = menu.addAction(tr("Colours", "Usual colour"))
    usual.setCheckable(True)
    usual.setChecked(not now)
    usual.triggered.connect(lambda: chosen(""))
    menu.addSeparator()
    for color, name in COLOURS:
        entry = menu.addAction(_swatch(color, parent), tr("Colours", name))
        entry.setData(color)
        entry.setCheckable(True)
        entry.setChecked(color == now.lower())
        entry.triggered.connect(lambda _on=False, color=color: chosen(color))
    menu.addSeparator()
    other = menu.addAction(tr("Colours", "Other colour…"))
    other.triggered.connect(lambda: _ask(parent, now, chosen))
    return menu


def _ask(parent: QWidget, now: str, chosen: Callable[[str], None]) -> None:
    color = QColorDialog.getColor(QColor(now or COLOURS[0][0]), parent, tr("Colours", "Colour"))
    if color.isValid():
        chosen(color.name())


def _swatch(color: str, parent: QWidget) -> QIcon:
    ratio = parent.devicePixelRatioF()
    pixmap = QPixmap(round(SIDE * ratio), round(SIDE * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(color))
    painter.drawRoundedRect(1, 1, SIDE - 2, SIDE - 2, 4, 4)
    painter.end()
    return QIcon(pixmap)
