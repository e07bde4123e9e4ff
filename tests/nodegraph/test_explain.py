from __future__ import annotations

from dataclasses import replace

from nodegraph.analysis.explain import explain, walk
from nodegraph.model.graph import Graph, Node, Source
from nodegraph.model.spec import NodeSpec, Output, Param, Socket

LOAD = NodeSpec(
    "Load",
    "Load model",
    params=(),
    category="a",
    outputs=(Output("model", "M"), Output("vae", "V")),
    help="Load a model. More.",
)
PAINT = NodeSpec(
    "Paint",
    "Paint",
    "a",
    sockets=(Socket("model", "M"),),
    params=(
        Param("prompt", "Text", "", widget="multiline"),
        Param("steps", "Int", 20),
        Param("odd", "Bool", False, advanced=True),
    ),
    outputs=(Output("image", "I"),),
    help="Paint a picture",
)
SAVE = NodeSpec("Save", "Save", "a", sockets=(Socket("image", "I"),), sink=True, help="Write it to a file.")
SPECS = {spec.type: spec for spec in (LOAD, PAINT, SAVE)}
FLOW = Graph.of(
    Node("save", "Save", inputs={"image": (Source("paint", "image"),)}, pos=(0, 0)),
    Node(
        "paint",
        "Paint",
        inputs={"model": (Source("load", "model"),)},
        params={"prompt": "a  house", "steps": 30},
    ),
    Node("load", "Load", pos=(900, 0)),
)


def test_a_workflow_is_told_in_the_order_in_which_it_runs() -> None:
    assert explain(FLOW, SPECS) == (
        "This workflow has 3 steps.\n\n"
        "1. Load model\n   Load a model.\n\n"
        "2. Paint\n   Paint a picture.\n"
        "   It takes model from the model of step 1, Load model.\n"
        "   Set: prompt “a house”; steps 30.\n\n"
        "3. Save\n   Write it to a file.\n"
        "   It takes image from step 2, Paint.\n"
        "   Here a result of the workflow comes out.\n"
    )


def test_what_does_not_run_or_is_unknown_is_told() -> None:
    muted = replace(FLOW.nodes["paint"], mode="mute")
    strange = Node("x", "Nowhere")
    text = explain(FLOW.with_nodes([muted, strange]), SPECS)
    assert "It is muted" in text and "Nowhere, is not installed" in text


def test_circles_and_nothing_are_told_too() -> None:
    assert explain(Graph(), SPECS) == "This workflow is empty.\n"
    a = Node("a", "Paint", inputs={"model": (Source("b", "image"),)})
    b = Node("b", "Paint", inputs={"model": (Source("a", "image"),)})
    assert [step.node for step in walk(Graph.of(a, b), SPECS)] == ["a", "b"]
    lost = Node("c", "Paint", inputs={"model": (Source("gone", "image"),)})
    assert "gone, which is missing" in explain(Graph.of(lost), SPECS)


def test_long_prompts_are_cut() -> None:
    long = replace(FLOW.nodes["paint"], params={"prompt": "lake " * 500})
    assert "… (500 words)" in explain(FLOW.with_nodes([long]), SPECS)
