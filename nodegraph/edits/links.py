"""Edits of links. None of them can make a circle or leave an end loose."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from nodegraph.edits.base import check_numbers, check_text, node_of, same_source, source_of, with_input
from nodegraph.model.graph import Graph, Link, Node, Point, Source, Sources
from nodegraph.model.traversal import feeds
from nodegraph.support.errors import EditError
from nodegraph.support.messages import Phrase


@dataclass(frozen=True, slots=True)
class Connect:
    """Link output `source` to an input. `index` 0 replaces what is linked there, None adds another link.

    On a variadic input `index` says which of its links is replaced. The types are the caller's to judge
    (`sockets.refusal`).
    """

    source: Source
    target: str
    input: str
    index: int | None = 0

    @property
    def title(self) -> str:
        """Connect sampler."""
        return Phrase("Connect {node}", node=self.target)

    def apply(self, graph: Graph) -> Graph:
        """The graph with the link; raises EditError for unknown nodes and for a circle."""
        node = node_of(graph, self.target)
        _check_source(graph, self.source, self.target)
        sources = list(node.inputs.get(self.input, ()))
        index = len(sources) if self.index is None else self.index
        if not 0 <= index <= len(sources):
            raise EditError(
                "Input {target}.{input} has no link number {number}.",
                target=self.target,
                input=self.input,
                number=index + 1,
            )
        if index < len(sources) and sources[index] == self.source:
            return graph
        sources[index : index + 1] = [self.source]
        return graph.with_nodes([with_input(node, self.input, tuple(sources))])


@dataclass(frozen=True, slots=True)
class SetSources:
    """Replace all links of one input at once, as when those of a variadic input change places."""

    target: str
    input: str
    sources: Sources

    @property
    def title(self) -> str:
        """Connect sampler."""
        if self.sources:
            return Phrase("Connect {node}", node=self.target)
        return Phrase("Disconnect {node}", node=self.target)

    def apply(self, graph: Graph) -> Graph:
        """The graph with these links; raises EditError for unknown nodes and for a circle."""
        node = node_of(graph, self.target)
        for source in self.sources:
            _check_source(graph, source, self.target)
        if node.inputs.get(self.input, ()) == self.sources:
            return graph
        return graph.with_nodes([with_input(node, self.input, self.sources)])


@dataclass(frozen=True, slots=True)
class Disconnect:
    """Remove links; those that stay on a variadic input close up."""

    links: tuple[Link, ...]

    @property
    def title(self) -> str:
        """Disconnect sampler."""
        targets = {link.target for link in self.links}
        if len(targets) == 1:
            return Phrase("Disconnect {node}", node=targets.pop())
        return Phrase("Remove {count} links", count=len(self.links))

    def apply(self, graph: Graph) -> Graph:
        """The graph without the links; raises EditError if one is not there."""
        return _change(graph, self.links, lambda source: None)


@dataclass(frozen=True, slots=True)
class MuteLink:
    """Let links count as not linked, or count again."""

    links: tuple[Link, ...]
    muted: bool = True

    @property
    def title(self) -> str:
        """Mute link."""
        verb = Phrase("Mute") if self.muted else Phrase("Unmute")
        if len(self.links) == 1:
            return Phrase("{verb} link", verb=verb)
        return Phrase("{verb} {count} links", verb=verb, count=len(self.links))

    def apply(self, graph: Graph) -> Graph:
        """The graph with the links muted or not."""
        return _change(graph, self.links, lambda source: replace(source, muted=self.muted))


@dataclass(frozen=True, slots=True)
class SetVia:
    """Lead a link through these points, in the order from its output to its input."""

    link: Link
    via: tuple[Point, ...]

    @property
    def title(self) -> str:
        """Reroute link."""
        return Phrase("Reroute link")

    def apply(self, graph: Graph) -> Graph:
        """The graph with the link drawn so."""
        check_numbers(Phrase("a reroute point"), (number for point in self.via for number in point))
        return _change(graph, (self.link,), lambda source: replace(source, via=self.via))


@dataclass(frozen=True, slots=True)
class SetPortal:
    """Draw a link as two stubs under a name; an empty name draws the line again."""

    link: Link
    portal: str

    @property
    def title(self) -> str:
        """Make portal."""
        return Phrase("Make portal {name}", name=self.portal) if self.portal else Phrase("Remove portal")

    def apply(self, graph: Graph) -> Graph:
        """The graph with the link drawn so."""
        return SetPortals((self.link,), self.portal).apply(graph)


@dataclass(frozen=True, slots=True)
class SetPortals:
    """Draw links as pairs of stubs under one name; an empty name draws the lines again."""

    links: tuple[Link, ...]
    portal: str

    @property
    def title(self) -> str:
        """Make portal latent."""
        return Phrase("Make portal {name}", name=self.portal) if self.portal else Phrase("Remove portal")

    def apply(self, graph: Graph) -> Graph:
        """The graph with the links drawn so."""
        check_text(Phrase("name of the portal"), self.portal)
        return _change(graph, self.links, lambda source: replace(source, portal=self.portal))


def _check_source(graph: Graph, source: Source, target: str) -> None:
    node_of(graph, source.node)
    if not source.output:
        raise EditError("A link from {node} must name one of its outputs.", node=source.node)
    if source.node == target:
        raise EditError("Node {target} cannot feed itself.", target=target)
    if feeds(graph, target, source.node):
        raise EditError(
            "Linking {node} to {target} would close a circle: {target} already feeds {node}.",
            node=source.node,
            target=target,
        )


def _change(graph: Graph, links: tuple[Link, ...], change: Callable[[Source], Source | None]) -> Graph:
    places: dict[tuple[str, str], dict[int, Source]] = {}
    for link in links:
        places.setdefault((link.target, link.input), {})[link.index] = source_of(graph, link)
    changed: dict[str, Node] = {}
    for (target, name), found in places.items():
        node = changed.get(target) or node_of(graph, target)
        before = node.inputs[name]
        after = (change(source) if index in found else source for index, source in enumerate(before))
        sources = tuple(source for source in after if source is not None)
        if sources != before:
            changed[target] = with_input(node, name, sources)
    return graph.with_nodes(changed.values()) if changed else graph


def link_between(graph: Graph, source: Source, target: str, name: str) -> Link | None:
    """The link from that output to that input, or None."""
    node = graph.nodes.get(target)
    for index, found in enumerate(node.inputs.get(name, ()) if node else ()):
        if same_source(found, source):
            return Link(found, target, name, index)
    return None
