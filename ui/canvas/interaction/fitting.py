"""Which ports may take the link in hand, and why others may not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nodegraph.model.graph import Graph
from nodegraph.model.sockets import Conversion, conversions, fits, refusal
from ui.canvas.scene.boxes import NodeBox
from ui.canvas.scene.geometry import Port, PortRef
from ui.canvas.scene.scene import Scene
from ui.i18n.translate import tr, translate_message


@dataclass(frozen=True)
class Verdict:
    """`port` takes the link, or `why` it does not and what `conversion` would make it fit."""

    port: PortRef | None = None
    why: str = ""
    at: PortRef | None = None
    conversion: Conversion | None = None


class Fitting:
    """Judges ports against the ends that stay: all outputs, or all inputs."""

    def __init__(self, scene: Scene, fixed: tuple[PortRef, ...]) -> None:
        self._scene = scene
        self.fixed = fixed
        self.wants_output = not fixed[0].output
        self.types = tuple(scene.port_type(ref) or "Any" for ref in fixed)
        around = upstream if fixed[0].output else downstream
        self._circle = around(scene.graph, {ref.node for ref in fixed})

    def judge(self, ref: PortRef) -> Verdict:
        """May this port take the link?"""
        kind = self._scene.port_type(ref)
        if kind is None or ref.output is not self.wants_output:
            outputs = tr("Canvas", "A link from here must end at an output.")
            inputs = tr("Canvas", "A link from here must end at an input.")
            return Verdict(why=outputs if self.wants_output else inputs, at=ref)
        if ref.node in self._circle:
            return Verdict(why=self._circular(ref.node), at=ref)
        for own in self.types:
            given, wanted = (kind, own) if self.wants_output else (own, kind)
            if not fits(given, wanted):
                found = next(iter(conversions(given, wanted, self._scene.specs)), None)
                return Verdict(why=translate_message(refusal(given, wanted) or ""), at=ref, conversion=found)
        return Verdict(port=ref)

    def ports(self, box: NodeBox) -> list[tuple[Port, PortRef]]:
        """The ports of a node on the wanted side."""
        return [
            (port, PortRef(box.id, port.name, port.output, port.index))
            for port in box.layout.ports
            if port.output is self.wants_output
        ]

    def best(self, box: NodeBox, row_y: float | None = None) -> Verdict:
        """The port of a node that fits best: that of the row at `row_y`, else of the same type, else free."""
        judged = [(port, self.judge(ref)) for port, ref in self.ports(box)]
        row = box.layout.row_at(row_y) if row_y is not None else None
        if row is not None:
            for port, verdict in judged:
                if row.y <= port.y < row.y + row.height and (verdict.port or not port.param):
                    return verdict
        fitting = [(port, verdict) for port, verdict in judged if verdict.port]
        if not fitting:
            nothing = Verdict(why=tr("Canvas", "Nothing here takes this link."))
            return next((v for p, v in judged if not p.param), nothing)
        return min(fitting, key=lambda item: self._rank(box, item[0]))[1]

    def _rank(self, box: NodeBox, port: Port) -> tuple[bool, bool, bool]:
        linked = (port.name, port.index) in box.linked_in
        return (port.param, port.type not in self.types, linked and not port.output)

    def _circular(self, node: str) -> str:
        title = self._title(node)
        own = self._title(self.fixed[0].node)
        if node == self.fixed[0].node:
            return tr("Canvas", "{node} cannot feed itself.").format(node=title)
        first, then = (own, title) if self.wants_output else (title, own)
        text = tr("Canvas", "{first} already feeds {then}: this would close a circle.")
        return text.format(first=first, then=then)

    def _title(self, name: str) -> str:
        box = self._scene.nodes[name]
        return box.node.title or box.spec.title


def upstream(graph: Graph, names: Iterable[str]) -> set[str]:
    """These nodes and all that feed them."""
    found = set(names)
    waiting = list(found)
    while waiting:
        for link in graph.nodes[waiting.pop()].links():
            if link.source.node not in found and link.source.node in graph.nodes:
                found.add(link.source.node)
                waiting.append(link.source.node)
    return found


def downstream(graph: Graph, names: Iterable[str]) -> set[str]:
    """These nodes and all that they feed."""
    found = set(names)
    waiting = list(found)
    while waiting:
        for link in graph.consumers.get(waiting.pop(), ()):
            if link.target not in found:
                found.add(link.target)
                waiting.append(link.target)
    return found
