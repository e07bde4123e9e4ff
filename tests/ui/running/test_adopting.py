"""Model files dropped on the window are known from then on, and the workflow goes on with them."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from tests import models_maker
from tests.ui.running.real import User, launched
from ui.config.model_files import model_files

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

INK = Path(__file__).parents[3] / "nodes" / "practice" / "loras" / "ink.safetensors"


def drop(user: User, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    copy = Qt.DropAction.CopyAction
    entered = QDragEnterEvent(QPoint(600, 700), copy, data, left, none)
    QApplication.sendEvent(user.window, entered)
    assert entered.isAccepted()
    QApplication.sendEvent(user.window, QDropEvent(QPointF(600, 700), copy, data, left, none))


def test_dropped_models_are_known_and_used(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> None:
    elsewhere = tmp_path / "downloads"
    elsewhere.mkdir()
    style = shutil.copy(INK, elsewhere / "my style.safetensors")
    real = models_maker.write_file(models_maker.sd1(), elsewhere / "real.safetensors")
    (elsewhere / "junk.safetensors").write_bytes(b"nothing of the kind")
    model_files.cache_clear()
    with launched(qtbot, qapp) as user:
        before = user.sheet.editor.graph
        drop(user, elsewhere / "junk.safetensors")
        assert user.sheet.editor.graph is before
        drop(user, Path(style))
        (added,) = [node for node in user.sheet.editor.graph.nodes.values() if node.id not in before.nodes]
        assert (added.type, added.params["lora"]) == ("LoraLoader", "my style.safetensors")
        assert user.run_panels.overlays.chip is not None and user.run_panels.overlays.chip.isVisible()
        drop(user, Path(real))
        assert user.sheet.editor.graph.nodes["checkpoint"].params["checkpoint"] == "real.safetensors"
        assert [user.sheet.editor.graph.nodes["size"].params[side] for side in ("width", "height")] == [
            512,
            512,
        ]
        assert not user.run_panels.overlays.chip.isVisible()
        assert "real.safetensors" in model_files().names("checkpoints")
        # The same file again is the same model, under the same name.
        user.sheet.editor.stack.undo()
        assert user.sheet.editor.graph.nodes["size"].params["width"] == 128
        assert user.run_panels.overlays.chip.isVisible()
        drop(user, Path(real))
        assert user.sheet.editor.graph.nodes["checkpoint"].params["checkpoint"] == "real.safetensors"
        found = model_files().find("checkpoints", "real.safetensors")
        assert found is not None and found.samefile(real)
    model_files.cache_clear()
