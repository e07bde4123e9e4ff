from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph.analysis.sizes import Sizes
from nodegraph.edits import SetMode
from nodegraph.edits.subgraphs import MakeSubgraph
from nodegraph.model.graph import Graph, Node, Source
from nodegraph.model.spec import NodeSpec, Output, Param, Socket

EMPTY = NodeSpec(
    "Empty",
    "Empty",
    "x",
    params=(Param("width", "Int", 512), Param("height", "Int", 256)),
    outputs=(Output("latent", "Latent"),),
    size="width, height",
)
SAME = NodeSpec(
    "Same",
    "Same",
    "x",
    sockets=(Socket("latent", "Latent"),),
    outputs=(Output("latent", "Latent"),),
    size="latent",
)
TWICE = replace(SAME, type="Twice", size="latent.width * 2, latent.height * 2")
UNKNOWN = replace(SAME, type="Unknown", size="")
LOAD = NodeSpec(
    "Load",
    "Load",
    "x",
    params=(Param("image", "Text", "", file="image"),),
    outputs=(Output("image", "Image"),),
    size="image",
)
NUMBER = NodeSpec("Number", "Number", "x", outputs=(Output("value", "Int"),))
SPECS = {spec.type: spec for spec in (EMPTY, SAME, TWICE, UNKNOWN, LOAD, NUMBER)}


def line(*types: str, prefix: str = "n") -> Graph:
    nodes = [Node(f"{prefix}0", types[0])]
    for number, kind in enumerate(types[1:], 1):
        nodes.append(Node(f"{prefix}{number}", kind, inputs={"latent": (Source(nodes[-1].id, "latent"),)}))
    return Graph.of(*nodes)


def size(graph: Graph, node: str, output: str = "latent") -> tuple[int, int] | None:
    return Sizes(graph, SPECS).of(Source(node, output))


def test_sizes_go_along_the_links() -> None:
    assert size(line("Empty", "Same", "Twice", "Same"), "n3") == (1024, 512)
    assert size(line("Empty", "Unknown", "Same"), "n2") is None
    assert size(line("Empty"), "gone") is None


def test_a_chain_of_ten_thousand_costs_no_recursion() -> None:
    assert size(line("Empty", *["Same"] * 10_000), "n10000") == (512, 256)


def test_muted_and_bypassed_nodes_are_seen_as_they_run() -> None:
    graph = line("Empty", "Twice", "Same")
    assert size(SetMode(("n1",), "bypass").apply(graph), "n2") == (512, 256)
    assert size(SetMode(("n1",), "mute").apply(graph), "n2") is None


def test_a_linked_value_is_not_known_before_the_run() -> None:
    linked = Node("n0", "Empty", inputs={"width": (Source("w", "value"),)})
    assert size(Graph.of(Node("w", "Number"), linked), "n0") is None


def test_a_picture_file_is_asked_for() -> None:
    graph = Graph.of(Node("load", "Load", params={"image": "a.png"}), Node("bare", "Load"))
    sizes = Sizes(graph, SPECS, lambda path: (3, 2) if path == "a.png" else None)
    assert sizes.of(Source("load", "image")) == (3, 2) and sizes.of(Source("bare", "image")) is None


def test_subgraphs_pass_sizes_on_from_outside_and_inside() -> None:
    graph = MakeSubgraph(("n1", "n2"), "Group", "group").apply(line("Empty", "Twice", "Same", "Same"))
    output = graph.subgraphs["Group"].outputs[0].name
    assert size(graph, "group", output) == (1024, 512)
    assert size(graph, "n3") == (1024, 512)
    whole = MakeSubgraph(("n0", "n1"), "All", "all").apply(line("Empty", "Twice", "Same"))
    assert size(whole, "n2") == (1024, 512)


def test_a_subgraph_that_holds_itself_has_no_size() -> None:
    graph = MakeSubgraph(("n1",), "Group", "group").apply(line("Empty", "Same", "Same"))
    group = graph.subgraphs["Group"]
    nodes = {name: replace(node, type="subgraph/Group") for name, node in group.nodes.items()}
    graph = replace(graph, subgraphs={"Group": replace(group, nodes=nodes)})
    assert size(graph, "n2") is None


@pytest.mark.parametrize(
    "rule", ["", ",", "width", "latent", "1/0, 1", "x.y, z", "(", "width, ", "0, 5", "a b, c"]
)
def test_a_rule_that_means_nothing_says_nothing(rule: str) -> None:
    spec = replace(SAME, size=rule)
    graph = Graph.of(Node("n0", "Same"))
    assert Sizes(graph, {"Same": spec}).of(Source("n0", "latent")) is None


@given(st.text(max_size=60))
def test_any_rule_is_survived(rule: str) -> None:
    graph = Graph.of(Node("a", "Empty"), Node("b", "Same", inputs={"latent": (Source("a", "latent"),)}))
    specs = {"Empty": EMPTY, "Same": replace(SAME, size=rule)}
    found = Sizes(graph, specs).of(Source("b", "latent"))
    assert found is None or min(found) >= 1
