"""The results strip: every picture that came out, newest first, to be dragged, opened and taken up again."""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import (
    QAbstractListModel,
    QItemSelectionModel,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRectF,
    QSize,
    Qt,
    QUrl,
    Signal,
)
from PySide6.QtGui import QDesktopServices, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QFileDialog,
    QListView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from nodegraph.support.atomic import write_bytes
from nodegraph.support.regular_files import read_regular
from ui.i18n.translate import plain
from ui.runs.node_state import duration
from ui.runs.result_store import Result, Results
from ui.theme.appearance import Appearance

Index = QModelIndex | QPersistentModelIndex
CELL = 112
MAX_BYTES = 1 << 30
"""A larger file is not copied."""
WORKFLOW_MIME = "application/x-nodegraph-workflow"
"""The JSON of the graph that made a dragged picture, beside the file itself."""


class ResultRows(QAbstractListModel):
    """The results, the newest first; with a `document`, only those that came of it."""

    def __init__(self, results: Results, parent: QObject | None = None, document: str = "") -> None:
        super().__init__(parent)
        self.results = results
        self._document = document
        self._shown = [result for result in results.all() if document in ("", result.document)]
        results.added.connect(self._added)
        results.removed.connect(self._removed)

    def result(self, row: int) -> Result | None:
        """The result at a place; None where there is none."""
        return self._shown[row] if 0 <= row < len(self._shown) else None

    def row_of(self, id: str) -> int:
        """Where a result is; -1 where it is not."""
        return next((row for row, result in enumerate(self._shown) if result.id == id), -1)

    def rowCount(self, parent: Index | None = None) -> int:
        """How many there are."""
        return 0 if parent is not None and parent.isValid() else len(self._shown)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The result, its label, and a sentence for tooltips and screen readers."""
        result = self.result(index.row())
        if result is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return result.label
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            told = f"{result.label}\n{result.width} × {result.height}, {duration(result.seconds)}"
            return plain(told) if role == Qt.ItemDataRole.ToolTipRole else told
        return result if role == Qt.ItemDataRole.UserRole else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Results can be chosen and dragged away."""
        if self.result(index.row()) is None:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled

    def mimeTypes(self) -> list[str]:
        """Files, and the workflow of each."""
        return ["text/uri-list", WORKFLOW_MIME]

    def mimeData(self, indexes: Sequence[Index]) -> QMimeData:
        """The pictures' files, so that a drop makes image nodes of them, here or in another program."""
        data = QMimeData()
        found = [result for index in indexes if (result := self.result(index.row())) is not None]
        data.setUrls([QUrl.fromLocalFile(result.path) for result in found])
        if found:
            data.setData(WORKFLOW_MIME, found[0].workflow.encode())
        return data

    def _added(self, result: Result) -> None:
        if self._document not in ("", result.document):
            return
        self.beginInsertRows(QModelIndex(), 0, 0)
        self._shown.insert(0, result)
        self.endInsertRows()

    def _removed(self, result: Result) -> None:
        row = self.row_of(result.id)
        if row >= 0:
            self.beginRemoveRows(QModelIndex(), row, row)
            del self._shown[row]
            self.endRemoveRows()


class ResultPainter(QStyledItemDelegate):
    """A thumbnail, its label where the pointer is."""

    def __init__(self, look: Appearance, results: Results, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.look = look
        self._results = results

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """A square cell."""
        return QSize(CELL, CELL)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """One cell."""
        result = index.data(Qt.ItemDataRole.UserRole)
        if not isinstance(result, Result):
            return
        theme, image = self.look.theme, self._results.thumb(result)
        box = QRectF(option.rect).adjusted(4, 4, -4, -4)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(box, theme.color("field"))
        if not image.isNull():
            scale = min(box.width() / image.width(), box.height() / image.height())
            place = QRectF(0, 0, image.width() * scale, image.height() * scale)
            place.moveCenter(box.center())
            painter.drawImage(place, image)
        if option.state & QStyle.StateFlag.State_MouseOver:
            self._label(painter, box, result)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.setPen(QPen(theme.color("accent" if chosen else "hairline"), 2 if chosen else 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(box)
        painter.restore()

    def _label(self, painter: QPainter, box: QRectF, result: Result) -> None:
        theme = self.look.theme
        line = QRectF(box.left(), box.bottom() - 20, box.width(), 20)
        painter.fillRect(line, theme.color("raised", 0.92))
        painter.setPen(theme.color("text"))
        painter.setFont(self.look.font("small"))
        text = painter.fontMetrics().elidedText(
            result.label, Qt.TextElideMode.ElideRight, int(line.width()) - 10
        )
        painter.drawText(line.adjusted(5, 0, -5, 0), Qt.AlignmentFlag.AlignVCenter, text)


class ResultStrip(QListView):
    """A click shows a result in the viewer, a double click opens its workflow, dragging makes it an image node."""

    show_asked = Signal(object)
    open_asked = Signal(object)
    restore_asked = Signal(object, bool)
    """A Result, and whether only its seeds are wanted."""
    status = Signal(str)
    """A sentence for the status bar."""

    def __init__(
        self, results: Results, look: Appearance, parent: QWidget | None = None, document: str = ""
    ) -> None:
        super().__init__(parent)
        self.rows = ResultRows(results, self, document)
        self._painter = ResultPainter(look, results, self)
        results.pictured.connect(self._pictured)
        self.setModel(self.rows)
        self.setItemDelegate(self._painter)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setAccessibleName(self.tr("Results"))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._menu)
        self.doubleClicked.connect(lambda index: self._with(index, self.open_asked.emit))
        self.selectionModel().currentChanged.connect(lambda now, _: self._with(now, self.show_asked.emit))

    def set_look(self, look: Appearance) -> None:
        """Follow the theme."""
        self._painter.look = look
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The results; while there are none, what will be here."""
        super().paintEvent(event)
        if self.rows.rowCount():
            return
        painter = QPainter(self.viewport())
        painter.setPen(self._painter.look.theme.color("muted"))
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(
            self.viewport().rect().adjusted(16, 8, -16, -8),
            flags,
            self.tr("Every picture you make is kept here with its workflow."),
        )
        painter.end()

    def select(self, result: Result) -> None:
        """Mark a result without asking to show it."""
        row = self.rows.row_of(result.id)
        if row >= 0:
            self.selectionModel().blockSignals(True)
            # Said in full: without a flag the keys held down at this moment would have a say.
            only = QItemSelectionModel.SelectionFlag.ClearAndSelect
            self.selectionModel().setCurrentIndex(self.rows.index(row), only)
            self.selectionModel().blockSignals(False)
            self.scrollTo(self.rows.index(row))
            self.viewport().update()

    def menu_for(self, result: Result) -> QMenu:
        """What can be done with a result."""
        menu = QMenu(self)
        for words, call in (
            (self.tr("Open its workflow"), lambda: self.open_asked.emit(result)),
            (self.tr("Restore only the seed"), lambda: self.restore_asked.emit(result, True)),
            (self.tr("Restore only the parameters"), lambda: self.restore_asked.emit(result, False)),
            (self.tr("Copy the picture"), lambda: self._copy(result)),
            (self.tr("Save a copy…"), lambda: self.save_copy(result)),
            (self.tr("Show in folder"), lambda: self.show_in_folder(result)),
            (self.tr("Copy the file's path"), lambda: QApplication.clipboard().setText(result.path)),
            (self.tr("Remove from here"), lambda: self.rows.results.remove(result.id)),
        ):
            menu.addAction(words).triggered.connect(lambda _on=False, call=call: call())
        return menu

    def save_copy(self, result: Result) -> None:
        """Write the file of a result, as it is, to a place of the artist's choice."""
        source = Path(result.path)
        start = Path.home() / source.name
        name, _ = QFileDialog.getSaveFileName(
            self,
            self.tr("Save a copy"),
            str(start),
            self.tr("Pictures (*{suffix})").format(suffix=source.suffix),
        )
        if not name:
            return
        target = (
            Path(name) if name.lower().endswith(source.suffix.lower()) else Path(f"{name}{source.suffix}")
        )
        try:
            if target != Path(name) and os.path.lexists(target):
                raise OSError(errno.EEXIST, self.tr("a file of this name is there already"))
            write_bytes(target, read_regular(source, MAX_BYTES))
        except OSError as error:
            why = error.strerror or str(error)
            self.status.emit(self.tr("The copy cannot be written: {why}").format(why=why))
        else:
            self.status.emit(self.tr("Wrote {path}").format(path=target))

    def show_in_folder(self, result: Result) -> None:
        """Open the folder of a result's file in the system's own program."""
        if not os.path.isfile(result.path):
            self.status.emit(self.tr("The file is no longer there: {path}").format(path=result.path))
            return
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(Path(result.path).parent)))

    def _menu(self, at: QPoint) -> None:
        result = self.rows.result(self.indexAt(at).row())
        if result is not None:
            self.menu_for(result).exec(self.viewport().mapToGlobal(at))

    def _copy(self, result: Result) -> None:
        self.rows.results.picture(result, QApplication.clipboard().setImage)

    def _pictured(self, result: Result) -> None:
        row = self.rows.row_of(result.id)
        if row >= 0:
            self.update(self.rows.index(row))

    def _with(self, index: QModelIndex, call: object) -> None:
        result = self.rows.result(index.row())
        if result is not None and callable(call):
            call(result)
