"""Workflow files that once took time or memory out of all proportion, each as a function of its size."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping
from types import FrameType
from typing import Any

from nodegraph.analysis.explain import explain
from nodegraph.execution.resolve import resolve_graph
from nodegraph.formats.native import loads
from nodegraph.model.spec import NodeSpec
from nodegraph.support.errors import LoadError, NodegraphError
from nodegraph.validation import problems

Item = dict[str, Any]


def flow(nodes: Iterable[Item], **more: Any) -> str:
    return json.dumps({"format": "nodegraph", "version": 1, "nodes": list(nodes), **more})


def node(name: str, kind: str = "EmptyLatent", **more: Any) -> Item:
    return {"id": name, "type": kind, **more}


def computed(name: str, **texts: str) -> Item:
    return node(name, expressions=texts)


def subgraph(nodes: Iterable[Item], inputs: Any = (), outputs: Any = (), **more: Any) -> Item:
    return {"nodes": list(nodes), "inputs": dict(inputs), "outputs": dict(outputs), **more}


def one_subgraph(n: int, *inner: Item, outer: Item | None = None, **more: Any) -> str:
    """An instance of a subgraph with n inputs that lead to n nodes."""
    nodes = inner or tuple(node(f"x{i}") for i in range(n))
    ports = {f"w{i}": f"{nodes[i % len(nodes)]['id']}.width" for i in range(n)}
    return flow([outer or node("i", "subgraph/s")], subgraphs={"s": subgraph(nodes, ports, **more)})


def key_twice(n: int) -> str:
    keys = ", ".join(f'"k{i}": 1' for i in range(n))
    return f'{{"format": "nodegraph", "version": 1, "nodes": [], "x": {{{keys}, "k{n - 1}": 2}}}}'


def chain_into_circle(n: int) -> str:
    chain = [computed(f"n{i}", width=f"n{i + 1}.width") for i in range(n)]
    return flow([*chain, computed(f"n{n}", width="z.width"), computed("z", width=f"n{n}.width")])


def circle_into_chain(n: int) -> str:
    chain = [computed(f"n{i}", width=f"n{i - 1}.width" if i else "z.width") for i in range(n)]
    return flow([computed("z", width="y.width"), computed("y", width="z.width"), *chain])


def nested_ports(n: int) -> str:
    depth, count = 6, n // 6
    subgraphs = {}
    for level in range(depth):
        last = level == depth - 1
        inner = node("a") if last else node("a", f"subgraph/s{level + 1}")
        ports = {f"p{j}": "a.width" if last else f"a.p{j}" for j in range(count)}
        limits = {f"p{j}": {"minimum": 64, "maximum": 128} for j in range(count)}
        subgraphs[f"s{level}"] = subgraph([inner], ports, exposed=limits)
    return flow([node("i", "subgraph/s0")], subgraphs=subgraphs)


def held_back(n: int) -> str:
    inner = [node(f"x{i}", "VAEDecode", mode="bypass") for i in range(n)]
    others = {f"t{i}": subgraph([node("y", "subgraph/u")]) for i in range(n)}
    return flow(
        [node("i", "subgraph/s")],
        subgraphs={"s": subgraph(inner, (), {f"o{i}": f"x{i}.image" for i in range(n)}), **others},
    )


GROWING: Mapping[str, Callable[[int], str]] = {
    "a chain": lambda n: flow(
        node(f"n{i}", "LatentPass", inputs={"latent": f"n{i - 1}.latent"} if i else {}) for i in range(n)
    ),
    "a key that stands twice": key_twice,
    "expressions in one circle": lambda n: flow(
        computed(f"n{i}", width=f"n{(i - 1) % n}.width") for i in range(n)
    ),
    "a chain of expressions that begins with a circle": circle_into_chain,
    "a chain of expressions that ends in a circle": chain_into_circle,
    "expressions that each name a missing node": lambda n: flow(
        computed(f"n{i}", width=f"m{i}.width") for i in range(n)
    ),
    "expressions that each name a missing parameter": lambda n: flow(
        computed(f"n{i}", width=f"n{i}.wid{i}") for i in range(n)
    ),
    "unknown types": lambda n: flow(node(f"n{i}", f"EmptyLatnt{i}") for i in range(n)),
    "unknown subgraphs": lambda n: flow(
        (node(f"n{i}", f"subgraph/t{i}") for i in range(n)),
        subgraphs={f"s{i}": subgraph([]) for i in range(n)},
    ),
    "unknown parameters": lambda n: flow([node("n", params={f"widht{i}": 1 for i in range(n)})]),
    "unknown inputs": lambda n: flow([node("s"), node("n", inputs={f"l{i}": "s.latent" for i in range(n)})]),
    "a frame whose members all had modes": lambda n: flow(
        (node(f"n{i}") for i in range(n)),
        frames=[{"id": "f", "members": [f"n{i}" for i in range(n)], "own": {f"n{i}": "mute" for i in range(n)}}],
    ),
    "a note of opening brackets": lambda n: flow([], notes=[{"id": "n", "text": "![" * n}]),
    "many links of one input": lambda n: flow([node("s"), node("n", inputs={"latent": ["s.latent"] * n})]),
    "many values of one node": lambda n: one_subgraph(
        n, node("x"), outer=node("i", "subgraph/s", params={f"w{i}": 64 for i in range(n)})
    ),
    "limits of a subgraph": lambda n: one_subgraph(
        n, exposed={f"w{i}": {"minimum": 64, "maximum": 128} for i in range(n)}
    ),
    "limits through subgraphs in subgraphs": nested_ports,
    "expressions inside a subgraph asked for from outside": lambda n: flow(
        [node("i", "subgraph/s"), computed("r", **{f"p{i}": f"i.w{i}" for i in range(n)})],
        subgraphs={
            "s": subgraph(
                (computed(f"x{i}", width="1+1") for i in range(n)), {f"w{i}": f"x{i}.width" for i in range(n)}
            )
        },
    ),
    "bypassed nodes at the outputs of a subgraph": held_back,
    "a subgraph that stands for another many times": lambda n: flow(
        [],
        subgraphs={
            "a": subgraph(node(f"x{i}", "subgraph/b") for i in range(n)),
            "b": subgraph(node(f"x{i}", "subgraph/c") for i in range(20)),
            "c": subgraph([]),
        },
    ),
    "a muted fan": lambda n: flow(
        [
            *(node(f"m{i}", mode="mute") for i in range(n)),
            *(node(f"k{i}", "LatentPass", inputs={"latent": f"m{i}.latent"}) for i in range(n)),
            node("e", "LatentPass", inputs={"latent": [f"k{i}.latent" for i in range(n)]}),
        ]
    ),
    "bypassed nodes in a row, each read": lambda n: flow(
        [
            *(
                node(f"n{i}", "LatentPass", mode="bypass", inputs={"latent": f"n{i - 1}.latent"} if i else {})
                for i in range(n)
            ),
            *(node(f"e{i}", "LatentPass", inputs={"latent": f"n{i}.latent"}) for i in range(n)),
        ]
    ),
}  # fmt: skip
"""What a file does, and the text of one of size n."""


def opened_and_checked(text: str, specs: Mapping[str, NodeSpec]) -> None:
    """All that a command does with a file before anything runs; what is refused is refused in a sentence."""
    try:
        graph = loads(text)
    except LoadError:
        return
    problems(graph, specs)
    explain(graph, specs)
    try:
        resolve_graph(graph, specs)
    except NodegraphError:
        return


def operations(work: Callable[[], object]) -> int:
    """How many lines of Python `work` executes."""
    count = 0

    def line(frame: FrameType, event: str, argument: object) -> Any:
        nonlocal count
        count += 1
        return line

    before = sys.gettrace()
    sys.settrace(line)
    try:
        work()
    finally:
        sys.settrace(before)
    return count
