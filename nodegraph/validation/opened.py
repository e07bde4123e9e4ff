"""What a run would refuse or leave out without failing: in the files that a graph names, and in names of new files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nodegraph.model.graph import Graph, Node
from nodegraph.model.spec import NodeSpec, Param
from nodegraph.node_api.model_files import Files
from nodegraph.subgraphs.lookup import spec_of
from nodegraph.support.messages import Phrase
from nodegraph.support.name_patterns import PICTURE_NAMES, UNKNOWN_PATTERN, unknown_in, values_of

PICTURES = "Image"
"""The type of the input of a node that saves pictures."""


def refused_files(graph: Graph, specs: Mapping[str, NodeSpec], files: Files) -> Iterator[Phrase]:
    """A sentence for each file that is there and that its node refuses; only headers are read."""
    for node, spec, param, value in _texts(graph, specs):
        if param.file.startswith("model:") and (why := files.refused(param.file[len("model:") :], value)):
            yield _at(node, spec, why)


def unread_files(graph: Graph, specs: Mapping[str, NodeSpec], files: Files) -> Iterator[Phrase]:
    """A sentence for what a run leaves out without failing: in files, and in texts that name files."""
    for node, spec, param, value in _texts(graph, specs):
        if param.file.startswith("model:") and (remark := files.remark(param.file[len("model:") :], value)):
            yield _at(node, spec, remark)
        if param.mentions:
            yield from (_at(node, spec, sentence) for sentence in files.unread(param.mentions, value))


def unknown_patterns(graph: Graph, specs: Mapping[str, NodeSpec], workflow: str) -> Iterator[Phrase]:
    """A sentence for each pattern in the name of a new file that a run would leave as it is written.

    `workflow` is the graph as JSON, as its results carry it.
    """
    values: dict[str, object] | None = None
    for node, spec, param, text in _texts(graph, specs):
        if not param.output_name or "%" not in text:
            continue
        if values is None:
            values = values_of(workflow)
        saves_pictures = any(socket.type == PICTURES for socket in spec.inputs)
        names = values | dict.fromkeys(PICTURE_NAMES, 0) if saves_pictures else values
        for unknown in unknown_in(text, names):
            yield _at(node, spec, Phrase(UNKNOWN_PATTERN, pattern=unknown))


def _texts(graph: Graph, specs: Mapping[str, NodeSpec]) -> Iterator[tuple[Node, NodeSpec, Param, str]]:
    """The texts that stand in the nodes that run, those inside subgraphs too."""
    inner = (node for subgraph in graph.subgraphs.values() for node in subgraph.nodes.values())
    for node in (*graph.nodes.values(), *inner):
        spec = None if node.mode in ("mute", "bypass") else spec_of(graph, node.type, specs)
        for param in spec.params if spec is not None else ():
            value = node.params.get(param.name, param.default)
            if isinstance(value, str) and value and not node.inputs.get(param.name):
                assert spec is not None
                yield node, spec, param, value


def _at(node: Node, spec: NodeSpec, sentence: Phrase) -> Phrase:
    return Phrase(
        "Node {node} ({title}): {reason}", node=node.id, title=node.title or spec.title, reason=sentence
    )
