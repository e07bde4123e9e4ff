"""What the files that a graph names hold: those that no node can open, and what is left unread of the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nodegraph.model.graph import Graph, Node
from nodegraph.model.spec import NodeSpec, Param
from nodegraph.node_api.model_files import Files
from nodegraph.subgraphs.lookup import spec_of
from nodegraph.support.messages import Phrase


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
