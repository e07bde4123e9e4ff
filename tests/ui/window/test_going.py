"""Going about in a workflow by keys: views, bookmarks, Find, and what of it is no step of undo."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF

from nodegraph.edits import AddNodes, SetParam
from nodegraph.formats import native
from nodegraph.model.graph import Node
from tests.ui.canvas.hand import ALT
from tests.ui.window.keymap_canvas import subgraph
from tests.ui.window.person import Person


@pytest.mark.parametrize("keys", ["F", "A", "Home"])
def test_shift_f_goes_back_to_the_view_before(person: Person, keys: str) -> None:
    person.select("save")
    before = person.canvas.view_state()
    person.key(keys)
    assert person.canvas.view_state() != before
    person.key("Shift+F")
    assert person.canvas.view_state() == before and person.editor.stack.count() == 0


def test_f2_goes_from_bookmark_to_bookmark(person: Person) -> None:
    for number, name in ((1, "latent"), (3, "save")):
        person.select(name)
        person.key(f"Ctrl+{number}")
    person.select("checkpoint")
    seen = []
    for _ in range(3):
        person.key("F2")
        seen.append(person.editor.selection.active)
    assert seen == ["latent", "save", "latent"]


def test_a_bookmark_is_reached_from_inside_a_subgraph(person: Person) -> None:
    person.select("latent")
    person.key("Ctrl+4")
    subgraph(person)
    person.key("Tab")
    assert person.view.levels.inner
    person.key("4")
    assert not person.view.levels.inner and person.editor.selection.nodes == {"latent"}


def test_inside_a_subgraph_no_bookmark_is_set_and_that_is_said(person: Person) -> None:
    subgraph(person)
    person.key("Tab")
    person.canvas.select_all()
    before = person.view.editor.graph
    person.key("Ctrl+2")
    assert person.view.editor.graph is before
    assert "Bookmarks" in person.window.bar.currentMessage()


def test_find_flies_to_what_lies_in_a_subgraph(person: Person) -> None:
    subgraph(person)
    person.select()
    person.key("Ctrl+F")
    person.write("type:VAEDecode")
    person.key("Return")
    assert person.view.levels.inner and person.editor.selection.nodes == {"decode"}
    rect = person.canvas.scene.nodes["decode"].rect
    person.bot.waitUntil(lambda: person.canvas.camera.visible().contains(rect), timeout=3000)


def test_find_searches_titles_values_and_notes(person: Person) -> None:
    for words, nodes, notes in (
        ("red house", {"prompt"}, set()),
        ("title:ksampler", {"sampler"}, set()),
        ("first steps", set(), {"note"}),
        ("type:KSampler steps>20", {"sampler"}, set()),
        ("type:KSampler steps>40", set(), set()),
    ):
        person.select()
        person.key("Ctrl+F")
        person.write(words)
        person.key("Return")
        if person.window.popups.current is not None:
            person.key("Escape")
        now = person.editor.selection.now
        assert (set(now.nodes), set(now.notes)) == (nodes, notes), words
    assert person.editor.stack.count() == 0


def test_delete_heals_and_shift_delete_severs(person: Person) -> None:
    person.select("decode")
    person.key("Delete")
    assert not person.node("save").inputs, "nothing of a latent fits a picture"
    person.editor.stack.undo()
    for keys, healed in (("Delete", True), ("Shift+Delete", False)):
        person.select("checkpoint")
        person.key("Tab")
        person.write("load lora")
        person.key("Ctrl+Return")
        hand = person.hand
        hand.drag(hand.port("checkpoint", "model", True), hand.port("lora_loader", "model"))
        hand.drag(hand.port("lora_loader", "model", True), hand.port("sampler", "model"))
        assert person.node("sampler").inputs["model"][0].node == "lora_loader"
        person.select("lora_loader")
        person.key(keys)
        feeds = [source.node for source in person.node("sampler").inputs.get("model", ())]
        assert feeds == (["checkpoint"] if healed else [])
        person.editor.stack.setIndex(0)


def test_ctrl_shift_and_arrows_select_what_comes_after_and_before(person: Person) -> None:
    person.select("sampler")
    person.key("Ctrl+Shift+Right")
    assert person.editor.selection.nodes == {"sampler", "decode", "save"}
    person.select("prompt")
    person.key("Ctrl+Shift+Left")
    assert person.editor.selection.nodes == {"prompt", "checkpoint"}
    person.key("Shift+G")
    assert person.editor.selection.nodes == {"prompt", "negative", "checkpoint"}


def test_the_minimap_is_turned_off_and_on_by_its_key(person: Person) -> None:
    person.canvas.zoom_to(2.0)
    shown = person.canvas.minimap.isVisible()
    person.key("Shift+M")
    assert person.canvas.minimap.isVisible() is not shown
    person.key("Shift+M")
    assert person.canvas.minimap.isVisible() is shown


def test_looking_and_selecting_are_no_steps_and_all_steps_come_back(person: Person) -> None:
    begun = native.dumps(person.graph)
    for number in range(300):
        person.select("latent" if number % 2 else "sampler")
        person.canvas.zoom_by(0.9 if number % 2 else 1.1)
        person.editor.apply(SetParam("latent", "width", 8 * number + 8))
    assert person.editor.stack.count() == 300
    for _ in range(300):
        person.key("Ctrl+Z")
    assert native.dumps(person.graph) == begun
    person.key("Ctrl+Shift+Z")
    person.select("save")
    person.canvas.frame_selected()
    assert person.editor.stack.canRedo(), "looking around forgets no redo"


def test_shaking_is_a_setting_and_off_at_first(person: Person) -> None:
    assert not person.canvas.stage.habits.shake
    person.window.app.change(shake=True)
    assert person.canvas.stage.habits.shake


def test_alt_pulls_a_node_out_and_joins_what_is_left(person: Person) -> None:
    person.editor.apply(AddNodes((Node("lora", "LoraLoader", pos=(320, 620)),)))
    hand = person.hand
    hand.drag(hand.port("checkpoint", "model", True), hand.port("lora", "model"))
    hand.drag(hand.port("lora", "model", True), hand.port("sampler", "model"))
    steps = person.editor.stack.count()
    start = hand.title("lora")
    hand.drag(start, start + QPointF(-60, 40), modifiers=ALT)
    assert person.node("sampler").inputs["model"][0].node == "checkpoint" and not person.node("lora").inputs
    assert person.editor.stack.count() == steps + 1


def test_what_is_selected_is_renamed_by_key(person: Person) -> None:
    person.select("sampler")
    person.key("Ctrl+F2")
    person.write("First pass")
    person.key("Return")
    assert person.node("sampler").title == "First pass"
    person.editor.selection.set((), (), ["frame"])
    person.key("Ctrl+F2")
    person.write("Words")
    person.key("Return")
    assert person.graph.frames["frame"].title == "Words"
    person.editor.selection.set((), (), (), ["note"])
    person.key("Ctrl+F2")
    person.key("Ctrl+A")
    person.write("remember")
    person.key("Ctrl+Return")
    assert person.graph.notes["note"].text == "remember" and person.editor.stack.count() == 3
