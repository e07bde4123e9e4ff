"""The work of opening a ComfyUI file grows with its size, not with its square: lines run are counted, not seconds."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from nodegraph.formats.comfyui import read, workflow_in
from nodegraph.formats.comfyui.usable import specs_of
from nodegraph.formats.native import loads
from nodegraph.support.errors import LoadError
from tests.nodegraph.comfyui.saving import Saving, text_to_image

MOST_GROWTH = 2.7
"""A file of twice the size may take so many times as many lines; a quadratic part would take four."""


def lines_run(data: Any) -> int:
    """How many lines of the import run for a file."""
    count = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal count
        if event == "call":
            return trace if "nodegraph" in frame.f_code.co_filename else None
        count += event == "line"
        return trace

    specs_of()
    found = workflow_in(data)
    assert found is not None
    sys.settrace(trace)
    try:
        read(found, "w.json")
    finally:
        sys.settrace(None)
    return count


def reroutes(n: int) -> Any:
    """A chain of reroutes, each of which feeds a node too."""
    saving = text_to_image()
    for at in range(n):
        saving.node(100 + at, "Reroute")
        saving.link(4 if not at else 99 + at, 0, 100 + at, "")
        saving.node(100_000 + at, "VAEDecode")
        saving.link(100 + at, 0, 100_000 + at, "samples")
    return saving.data()


def drawn_points(n: int) -> Any:
    """Links that are drawn over a chain of points, each over one more."""
    saving = text_to_image()
    extensions = []
    for at in range(n):
        saving.node(100 + at, "VAEDecode")
        extensions.append({"id": saving.link(5, 0, 100 + at, "samples"), "parentId": at})
    points = [{"id": at, "parentId": at - 1, "pos": [at, at]} for at in range(n)]
    return saving.data(extra={"reroutes": points, "linkExtensions": extensions})


def groups(n: int) -> Any:
    """As many groups as nodes, each around all of them."""
    saving = Saving()
    for at in range(n):
        saving.node(at, "VAEDecode")
    boxes = [{"title": "g", "bounding": [-50 - at, -50 - at, 400 * n + at, 900 + at]} for at in range(n)]
    return saving.data(groups=boxes)


def bands(n: int) -> Any:
    """Groups that hold no node, but lie beside all of them."""
    saving = Saving()
    for at in range(n):
        saving.node(at, "VAEDecode", pos=[0, at * 200])
    boxes = [{"title": "g", "bounding": [-1000, at * 200 + 150, 5000, 20]} for at in range(n)]
    return saving.data(groups=boxes)


def same_names(n: int) -> Any:
    """Nodes of the API format whose ids become the same name."""
    return {f"{at}": {"class_type": "KSampler", "inputs": {}} for at in range(n)}


def ports(n: int) -> Any:
    """A subgraph with many inputs of the same name, and a node that lists them all."""
    inner = Saving()
    inner.node(1, "ImageInvert")
    saving = Saving()
    slots = [{"name": "x", "type": "IMAGE", "link": None} for _ in range(n)]
    saving.node(1, "S", inputs=slots)
    links = [
        {"id": at, "origin_id": -10, "origin_slot": at, "target_id": 2 + at, "target_slot": 0}
        for at in range(n)
    ]
    for at in range(n):
        inner.node(2 + at, "ImageInvert", inputs=[{"name": "image", "type": "IMAGE", "link": at}])
    definition = {
        "id": "S", "name": "S", "nodes": inner.nodes, "links": links, "outputs": [],
        "inputs": [{"name": "x", "type": "IMAGE", "linkIds": list(range(n))} for _ in range(n)][:2]
        + [{"name": "x", "type": "IMAGE", "linkIds": [at]} for at in range(2, n)],
    }  # fmt: skip
    return saving.data(definitions={"subgraphs": [definition]})


def definitions(n: int) -> Any:
    """Subgraphs that all have the same name."""
    saving = Saving()
    found = []
    for at in range(n):
        saving.node(at, f"s{at}")
        inner = Saving()
        inner.node(1, "VAEDecode")
        found.append(
            {"id": f"s{at}", "name": "S", "nodes": inner.nodes, "links": [], "inputs": [], "outputs": []}
        )
    return saving.data(definitions={"subgraphs": found})


def promoted(n: int) -> Any:
    """Nodes that each show the same widgets of a subgraph."""
    inner = Saving()
    for at in range(n):
        inner.node(at, "KSampler", 1, "fixed", 9, 3, "euler", "normal", 1)
    saving = Saving()
    proxies = [[str(at), "steps"] for at in range(n)]
    saving.node(1, "S", properties={"proxyWidgets": proxies})
    found = {"id": "S", "name": "S", "nodes": inner.nodes, "links": [], "inputs": [], "outputs": []}
    return saving.data(definitions={"subgraphs": [found]})


def uses(n: int) -> Any:
    """Nodes that each give a subgraph a value of their own, which has to be set inside."""
    inner = Saving()
    slot = {"name": "text", "type": "STRING", "link": 1, "widget": {"name": "text"}}
    inner.node(1, "CLIPTextEncode", "x", inputs=[slot])
    link = {"id": 1, "origin_id": -10, "origin_slot": 0, "target_id": 1, "target_slot": 0}
    found = {
        "id": "S", "name": "S", "nodes": inner.nodes, "links": [link], "outputs": [],
        "inputs": [{"name": "text", "type": "STRING", "linkIds": [1]}],
    }  # fmt: skip
    saving = Saving()
    for at in range(n):
        saving.node(at, "S", widgets_values_named={"text": f"{{a|b{at}}}"})
    return saving.data(definitions={"subgraphs": [found]})


FILES = (reroutes, drawn_points, groups, bands, same_names, ports, definitions, promoted, uses)


@pytest.mark.parametrize("file", FILES)
def test_twice_the_file_is_twice_the_work(file: Callable[[int], Any]) -> None:
    small, large = lines_run(file(60)), lines_run(file(120))
    assert large < MOST_GROWTH * small


def test_uses_of_a_group_are_bounded_together() -> None:
    inner = [{"type": "VAEDecode", "widgets_values": [at]} for at in range(3000)]
    extra = {"groupNodes": {"big": {"nodes": inner, "links": [], "external": []}}}
    saving = Saving()
    for at in range(40):
        saving.node(at, "workflow/big", *[at] * 3000)
    graph = loads(json.dumps(saving.data(extra=extra)))
    assert sum(len(found.nodes) for found in graph.subgraphs.values()) <= 20_000
    assert any(node.type == "comfyui/workflow/big" for node in graph.nodes.values()), "the rest is kept"


def test_subgraphs_within_subgraphs_do_not_unfold_without_end() -> None:
    """Each level uses the next one twice, with two values that have to be set inside."""
    found = []
    for level in range(40):
        inner = Saving()
        for at in (1, 2):
            kind = f"s{level + 1}" if level < 39 else "CLIPTextEncode"
            inner.node(at, kind, widgets_values_named={"text": f"{{a|{at}}}"})
        found.append(
            {"id": f"s{level}", "name": "S", "nodes": inner.nodes, "links": [], "inputs": [], "outputs": []}
        )
    saving = Saving()
    saving.node(1, "s0")
    with pytest.raises(LoadError, match="nested more than 32 deep"):
        loads(json.dumps(saving.data(definitions={"subgraphs": found})))
