"""What all windows share: settings, looks, node types, the session, and what a crash left behind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from nodegraph.spec import NodeSpec
from ui import paths, session, settings
from ui.ask import Choice, ask
from ui.dressing import dress
from ui.editor import Editor
from ui.journal.recovery import recover, recoverable
from ui.journal.writer import Writer
from ui.look import Look
from ui.recorder import Recorder
from ui.search.usage import Usage
from ui.session import WindowState
from ui.settings import Settings
from ui.style import style_sheet
from ui.view import DocumentView, MakeCanvas
from ui.window import MainWindow

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from ui.running.desk import Desk

SOON = 500
"""Milliseconds after a change until the session is written."""


class Application(QObject):
    """One for the process. `start` opens the windows; `quit` closes them."""

    settings_changed = Signal()

    def __init__(self, qt: QApplication, specs: Mapping[str, NodeSpec], make_canvas: MakeCanvas) -> None:
        super().__init__(qt)
        self.qt = qt
        self.specs = specs
        self.windows: list[MainWindow] = []
        self.desk: Desk | None = None
        self.usage = Usage(paths.usage_file())
        self.settings: Settings = settings.load(paths.settings_file())
        self._make_canvas = make_canvas
        self._writer = Writer()
        self.ending = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SOON)
        self._timer.timeout.connect(self.save_session)
        self.look = Look.of(self.settings, self._system_dark())
        self._dressed: Look | None = None
        qt.styleHints().colorSchemeChanged.connect(self._restyle)
        qt.setStyle("Fusion")
        self._restyle()

    def start(self, files: Iterable[Path] = ()) -> MainWindow:
        """Open the windows as they were left, with what a crash left, and `files` in front."""
        found = {path.stem: path for path in recoverable(paths.journal_folder())}
        first = not paths.session_file().exists()
        saved = session.load(paths.session_file())
        recovered = 0
        for state in saved or [WindowState()]:
            window = self.new_window()
            window.restore(state)
            recovered += self._restore_tabs(window, state, found)
            window.show()
        window = self.windows[0]
        for path in found.values():
            view = self._recover(window, path, {})
            recovered += view is not None and view.editor.unsaved
        for file in files:
            window.documents.open(file)
        if recovered:
            text = self.tr("Unsaved work is back: 1 workflow.")
            if recovered > 1:
                text = self.tr("Unsaved work is back: {count} workflows.").format(count=recovered)
            window.say(text)
        if first and self.desk is not None and not window.tabs.count():
            self.desk.greet(window)
        return window

    def new_window(self) -> MainWindow:
        """An empty window, not shown yet."""
        window = MainWindow(self)
        self.windows.append(window)
        return window

    def make_view(self, editor: Editor) -> DocumentView:
        """A tab for a document, with its journal."""
        recorder = Recorder(editor, paths.journal_folder(), self._writer)
        view = DocumentView(editor, recorder, self.look, self._make_canvas)
        self.restyle_view(view)
        if self.desk is not None:
            self.desk.attach(view)
        return view

    def change(self, **changes: Any) -> None:
        """Change settings; looks and keys follow at once."""
        self.settings = replace(self.settings, **changes)
        self._save_settings()
        self._restyle()

    def remember(self, path: Path) -> None:
        """The file was opened or saved just now."""
        self.settings = self.settings.with_recent(path.resolve())
        self._save_settings()

    def used(self, node_type: str) -> None:
        """A node of that type was added."""
        self.usage.used(node_type)
        self.changed_soon()

    def changed_soon(self) -> None:
        """Write the session in a moment."""
        if not self.ending and not self._timer.isActive():
            self._timer.start()

    def save_session(self) -> None:
        """Write the session and the tally of use now."""
        try:
            session.save([window.state() for window in self.windows], paths.session_file())
            self.usage.save()
        except OSError as error:
            self._tell(self.tr("The session cannot be written: {why}").format(why=error.strerror or error))

    def may_close(self, windows: Sequence[MainWindow]) -> bool:
        """Ask once whether the unsaved work in these windows is saved, kept or given up; False to stay."""
        views = [(window, view) for window in windows for view in window.tabs.views()]
        unsaved = [(window, view) for window, view in views if view.editor.unsaved]
        last = len(windows) == len(self.windows)
        names = [view.editor.name for _, view in unsaved]
        answer = self._ask_close(windows[0], names, last) if unsaved else "keep"
        if answer == "stay":
            return False
        if answer == "save" and not all(window.documents.save(view) for window, view in unsaved):
            return False
        if last:
            self.save_session()
        for window, view in views:
            if view.editor.unsaved:
                window.documents.drop(view, keep=answer == "keep")
            else:
                window.documents.drop(view, keep=last and view.editor.path is not None)
        if last:
            self._timer.stop()
        return True

    def closed(self, window: MainWindow) -> None:
        """A window is gone."""
        self.settings_changed.disconnect(window._settings_changed)
        self.windows.remove(window)
        window.deleteLater()
        if not self.windows:
            self._timer.stop()
        elif not self.ending:
            self.changed_soon()

    def quit(self) -> bool:
        """Close every window; False where the user would rather stay."""
        if not self.windows or not self.may_close(self.windows):
            return not self.windows
        self.ending = True
        for window in list(self.windows):
            window.close()
        self.ending = False
        return True

    def end(self) -> None:
        """Let go of the writer's thread; nothing works afterwards."""
        self._timer.stop()
        if self.desk is not None:
            self.desk.close()
        self._writer.end()

    def _ask_close(self, window: MainWindow, names: list[str], last: bool) -> str:
        if len(names) == 1:
            title = self.tr("“{name}” has unsaved changes").format(name=names[0])
        else:
            title = self.tr("{count} workflows have unsaved changes").format(count=len(names))
        listed = "\n".join(names) + "\n\n" if len(names) > 1 else ""
        choices = [
            Choice("save", self.tr("Save"), "yes"),
            Choice("keep", self.tr("Keep for next start"), "other"),
            Choice("lose", self.tr("Discard"), "lose"),
            Choice("stay", self.tr("Cancel"), "no"),
        ]
        if not last:
            del choices[1]
            text = self.tr("Closing the window without saving loses them.")
        else:
            text = self.tr("They can wait, unsaved, for the next start.")
        return ask(window, title, listed + text, choices)

    def _restore_tabs(self, window: MainWindow, state: WindowState, found: dict[str, Path]) -> int:
        recovered = 0
        for tab in state.tabs:
            path = found.pop(tab.journal, None)
            view = self._recover(window, path, tab.view) if path is not None else None
            if view is not None:
                recovered += view.editor.unsaved
            elif (tab.path and not tab.journal) or (tab.path and Path(tab.path).exists()):
                window.documents.open(Path(tab.path), tab.view)
        if 0 <= state.current < window.tabs.count():
            window.tabs.setCurrentIndex(state.current)
        return recovered

    def _recover(self, window: MainWindow, path: Path, view: Mapping[str, Any]) -> DocumentView | None:
        """Open what a journal holds, with its undo steps; None where there is nothing of use in it."""
        found = recover(path)
        if found is None:
            return None
        if found.outdated:
            found.journal.remove()
            return None
        return window.documents.recover(found, view)

    def _system_dark(self) -> bool:
        return self.qt.styleHints().colorScheme() != Qt.ColorScheme.Light

    def _restyle(self) -> None:
        """Dress the chrome anew only where it looks otherwise: that takes a fifth of a second."""
        look = Look.of(self.settings, self._system_dark())
        if look != self._dressed:
            self._dressed = self.look = look
            self.qt.setPalette(look.theme.qt_palette())
            self.qt.setFont(look.font())
            self.qt.setStyleSheet(style_sheet(look.theme, look.metrics))
        for window in self.windows:
            for view in window.tabs.views():
                self.restyle_view(view)
        self.settings_changed.emit()

    def restyle_view(self, view: DocumentView) -> None:
        """Dress the canvases of a document, inside subgraphs too."""
        for widget in view.widgets:
            dress(widget, self.look, self.settings)

    def _save_settings(self) -> None:
        try:
            settings.save(self.settings, paths.settings_file())
        except OSError as error:
            self._tell(self.tr("The settings cannot be written: {why}").format(why=error.strerror or error))

    def _tell(self, text: str) -> None:
        for window in self.windows:
            window.say(text)
