"""One parameter of the app view: the inspector's row, with a grip to move it and a button to take it out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from nodegraph.analysis.starred import Key
from ui.editors.binding import Binding
from ui.panels.inspector.row import ParamRow
from ui.theme.appearance import Appearance
from ui.theme.icons import icon
from ui.widgets.plain_label import PlainLabel

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QMouseEvent

ALT = Qt.KeyboardModifier.AltModifier


class Grip(QToolButton):
    """Dragged up and down it moves its row; Alt+Up and Alt+Down do the same."""

    pulled = Signal(float)
    """The pointer is at this height, in global pixels."""
    dropped = Signal()
    stepped = Signal(int)

    def __init__(self, title: str, look: Appearance, parent: QWidget) -> None:
        super().__init__(parent)
        self.setIcon(icon("grip", look.theme.muted))
        self.setCursor(Qt.CursorShape.SizeVerCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(self.tr("Move {name}").format(name=title))
        self.setToolTip(self.tr("Drag to move; Alt+Up and Alt+Down do the same"))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pull the row along."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.pulled.emit(event.globalPosition().y())
        super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Put it down."""
        super().mouseReleaseEvent(event)
        self.dropped.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move by one."""
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        if Qt.Key(event.key()) in steps:
            self.stepped.emit(steps[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)


class AppRow(QWidget):
    """Shows the grip and the button only while the form is arranged."""

    removed = Signal(object)

    def __init__(self, binding: Binding, title: str, look: Appearance, parent: QWidget) -> None:
        super().__init__(parent)
        self.key: Key = (binding.node, binding.param.name)
        self.row = ParamRow(binding, look, self, title, brief=True)
        self.grip = Grip(self.row.title, look, self)
        self.out = QToolButton(self)
        self.out.setIcon(icon("close", look.theme.muted))
        self.out.setToolTip(self.tr("Take out of the app view"))
        self.out.setAccessibleName(self.tr("Take out {name}").format(name=self.row.title))
        self.out.clicked.connect(lambda: self.removed.emit(self.key))
        for button in (self.grip, self.out):
            button.setFixedHeight(look.metrics.row + 8)
        self.heading = PlainLabel(self)
        self.heading.setProperty("role", "heading")
        self.heading.setWordWrap(True)
        self.heading.setContentsMargins(0, 12, 0, 2)
        self.heading.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.heading)
        line = QHBoxLayout()
        line.setSpacing(2)
        column.addLayout(line)
        line.addWidget(self.grip, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self.row, 1)
        line.addWidget(self.out, 0, Qt.AlignmentFlag.AlignTop)
        self.arrange(False)

    def head(self, text: str) -> None:
        """Show a heading above, or none."""
        self.heading.setText(text)
        self.heading.setVisible(bool(text))

    def arrange(self, on: bool) -> None:
        """Show what moves it and takes it out."""
        self.grip.setVisible(on)
        self.out.setVisible(on)
