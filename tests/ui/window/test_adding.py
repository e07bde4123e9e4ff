"""Adding nodes by the search: what it shows, what Enter wires, and what a link dropped on nothing may become."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt

from nodegraph.edits import Disconnect
from nodegraph.model.graph import Graph, Node, Source
from nodegraph.model.spec import NodeSpec, Output, Param
from tests.ui.canvas.hand import CTRL, Hand
from tests.ui.catalogue import SPECS
from tests.ui.window.keymap_window import empty
from tests.ui.window.person import Person
from ui.canvas.interaction.gestures.link import LinkDrag
from ui.canvas.scene.geometry import PortRef
from ui.search.add_node.insert import insert_node
from ui.search.add_node.popup import AddNodePopup


def asked(person: Person) -> list[str]:
    """The rows of the search that is open."""
    popup = person.window.popups.current
    assert isinstance(popup, AddNodePopup)
    return [str(popup.rows.index(row).data()) for row in range(popup.rows.rowCount())]


def dropped(
    person: Person, start: QPointF, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> Hand:
    """Drag from a port to where nothing lies."""
    hand = person.hand
    hand.drag(start, empty(person), modifiers=modifiers)
    return hand


def source(person: Person, node: str, name: str) -> str:
    return next((found.node for found in person.node(node).inputs.get(name, ())), "")


def test_the_preview_shows_ports_and_one_line_of_help(person: Person) -> None:
    person.key("Tab")
    popup = person.window.popups.current
    assert isinstance(popup, AddNodePopup)
    seen = []
    for text in ("ksampler", "vae decode"):
        popup.line.clear()
        person.write(text)
        assert "\n" not in popup.card.help
        seen.append(popup.card.grab().toImage())
    assert seen[0] != seen[1]
    person.key("Escape")


def test_an_output_dropped_on_nothing_offers_nodes_recipes_and_a_bend(person: Person) -> None:
    hand = dropped(person, person.hand.port("checkpoint", "model", True))
    assert {"KSampler", "LoRA", "Sample and decode", "Reroute point"} <= set(asked(person))
    person.write("load lora")
    person.key("Return")
    assert source(person, "lora_loader", "model") == "checkpoint" and person.editor.stack.count() == 1
    assert source(person, "sampler", "model") == "checkpoint"
    person.editor.stack.undo()
    dropped(person, hand.port("checkpoint", "model", True))
    person.write("load lora")
    person.key("Ctrl+Return")
    assert not person.node("lora_loader").inputs, "Ctrl+Enter places it unwired"


def test_an_input_dropped_on_nothing_offers_what_feeds_it(person: Person) -> None:
    person.editor.apply(Disconnect(tuple(person.node("save").links())))
    dropped(person, person.hand.port("save", "image"))
    offered = asked(person)
    assert offered[0] == "Load picture" and "VAE decode" in offered, "what needs nothing itself comes first"
    person.key("Return")
    assert source(person, "save", "image") == "load_image"


def test_a_link_pulled_off_moves_to_the_new_node_and_escape_puts_it_back(person: Person) -> None:
    before = person.graph
    dropped(person, person.hand.port("save", "image"))
    assert person.graph is before
    person.key("Escape")
    assert person.graph is before and not person.canvas.stage.look.hidden
    dropped(person, person.hand.port("save", "image"))
    person.write("batch")
    person.key("Return")
    assert source(person, "batch_images", "images") == "decode" and not source(person, "save", "image")
    person.editor.stack.undo()
    assert source(person, "save", "image") == "decode" and person.editor.stack.index() == 0


def test_a_link_pulled_off_can_be_taken_away(person: Person) -> None:
    dropped(person, person.hand.port("save", "image"))
    assert "Disconnect" in asked(person)
    person.write("disconnect")
    person.key("Return")
    assert not source(person, "save", "image") and person.editor.stack.count() == 1


def test_all_links_of_an_output_go_to_the_new_node(person: Person) -> None:
    dropped(person, person.hand.port("checkpoint", "clip", True), CTRL)
    person.write("load lora")
    person.key("Return")
    assert source(person, "prompt", "clip") == source(person, "negative", "clip") == "lora_loader"
    assert person.editor.stack.count() == 1


def test_a_bend_keeps_the_link_in_the_hand(person: Person) -> None:
    hand = dropped(person, person.hand.port("latent", "latent", True))
    place = hand.canvas.camera.to_scene(QPointF(hand.view(empty(person))))
    person.write("reroute")
    person.key("Return")
    person.bot.waitUntil(lambda: isinstance(person.canvas.gesture, LinkDrag))
    person.canvas.grab()
    hand.move(hand.port("decode", "latent"), Qt.MouseButton.NoButton)
    hand.click(hand.port("decode", "latent"))
    (made,) = person.node("decode").inputs["latent"]
    assert made.node == "latent" and person.canvas.gesture is None
    assert [abs(made.via[0][0] - place.x()) <= 5, abs(made.via[0][1] - place.y()) <= 5] == [True, True]


def test_a_value_node_takes_over_the_value_it_stands_for() -> None:
    holder = NodeSpec(
        "Whole", "Integer", "values", params=(Param("value", "Int", 0),), outputs=(Output("int", "Int"),)
    )
    graph = Graph.of(Node("latent", "EmptyLatent", params={"width": 768}))
    made = insert_node(holder, graph, {**SPECS, "Whole": holder}, (0, 0), PortRef("latent", "width", False))
    after = made.edit.apply(graph)
    assert after.nodes["whole"].params == {"value": 768}
    assert after.nodes["latent"].inputs["width"] == (Source("whole", "int"),)


def test_enter_wires_to_the_selected_node_and_covers_no_other(person: Person) -> None:
    scene = person.canvas.scene
    for name, words in (("checkpoint", "load lora"), ("checkpoint", "ksampler"), ("decode", "empty latent")):
        person.select(name)
        before = set(person.graph.nodes)
        person.key("Tab")
        person.write(words)
        person.key("Return")
        (new,) = set(person.graph.nodes) - before
        rect = scene.nodes[new].rect
        assert not [other for other, box in scene.nodes.items() if other != new and box.rect.intersects(rect)]
    assert source(person, "lora_loader", "model") == source(person, "ksampler", "model") == "checkpoint"


def bent(person: Person) -> Hand:
    """The link into the saver, pulled off and led through a point, still in the hand."""
    hand = dropped(person, person.hand.port("save", "image"))
    person.write("reroute")
    person.key("Return")
    person.bot.waitUntil(lambda: isinstance(person.canvas.gesture, LinkDrag))
    return hand


def test_a_link_in_the_hand_is_put_back_by_escape_and_may_end_where_it_did(person: Person) -> None:
    before = person.graph
    bent(person)
    assert person.canvas.stage.look.hidden
    person.key("Escape")
    assert person.graph is before and person.canvas.gesture is None and not person.canvas.stage.look.hidden
    hand = bent(person)
    hand.click(hand.port("save", "image"))
    (made,) = person.node("save").inputs["image"]
    assert made.node == "decode" and len(made.via) == 1 and person.editor.stack.count() == 1


def test_a_tab_that_closes_or_goes_to_the_back_takes_its_search_with_it(person: Person) -> None:
    window = person.window
    window.documents.new()
    for away in (lambda: window.tabs.step(1), lambda: person.key("Ctrl+W")):
        window.tabs.setCurrentWidget(person.view)
        person.view.widget.setFocus()
        person.key("Tab")
        assert isinstance(window.popups.current, AddNodePopup)
        away()
        assert window.popups.current is None and window.view is not person.view
    assert window.tabs.count() == 1
