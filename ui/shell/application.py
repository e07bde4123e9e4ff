"""What all windows share: settings, looks, node types, the session, and what a crash left behind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QSize, Qt, QTimer, Signal

from nodegraph.journal.lock import Claim, exclusive
from nodegraph.journal.writer import Writer
from nodegraph.model.spec import NodeSpec
from ui.config import paths, session, settings
from ui.config.session import WindowState
from ui.config.settings import Settings
from ui.config.usage import Usage
from ui.document.editor import Editor
from ui.document.journal_recorder import Recorder
from ui.i18n.node_texts import TranslatedSpecs
from ui.shell.apply_settings import dress
from ui.shell.command_context import CommandContext
from ui.shell.document_view import DocumentView, MakeCanvas
from ui.shell.main_window import MainWindow
from ui.shell.run_painting import attach
from ui.shell.session_restore import reopen
from ui.shell.shutdown import leave, may_close
from ui.theme.appearance import Appearance
from ui.theme.style import style_sheet

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from ui.runs.run_service import RunService

SOON = 500
"""Milliseconds after a change until the session is written."""


class Application(QObject):
    """One for the process. `start` opens the windows; `quit` closes them."""

    settings_changed = Signal()
    failed = Signal(str)
    """Something cannot be written; what and why. From any thread."""

    def __init__(
        self,
        qt: QApplication,
        specs: Mapping[str, NodeSpec],
        make_canvas: MakeCanvas,
        screen: QSize | None = None,
    ) -> None:
        """`screen` is the room of new windows in logical pixels; by default that of the screen they open on."""
        super().__init__(qt)
        self.qt = qt
        self.screen = screen
        self.specs: Mapping[str, NodeSpec] = TranslatedSpecs(specs)
        self.windows: list[MainWindow] = []
        self.run_service: RunService | None = None
        self.usage = Usage(paths.usage_file())
        self.settings: Settings = settings.load(paths.settings_file())
        self._make_canvas = make_canvas
        self.scale, self.language = self.settings.scale, self.settings.language
        self.session = Claim(paths.session_file().with_suffix(".lock"))
        self.session.acquire()
        self._writer = Writer()
        self._sessions = ThreadPoolExecutor(1, "session")
        self.ending = False
        self.again = False
        self.failed.connect(self._tell)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SOON)
        self._timer.timeout.connect(self.save_session)
        self.look = Appearance.of(self.settings, self._system_dark())
        self._dressed: Appearance | None = None
        qt.styleHints().colorSchemeChanged.connect(self._restyle)
        qt.setStyle("Fusion")
        self._restyle()

    def start(self, files: Iterable[Path] = ()) -> MainWindow:
        """Open the windows as they were left, with what a crash left, and `files` in front."""
        return reopen(self, files)

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
        if self.run_service is not None:
            attach(self.run_service, view)
        return view

    def change(self, **changes: Any) -> None:
        """Change settings; looks and keys follow at once."""
        self._change_settings(lambda now: replace(now, **changes))
        self._restyle()

    def remember(self, path: Path) -> None:
        """The file was opened or saved just now."""
        self._change_settings(lambda now: now.with_recent(path.resolve()))

    def forget_gone(self) -> None:
        """Take recent files that are no longer there out of the settings."""
        if self.settings.without_gone() != self.settings:
            self._change_settings(lambda now: now.without_gone())

    def used(self, node_type: str) -> None:
        """A node of that type was added."""
        self.usage.used(node_type)
        self.changed_soon()

    def changed_soon(self) -> None:
        """Write the session in a moment."""
        if not self.ending and not self._timer.isActive():
            self._timer.start()

    def save_session(self, wait: bool = False) -> None:
        """Write the session and the tally of use, beside the window's thread: a disk may take long."""
        states = [window.state() for window in self.windows] if self.session.held else None
        writing = self._sessions.submit(self._write_session, states)
        if wait:
            writing.result()

    def _write_session(self, states: list[WindowState] | None) -> None:
        try:
            if states is not None:
                session.save(states, paths.session_file())
            self.usage.save()
        except OSError as error:
            self.failed.emit(
                self.tr("The session cannot be written: {why}").format(why=error.strerror or error)
            )

    def closed(self, window: CommandContext) -> None:
        """A window is gone."""
        self.windows[:] = [other for other in self.windows if other is not window]
        window.deleteLater()
        if not self.windows:
            self._timer.stop()
        elif not self.ending:
            self.changed_soon()

    def quit(self) -> bool:
        """Close every window; False where the user would rather stay."""
        if self.windows and not may_close(self, self.windows):
            return False
        self._close_windows()
        return True

    def restart(self) -> None:
        """End, and begin again at once with every tab as it is. Asks nothing, for nothing is lost."""
        self.again = True
        leave(self, self.windows, keep_unsaved=True)
        self._close_windows()

    def end(self) -> None:
        """Let go of the writers' threads and of the session; nothing works afterwards."""
        self._timer.stop()
        if self.run_service is not None:
            self.run_service.close()
        self._writer.end()
        self._sessions.shutdown()
        self.session.release()

    def _close_windows(self) -> None:
        self.ending = True
        self._timer.stop()
        for window in list(self.windows):
            window.close()
        self.ending = False

    def _system_dark(self) -> bool:
        return self.qt.styleHints().colorScheme() != Qt.ColorScheme.Light

    def _restyle(self) -> None:
        """Dress the chrome anew only where it looks otherwise: that takes a fifth of a second."""
        look = Appearance.of(self.settings, self._system_dark())
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

    def _change_settings(self, change: Callable[[Settings], Settings]) -> None:
        """Change the settings as they are in their file now: another editor may have written it."""
        path = paths.settings_file()
        with exclusive(path):
            self.settings = change(settings.newest(path, self.settings))
            self._save_settings()

    def _save_settings(self) -> None:
        try:
            settings.save(self.settings, paths.settings_file())
        except OSError as error:
            text = self.tr("The settings cannot be written: {why}").format(why=error.strerror or error)
            self.failed.emit(text)

    def _tell(self, text: str) -> None:
        for window in self.windows:
            window.say(text)
