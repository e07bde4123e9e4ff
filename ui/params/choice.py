"""A choice: a button that shows it, and a list with search and folders behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QSize, Qt

from ui.canvas.values import label_of
from ui.look import Look
from ui.params.base import ParamEditor
from ui.params.binding import Binding
from ui.params.field_button import FieldButton
from ui.params.modelfiles import choices_of, kind_of
from ui.popup import ChoicePopup, Row

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent
    from PySide6.QtWidgets import QToolButton, QWidget

FEW = 12
"""So many choices are listed without a line to search in."""


class ChoiceEditor(ParamEditor):
    """Enter, Space, a click or a letter opens the list; what is chosen there is set at once."""

    def __init__(self, binding: Binding, look: Look, parent: QWidget | None = None) -> None:
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
        self.button.setText(str(self.binding.value))

    def pressed(self, event: QKeyEvent) -> bool:
        """Open the list; a letter is searched for in it."""
        key, text = event.key(), event.text()
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
        popup = ChoiceList(self.window(), self.look, title, names, str(self.binding.value))
        if kind_of(self.binding.param) and not names:
            popup.foot.setText(
                self.tr("There is no {kind} file yet.").format(kind=kind_of(self.binding.param))
            )
        popup.chosen.connect(self._chosen)
        popup.given_up.connect(lambda: self._closed(False))
        self._popup = popup
        popup.open_below(self, query if isinstance(query, str) else "")
        return True

    def _chosen(self, name: str, _other: bool) -> None:
        self._try.set(name)
        self.show_value()
        self._closed(True)

    def _closed(self, kept: bool) -> None:
        self._popup = None
        self.setFocus(Qt.FocusReason.PopupFocusReason)
        self.finished.emit(kept)


class ChoiceList(ChoicePopup):
    """Lists names by folder; typing searches in all of them. A long list shows the line it is typed in."""

    def __init__(self, parent: QWidget, look: Look, title: str, names: Sequence[str], now: str) -> None:
        self._now = now
        self._names = tuple(names)
        self._listing = _listing(self._names)
        self._short = len(names) <= FEW
        super().__init__(parent, look, title, self.tr("Search"))
        if self._short:
            self.line.setStyleSheet("QLineEdit { min-height: 0; max-height: 0; padding: 0; border: 0; }")
            self.line.textChanged.connect(self._show_line)

    def open_below(self, owner: QWidget, query: str) -> None:
        """Open at the widget's lower edge, as wide as the names need."""
        shown = len(self._listing.folded) or 1
        row = self.look.metrics.row + 8
        line = 0 if self._short else row + 14
        measure = self.fontMetrics()
        widest = max((measure.horizontalAdvance(name) for name in self._names[:200]), default=0)
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
        rows = self._listing.found(words) if words else list(self._listing.folded)
        at = next((at for at, row in enumerate(rows) if row.id == self._now), -1)
        if at >= 0:
            rows[at] = replace(rows[at], icon="check")
        return rows

    def _point_at(self, name: str) -> None:
        at = next((n for n in range(self.rows.rowCount()) if _id(self.rows.row(n)) == name), -1)
        if at >= 0:
            self.list.setCurrentIndex(self.rows.index(at))

    def _show_line(self, text: str) -> None:
        if text and self.line.styleSheet():
            self.line.setStyleSheet("")
            self.resize(self.width(), self.height() + self.line.sizeHint().height())


@dataclass(frozen=True)
class Listing:
    """Names made ready to be listed: in order, folded into their folders, and in small letters for the search."""

    rows: tuple[Row, ...]
    folded: tuple[Row, ...]
    lower: tuple[str, ...]

    def found(self, words: Sequence[str]) -> list[Row]:
        """The rows that have all the words; those whose file name begins with the first come first."""
        lower, first = self.lower, words[0]
        found = [at for at, name in enumerate(lower) if first in name and all(word in name for word in words)]
        found.sort(key=lambda at: not lower[at].startswith(first, lower[at].rfind("/") + 1))
        return [self.rows[at] for at in found]


@lru_cache(maxsize=8)
def _listing(names: tuple[str, ...]) -> Listing:
    """Names of no folder first, then each folder under its own line; kept, for lists are opened again."""
    rows, folders = [], dict[str, list[Row]]()
    for name in names:
        folder, _, file = name.rpartition("/")
        row = Row(name, file, folder, icon="blank")
        rows.append(row)
        folders.setdefault(folder, []).append(row)
    folded = folders.pop("", [])[:]
    for folder in sorted(folders):
        count = str(len(folders[folder]))
        folded.append(Row(f"{folder}/", folder, hint=count, icon="folder", enabled=False))
        folded += [replace(row, detail="") for row in folders[folder]]
    return Listing(tuple(rows), tuple(folded), tuple(name.lower() for name in names))


def _id(row: Row | None) -> str:
    return row.id if row is not None else ""
