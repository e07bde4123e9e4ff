"""A dropped checkpoint takes the practice model's place."""

from __future__ import annotations

from nodegraph.model.graph import Graph, Node, Source
from ui.app import specs
from ui.shell.drop_handler import swapped


def test_blank_latents_grow_with_the_model_in_their_proportions() -> None:
    sizes = {"width": 192, "height": 128}
    graph = Graph.of(
        Node("model", "CheckpointLoader", params={"checkpoint": "practice"}),
        Node("small", "EmptyLatent", params=sizes),
        Node("large", "EmptyLatent", params={"width": 640, "height": 640}),
        Node("scaled", "LatentScale", params=sizes, inputs={"latent": (Source("small", "latent"),)}),
    )
    edit = swapped(graph, specs(), "real.safetensors", 1024)
    assert edit is not None
    after = edit.apply(graph).nodes
    assert after["model"].params["checkpoint"] == "real.safetensors"
    assert (after["small"].params["width"], after["small"].params["height"]) == (1536, 1024)
    assert after["large"] == graph.nodes["large"] and after["scaled"] == graph.nodes["scaled"]
    plain = swapped(graph, specs(), "real.safetensors")
    assert plain is not None and plain.apply(graph).nodes["small"] == graph.nodes["small"]
    assert swapped(edit.apply(graph), specs(), "other.safetensors", 1024) is None
