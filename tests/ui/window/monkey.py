"""Somebody without a plan at the real window: any keys, presses, wheels, drops and actions, from a seed.

Nothing that it does may raise, crash, or leave a graph that is none.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QMimeData, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QPushButton

from nodegraph.formats import native
from nodegraph.formats.native import dumps, loads
from tests.nodegraph.valid import assert_valid
from tests.ui.canvas.hand import LEFT, NONE
from tests.ui.catalogue import text_to_picture
from tests.ui.running.graphs import painting
from tests.ui.window.paws import Paws
from ui.shell.actions.table import ACTIONS
from ui.shell.application import Application

LEAVING = ("file.quit", "run.stop_all")
"""Actions that it is not let near."""
MOST_NODES, MOST_TABS = 200, 8


def toys(folder: Path) -> list[Path]:
    """Files to drop: workflows, a picture, a broken file and a folder."""
    picture = QImage(64, 48, QImage.Format.Format_RGB32)
    picture.fill(0x336699)
    (folder / "toys" / "folder").mkdir(parents=True)
    found = [
        folder / "toys" / name for name in ("flow.json", "painting.json", "cat.png", "broken.json", "folder")
    ]
    native.save(text_to_picture(), found[0])
    native.save(painting(seconds=0.2), found[1])
    if not (picture.save(str(found[2])) and picture.save(str(found[4] / "dog.png"))):
        raise OSError(f"{folder} takes no pictures")
    found[3].write_text("{")
    return found


class Monkey(Paws):
    """Does one thing at a time, also where a menu or dialog is open."""

    def __init__(self, app: Application, seed: int, files: list[Path]) -> None:
        super().__init__(app, seed)
        self.files = files
        self.steps = 0
        self._end = 0
        self._ways: tuple[tuple[int, Callable[[], None]], ...] = (
            (30, self._press_or_release),
            (30, self._move),
            (8, self._double_click),
            (8, self._wheel),
            (20, self._key),
            (10, self._shortcut),
            (4, self._write),
            (3, self._undo),
            (1, self._drop),
            (1, self._tab),
            (1, self._size),
        )

    def run(self, steps: int) -> None:
        """So many things, each from the event loop, also from that of a dialog; then all is let go of."""
        self._end = self.steps + steps
        QTimer.singleShot(0, self._step)
        while self.steps < self._end:
            QApplication.processEvents()
        self._let_go()

    def _step(self) -> None:
        """One thing. The next is asked for first: this one may open a dialog and last until that closes."""
        self.steps += 1
        dialog = QApplication.activeModalWidget()
        over = self.steps >= self._end
        if not over or dialog is not None:
            QTimer.singleShot(0, self._step)
        if isinstance(dialog, QFileDialog) or (over and isinstance(dialog, QDialog)):
            self._note("reject", dialog)
            dialog.reject()
        elif isinstance(dialog, QDialog) and self.rng.random() < 0.2:
            self._answer(dialog)
        elif over:
            while popup := QApplication.activePopupWidget():
                popup.close()
        elif not self.app.windows:
            self._note("start")
            self.app.start(self.files[:1])
        elif self.steps % 50 == 0:
            self._tidy()
        else:
            self.rng.choices([way for _, way in self._ways], [weight for weight, _ in self._ways])[0]()

    def check(self) -> None:
        """Every graph is one."""
        for window in self.app.windows:
            for view in window.tabs.views():
                graph = view.editor.graph
                assert dumps(loads(dumps(graph))) == dumps(graph)
                assert_valid(graph)

    def close_all(self) -> None:
        """An empty window, as at the beginning."""
        if not self.app.windows:
            self.app.start()
        for window in self.app.windows:
            for view in window.tabs.views():
                window.documents.drop(view, keep=False)
        for window in self.app.windows[1:]:
            window.close()
        QTest.qWait(300)

    def _shortcut(self) -> None:
        """An action by its menu entry, where that can be called."""
        action = self.rng.choice(ACTIONS)
        front = QApplication.activePopupWidget() or QApplication.activeModalWidget()
        if action.id in LEAVING or front is not None:
            return
        entry = self.rng.choice(self.app.windows).menus.actions[action.id]
        self._note("action", action.id, entry.isEnabled())
        if entry.isEnabled():
            entry.trigger()

    def _undo(self) -> None:
        view = self.rng.choice(self.app.windows).view
        if view is not None:
            index = self.rng.randint(0, view.editor.stack.count())
            self._note("history", index)
            view.editor.stack.setIndex(index)

    def _drop(self) -> None:
        if QApplication.activeModalWidget() or QApplication.activePopupWidget():
            return
        window, data = self.rng.choice(self.app.windows), QMimeData()
        files = self.rng.sample(self.files, self.rng.randint(1, 2))
        place = self._place(window)
        self._note("drop", [file.name for file in files], place)
        data.setUrls([QUrl.fromLocalFile(str(path)) for path in files])
        copy = Qt.DropAction.CopyAction
        QApplication.sendEvent(window, QDragEnterEvent(place, copy, data, LEFT, NONE))
        QApplication.sendEvent(window, QDragMoveEvent(place, copy, data, LEFT, NONE))
        QApplication.sendEvent(window, QDropEvent(QPointF(place), copy, data, LEFT, NONE))

    def _tab(self) -> None:
        window = self.rng.choice(self.app.windows)
        self._note("tab")
        window.tabs.step(self.rng.choice((-1, 1)))

    def _size(self) -> None:
        window = self.rng.choice(self.app.windows)
        size = self.rng.choice(((1440, 900), (1000, 640), (700, 500)))
        self._note("resize", size)
        window.resize(*size)

    def _answer(self, dialog: QDialog) -> None:
        buttons = [b for b in dialog.findChildren(QPushButton) if b.isVisible() and b.isEnabled()]
        restarts = [b for b in buttons if "Restart" in b.text()]
        buttons = [b for b in buttons if b not in restarts]
        if buttons and self.rng.random() < 0.7:
            button = self.rng.choice(buttons)
            self._note("answer", button.text())
            QTest.mouseClick(button, LEFT)
        else:
            self._note("reject", type(dialog).__name__)
            dialog.reject()

    def _tidy(self) -> None:
        """What copies of copies would make larger and larger is made small again."""
        if QApplication.activeModalWidget() is not None:
            return
        for window in self.app.windows[1:]:
            for view in window.tabs.views():
                window.documents.drop(view, keep=False)
            window.close()
        window = self.app.windows[0]
        for view in window.tabs.views()[: max(0, window.tabs.count() - MOST_TABS)]:
            window.documents.drop(view, keep=False)
        for view in window.tabs.views():
            if len(view.editor.graph.nodes) + len(view.editor.graph.subgraphs) > MOST_NODES:
                self._note("back to the beginning")
                view.editor.stack.setIndex(0)
        if not window.tabs.count():
            self._note("open")
            window.documents.open(self.files[0])
