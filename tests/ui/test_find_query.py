from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph.model.graph import Frame, Graph, Node, Note, Source, Subgraph
from nodegraph.model.spec import NodeSpec, Output, Param, Socket
from ui.search.find.query import find

SPECS = {
    "KSampler": NodeSpec(
        "KSampler",
        "KSampler",
        "sampling",
        sockets=(Socket("model", "Model"),),
        params=(Param("steps", "Int", 20), Param("cfg", "Float", 7.0), Param("sampler", "Text", "euler")),
        outputs=(Output("latent", "Latent"),),
    ),
    "TextEncode": NodeSpec("TextEncode", "Prompt", "prompt", params=(Param("text", "Text", ""),)),
}
GRAPH = Graph(
    nodes={
        "sampler": Node("sampler", "KSampler", params={"steps": 30}),
        "refine": Node("refine", "KSampler", title="Refiner", mode="mute"),
        "linked": Node("linked", "KSampler", inputs={"steps": (Source("sampler", "latent"),)}),
        "prompt": Node("prompt", "TextEncode", params={"text": "a red house by a lake"}),
        "odd": Node("odd", "pack/Gone", params={"strength": 0.5}),
    },
    notes={"note": Note("note", "# Lake study\nmore steps")},
    frames={"frame": Frame("frame", "First pass")},
    subgraphs={"inner": Subgraph("inner", {"deep": Node("deep", "KSampler", params={"steps": 50})})},
)


def hits(query: str) -> list[str]:
    return [hit.id for hit in find(query, GRAPH, SPECS)]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", []),
        ("type:KSampler steps>20", ["sampler", "deep"]),
        ("type:ksampler steps>=20", ["sampler", "refine", "deep"]),
        ("steps=20", ["refine"]),
        ("steps!=20", ["sampler", "deep"]),
        ("cfg<7", []),
        ("sampler:eul*", ["sampler", "refine", "linked", "deep"]),
        ("lake", ["prompt", "note"]),
        ('text:"red house"', ["prompt"]),
        ("is:muted", ["refine"]),
        ("is:unknown", ["odd"]),
        ("strength>0.4", ["odd"]),
        ("type:KSampler -is:muted", ["sampler", "linked", "deep"]),
        ("lake -is:note", ["prompt"]),
        ("title:refiner", ["refine"]),
        ("first pass", ["frame"]),
        ("category:sampling id:deep", ["deep"]),
    ],
)
def test_a_query_finds_what_it_says(query: str, expected: list[str]) -> None:
    assert hits(query) == expected


def test_a_hit_says_where_and_what() -> None:
    hit = next(find("steps>40", GRAPH, SPECS))
    assert (hit.subgraph, hit.title, hit.detail) == ("inner", "KSampler", "steps = 50")


@given(st.text(max_size=40))
def test_every_text_is_a_query(text: str) -> None:
    assert len(hits(text)) <= 8
