"""A number: drag it sideways, type it or a sum, step it with arrows or, while it has the focus, the wheel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLineEdit, QWidget

from nodegraph.edits import Edit, SetExpression, SetParam
from nodegraph.expressions.arithmetic import FormulaError, names_in
from nodegraph.model.spec import Param
from ui.document.numbers import beyond, fine_of, plain, snap_of, step_of, stepped, typed
from ui.editors.base import ALT, ParamEditor
from ui.editors.binding import Binding, EditTransaction
from ui.editors.scrub import DEAD_ZONE, Pull
from ui.i18n.labels import format_value, label_of
from ui.i18n.translate import translate_message
from ui.theme.appearance import Appearance

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent

SHIFT = Qt.KeyboardModifier.ShiftModifier
CTRL = Qt.KeyboardModifier.ControlModifier
NOTCH = 120
SIGNS = set("+-*/%^()., eE")


def grid_of(param: Param, modifiers: Qt.KeyboardModifier) -> float:
    """How far one step goes with these modifiers."""
    if modifiers & SHIFT:
        return fine_of(param)
    return snap_of(param) if modifiers & CTRL else step_of(param)


class NumberEditor(ParamEditor):
    """Rests until it is double-clicked, typed into or Enter is pressed; then it is a line of text."""

    def __init__(self, binding: Binding, look: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(binding, look, parent)
        self.line = NumberLine(self)
        self._hold(self.line)
        self._error = ""
        self._turned = 0
        self.line.textEdited.connect(self._hint)
        self.line.textEdited.connect(self.typed)
        self.show_value()

    @property
    def typing(self) -> bool:
        """Whether it is being typed into."""
        return not self.line.isReadOnly()

    def show_value(self) -> None:
        """Show the number as its row does, or in full while it is typed into."""
        value = self.binding.value
        if self.typing and self.line.isModified():
            return
        shown = format_value(self.binding.param, value)
        if self.binding.formula:
            shown = f"={self.binding.formula}" if self.typing else f"= {shown}"
        elif self.typing and isinstance(value, int | float):
            shown = plain(value)
        if shown != self.line.text():
            self.line.setText(shown)

    def begin(self) -> None:
        """Type into it, with everything selected."""
        super().begin()
        self.start_typing()

    def start_typing(self, text: str = "") -> None:
        """Become a line of text, holding the number or what was typed first."""
        self.line.setReadOnly(False)
        self.line.setModified(bool(text))
        if text:
            self.line.setText(text)
            self.line.setModified(True)
            self.typed()
            return
        self.show_value()
        self.line.selectAll()

    def commit(self) -> bool:
        """Work out what is typed."""
        if not self._take_typed():
            return False
        if self.typing:
            self.rest()
        return True

    def flush(self) -> bool:
        """Work out what is typed, and go on being typed into."""
        if not self.binding.alive:
            return True
        if not self._take_typed():
            return False
        self._try = EditTransaction(self.binding)
        return True

    def draft(self) -> Edit | None:
        """The number so far, None while it is half a sum."""
        node, name, text = self.binding.node, self.binding.param.name, self.line.text().strip()
        if text.startswith("=") and names_in(text[1:]):
            return SetExpression(node, name, text)
        try:
            return SetParam(node, name, typed(self.binding.param, text, self.binding.named))
        except FormulaError:
            return None

    def _take_typed(self) -> bool:
        """Set what is typed; False, with a hint that says why, where it is invalid."""
        if not self.typing or not self.line.isModified():
            return True
        try:
            self._take(self.line.text().strip())
        except FormulaError as error:
            self._error = translate_message(error)
            self.hinted.emit(self._error, True)
            return False
        return True

    def _take(self, text: str) -> None:
        """Set a number or a sum; what begins with = and names others is an expression, which stays one."""
        if text.startswith("=") and names_in(text[1:]):
            self._mark_committed()
            self._try.compute(text)
        else:
            value = typed(self.binding.param, text, self.binding.named)
            self._mark_committed()
            self._try.set(value)

    def _mark_committed(self) -> None:
        self.line.setModified(False)
        self.untyped()

    def give_up(self) -> None:
        """Show the number of the graph."""
        self.line.setModified(False)
        super().give_up()

    def rest(self) -> None:
        """Stop being typed into."""
        self.line.setReadOnly(True)
        self._mark_committed()
        self.line.deselect()
        self.hinted.emit("", False)
        self.show_value()

    def restore(self) -> None:
        """Take back everything since the focus came."""
        self.line.setReadOnly(True)
        self.line.setModified(False)
        super().restore()

    def refusal(self) -> str:
        """The sentence about what was typed."""
        return f"{label_of(self.binding.param.name)}: {self._error}"

    def left(self) -> None:
        """Keep what is typed, or go back."""
        super().left()
        if self.typing:
            self.rest()

    def pressed(self, event: QKeyEvent) -> bool:
        """Arrows step; a digit or Enter starts typing where it rests."""
        key, modifiers = event.key(), event.modifiers()
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            if self.typing and not self.commit():
                return True
            self.step(1 if key == Qt.Key.Key_Up else -1, modifiers)
            return True
        if not self.typing and not modifiers & ALT:
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.begin()
                return True
            if key == Qt.Key.Key_Backspace and self.binding.own:
                self.binding.reset()
                return True
            text = event.text()
            if text and (text.isdigit() or text in SIGNS | {"="}) and not modifiers & CTRL and text != " ":
                self.start_typing(text)
                return True
        return super().pressed(event)

    def step(self, steps: int, modifiers: Qt.KeyboardModifier) -> None:
        """Change by whole steps."""
        value = self.binding.value
        if self.binding.formula:
            self.hinted.emit(self.tr("It is computed. Type a number to end that."), False)
        elif isinstance(value, int | float):
            self._try.set(stepped(self.binding.param, value, steps, grid_of(self.binding.param, modifiers)))
            self.show_value()

    def turned(self, event: QWheelEvent) -> bool:
        """The wheel turned; only the one who has the focus listens."""
        if not self.line.hasFocus():
            return False
        angle = event.angleDelta()
        self._turned += angle.y() or angle.x()
        notches = int(self._turned / NOTCH)
        self._turned -= notches * NOTCH
        if notches and (not self.typing or self.commit()):
            self.step(notches, event.modifiers())
        return True

    def pull(self) -> Pull | None:
        """A scrub that starts now; None where there is no number to scrub."""
        value = self.binding.value
        if self.binding.formula:
            return None
        return Pull(self.binding) if isinstance(value, int | float) and not isinstance(value, bool) else None

    def _hint(self, text: str) -> None:
        """What is typed comes to this, or cannot be computed yet and why."""
        text = text.strip()
        try:
            if text.startswith("=") and names_in(text[1:]):
                value, why = self.binding.outlook(text)
                self.hinted.emit(f"= {value}" if value is not None else why, value is None)
                return
            value = typed(self.binding.param, text, self.binding.named)
        except FormulaError:
            self.hinted.emit("", False)
            return
        cut = beyond(self.binding.param, text, self.binding.named)
        sum_of = f"= {plain(value)}" if text != plain(value) else ""
        self.hinted.emit(f"{sum_of}  ({cut})" if cut else sum_of, False)


class NumberLine(QLineEdit):
    """The line of a number editor: dragging it sideways changes the number."""

    def __init__(self, owner: NumberEditor) -> None:
        super().__init__(owner)
        self._owner = owner
        self._pressed_at: QPoint | None = None
        self._pull: Pull | None = None
        self.setReadOnly(True)
        self.setMaxLength(300)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setCursor(Qt.CursorShape.SizeHorCursor)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)

    def setReadOnly(self, on: bool) -> None:
        """Show by the cursor whether dragging scrubs or selects."""
        super().setReadOnly(on)
        self.setCursor(Qt.CursorShape.SizeHorCursor if on else Qt.CursorShape.IBeamCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Perhaps a scrub begins."""
        if self.isReadOnly() and event.button() == Qt.MouseButton.LeftButton:
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self._pressed_at = event.globalPosition().toPoint()
            return
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Scrub once the hand has gone further than a shaking click."""
        if self._pressed_at is None:
            super().mouseMoveEvent(event)
            return
        now = event.globalPosition()
        if self._pull is None and abs(now.x() - self._pressed_at.x()) >= DEAD_ZONE:
            self._pull = self._owner.pull()
            if self._pull is not None:
                self._pull.start(now.x())
        elif self._pull is not None:
            self._pull.move(now, event.modifiers())
            self._owner.show_value()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The scrub ends."""
        self._pressed_at = self._pull = None
        super().mouseReleaseEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Type."""
        if self.isReadOnly():
            self._pressed_at = None
            self._owner.begin()
        else:
            super().mouseDoubleClickEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc while scrubbing takes the scrub back."""
        if self._pull is not None and event.key() == Qt.Key.Key_Escape:
            self._pull.cancel()
            self._pressed_at = self._pull = None
            self._owner.show_value()
            return
        super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Only with the focus; else whatever lies below scrolls or zooms."""
        event.setAccepted(self._owner.turned(event))
