"""What every editor of a value is: a widget that shows, changes, commits and restores one parameter."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QHideEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from nodegraph.edits import Edit
from ui.document.open_fields import DRAFT_MS
from ui.editors.binding import Binding, EditTransaction
from ui.i18n.labels import label_of
from ui.i18n.translate import tr
from ui.theme import text_font
from ui.theme.appearance import Appearance

CONTEXT = "ParamEditor"
ALT = Qt.KeyboardModifier.AltModifier
STAYS_OPEN = (
    Qt.FocusReason.PopupFocusReason,
    Qt.FocusReason.MenuBarFocusReason,
    Qt.FocusReason.ActiveWindowFocusReason,
)
"""Why the keyboard goes elsewhere for a moment only: the field stays open."""
ENDING = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape, Qt.Key.Key_Tab, Qt.Key.Key_Backtab)


class ParamEditor(QWidget):
    """Enter commits, Esc restores, leaving commits. The value lives in the graph; the widget only shows it.

    `height` is the height of one line in pixels, `pixels` that of its text.
    """

    finished = Signal(bool)
    """The hand is done here; whether the value was kept."""
    hinted = Signal(str, bool)
    """A sentence about what is being typed, empty for none, and whether it is an error."""
    tall = False
    """Whether it is of several lines."""
    broad = False
    """Whether a panel puts it below its name, for it needs the whole width."""

    def __init__(self, binding: Binding, look: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.binding = binding
        self.look = look
        self.pixels = look.metrics.body
        self._try = EditTransaction(binding)
        self._drafts = QTimer(self)
        self._drafts.setSingleShot(True)
        self._drafts.setInterval(DRAFT_MS)
        self._drafts.timeout.connect(self._keep_draft)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(2)

    def show_value(self) -> None:
        """Show what the graph holds."""
        raise NotImplementedError

    def commit(self) -> bool:
        """Put what is typed into the graph; False (and a hint that says why) where it is no value."""
        return True

    def keep(self) -> bool:
        """Commit for good: Esc brings back nothing from before; False as of `commit`."""
        if not self.commit():
            return False
        self._try = EditTransaction(self.binding)
        return True

    def flush(self) -> bool:
        """Commit for good what is typed, and stay open; False as of `commit`. See `ui.document.open_fields`."""
        return not self.binding.alive or self.keep()

    def draft(self) -> Edit | None:
        """The edit that a commit would make of what is typed; None where it is invalid."""
        return None

    def typed(self) -> None:
        """The user changed what is shown: it is a draft in the journal soon, however steadily it goes on."""
        self.binding.editor.fields.add(self)
        if not self._drafts.isActive():
            self._drafts.start()

    def untyped(self) -> None:
        """What is shown is the graph's value again."""
        self._drafts.stop()
        self.binding.editor.fields.discard(self)

    def restore(self) -> None:
        """Leave the value as it was when editing began."""
        self.untyped()
        self.binding.editor.drop_draft()
        self._try.take_back()
        self.show_value()

    def give_up(self) -> None:
        """Drop what is typed and not committed; what was committed before stays."""
        self.untyped()
        self.binding.editor.drop_draft()
        self.show_value()

    def take_focus(self) -> None:
        """Take the keyboard as it was left."""
        self.window().activateWindow()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def hideEvent(self, event: QHideEvent) -> None:
        """Out of sight nothing stays typed and uncommitted; a hidden widget need not have had the focus."""
        if self._is_typed() and not event.spontaneous():
            self.left()
        super().hideEvent(event)

    def _is_typed(self) -> bool:
        return self in self.binding.editor.fields

    def _keep_draft(self) -> None:
        edit = self.draft() if self.binding.alive and self._is_typed() else None
        if edit is not None:
            self.binding.editor.keep_draft(edit)

    def begin(self) -> None:
        """Take the keyboard, ready to be typed into."""
        self._try = EditTransaction(self.binding)
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def open_choices(self) -> bool:
        """Open what else there is to the value (a list, a picker); False where there is nothing."""
        return False

    @property
    def composing(self) -> bool:
        """Whether an input method is in the middle of a word, so that keys are its own."""
        return False

    @property
    def open_popup(self) -> QWidget | None:
        """The list or picker that is open now."""
        return None

    def set_pixels(self, pixels: float) -> None:
        """Use a text of this size."""
        if pixels == self.pixels and self.styleSheet():
            return
        self.pixels = pixels
        size = max(1, round(pixels))
        theme = self.look.theme
        self.setFont(text_font(size))
        self.setStyleSheet(
            f"QLineEdit, QPlainTextEdit, QToolButton, QLabel {{ font-size: {size}px; }}"
            " QLineEdit { min-height: 0; border-radius: 4px; padding: 0 7px; }"
            " QPlainTextEdit { min-height: 0; border-radius: 4px; padding: 3px 3px; }"
            f" QToolButton#Mode {{ background: {theme.field}; border: 1px solid {theme.hairline}; padding: 0 7px; }}"
            f" QToolButton#Mode:focus, QToolButton#Mode:hover {{ border-color: {theme.accent}; }}"
        )

    def _hold(self, control: QWidget, stretch: int = 1) -> None:
        """Put the control that is typed into inside, named for screen readers."""
        name = label_of(self.binding.param.name)
        control.setAccessibleName(name)
        control.setAccessibleDescription(self.binding.param.help)
        control.installEventFilter(self)
        control.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self._row.addWidget(control, stretch)
        if self.focusProxy() is None:
            self.setFocusProxy(control)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter, Esc and leaving, whatever the control is; the keys of run and save take along what is typed."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and _acts(event):
            self.flush()
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            # While an input method is in the middle of a word, the keys that end editing end its word.
            return event.key() in ENDING if self.composing else self.pressed(event)
        if isinstance(event, QFocusEvent) and event.type() == QEvent.Type.FocusIn:
            self.entered(event.reason())
        if isinstance(event, QFocusEvent) and event.type() == QEvent.Type.FocusOut:
            if event.reason() not in STAYS_OPEN and self.open_popup is None:
                self.left()
            elif event.reason() == Qt.FocusReason.ActiveWindowFocusReason and self._is_typed():
                # Another window may run or save this document.
                self.flush()
        return super().eventFilter(watched, event)

    def pressed(self, event: QKeyEvent) -> bool:
        """A key went down in the control; whether that was all there was to do."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and event.modifiers() & ALT:
            if self.commit():
                self._try.spread()
                self.keep()
                self.finished.emit(True)
            return True
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not self.tall:
            if self.keep():
                self.finished.emit(True)
            return True
        if event.key() == Qt.Key.Key_Escape:
            self.restore()
            self.hinted.emit("", False)
            self.finished.emit(False)
            return True
        return False

    def entered(self, reason: Qt.FocusReason) -> None:
        """The control got the keyboard: what Esc restores is what stands there now."""
        if reason not in STAYS_OPEN:
            self._try = EditTransaction(self.binding)
            self.hinted.emit(self.of_several(), False)

    def of_several(self) -> str:
        """How to set the value at all selected nodes that have it; empty where it is the only one."""
        count = len(self.binding.alike()) + 1 if self.binding.alive else 1
        return tr(CONTEXT, "Alt+Enter sets it in {count} nodes").format(count=count) if count > 1 else ""

    def left(self) -> None:
        """The keyboard went elsewhere: keep what is typed; what is no value is dropped, and said."""
        if not self.binding.alive:
            return
        if not self.commit():
            self.binding.editor.status.emit(self.refusal())
            self.give_up()
        self.hinted.emit("", False)

    def refusal(self) -> str:
        """Why the last commit did not work, with the parameter's name."""
        return ""


def _acts(event: QKeyEvent) -> bool:
    """Whether the key may be that of a command which reads the graph, also one that is not in the action table."""
    control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
    return bool(control) and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_S)
