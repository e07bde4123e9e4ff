"""The canvas without a mouse: the focus walks between nodes and along links, into ports and rows."""

from __future__ import annotations

from PySide6.QtCore import Qt

from ui.canvas.interaction.fitting import Fitting
from ui.canvas.scene.boxes import LinkKey, NodeBox
from ui.canvas.scene.geometry import PortRef
from ui.canvas.scene.scene import Scene
from ui.i18n.labels import format_value, label_of
from ui.i18n.translate import tr

Direction = tuple[int, int]
DIRECTIONS: dict[int, Direction] = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


def neighbour(scene: Scene, name: str, direction: Direction) -> str:
    """The node that lies nearest in a direction, sideways distance counting double; itself if there is none."""
    own = scene.nodes[name].rect.center()
    best, least = name, float("inf")
    for box in scene.shown():
        away = box.rect.center() - own
        along = away.x() * direction[0] + away.y() * direction[1]
        aside = abs(away.x() * direction[1]) + abs(away.y() * direction[0])
        if box.id != name and along > 0 and aside <= 2.5 * along and along + 2 * aside < least:
            best, least = box.id, along + 2 * aside
    return best


def along_links(scene: Scene, name: str, after: bool) -> list[str]:
    """The nodes that a node feeds, or those that feed it, from top to bottom, each once."""
    if after:
        found = [key.target for key in scene.leaving(name)]
    else:
        found = [s.node for sources in scene.graph.nodes[name].inputs.values() for s in sources]
    known = [scene.nodes[n] for n in dict.fromkeys(found) if n in scene.nodes and n not in scene.folds.of]
    return [box.id for box in sorted(known, key=lambda box: (box.y, box.x))]


def first_node(scene: Scene) -> str:
    """Where the focus starts: the node furthest to the upper left."""
    return min(scene.shown(), key=lambda b: b.x + b.y).id if scene.shown() else ""


def ports_in_order(box: NodeBox) -> list[PortRef]:
    """The ports of a node as the focus walks them: down the inputs and parameters, then the outputs."""
    ordered = sorted(box.layout.ports, key=lambda port: (port.output, port.y, port.index))
    return [PortRef(box.id, port.name, port.output, port.index) for port in ordered]


def linkable(scene: Scene, ref: PortRef) -> list[PortRef]:
    """Every port to which a link from this one may lead, those of near nodes first."""
    fitting = Fitting(scene, (ref,))
    own = scene.nodes[ref.node].rect.center()
    boxes = sorted(scene.shown(), key=lambda box: (box.rect.center() - own).manhattanLength())
    return [
        other for box in boxes for port, other in fitting.ports(box) if fitting.judge(other).port is not None
    ]


def spoken(scene: Scene, name: str) -> str:
    """A node as a screen reader says it: title, place among all, values, links."""
    box = scene.nodes[name]
    order = list(scene.graph.nodes)
    text = tr("Canvas", "{title}, node {number} of {count}")
    title = box.node.title or box.spec.title
    parts = [text.format(title=title, number=order.index(name) + 1, count=len(order))]
    if box.node.mode != "run":
        parts.append(tr("Canvas", "muted") if box.node.mode == "mute" else tr("Canvas", "bypassed"))
    for param in box.spec.params[:3]:
        if (param.name, 0) not in box.linked_in:
            value = format_value(param, box.node.params.get(param.name, param.default))
            parts.append(f"{label_of(param.name)} {value}")
    after = [_title(scene, n) for n in along_links(scene, name, True)]
    if after:
        parts.append(tr("Canvas", "linked to {nodes}").format(nodes=", ".join(after)))
    return ", ".join(str(part) for part in parts)


def described_port(scene: Scene, ref: PortRef) -> str:
    """A port as a screen reader says it."""
    links = tr("Canvas", "not linked")
    if ref.output:
        side = tr("Canvas", "{name}, {type} output, {links}")
        targets = [_title(scene, key.target) for key in scene.leaving(ref.node, ref.name)]
        if targets:
            links = tr("Canvas", "linked to {nodes}").format(nodes=", ".join(targets))
    else:
        side = tr("Canvas", "{name}, {type} input, {links}")
        link = scene.links.get(LinkKey(ref.node, ref.name, ref.index))
        if link is not None:
            links = tr("Canvas", "linked from {node}").format(node=_title(scene, link.source.node))
    kind = scene.port_type(ref) or tr("Canvas", "unknown")
    return side.format(name=label_of(ref.name), type=kind, links=links)


def _title(scene: Scene, name: str) -> str:
    box = scene.nodes.get(name)
    return (box.node.title or box.spec.title) if box else name
