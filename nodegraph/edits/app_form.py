"""The form of a workflow's app view: what its author starred, or a draft of what most people would change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nodegraph.analysis.starred import Key, stars, view_with
from nodegraph.edits.appearance import SetView
from nodegraph.edits.batch import Batch
from nodegraph.model.expression_refs import expressions_of
from nodegraph.model.graph import Graph, Node
from nodegraph.model.spec import NodeSpec, Param
from nodegraph.subgraphs.lookup import spec_of
from nodegraph.support.messages import Phrase

MOST = 14
"""So many parameters are drafted, at most."""
PROMPT, PICTURE, MODEL, STRENGTH, SEED = 0, 1, 2, 3, 7
"""Ranks that are known by something else than a name."""
NAMED = {
    "strength": STRENGTH,
    "width": 4,
    "height": 5,
    "denoise": 6,
    "steps": 8,
    "cfg": 9,
    "guidance": 9,
    "sampler": 10,
    "schedule": 11,
    "batch_size": 12,
}
"""Names of parameters that people change, in the order in which a form shows them."""


def form(graph: Graph, specs: Mapping[str, NodeSpec]) -> tuple[Key, ...]:
    """The starred parameters, or the draft where none is starred; each is there and holds a value."""
    found = tuple(key for key in stars(graph) if _param(graph, key, specs) is not None)
    return found or draft(graph, specs)


def draft(graph: Graph, specs: Mapping[str, NodeSpec]) -> tuple[Key, ...]:
    """Prompts first, the positive before the negative; then pictures, model, strengths, size, seed, steps, sampler.

    Only parameters that hold a value and take part in what the workflow saves or shows. Where none has a name that
    is known, the first ones that are not advanced.
    """
    part = _taking_part(graph, specs)
    keys = [(node.id, param) for node in part for param in _open(graph, node, specs)]
    ranked = []
    for at, (node, param) in enumerate(keys):
        rank = _rank(param)
        if rank is not None and _matters(graph, node, param, specs):
            ranked.append((rank, _negative(graph, node), at, (node, param.name)))
    chosen = [key for *_, key in sorted(ranked)] or [(node, param.name) for node, param in keys]
    return tuple(chosen[:MOST])


def toggled(graph: Graph, key: Key) -> Batch:
    """The edit that stars a parameter, or takes its star away."""
    now = stars(graph)
    rest = tuple(other for other in now if other != key)
    verb = Phrase("Star") if rest == now else Phrase("Unstar")
    title = Phrase("{verb} {name} of {node}", verb=verb, name=key[1], node=key[0])
    return Batch((SetView(view_with(graph, rest if rest != now else (*now, key))),), title)


def reordered(graph: Graph, keys: tuple[Key, ...]) -> Batch:
    """The edit that makes these the starred parameters, in this order."""
    return Batch((SetView(view_with(graph, keys)),), Phrase("Arrange the app view"))


def opening(graph: Graph, as_app: bool) -> Batch:
    """The edit that lets the workflow open as its app view, or as its graph."""
    return Batch(
        (SetView(view_with(graph, opens=as_app)),),
        Phrase("Open as app") if as_app else Phrase("Open as graph"),
    )


def _param(graph: Graph, key: Key, specs: Mapping[str, NodeSpec]) -> Param | None:
    spec = spec_of(graph, graph.nodes[key[0]].type, specs)
    return spec.param(key[1]) if spec else None


def _taking_part(graph: Graph, specs: Mapping[str, NodeSpec]) -> list[Node]:
    """The nodes that feed what is saved or shown, in the order of the document; all where nothing is."""
    sinks = [n.id for n in graph.nodes.values() if (s := spec_of(graph, n.type, specs)) and s.sink]
    if not sinks:
        return [node for node in graph.nodes.values() if node.mode == "run"]
    reached, waiting = set(sinks), sinks
    while waiting:
        for link in graph.nodes[waiting.pop()].links():
            source = link.source.node
            if not link.source.muted and source in graph.nodes and source not in reached:
                reached.add(source)
                waiting.append(source)
    return [node for node in graph.nodes.values() if node.id in reached and node.mode == "run"]


def _open(graph: Graph, node: Node, specs: Mapping[str, NodeSpec]) -> Iterator[Param]:
    """The parameters that a person sets: not linked, not computed, not advanced."""
    spec = spec_of(graph, node.type, specs)
    computed = expressions_of(node)
    for param in spec.params if spec else ():
        if not param.advanced and param.name not in computed and not node.inputs.get(param.name):
            yield param


def _rank(param: Param) -> int | None:
    if param.widget == "multiline":
        return PROMPT
    if param.widget == "seed":
        return SEED
    if param.file in ("model:checkpoints", "model:diffusion_models"):
        return MODEL
    if param.file == "model:loras":
        return STRENGTH
    if param.file and not param.file.startswith("model:"):
        return PICTURE
    return NAMED.get(param.name)


def _matters(graph: Graph, node: str, param: Param, specs: Mapping[str, NodeSpec]) -> bool:
    """Widths of masks are not the picture's, and a full denoise is nobody's choice."""
    if param.name in ("width", "height", "batch_size"):
        spec = spec_of(graph, graph.nodes[node].type, specs)
        return spec is not None and any(output.type == "Latent" for output in spec.outputs)
    return param.name != "denoise" or graph.nodes[node].params.get("denoise", param.default) != 1


def _negative(graph: Graph, node: str) -> bool:
    """Whether what the node makes goes, by whatever way, only into inputs called negative."""
    seen, waiting, inputs = {node}, [node], set()
    while waiting and len(seen) < 200:
        for link in graph.consumers.get(waiting.pop(), ()):
            if link.input in ("positive", "negative"):
                inputs.add(link.input)
            elif link.target not in seen:
                seen.add(link.target)
                waiting.append(link.target)
    return inputs == {"negative"}
