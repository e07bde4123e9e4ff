"""A file: its path as text, a button that browses, and a place to drop one on."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QToolButton, QWidget

from nodegraph.model.spec import IMAGE_FOLDER
from nodegraph.support.image_metadata.formats import SUFFIXES
from ui.editors.binding import Binding
from ui.editors.text import TextEditor
from ui.theme.appearance import Appearance
from ui.theme.icons import icon

if TYPE_CHECKING:
    from PySide6.QtGui import QDragEnterEvent, QDropEvent

PATTERNS = {
    "image": " ".join(f"*{suffix}" for suffix in SUFFIXES),
    "lut": "*.cube",
    "font": "*.ttf *.otf *.ttc",
}


class FileEditor(TextEditor):
    """Paths inside the workflow's folder are kept relative to it, so that both can move together."""

    def __init__(self, binding: Binding, look: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(binding, look, parent)
        self.browse = QToolButton(self)
        self.browse.setIcon(icon("folder", look.theme.text))
        self.browse.setToolTip(self.tr("Browse"))
        self.browse.setAccessibleName(self.tr("Browse"))
        self.browse.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.browse.clicked.connect(self.open_choices)
        self._row.addWidget(self.browse)
        self._dialog: QFileDialog | None = None
        self.setAcceptDrops(True)
        self.line.setAcceptDrops(False)

    @property
    def open_popup(self) -> QWidget | None:
        """The dialog, while it is open."""
        return self._dialog

    def open_choices(self) -> bool:
        """Open the system's dialog, without waiting for it."""
        if self._dialog is not None:
            return True
        dialog = QFileDialog(self.window(), "", str(self._folder()))
        if self.binding.param.file == IMAGE_FOLDER:
            dialog.setWindowTitle(self.tr("Choose a folder"))
            dialog.setFileMode(QFileDialog.FileMode.Directory)
        else:
            dialog.setWindowTitle(self.tr("Choose a file"))
            dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
            dialog.setNameFilters(self._filters())
        dialog.fileSelected.connect(self.take)
        dialog.finished.connect(self._closed)
        self._dialog = dialog
        dialog.open()
        return True

    def take(self, name: str) -> None:
        """Set the file."""
        self.untyped()
        self._try.set(relative(Path(name), self.binding.editor.path))
        self.line.setModified(False)
        self.show_value()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """One file from this machine may be dropped."""
        urls = event.mimeData().urls()
        if len(urls) == 1 and urls[0].isLocalFile():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Take the file."""
        urls = event.mimeData().urls()
        if urls and urls[0].isLocalFile():
            self.take(urls[0].toLocalFile())
            event.acceptProposedAction()

    def _filters(self) -> list[str]:
        kind = self.binding.param.file
        labels = {
            "image": self.tr("Pictures ({patterns})"),
            "lut": self.tr("LUTs ({patterns})"),
            "font": self.tr("Fonts ({patterns})"),
        }
        known = [labels[kind].format(patterns=PATTERNS[kind])] if kind in labels else []
        return [*known, self.tr("All files (*)")]

    def _folder(self) -> Path:
        base = self.binding.editor.path.parent if self.binding.editor.path else Path.cwd()
        now = base / str(self.binding.value)
        return now.parent if now.parent.is_dir() else base

    def _closed(self, _result: int) -> None:
        dialog, self._dialog = self._dialog, None
        if dialog is not None:
            dialog.deleteLater()
        self.line.setFocus(Qt.FocusReason.PopupFocusReason)


def relative(file: Path, workflow: Path | None) -> str:
    """The path as the workflow keeps it: relative, with /, where the file lies in the workflow's folder."""
    if workflow is not None and file.is_relative_to(workflow.parent):
        return file.relative_to(workflow.parent).as_posix()
    return file.as_posix() if os.sep == "/" else str(file)
