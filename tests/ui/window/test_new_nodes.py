"""Where new nodes appear and what they are linked with: LoRAs in both links, feeders at the left, all in view."""

from __future__ import annotations

from PySide6.QtCore import QPointF

from nodegraph.edits import AddNodes, Disconnect
from nodegraph.model.graph import Node, Source
from tests.ui.window.person import Person


def fed_by(person: Person, node: str, name: str) -> str:
    return next((f"{s.node}.{s.output}" for s in person.node(node).inputs.get(name, ())), "")


def test_a_lora_beside_the_selected_loader_goes_into_the_model_and_clip_links(person: Person) -> None:
    person.editor.selection.set(["checkpoint"])
    person.key("Tab")
    person.write("load lora")
    person.key("Return")
    assert fed_by(person, "lora_loader", "model") == "checkpoint.model"
    assert fed_by(person, "lora_loader", "clip") == "checkpoint.clip"
    assert fed_by(person, "sampler", "model") == "lora_loader.model"
    assert fed_by(person, "prompt", "clip") == "lora_loader.clip"
    assert fed_by(person, "decode", "vae") == "checkpoint.vae"
    assert person.editor.stack.count() == 1
    person.key("Tab")
    person.write("load lora")
    person.key("Return")
    assert fed_by(person, "lora_loader_2", "clip") == "lora_loader.clip"
    assert fed_by(person, "sampler", "model") == "lora_loader_2.model"


def test_the_lora_recipe_links_the_text_encoder_too(person: Person) -> None:
    hand = person.hand
    spot = QPointF(person.node("sampler").pos[0], person.node("sampler").pos[1] + 900)
    hand.drag(hand.port("checkpoint", "model", True), spot)
    person.write("lora")
    person.key("Return")
    assert fed_by(person, "sampler", "model") == "lora_loader.model"
    assert fed_by(person, "prompt", "clip") == "lora_loader.clip"
    assert fed_by(person, "lora_loader", "clip") == "checkpoint.clip"


def test_what_feeds_an_input_stands_to_its_left(person: Person) -> None:
    person.editor.apply(Disconnect(tuple(k for k in person.node("save").links())))
    target = person.node("save").pos
    hand = person.hand
    hand.drag(hand.port("save", "image"), QPointF(target[0] + 60, target[1] + 500))
    person.key("Return")
    made = next(name for name in person.editor.selection.nodes)
    box = person.canvas.scene.nodes[made]
    assert box.x + box.width <= target[0]


def test_a_new_node_beside_one_at_the_border_is_in_view(person: Person) -> None:
    person.editor.apply(
        AddNodes((Node("far", "LoraLoader", inputs={"model": (Source("checkpoint", "model"),)}),))
    )
    person.editor.selection.set(["sampler"])
    middle = person.canvas.camera.visible()
    x, y = person.node("sampler").pos
    person.canvas.camera.look_at((x + 260 - middle.width() / 2, y, person.canvas.camera.zoom))
    person.canvas.camera_went()
    person.key("Tab")
    person.write("vae decode")
    person.key("Return")
    made = person.editor.selection.active
    assert made not in ("sampler", "")
    assert person.canvas.camera.visible().contains(person.canvas.scene.nodes[made].rect)
