"""What is said of a size before a run is what the run comes to."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from nodegraph.analysis.sizes import SIZED, Sizes
from nodegraph.cli.opening import node_types
from nodegraph.engine.local import LocalEngine, Options
from nodegraph.model.graph import Graph, Node, Source
from nodegraph.model.spec import Scalar

SPECS = node_types()


def chain(*steps: tuple[str, str, Mapping[str, Scalar]]) -> Graph:
    """Nodes one after the other: type, the input that takes the one before, parameters."""
    nodes: list[Node] = []
    for number, (kind, entry, params) in enumerate(steps):
        before = nodes[-1] if nodes else None
        inputs = {}
        if before is not None:
            output = next(
                o.name for o in SPECS[before.type].outputs if o.type == SPECS[kind].input_type(entry)
            )
            inputs = {entry: (Source(before.id, output),)}
        nodes.append(Node(f"n{number}", kind, params=params, inputs=inputs))
    return Graph.of(*nodes)


EMPTY = ("EmptyLatent", "", {"width": 136, "height": 64})
COLOR = ("SolidColor", "", {"width": 90, "height": 50})
CASES = {
    "empty": chain(EMPTY),
    "scaled": chain(EMPTY, ("LatentScale", "latent", {"width": 256, "height": 128})),
    "scaled by its height": chain(EMPTY, ("LatentScale", "latent", {"width": 0, "height": 128})),
    "scaled by its width": chain(EMPTY, ("LatentScale", "latent", {"width": 200, "height": 0})),
    "scaled by a factor": chain(EMPTY, ("LatentScaleBy", "latent", {"factor": 1.35})),
    "cropped": chain(EMPTY, ("LatentCrop", "latent", {"width": 64, "height": 32})),
    "flipped": chain(EMPTY, ("LatentFlip", "latent", {})),
    "repeated": chain(EMPTY, ("LatentRepeat", "latent", {"amount": 2})),
    "color": chain(COLOR),
    "inverted": chain(COLOR, ("ImageInvert", "image", {})),
    "resized": chain(COLOR, ("ImageResize", "image", {"width": 33, "height": 77})),
    "resized by its height": chain(COLOR, ("ImageResize", "image", {"width": 0, "height": 77})),
    "resized by its width": chain(COLOR, ("ImageResize", "image", {"width": 64, "height": 0, "fit": "crop"})),
    "padded": chain(COLOR, ("OutpaintPad", "image", {"left": 16, "top": 8, "right": 24, "bottom": 0})),
    "masked": chain(("MaskRectangle", "", {"width": 70, "height": 30}), ("MaskToImage", "mask", {})),
    "mask": chain(COLOR, ("MaskFromImage", "image", {}), ("MaskResize", "mask", {"width": 20, "height": 10})),
}


FEEDS = {
    "Image": ("SolidColor", "image"),
    "Latent": ("EmptyLatent", "latent"),
    "Mask": ("MaskRectangle", "mask"),
}


@pytest.mark.parametrize("name", CASES)
def test_the_size_that_is_said_is_the_size_that_comes(name: str) -> None:
    graph = CASES[name]
    last = list(graph.nodes)[-1]
    output = next(o for o in SPECS[graph.nodes[last].type].outputs if o.type in SIZED)
    said = Sizes(graph, SPECS).of(Source(last, output.name))
    with LocalEngine(options=Options(device="cpu")) as engine:
        found = engine.run(graph, [last])
    assert found.ok, found.error
    value = found.value(f"{last}.{output.name}")
    samples = getattr(value, "samples", value)
    if output.type == "Latent":
        height, width = (8 * side for side in samples.shape[-2:])
    elif output.type == "Mask":
        height, width = samples.shape[-2:]
    else:
        height, width = samples.shape[1:3]
    assert said == (width, height)


def test_within_a_box_the_size_is_left_open() -> None:
    graph = chain(COLOR, ("ImageResize", "image", {"width": 64, "height": 64, "fit": "inside"}))
    assert Sizes(graph, SPECS).of(Source("n1", "image")) is None


def test_every_rule_names_what_the_node_has() -> None:
    """Fed with a size at every input, each rule comes to a size."""
    known = [spec for spec in SPECS.values() if spec.size and spec.type != "LoadImage"]
    assert len(known) > 35
    for spec in known:
        feeds = [s for s in spec.sockets if s.type in SIZED]
        inputs = {s.name: (Source(f"feed_{s.type}", FEEDS[s.type][1]),) for s in feeds}
        nodes = [Node(f"feed_{kind}", type_id) for kind, (type_id, _) in FEEDS.items()]
        graph = Graph.of(*nodes, Node("tried", spec.type, inputs=inputs))
        for output in spec.outputs:
            if output.type in SIZED:
                assert Sizes(graph, SPECS).of(Source("tried", output.name)), spec.type
