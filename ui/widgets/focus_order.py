"""Where the Tab key goes: as one reads, whatever the order in which panels and rows were made."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QTextBrowser, QWidget
from shiboken6 import isValid


class Page(QTextBrowser):
    """A text with links, which Tab goes through one by one and then leaves."""

    def focusNextPrevChild(self, next: bool) -> bool:
        """Qt stays for ever at a link that begins the text, when it is gone through backwards."""
        before = self.textCursor()
        gone = super().focusNextPrevChild(next)
        now = self.textCursor()
        stuck = (now.position(), now.anchor()) == (before.position(), before.anchor())
        return go_on(self.window(), next) if gone and stuck and self.hasFocus() else gone


def stops(root: QWidget) -> list[QWidget]:
    """All inside `root` that is seen, can be used and takes the keyboard by Tab; each part as a whole, line by line."""
    found: list[QWidget] = []
    for child in _read(_parts(root)):
        if _takes(child):
            found.append(child)
        found += stops(child)
    return found


def go_on(root: QWidget, forward: bool) -> bool:
    """Give the focus to the stop of `root` after, or before, the one that has it; round at the ends.

    False where the platform's own order counts: there are systems where Tab only goes to what is typed into.
    """
    if QGuiApplication.styleHints().tabFocusBehavior() != Qt.TabFocusBehavior.TabFocusAllControls:
        return False
    order, now = stops(root), QApplication.focusWidget()
    if not order:
        return False
    step = 1 if forward else -1
    at = order.index(now) + step if now in order else _entry(order, now, forward)
    reason = Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
    order[at % len(order)].setFocus(reason)
    return True


def first_stop(*roots: QWidget) -> QWidget | None:
    """Where the keyboard goes that comes to the first of these that takes it."""
    for root in roots:
        while (proxy := root.focusProxy()) is not None:
            root = proxy
        found = root if _takes(root) else next(iter(stops(root)), None)
        if found is not None:
            return found
    return None


def give_back(before: QWidget | None, otherwise: QWidget | None) -> None:
    """Return the focus to who had it, or where that one is gone or hidden to another."""
    there = before is not None and isValid(before) and before.isVisible() and before.isEnabled()
    target = before if there else otherwise
    if target is not None:
        target.setFocus(Qt.FocusReason.OtherFocusReason)


def _parts(root: QWidget) -> list[QWidget]:
    return [
        child
        for child in root.children()
        if isinstance(child, QWidget) and not child.isWindow() and child.isVisible() and child.isEnabled()
    ]


def _takes(widget: QWidget) -> bool:
    return bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus) and widget.focusProxy() is None


def _entry(order: list[QWidget], now: QWidget | None, forward: bool) -> int:
    """Into what has the focus without being a stop itself, or to the first or last of all."""
    inside = [at for at, widget in enumerate(order) if now is not None and now.isAncestorOf(widget)]
    if inside:
        return inside[0] if forward else inside[0] - 1
    return 0 if forward else -1


def _read(parts: Iterable[QWidget]) -> list[QWidget]:
    """From line to line; what shares half of its height with a line stands in it."""
    lines: list[tuple[QRect, list[QWidget]]] = []
    for part in sorted(parts, key=lambda widget: widget.y()):
        box = part.geometry()
        band = lines[-1][0] if lines else QRect()
        shared = min(band.bottom(), box.bottom()) - box.top() + 1
        if lines and 2 * shared > min(band.height(), box.height()):
            lines[-1] = (band.united(box), [*lines[-1][1], part])
        else:
            lines.append((box, [part]))
    mirrored = QGuiApplication.layoutDirection() == Qt.LayoutDirection.RightToLeft
    return [
        part
        for _box, line in lines
        for part in sorted(line, key=lambda w: (-w.geometry().right() if mirrored else w.x(), w.y()))
    ]
