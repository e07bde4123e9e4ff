"""Hands for what a subgraph exposes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from nodegraph.model.graph import Port
from ui.canvas.canvas import Canvas
from ui.canvas.scene.geometry import Row
from ui.panels.exposure.dialogs import EditDialog
from ui.panels.subgraph_ports.panels import SubgraphPortPanels
from ui.panels.subgraph_ports.port_list import PortList

if TYPE_CHECKING:
    from ui.shell.document_view import DocumentView
    from ui.shell.main_window import MainWindow
from tests.ui.canvas.inner import hand_of


def port(view: DocumentView, name: str) -> Port:
    return next(p for p in view.editor.graph.subgraphs["Sampling"].inputs if p.name == name)


def rows(view: DocumentView) -> list[str]:
    """The labels of the node's rows below its sockets."""
    box = hand_of(view).canvas.scene.nodes["group"]
    return [row.label for row in box.layout.rows if row.kind != "ports"]


def middle(view: DocumentView, row: Row) -> QPointF:
    box = hand_of(view).canvas.scene.nodes["group"]
    return QPointF(box.x + box.width / 2, box.y + row.y + row.height / 2)


def row_of(view: DocumentView, label: str) -> Row:
    box = hand_of(view).canvas.scene.nodes["group"]
    return next(row for row in box.layout.rows if row.label == label)


def railed(view: DocumentView) -> PortList:
    """Inside the subgraph, with the focus on the list of its inputs, by keys alone."""
    hand_of(view).key(Qt.Key.Key_Tab)
    QTest.qWait(20)
    assert isinstance(view.widget, Canvas) and isinstance(view.widget.port_panels, SubgraphPortPanels)
    QTest.keyClick(view.widget, Qt.Key.Key_I)
    found = view.widget.port_panels.inputs.list
    assert found.hasFocus() and found.chosen == "model"
    return found


def down_to(found: PortList, name: str) -> None:
    for _ in range(found.count()):
        if found.chosen == name:
            return
        QTest.keyClick(found, Qt.Key.Key_Down)
    raise AssertionError(f"no row called {name}")


def press(menu: QMenu, *words: str) -> None:
    """Choose an entry, submenu by submenu."""
    for word in words[:-1]:
        menu = next(e for e in menu.actions() if e.text() == word).menu()  # type: ignore[assignment]
    next(e for e in menu.actions() if e.text() == words[-1]).trigger()


def open_menu() -> QMenu:
    QTest.qWait(1)
    found = QApplication.activePopupWidget()
    assert isinstance(found, QMenu)
    return found


def dialog(window: MainWindow) -> EditDialog:
    QTest.qWait(1)
    (found,) = (d for d in window.findChildren(EditDialog) if d.isVisible())
    return found


def texts(found: PortList) -> list[str]:
    return [found.item(row).text() for row in range(found.count())]
