"""Workflows to be checked, and what the checks say of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from nodegraph.edits import Connect
from nodegraph.model.graph import Graph, Node, Port, Source, Subgraph
from nodegraph.validation import Checker, Problem, problems, problems_of
from tests.nodegraph.specs import SPECS, Folder

FILES = Folder("base.safetensors", "other.safetensors")


def source(text: str) -> tuple[Source, ...]:
    pairs = (part.split(".") for part in text.split())
    return tuple(Source(name, output) for name, output in pairs)


def node(name: str, kind: str, /, _links: dict[str, str] | None = None, **params: Any) -> Node:
    links = {key: source(text) for key, text in (_links or {}).items()}
    return Node(name, kind, params=params, inputs=links)


def workflow() -> Graph:
    """A text-to-picture workflow with nothing wrong in it."""
    return Graph.of(
        node("checkpoint", "CheckpointLoader", file="base.safetensors"),
        node("good", "TextEncode", {"clip": "checkpoint.clip"}, text="a house"),
        node("bad", "TextEncode", {"clip": "checkpoint.clip"}),
        node("empty", "EmptyLatent", width=64),
        node(
            "sampler",
            "KSampler",
            {
                "model": "checkpoint.model",
                "positive": "good.conditioning",
                "negative": "bad.conditioning",
                "latent": "empty.latent",
            },
            steps=8,
            cfg=5,
        ),
        node("decode", "VAEDecode", {"vae": "checkpoint.vae", "latent": "sampler.latent"}),
        node("save", "Save", {"image": "decode.image"}),
    )


def check(graph: Graph) -> list[Problem]:
    found = problems(graph, SPECS, FILES)
    for problem in found:
        assert problem.sentence.startswith("Node ")
        assert problem.sentence.endswith((".", "?"))
        assert "\n" not in problem.sentence
    assert Checker(SPECS, FILES).problems(graph) == found
    return found


def only(graph: Graph) -> Problem:
    (problem,) = check(graph)
    assert (
        problem in problems_of(graph, problem.node, SPECS, FILES)
        or graph.nodes[problem.node].mode == "bypass"
    )
    return problem


def folded() -> Graph:
    inner = {
        "first": Node("first", "Invert"),
        "second": Node("second", "Blend", params={"amount": 2}, inputs={"a": source("first.image")}),
    }
    fix = Subgraph("Fix", inner, (Port("image", "first", "image"),), (Port("image", "second", "image"),))
    graph = workflow()
    graph = graph.with_nodes([node("fix", "subgraph/Fix", {"image": "decode.image"})])
    graph = Connect(Source("fix", "image"), "save", "image").apply(graph)
    return replace(graph, subgraphs={"Fix": fix})
