"""An empty latent has the size of the model it goes to, or it is said that it has not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph.edits import Connect, Disconnect, SetParam
from nodegraph.model.graph import Graph, Node, Source
from nodegraph.node_api.catalogue import installed
from tests.ui.window.person import Person
from ui.search.add_node import latent_size
from ui.search.add_node.latent_size import fits, fitted, side_wanted

SPECS = installed()


def wired(checkpoint: str, between: bool = False) -> Graph:
    model = Source("lora", "model") if between else Source("checkpoint", "model")
    return Graph.of(
        Node("checkpoint", "CheckpointLoader", params={"checkpoint": checkpoint}),
        Node("lora", "LoraLoader", inputs={"model": (Source("checkpoint", "model"),)}),
        Node("latent", "EmptyLatent", params={"width": 512, "height": 512}),
        Node("repeat", "LatentRepeat", inputs={"latent": (Source("latent", "latent"),)}),
        Node("sampler", "KSampler", inputs={"model": (model,), "latent": (Source("repeat", "latent"),)}),
    )


@pytest.mark.parametrize("between", [False, True])
def test_a_latent_is_fitted_to_the_model_over_nodes_in_between(
    monkeypatch: pytest.MonkeyPatch, between: bool
) -> None:
    monkeypatch.setattr(latent_size, "side_of", {"practice": 128, "sdxl.safetensors": 1024}.__getitem__)
    for name, side in (("practice", 128), ("sdxl.safetensors", 1024)):
        graph = wired(name, between)
        assert side_wanted(graph, SPECS, "latent") == side
        edit = fitted(graph, SPECS, graph.nodes)
        assert edit is not None
        assert edit.apply(graph).nodes["latent"].params == {"width": side, "height": side}


@given(st.sampled_from((128, 512, 1024)))
def test_usual_sizes_fit_and_others_do_not(side: int) -> None:
    assert fits((side, side), side)
    assert fits((2 * side, 2 * side), side)
    assert not fits((4 * side, 4 * side), side)
    assert not fits((side // 2, side // 2), side)
    assert fits((64, 64), 0)


def practice(person: Person) -> None:
    """Let the checkpoint be the practice model."""
    person.editor.apply(SetParam("checkpoint", "checkpoint", "practice"))


def test_a_latent_added_from_a_samplers_input_fits_its_model(person: Person) -> None:
    person.editor.apply(Disconnect(tuple(k for k in person.node("sampler").links() if k.input == "latent")))
    practice(person)
    hand = person.hand
    x, y = person.node("sampler").pos
    hand.drag(hand.port("sampler", "latent"), person.canvas.camera.visible().bottomLeft())
    person.write("empty latent")
    person.key("Return")
    made = person.node(person.editor.selection.active)
    assert made.type == "EmptyLatent"
    assert (made.params["width"], made.params["height"]) == (128, 128)
    assert made.pos[0] < x
    assert y is not None


def test_a_link_that_does_not_fit_is_said(person: Person) -> None:
    link = next(k for k in person.node("sampler").links() if k.input == "latent")
    practice(person)
    person.editor.apply(Disconnect((link,)))
    person.window.say("")
    person.editor.apply(Connect(link.source, "sampler", "latent"))
    assert "128 × 128" in person.window.bar.currentMessage()
