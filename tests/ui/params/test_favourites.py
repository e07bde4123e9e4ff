from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from nodegraph.analysis.starred import stars
from nodegraph.edits import SetExpression, SetParam
from nodegraph.edits.subgraphs import MakeSubgraph
from nodegraph.model.expression_refs import expressions_of
from tests.ui.params.catalogue import SPECS
from tests.ui.params.conftest import graph
from ui.canvas.canvas import Canvas
from ui.canvas.rendering.paint_rows import field_rect
from ui.config import paths
from ui.editors.binding import Binding
from ui.editors.presets import Presets
from ui.editors.rows import RowEditors
from ui.panels.inspector.menu import row_menu, sources_of, take_over
from ui.panels.inspector.panel import Inspector

if TYPE_CHECKING:
    from ui.document.editor import Editor
    from ui.shell.main_window import MainWindow


def editor_of(panel: Inspector) -> Editor:
    return panel._editor


def press(menu: QMenu, words: str) -> None:
    next(action for action in menu.actions() if action.text() == words).trigger()


def test_a_starred_parameter_stands_first_and_with_nothing_selected_all_of_them(panel: Inspector) -> None:
    assert next(iter(panel.rows)) == "steps"
    QTest.mouseClick(panel.rows["denoise"].star, Qt.MouseButton.LeftButton)
    QTest.qWait(5)
    assert next(iter(panel.rows)) == "denoise"
    editor_of(panel).selection.clear()
    QTest.qWait(5)
    assert list(panel.rows) == ["all.denoise"]
    QTest.mouseClick(panel.rows["all.denoise"].star, Qt.MouseButton.LeftButton)
    QTest.qWait(5)
    assert not panel.rows
    assert editor_of(panel).stack.index() == 3


def test_an_expression_is_shown_and_removed_keeping_its_value(panel: Inspector) -> None:
    editor = editor_of(panel)
    editor.apply(SetExpression("all", "steps", "width / 8"))
    row = panel.rows["steps"]
    assert row.formula.isVisible() and row.formula.words == "= width / 8"
    press(row.menu(), "Copy expression")
    assert QGuiApplication.clipboard().text() == "=width / 8"
    press(row.menu(), "Remove expression, keep value")
    assert not row.formula.isVisible()
    assert editor.graph.nodes["all"].params["steps"] == 64
    assert not expressions_of(editor.graph.nodes["all"])


def test_a_parameter_takes_over_the_value_of_another(panel: Inspector, window: MainWindow) -> None:
    editor = editor_of(panel)
    binding = Binding.of(editor, "all", "cfg")
    assert binding is not None
    assert "number.value" in sources_of(binding) and "all.cfg" not in sources_of(binding)
    assert "all.prompt" not in sources_of(binding) and "all.linked" not in sources_of(binding)
    popup = take_over(binding, window.app.look, panel.rows["cfg"])
    QTest.keyClicks(popup.line, "number")
    QTest.keyClick(popup.line, Qt.Key.Key_Return)
    assert binding.formula == "number.value" and binding.value == 1.0
    words = Binding.of(editor, "all", "name")
    assert words is not None and words.compute("all.prompt")
    editor.apply(SetParam("all", "prompt", "a boat"))
    assert words.value == "a boat"


def test_copied_options_set_the_same_value(panel: Inspector, window: MainWindow) -> None:
    from nodegraph.cli.opening import with_value

    editor = editor_of(panel)
    editor.apply(SetParam("all", "prompt", "it's a\nhouse"))
    import shlex

    for name in ("steps", "prompt", "upscale", "cfg"):
        binding = Binding.of(editor, "all", name)
        assert binding is not None
        press(row_menu(binding, window.app.look, panel, lambda: None), "Copy as command-line option")
        flag, text = shlex.split(QGuiApplication.clipboard().text())
        assert flag == "--set"
        assert with_value(graph(), SPECS, text).nodes["all"].params[name] == binding.value


def test_a_presets_values_come_back_as_one_step(panel: Inspector) -> None:
    editor = editor_of(panel)
    editor.apply(SetParam("all", "steps", 50))
    editor.apply(SetExpression("all", "width", "steps * 8"))
    menu = panel.preset_menu()
    menu.ask = lambda _title, _text: "Slow & good"
    press(menu, "Save these values as a preset…")
    editor.apply(SetParam("all", "steps", 5))
    before = editor.stack.index()
    press(panel.preset_menu(), "Slow && good")
    assert editor.graph.nodes["all"].params["steps"] == 50 and editor.stack.index() == before + 1
    assert expressions_of(editor.graph.nodes["all"]) == {"width": "steps * 8"}
    menu = panel.preset_menu()
    menu.ask = lambda _title, text: f"{text}!"
    menu.rename("Slow & good")
    assert Presets().names("Everything") == ("Slow & good!",)
    menu.delete("Slow & good!")
    assert Presets().names("Everything") == () and paths.presets_file().read_text() == "{}\n"


def test_presets_bear_with_damaged_files_and_say_what_cannot_be_saved(
    panel: Inspector, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "presets.json"
    found = Presets(file)
    for text in (
        "{",
        "[]",
        '{"Everything": 5}',
        '{"Everything": {"a": [1], "b": {"steps": [], "cfg": 2.0}}}',
    ):
        file.write_text(text)
        assert found.values("Everything", "a") == {}
    assert found.values("Everything", "b") == {"cfg": 2.0}
    found.save("Other", "x", {"n": 1})
    assert found.values("Everything", "b") == {"cfg": 2.0} and found.values("Other", "x") == {"n": 1}

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("nodegraph.support.json_store.write", fail)
    said: list[str] = []
    editor_of(panel).status.connect(said.append)
    menu = panel.preset_menu()
    menu.ask = lambda _title, _text: "New"
    menu.save()
    assert said == ["The presets could not be saved (No space left on device); nothing has changed."]


def test_the_menu_of_a_row_on_the_canvas_computes_and_copies(panel: Inspector, window: MainWindow) -> None:
    view = window.view
    assert view is not None and isinstance(view.widget, Canvas)
    canvas = view.widget
    canvas.frame_all()
    QTest.qWait(250)
    rows = canvas.findChild(RowEditors)
    assert rows is not None
    row, box = rows.row_of("all", "steps"), canvas.scene.nodes["all"]
    assert row is not None
    middle = field_rect(box, row).translated(box.x, box.y).center()
    window.popups.canvas_menu(QPoint(40, 40), canvas.hit(QPointF(canvas.camera.to_view(middle))))
    menu = next(found for found in window.findChildren(QMenu) if found.isVisible())
    part = menu.actions()[0].menu()
    assert isinstance(part, QMenu) and part.title() == "Steps"
    press(part, "Copy as command-line option")
    assert QGuiApplication.clipboard().text() == "--set all.steps=20"
    press(part, "Add to favourites")
    assert stars(view.editor.graph) == (("all", "steps"),)
    menu.close()
    QTest.qWait(5)


def test_inside_a_subgraph_values_are_computed_and_nothing_is_starred(
    panel: Inspector, window: MainWindow
) -> None:
    view = window.view
    assert view is not None
    view.editor.apply(MakeSubgraph(("all", "number"), "Inside", "one"))
    assert view.levels.enter("one")
    view.level.apply(SetExpression("all", "steps", "width / 8"))
    assert view.editor.graph.subgraphs["Inside"].nodes["all"].params["steps"] == 64
    view.level.apply(SetParam("all", "width", 256))
    assert view.level.graph.nodes["all"].params["steps"] == 32
    view.level.selection.set(["all"])
    inner = window.docks.panel("inspector")
    assert isinstance(inner, Inspector)
    QTest.qWait(10)
    assert "steps" in inner.rows and not inner.rows["steps"].star.isVisible()
