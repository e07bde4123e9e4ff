"""What a window does with documents: new, open, save, close, tear off, paste, drop."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QBuffer, QByteArray, QObject
from PySide6.QtGui import QImage, QImageWriter
from PySide6.QtWidgets import QApplication, QFileDialog

from nodegraph.edits.document import Document
from nodegraph.formats.comfyui.exporting import default_path, exported_api, exported_ui, write_export
from nodegraph.journal.journal import Journal
from nodegraph.journal.recovery import Recovered
from nodegraph.support.atomic import write_bytes
from nodegraph.support.errors import GraphError, LoadError, SaveError
from nodegraph.support.private_files import FILE_MODE, make_private_folder
from ui.config import paths
from ui.document import workflow_file
from ui.document.editor import Editor
from ui.document.image_reader import has_image, image_in
from ui.document.outside_files import allow, full_name, outside_files
from ui.i18n.translate import translate_message
from ui.shell import app_view_switch as appview
from ui.shell import view_state
from ui.shell.document_view import DocumentView
from ui.widgets.question import Choice, ask

if TYPE_CHECKING:
    from ui.shell.command_context import CommandContext

CLOSED = 20
LISTED_LOSSES = 12
"""How many parts without an equal are named before an export."""
MAX_LISTED, MAX_SHOWN = 8, 100
"""So many files are named in a question, and so many letters of each."""


class Documents(QObject):
    """The documents of one window."""

    def __init__(self, window: CommandContext) -> None:
        super().__init__(window)
        self._window = window
        self._closed: list[Path] = []

    @property
    def can_reopen(self) -> bool:
        """Whether a closed tab can come back."""
        return bool(self._closed)

    def flush(self, view: DocumentView | None = None, *, needs_all: bool = True) -> bool:
        """Put what is typed in the fields of a document, by default the one in front, into its graph.

        This is the one place where every command that reads, writes, replaces or closes a document takes along what
        is typed. Where a field holds an invalid value the status bar says why and, if `needs_all`, the field takes
        the keyboard and the answer is False: nothing is run or written with a value that is not the one shown.
        """
        view = view or self._window.view
        refused = view.editor.fields.flush() if view is not None else None
        if refused is None or not needs_all:
            return True
        self._window.say(refused.refusal())
        if view is self._window.view:
            refused.take_focus()
        return False

    def may_run(self) -> bool:
        """Before the document in front runs: put in what is typed, and ask once about files that it names outside
        its folder."""
        view = self._window.view
        if view is None or not self.flush(view):
            return False
        names = view.editor.unconfirmed_files()
        if not names:
            return True
        if self._ask_outside(names) != "allow":
            return False
        try:
            allow(full_name(name, view.editor.path) for name in names)
        except OSError as error:
            self._window.say(self.tr("The answer cannot be kept: {why}").format(why=error.strerror or error))
        view.editor.unconfirmed = frozenset()
        return True

    def may_drop_typed(self, view: DocumentView) -> bool:
        """Before a document is closed: put what is typed into its graph, or ask whether an invalid value may go."""
        refused = view.editor.fields.flush()
        while refused is not None:
            if self._ask_invalid(refused.refusal()) != "lose":
                refused.take_focus()
                return False
            refused.give_up()
            refused = view.editor.fields.flush()
        return True

    def new(self) -> DocumentView:
        """An empty workflow in a new tab."""
        return self._show(Editor(self._window.app.specs))

    def open(self, path: Path, view: Mapping[str, Any] | None = None) -> DocumentView | None:
        """Open a file in a new tab, even where it is open already; None with a sentence where it cannot be."""
        try:
            found = workflow_file.read(path)
        except LoadError as error:
            self._window.say(translate_message(error))
            return None
        self._window.app.remember(path)
        if not found.own:
            editor = Editor(self._window.app.specs, Document(found.graph), called=path.stem)
            editor.unconfirmed = outside_files(found.graph, editor.specs, None)
            shown = self._show(editor, view)
            self._window.say(
                self.tr(
                    "Opened as a new workflow: saving asks for a file, and {name} stays as it is."
                ).format(name=path.name)
            )
            return shown
        editor = Editor(self._window.app.specs, Document(found.graph, path))
        editor.stamp = found.stamp
        editor.unconfirmed = outside_files(found.graph, editor.specs, path)
        return self._show(editor, view)

    def open_template(self, path: Path) -> DocumentView | None:
        """Open a file as the beginning of a new workflow, so that the template itself stays as it is."""
        try:
            found = workflow_file.read(path)
        except LoadError as error:
            self._window.say(translate_message(error))
            return None
        editor = Editor(self._window.app.specs, Document(found.graph))
        editor.unconfirmed = outside_files(found.graph, editor.specs, None)
        return self._show(editor)

    def recover(self, found: Recovered, view: Mapping[str, Any] | None = None) -> DocumentView:
        """A document that a crash left behind, with its undo steps."""
        editor = Editor(self._window.app.specs, Document(path=found.path))
        editor.stamp = found.stamp
        editor.unconfirmed = outside_files(found.history.base, editor.specs, found.path)
        editor.restore(found.history)
        shown = self._show(editor, view, found.journal)
        shown.look_at_disk()
        return shown

    def show_editor(self, editor: Editor) -> DocumentView:
        """Open a document that is in memory, in a new tab in front."""
        return self._show(editor)

    def ask_open(self) -> None:
        """Choose files and open each in a tab of its own."""
        for path in self.choose_open():
            self.open(path)

    def save(self, view: DocumentView | None = None) -> bool:
        """Write the document to its file; asks where it has none or the file is not what was read."""
        view = view or self._window.view
        if view is None or not self.flush(view):
            return False
        path = view.editor.path
        if path is None:
            return self.save_as(view)
        if view.changed_on_disk() and os.path.exists(path):
            answer = self._ask_overwrite(path)
            if answer == "as":
                return self.save_as(view)
            if answer != "replace":
                return False
        elif workflow_file.is_protected(path):
            answer = self._ask_protected(path)
            if answer == "as":
                return self.save_as(view)
            if answer != "replace":
                return False
        return self._write(view, path)

    def save_as(self, view: DocumentView | None = None) -> bool:
        """Choose a file and write the document there."""
        view = view or self._window.view
        if view is None or not self.flush(view):
            return False
        path = self.choose_save(view)
        return path is not None and path is not None and self._write(view, path)

    def export_comfyui(self, *, api: bool) -> bool:
        """Choose a file and write the document for ComfyUI; asks first where parts have no equal there."""
        view = self._window.view
        path = self.choose_export(view, api=api) if view is not None else None
        if view is None or path is None:
            return False
        try:
            found = (exported_api if api else exported_ui)(view.editor.graph, self._window.app.specs)
            if found.losses and not self._may_export(found.losses):
                return False
            write_export(found, path)
        except (GraphError, SaveError) as error:
            self._window.say(translate_message(error))
            return False
        self._window.say(self.tr("{file} is written for ComfyUI.").format(file=path.name))
        return True

    def choose_export(self, view: DocumentView, *, api: bool) -> Path | None:
        """Ask for a file to export to."""
        start = default_path(view.editor.path or self._folder() / f"{view.editor.name}.json", api=api)
        name, _ = QFileDialog.getSaveFileName(
            self._window, self.tr("Export to ComfyUI"), str(start), self.tr("ComfyUI workflows (*.json)")
        )
        return Path(name) if name else None

    def _may_export(self, losses: Sequence[str]) -> bool:
        listed = "\n".join(losses[:LISTED_LOSSES])
        more = len(losses) - LISTED_LOSSES
        if more > 0:
            listed += "\n" + self.tr("and {count} more").format(count=more)
        choices = (
            Choice("yes", self.tr("Export"), "yes"),
            Choice("no", self.tr("Cancel"), "no"),
        )
        return ask(self._window, self.tr("Some parts have no equal in ComfyUI"), listed, choices) == "yes"

    def reload(self) -> None:
        """Take over what is on disk, as a step that undo takes back."""
        view = self._window.view
        if view is None or view.editor.path is None:
            return
        self.flush(view, needs_all=False)
        try:
            found = workflow_file.read(view.editor.path)
        except LoadError as error:
            self._window.say(translate_message(error))
            return
        outside = outside_files(found.graph, view.editor.specs, view.editor.path)
        view.editor.unconfirmed |= outside
        view.editor.push(self.tr("Reload from disk"), found.graph)
        view.editor.mark_saved(view.editor.path, found.stamp)
        view.watch()

    def close(self, view: DocumentView | None = None) -> bool:
        """Close a tab; asks where work would be lost."""
        view = view or self._window.view
        if view is None:
            return True
        if not self.may_drop_typed(view) or (view.editor.unsaved and not self._may_close(view)):
            return False
        if view.editor.path is not None:
            self._closed = [*self._closed, view.editor.path][-CLOSED:]
        self.drop(view, keep=False)
        return True

    def drop(self, view: DocumentView, keep: bool) -> None:
        """Take a tab away without asking; `keep` leaves its journal for the next start."""
        view.editor.fields.clear()
        view.recorder.finish(keep)
        self._window.release(view)
        view.close()
        view.deleteLater()

    def reopen(self) -> None:
        """Open the file of the tab closed last."""
        if self._closed:
            self.open(self._closed.pop())

    def tear_off(self, index: int | None = None) -> None:
        """Move a tab to a window of its own."""
        tabs = self._window.tabs
        view = tabs.view_at(tabs.currentIndex() if index is None else index)
        if view is not None and tabs.count() > 1:
            self.flush(view, needs_all=False)
            window = self._window.app.new_window()
            window.resize(self._window.size())
            self._window.release(view)
            window.adopt(view)
            window.show()

    def join(self) -> None:
        """Move the tab in front to the window that has been open longest; a window left empty closes."""
        windows = self._window.app.windows
        other = next((window for window in windows if window is not self._window), None)
        view = self._window.view
        if other is None or view is None:
            return
        self.flush(view, needs_all=False)
        self._window.release(view)
        other.adopt(view)
        other.raise_()
        other.activateWindow()
        if not self._window.tabs.count():
            self._window.close()

    def cut(self) -> None:
        """Copy the selection and delete it."""
        if self._window.view is not None:
            self._window.view.canvas.copy()
            self._window.view.canvas.delete(True)

    def paste(self, keep_inputs: bool = False) -> None:
        """Paste nodes (JSON as text), or files and pictures from the clipboard."""
        view = self._window.view
        data = QApplication.clipboard().mimeData()
        # Where the program that copied is gone the clipboard may hold nothing at all.
        if view is None or data is None or view.canvas.put_in_note(data):
            return
        files = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
        if files:
            self._window.drops.take(files)
        elif has_image(data):
            self.put_picture(image_in(data))
        elif data.hasUrls() or data.text().strip().startswith(("http://", "https://")):
            self._window.say(
                self.tr("Nothing is fetched from the network: copy the picture itself, not its address.")
            )
        else:
            view.canvas.paste(keep_inputs)

    def put_picture(self, picture: QImage, into: str = "") -> None:
        """Keep a picture that is in no file as one, for workflows name files, and load it: in node `into` if given."""
        data = QBuffer()
        data.open(QBuffer.OpenModeFlag.WriteOnly)
        if picture.isNull() or not QImageWriter(data, QByteArray(b"png")).write(picture):
            self._window.say(self.tr("The picture cannot be read; save it as a file and drop that."))
            return
        content = bytes(data.data().data())
        path = paths.pasted_folder() / f"pasted_{sha256(content).hexdigest()[:16]}.png"
        try:
            make_private_folder(path.parent)
            write_bytes(path, content, FILE_MODE)
        except OSError as error:
            self._window.say(self.tr("The picture cannot be kept: {why}").format(why=error.strerror or error))
            return
        self._window.drops.take([path], "load" if into else None, into)

    def choose_open(self) -> list[Path]:
        """Ask for files to open."""
        names, _ = QFileDialog.getOpenFileNames(
            self._window,
            self.tr("Open"),
            str(self._folder()),
            self.tr("Workflows and pictures ({patterns})").format(
                patterns=" ".join(f"*{suffix}" for suffix in workflow_file.CARRIERS)
            )
            + ";;"
            + self.tr("All files (*)"),
        )
        return [Path(name) for name in names]

    def choose_save(self, view: DocumentView) -> Path | None:
        """Ask for a file to save to; its name ends in .json, and another file is replaced only after a question."""
        start = view.editor.path or self._folder() / f"{view.editor.name}.json"
        name, _ = QFileDialog.getSaveFileName(
            self._window, self.tr("Save as"), str(start), self.tr("Workflows (*.json)")
        )
        if not name:
            return None
        if name.lower().endswith(workflow_file.OWN_SUFFIX):
            return Path(name)
        # The dialog asked about another name than the file gets.
        path = Path(f"{name}{workflow_file.OWN_SUFFIX}")
        return path if not os.path.exists(path) or self._ask_replace(path) == "replace" else None

    def _folder(self) -> Path:
        recent = self._window.app.settings.recent
        return Path(recent[0]).parent if recent else Path.home()

    def _show(
        self, editor: Editor, view: Mapping[str, Any] | None = None, journal: Journal | None = None
    ) -> DocumentView:
        if editor.path is None:
            editor.call(self._free_name(editor.name))
        shown = self._window.app.make_view(editor)
        self._window.adopt(shown)
        if journal is not None:
            shown.recorder.take(journal)
        elif editor.path is None:
            shown.recorder.keep()
        if view:
            view_state.go_to(shown, view)
        else:
            shown.frame_soon()
        if view_state.as_app(shown, view or {}):
            appview.show(self._window, shown)
        return shown

    def _free_name(self, name: str) -> str:
        """The name, or with a number behind it where another tab has it."""
        taken = {view.editor.name for window in self._window.app.windows for view in window.tabs.views()}
        numbers = (f"{name} {number}" for number in count(2))
        return name if name not in taken else next(free for free in numbers if free not in taken)

    def _write(self, view: DocumentView, path: Path) -> bool:
        try:
            stamp = workflow_file.write(view.editor.graph, path)
        except SaveError as error:
            self._window.say(translate_message(error))
            return False
        view.editor.mark_saved(path, stamp)
        view.watch()
        self._window.app.remember(path)
        self._window.say(self.tr("Saved {name}").format(name=path.name))
        return True

    def _may_close(self, view: DocumentView) -> bool:
        answer = ask(
            self._window,
            self.tr("Save changes to “{name}”?").format(name=view.editor.name),
            self.tr("Closing the tab without saving loses them."),
            (
                Choice("save", self.tr("Save"), "yes"),
                Choice("lose", self.tr("Don’t save"), "lose"),
                Choice("stay", self.tr("Cancel"), "no"),
            ),
        )
        return answer == "lose" or (answer == "save" and self.save(view))

    def _ask_replace(self, path: Path) -> str:
        return ask(
            self._window,
            self.tr("Replace “{name}”?").format(name=path.name),
            self.tr("There is a file of this name in {folder} already.").format(folder=path.parent),
            (
                Choice("stay", self.tr("Cancel"), "no"),
                Choice("replace", self.tr("Replace"), "lose"),
            ),
        )

    def _ask_outside(self, names: Sequence[str]) -> str:
        listed = [name if len(name) <= MAX_SHOWN else f"{name[:MAX_SHOWN]}…" for name in names[:MAX_LISTED]]
        if len(names) > MAX_LISTED:
            listed.append(self.tr("and {count} more").format(count=len(names) - MAX_LISTED))
        return ask(
            self._window,
            self.tr("Let this workflow read files outside its folder?"),
            "\n".join(listed)
            + "\n\n"
            + self.tr("It names them itself. Allow it if you know them; you are asked only once."),
            (
                Choice("stay", self.tr("Cancel"), "no"),
                Choice("allow", self.tr("Allow"), "other"),
            ),
        )

    def _ask_invalid(self, why: str) -> str:
        return ask(
            self._window,
            self.tr("Close without the value that is being typed?"),
            why,
            (
                Choice("stay", self.tr("Go back to it"), "no"),
                Choice("lose", self.tr("Close without it"), "lose"),
            ),
        )

    def _ask_protected(self, path: Path) -> str:
        return ask(
            self._window,
            self.tr("Replace “{name}”?").format(name=path.name),
            self.tr("The file is marked as read-only."),
            (
                Choice("as", self.tr("Save as…"), "yes"),
                Choice("replace", self.tr("Replace"), "lose"),
                Choice("stay", self.tr("Cancel"), "no"),
            ),
        )

    def _ask_overwrite(self, path: Path) -> str:
        return ask(
            self._window,
            self.tr("Replace “{name}”?").format(name=path.name),
            self.tr(
                "Another program changed the file since it was opened here. Replacing it loses that change."
            ),
            (
                Choice("as", self.tr("Save as…"), "yes"),
                Choice("replace", self.tr("Replace"), "lose"),
                Choice("stay", self.tr("Cancel"), "no"),
            ),
        )
