"""Going through windows by Tab and Shift+Tab, as those do who have no mouse."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QTextBrowser, QWidget

LINKS = 60
"""At most so many links are in a page of text."""
SAME_LINE = 0.5
"""Two controls stand side by side if they share this part of the lower one's height."""


def stops(root: QWidget) -> list[QWidget]:
    """What Tab must come to: all that is seen, can be used and takes the keyboard."""
    return [
        widget
        for widget in (root, *root.findChildren(QWidget))
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and widget.isVisible()
        and widget.isEnabled()
        and widget.focusProxy() is None
        and not isinstance(widget, QDialog)
        and not widget.objectName().startswith("qt_")
    ]


def walk(root: QWidget, key: Qt.Key = Qt.Key.Key_Tab) -> list[QWidget]:
    """Every control the key comes to, from the one that has the focus until it leaves or is round."""
    found: list[QWidget] = []
    now = QApplication.focusWidget()
    while now is not None and now not in found and (now is root or root.isAncestorOf(now)):
        found.append(now)
        now = after(now, key)
    return found


def after(now: QWidget, key: Qt.Key) -> QWidget | None:
    """Who has the focus after `now`; a page of text goes through its links first."""
    for _ in range(LINKS if isinstance(now, QTextBrowser) else 1):
        QTest.keyClick(now, key)
        QTest.qWait(0)
        if QApplication.focusWidget() is not now:
            break
    return QApplication.focusWidget()


def parent(widget: QWidget) -> QWidget:
    return widget.parentWidget() or widget


def branches(one: QWidget, other: QWidget) -> tuple[QRect, QRect] | None:
    """Where two widgets lie, or the parts of the window that hold them; None if one is in the other."""
    if one.isAncestorOf(other) or other.isAncestorOf(one):
        return None
    while not parent(one).isAncestorOf(other):
        one = parent(one)
    while parent(other) is not parent(one):
        other = parent(other)
    return one.geometry(), other.geometry()


def out_of_order(order: list[QWidget]) -> list[str]:
    """The steps that go against reading: up and to the left, or back on the same line."""
    found = []
    for one, other in pairwise(order):
        boxes = branches(one, other)
        if boxes is None:
            continue
        a, b = boxes
        shared = min(a.bottom(), b.bottom()) - max(a.top(), b.top())
        beside = shared > SAME_LINE * min(a.height(), b.height())
        if b.right() <= a.left() if beside else b.bottom() <= a.top() and b.left() < a.right():
            found.append(f"{called(one)} {a.getRect()} -> {called(other)} {b.getRect()}")
    return found


def name_of(widget: QWidget) -> str:
    told = QAccessible.queryAccessibleInterface(widget)
    return told.text(QAccessible.Text.Name).strip() if told is not None else ""


def called(widget: QWidget) -> str:
    return f"{type(widget).__name__} “{name_of(widget)}”"


def faults(root: QWidget) -> list[str]:
    """What is wrong with a window or panel for those who go through it by Tab; the focus must be in it."""
    wanted = stops(root)
    order = walk(root)
    found = [f"Tab never comes to {called(widget)}" for widget in wanted if widget not in order]
    found += [f"a stop without a name: {called(w)} in {called(parent(w))}" for w in order if not name_of(w)]
    found += out_of_order(order)
    if order:
        order[-1].setFocus(Qt.FocusReason.BacktabFocusReason)
        back = walk(root, Qt.Key.Key_Backtab)
        if back != order[::-1]:
            found.append(
                f"Shift+Tab goes another way: {[called(w) for w in back]} for {[called(w) for w in order]}"
            )
    return found
