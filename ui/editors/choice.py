"""A choice: a button that shows it, and a list with search and folders behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPoint, QSize, Qt
from PySide6.QtWidgets import QStyleOptionViewItem

from ui.config.model_files import choices_of, kind_of
from ui.editors.base import ALT, ParamEditor
from ui.editors.binding import Binding
from ui.editors.field_button import FieldButton
from ui.editors.listing import NO_LABELS, listing
from ui.editors.thumbs import ThumbPainter, Thumbs
from ui.i18n.labels import format_value, label_of
from ui.i18n.node_texts import translate_spec_text
from ui.theme.appearance import Appearance
from ui.widgets.popup import ChoicePopup, Row

if TYPE_CHECKING:
    from PySide6.QtGui import QCloseEvent, QKeyEvent
    from PySide6.QtWidgets import QToolButton, QWidget

MOST_FOUND = 300
"""So many names are shown of those that a search finds."""
FEW = 12
"""So many choices are listed without a line to search in."""


class ChoiceEditor(ParamEditor):
    """Enter, Space, a click or a letter opens the list; what is chosen there is set at once."""

    def __init__(self, binding: Binding, look: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(binding, look, parent)
        self.button: QToolButton = FieldButton(self, look, "chevron-down")
        self.button.clicked.connect(self.open_choices)
        self._popup: ChoiceList | None = None
        self._hold(self.button)
        self.show_value()

    @property
    def open_popup(self) -> QWidget | None:
        """The list, while it is open."""
        return self._popup

    def show_value(self) -> None:
        """Show what is chosen."""
        self.button.setText(format_value(self.binding.param, self.binding.value))

    def pressed(self, event: QKeyEvent) -> bool:
        """Open the list; a letter is searched for in it."""
        key, text = event.key(), event.text()
        if event.modifiers() & ALT:
            return super().pressed(event)
        opens = key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space, Qt.Key.Key_Down)
        plain = not event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if opens or (text.isalnum() and plain):
            self.open_choices("" if opens else text)
            return True
        return super().pressed(event)

    def open_choices(self, query: object = "") -> bool:
        """Open the list below the button."""
        if self._popup is not None:
            return True
        names = choices_of(self.binding.param)
        title = label_of(self.binding.param.name)
        kind = kind_of(self.binding.param)
        fixed = {name: translate_spec_text(name) for name in self.binding.param.choices}
        popup = ChoiceList(self.window(), self.look, title, names, str(self.binding.value), kind, fixed)
        if kind and not names:
            popup.foot.setText(self.tr("There is no {kind} file yet.").format(kind=kind))
        popup.note = self.of_several()
        popup.chosen.connect(self._chosen)
        # Not by a lambda, which would outlive the editor: undo may take its node away under the open list.
        popup.given_up.connect(self._given_up)
        self._popup = popup
        popup.open_below(self, query if isinstance(query, str) else "")
        return True

    def _chosen(self, name: str, all_selected: bool) -> None:
        self._try.set(name)
        if all_selected:
            self._try.spread()
        self.show_value()
        self._closed(True)

    def _given_up(self) -> None:
        self._closed(False)

    def _closed(self, kept: bool) -> None:
        self._popup = None
        self.setFocus(Qt.FocusReason.PopupFocusReason)
        self.finished.emit(kept)


class ChoiceList(ChoicePopup):
    """Lists names by folder; typing searches in all of them. A long list shows the line it is typed in.

    Names of model files of a `kind` are shown with the pictures beside the files. `labels` are what some names are
    shown as; they are found by both.
    """

    def __init__(
        self,
        parent: QWidget,
        look: Appearance,
        title: str,
        names: Sequence[str],
        now: str,
        kind: str = "",
        labels: Mapping[str, str] = NO_LABELS,
    ) -> None:
        self._now = now
        self._names = tuple(names)
        self._labels = labels
        self._listing = listing(self._names)
        self._short = len(names) <= FEW
        self.thumbs: Thumbs | None = None
        self.note = ""
        """What stands below the list while there is nothing else to say."""
        super().__init__(parent, look, title, self.tr("Search"))
        if kind:
            self.thumbs = Thumbs(kind, self)
            self.thumbs.loaded.connect(lambda _name, _image: self.list.viewport().update())
            self.list.setItemDelegate(ThumbPainter(look, self.thumbs, self.list))
        if self._short:
            self.line.setStyleSheet("QLineEdit { min-height: 0; max-height: 0; padding: 0; border: 0; }")
            self.line.textChanged.connect(self._show_line)

    def open_below(self, owner: QWidget, query: str) -> None:
        """Open at the widget's lower edge, as wide as the names need."""
        self.foot.setText(self.foot.text() or self.note)
        shown = self._listing.lines or 1
        row = self.list.itemDelegate().sizeHint(QStyleOptionViewItem(), QModelIndex()).height()
        line = 0 if self._short else self.look.metrics.row + 22
        measure = self.fontMetrics()
        widest = max(
            (measure.horizontalAdvance(self._labels.get(name, name)) for name in self._names[:200]), default=0
        )
        width = min(max(owner.width(), widest + 96, 180), 520)
        height = min(shown * row + line + (self.foot.sizeHint().height() if self.foot.text() else 8), 420)
        self.foot.setVisible(bool(self.foot.text()))
        window = self.window()
        below = owner.mapTo(window, QPoint(0, owner.height() + 4))
        above = owner.mapTo(window, QPoint(0, -height - 4))
        room = window.height() - 16
        place = below if below.y() + height <= room or above.y() < 16 else above
        self.open_at(place, QSize(width, height))
        if query:
            self.line.setText(query)
            self.line.end(False)
            self.line.deselect()
        else:
            self._point_at(self._now)

    def rows_for(self, query: str) -> Sequence[Row]:
        """The names that have all the words; those that begin so come first."""
        words = query.lower().split()
        if not words:
            self._tell("")
            return self._listing.folded(self._now, self._labels)
        found = self._listing.found(words, self._labels)
        more = len(found) - MOST_FOUND
        text = self.tr("and {count} more; type on to find them").format(count=more)
        self._tell(text if more > 0 else "")
        return self._listing.flat(found[:MOST_FOUND], self._now, self._labels)

    def _tell(self, text: str) -> None:
        text = text or self.note
        if self._listing.names:
            self.foot.setText(text)
            self.foot.setVisible(bool(text))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Read no more pictures."""
        if self.thumbs is not None:
            self.thumbs.close()
        super().closeEvent(event)

    def _point_at(self, name: str) -> None:
        at = self._listing.place(name)
        if at >= 0:
            self.list.setCurrentIndex(self.rows.index(at))

    def _show_line(self, text: str) -> None:
        if text and self.line.styleSheet():
            self.line.setStyleSheet("")
            self.resize(self.width(), self.height() + self.line.sizeHint().height())
