"""What a tooltip says of a port, a parameter or a node."""

from __future__ import annotations

from nodegraph.model.spec import NodeSpec, Param
from ui.canvas.scene.boxes import LinkBox, NodeBox
from ui.canvas.scene.geometry import PortRef
from ui.canvas.scene.hit import Hit
from ui.canvas.scene.scene import Scene
from ui.canvas.scene.state import CanvasState
from ui.i18n.labels import format_value, label_of
from ui.i18n.translate import QT_TRANSLATE_NOOP, tr

BUTTON_TIPS = {
    "run": QT_TRANSLATE_NOOP("Canvas", "Run what is in this frame"),
    "mute": QT_TRANSLATE_NOOP(
        "Canvas", "Mute everything in this frame; again gives each node its own state back"
    ),
    "bypass": QT_TRANSLATE_NOOP(
        "Canvas", "Bypass everything in this frame; again gives each node its own state back"
    ),
    "lock": QT_TRANSLATE_NOOP("Canvas", "Lock the frame in its place"),
    "collapse": QT_TRANSLATE_NOOP("Canvas", "Show the frame as a small box, or open it"),
}
"""What the buttons in a frame's header do."""


def tip(scene: Scene, state: CanvasState, found: Hit) -> str:
    """The text for what was hit; empty where there is nothing to say."""
    if found.part:
        return tr("Canvas", BUTTON_TIPS[found.part]) if found.part in BUTTON_TIPS else ""
    if found.kind == "link" and found.link in scene.links:
        return _link(scene, scene.links[found.link])
    box = scene.nodes.get(found.node)
    if box is None:
        return ""
    if found.port is not None:
        return _joined(_port(box.spec, found.port), state.problems(box.id).get(found.port.name, ""))
    if found.row is not None and found.row.param is not None:
        param = found.row.param
        return _joined(_param(param), state.problems(box.id).get(param.name, ""))
    if found.kind == "title":
        return _joined(_node(box), state.of(box.id).message or state.problems(box.id).get("", ""))
    return ""


def _link(scene: Scene, link: LinkBox) -> str:
    ends = [
        f"{box.node.title or box.spec.title}: {label_of(name)}"
        for node, name in ((link.source.node, link.source.output), (link.key.target, link.key.input))
        if (box := scene.nodes.get(node)) is not None
    ]
    named = f" ({link.source.portal})" if link.source.portal else ""
    size = scene.sizes.of(link.source)
    large = f", {size[0]} × {size[1]}" if size is not None else ""
    return f"{link.type}{named}{large}\n{' → '.join(ends)}" + ("\nMuted" if link.source.muted else "")


def _port(spec: NodeSpec, ref: PortRef) -> str:
    if ref.output:
        output = spec.output(ref.name)
        return f"{label_of(ref.name)}: {output.type}\n{output.help}" if output else ""
    param = spec.param(ref.name)
    if param is not None:
        return _param(param)
    socket = spec.socket(ref.name)
    if socket is None:
        return ""
    extent = ""
    if socket.variadic:
        extent = tr("Canvas", ", any number")
    elif socket.optional:
        extent = tr("Canvas", ", may stay open")
    return f"{label_of(ref.name)}: {socket.type}{extent}\n{socket.help}"


def _param(param: Param) -> str:
    low, high = param.minimum, param.maximum
    if low is not None and high is not None:
        extent = tr("Canvas", ", {low} to {high}").format(low=f"{low:g}", high=f"{high:g}")
    elif low is not None:
        extent = tr("Canvas", ", at least {low}").format(low=f"{low:g}")
    elif high is not None:
        extent = tr("Canvas", ", at most {high}").format(high=f"{high:g}")
    else:
        extent = ""
    usual = format_value(param, param.default)
    usually = ""
    if usual and param.widget != "multiline":
        usually = tr("Canvas", ", usually {value}").format(value=usual)
    return f"{label_of(param.name)}: {param.type}{extent}{usually}\n{param.help}"


def _node(box: NodeBox) -> str:
    if not box.known:
        text = tr("Canvas", "The type {type} is not installed. Its values and links are kept as they are.")
        return text.format(type=box.node.type)
    if box.uses > 1:
        text = tr(
            "Canvas",
            "Used {count} times: a change inside changes all. “Make subgraph unique” parts this one.",
        )
        return f"{box.spec.title}\n{text.format(count=box.uses)}"
    return f"{box.spec.title}\n{box.spec.help}"


def _joined(*parts: str) -> str:
    return "\n".join(part.strip() for part in parts if part.strip())
