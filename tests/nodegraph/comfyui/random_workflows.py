"""Random ComfyUI workflows with what they mean, worked out from how they were made and not from the file.

A workflow is a tree of levels: nodes, nodes that stand for a subgraph, primitives, and links that may be drawn over
reroutes or as names. `Workflow.data` is the file; `Workflow.meaning` says for every node that runs what each of its
inputs gets: a value, the output of another such node, or nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

Path = tuple[str, ...]
Got = tuple[Any, ...] | None
"""("value", v), ("out", path, slot), or None where nothing comes."""


@dataclass(frozen=True)
class Kind:
    """A node type: sockets (name, type), widgets (name, type, values), outputs; `passes` names what it passes on."""

    sockets: tuple[tuple[str, str], ...] = ()
    widgets: tuple[tuple[str, str, st.SearchStrategy[Any]], ...] = ()
    outputs: tuple[str, ...] = ()
    passes: str = ""
    ours: Mapping[str, str] = field(default_factory=dict)


WORDS = st.sampled_from(("a red ball", "fog", "", "a boat on a lake", "blurry"))
SIDES = st.sampled_from((64, 128, 256))
KINDS: Mapping[str, Kind] = {
    "CheckpointLoaderSimple": Kind(
        (), (("ckpt_name", "COMBO", st.sampled_from(("a.safetensors", "b.safetensors"))),), ("MODEL", "CLIP", "VAE"),
        ours={"ckpt_name": "checkpoint"},
    ),
    "CLIPTextEncode": Kind((("clip", "CLIP"),), (("text", "STRING", WORDS),), ("CONDITIONING",)),
    "EmptyLatentImage": Kind(
        (), (("width", "INT", SIDES), ("height", "INT", SIDES), ("batch_size", "INT", st.integers(1, 4))), ("LATENT",)
    ),
    "KSampler": Kind(
        (("model", "MODEL"), ("positive", "CONDITIONING"), ("negative", "CONDITIONING"), ("latent_image", "LATENT")),
        (
            ("seed", "INT", st.integers(0, 2**64 - 1)), ("steps", "INT", st.integers(1, 50)),
            ("cfg", "FLOAT", st.sampled_from((1, 4.5, 7))),
            ("sampler_name", "COMBO", st.sampled_from(("euler", "heun", "lms"))),
            ("scheduler", "COMBO", st.sampled_from(("normal", "karras"))), ("denoise", "FLOAT", st.just(1)),
        ),
        ("LATENT",),
        ours={"latent_image": "latent", "sampler_name": "sampler", "scheduler": "schedule"},
    ),
    "VAEDecode": Kind((("samples", "LATENT"), ("vae", "VAE")), (), ("IMAGE",), ours={"samples": "latent"}),
    "VAEEncode": Kind((("pixels", "IMAGE"), ("vae", "VAE")), (), ("LATENT",), ours={"pixels": "image"}),
    "ImageInvert": Kind((("image", "IMAGE"),), (), ("IMAGE",)),
    "LoraLoader": Kind(
        (("model", "MODEL"), ("clip", "CLIP")),
        (
            ("lora_name", "COMBO", st.sampled_from(("x.safetensors", "y.safetensors"))),
            ("strength_model", "FLOAT", st.sampled_from((0.5, 1))), ("strength_clip", "FLOAT", st.just(1)),
        ),
        ("MODEL", "CLIP"),
        ours={"lora_name": "lora", "strength_model": "strength", "strength_clip": "clip_strength"},
    ),
    "PreviewImage": Kind((("images", "IMAGE"),), (), ("IMAGE",), passes="images", ours={"images": "image"}),
    "SaveImage": Kind(
        (("images", "IMAGE"),), (("filename_prefix", "STRING", st.sampled_from(("a", "b/c"))),), ("IMAGE",),
        passes="images", ours={"images": "image", "filename_prefix": "prefix"},
    ),
    "Better (pack)": Kind((("image", "IMAGE"), ("model", "MODEL")), (), ("MODEL", "IMAGE")),
}  # fmt: skip
LIKELY = st.sampled_from((True, True, True, True, True, False))
SOCKETS = ("MODEL", "CLIP", "VAE", "CONDITIONING", "LATENT", "IMAGE")
SCALARS = ("INT", "FLOAT", "STRING", "COMBO")

Feed = tuple[Any, ...]
"""("node", id, slot), ("input", number) or ("primitive", id)."""


@dataclass
class Node:
    """A node of a level; one of kind `("use", d)` stands for definition d and has its inputs by name."""

    id: int
    kind: str | tuple[str, int]
    title: str
    values: dict[str, Any] = field(default_factory=dict)
    feeds: dict[str, Feed] = field(default_factory=dict)
    mode: int = 0


@dataclass
class Input:
    """An input of a definition; `name` is unique, `raw` what the file calls it."""

    name: str
    type: str
    raw: str
    label: str
    widget: bool


@dataclass
class Level:
    """The root or a definition."""

    nodes: list[Node] = field(default_factory=list)
    primitives: dict[int, tuple[str, Any]] = field(default_factory=dict)
    inputs: list[Input] = field(default_factory=list)
    outputs: list[tuple[str, str, Feed | None]] = field(default_factory=list)

    def node(self, number: int) -> Node:
        """The node of that number."""
        return next(node for node in self.nodes if node.id == number)

    def fed_by(self, number: int) -> list[tuple[Node, str]]:
        """The inner places that an input feeds, in the order of the file."""
        return [(n, key) for n in self.nodes for key, feed in n.feeds.items() if feed == ("input", number)]


@dataclass
class Workflow:
    """The root (last) and the definitions, each of which uses only earlier ones."""

    levels: list[Level]
    draw: Callable[[st.SearchStrategy[Any]], Any]

    # What it means.

    def meaning(self) -> dict[Path, dict[str, Got]]:
        """Every node that runs, by the titles on the way to it, with what each of its inputs gets."""
        found: dict[Path, dict[str, Got]] = {}
        self._gather(self.levels[-1], (), lambda _: None, found)
        return found

    def _gather(
        self, level: Level, path: Path, outer: Callable[[int], Got], found: dict[Path, dict[str, Got]]
    ) -> None:
        for node in level.nodes:
            if node.mode:
                continue
            if isinstance(node.kind, tuple):
                inner = self.levels[node.kind[1]]
                self._gather(inner, (*path, node.title), self._outer(level, path, outer, node), found)
                continue
            kind = KINDS[node.kind]
            got: dict[str, Got] = {}
            for name, _ in kind.sockets:
                feed = node.feeds.get(name)
                got[name] = self._resolve(level, path, outer, feed) if feed else None
            for name, _, _ in kind.widgets:
                feed = node.feeds.get(name)
                got[name] = self._resolve(level, path, outer, feed) if feed else ("value", node.values[name])
            found[*path, node.title] = got

    def _outer(
        self, level: Level, path: Path, outer: Callable[[int], Got], node: Node
    ) -> Callable[[int], Got]:
        """What each input of the definition gets that a node stands for."""
        assert isinstance(node.kind, tuple)
        inner = self.levels[node.kind[1]]

        def get(number: int) -> Got:
            port = inner.inputs[number]
            if port.name in node.feeds:
                return self._resolve(level, path, outer, node.feeds[port.name])
            if port.name in node.values:
                return ("value", node.values[port.name])
            return ("value", self.shown(inner, number)) if port.widget else None

        return get

    def shown(self, level: Level, number: int) -> Any:
        """The value inside that an input of a definition shows: that of the first widget it feeds."""
        node, key = level.fed_by(number)[0]
        if not isinstance(node.kind, tuple):
            return node.values[key]
        if key in node.values:
            return node.values[key]
        inner = self.levels[node.kind[1]]
        return self.shown(inner, next(at for at, port in enumerate(inner.inputs) if port.name == key))

    def _resolve(self, level: Level, path: Path, outer: Callable[[int], Got], feed: Feed) -> Got:
        if feed[0] == "input":
            return outer(feed[1])
        if feed[0] == "primitive":
            return ("value", level.primitives[feed[1]][1])
        node, slot = level.node(feed[1]), feed[2]
        if node.mode == 2:
            return None
        ins, outs = self.slots(node)
        if node.mode == 4:
            wanted = outs[slot]
            picked = [slot] if slot < len(ins) and ins[slot][1] == wanted else []
            picked += [at for at, (_, kind) in enumerate(ins) if kind == wanted]
            behind = node.feeds.get(ins[picked[0]][0]) if picked else None
            return self._resolve(level, path, outer, behind) if behind else None
        if isinstance(node.kind, tuple):
            inner = self.levels[node.kind[1]]
            behind = inner.outputs[slot][2]
            found = self._outer(level, path, outer, node)
            return self._resolve(inner, (*path, node.title), found, behind) if behind else None
        if KINDS[node.kind].passes:
            behind = node.feeds.get(KINDS[node.kind].passes)
            return self._resolve(level, path, outer, behind) if behind else None
        return ("out", (*path, node.title), slot)

    def slots(self, node: Node) -> tuple[list[tuple[str, str]], list[str]]:
        """The sockets and outputs of a node."""
        if isinstance(node.kind, tuple):
            inner = self.levels[node.kind[1]]
            return [(p.name, p.type) for p in inner.inputs if not p.widget], [
                kind for _, kind, _ in inner.outputs
            ]
        return list(KINDS[node.kind].sockets), list(KINDS[node.kind].outputs)

    # The file.

    def data(self) -> dict[str, Any]:
        """The parsed file."""
        root, *definitions = (_Writer(self, level).object() for level in (self.levels[-1], *self.levels[:-1]))
        root["links"] = [
            [link["id"], link["origin_id"], link["origin_slot"], link["target_id"], link["target_slot"], "X"]
            for link in root["links"]
        ]
        for number, item in enumerate(definitions):
            item |= {"id": f"definition-{number}", "name": f"Part {number}"}
        return {"version": 0.4, "extra": {}, **root, "definitions": {"subgraphs": definitions}}


class _Writer:
    """One level as the file holds it."""

    def __init__(self, workflow: Workflow, level: Level) -> None:
        self._workflow = workflow
        self._level = level
        self._draw = workflow.draw
        self._nodes: list[dict[str, Any]] = []
        self._links: list[dict[str, Any]] = []
        self._next = 1000

    def object(self) -> dict[str, Any]:
        level = self._level
        for number, (kind, value) in level.primitives.items():
            outputs = [{"name": kind, "type": kind, "links": []}]
            self._node(number, "PrimitiveNode", [], outputs, [value, "fixed"], {})
        for node in level.nodes:
            self._write(node)
        inputs: list[dict[str, Any]] = [
            {"name": port.raw, "type": port.type, **({"label": port.label} if port.label else {})}
            for port in level.inputs
        ]
        outputs = []
        for number, (name, kind, feed) in enumerate(level.outputs):
            outputs.append({"name": name, "type": kind})
            if feed is not None:
                self._link(feed, -20, number)
        for number, port in enumerate(inputs):
            port["linkIds"] = [
                link["id"]
                for link in self._links
                if (link["origin_id"], link["origin_slot"]) == (-10, number)
            ]
        return {
            "nodes": self._nodes, "links": self._links, "groups": [],
            **({"inputs": inputs, "outputs": outputs} if level is not self._workflow.levels[-1] else {}),
        }  # fmt: skip

    def _write(self, node: Node) -> None:
        slots: list[dict[str, Any]] = []
        ins, outs = self._workflow.slots(node)
        outputs = [{"name": f"{kind}_{at}", "type": kind, "links": []} for at, kind in enumerate(outs)]
        if isinstance(node.kind, tuple):
            inner = self._workflow.levels[node.kind[1]]
            for port in inner.inputs:
                widget = {"widget": {"name": port.raw}} if port.widget else {}
                slot: dict[str, Any] = {
                    "name": port.raw,
                    "type": port.type,
                    "label": port.label,
                    "link": None,
                    **widget,
                }
                if port.widget and port.name not in node.feeds and self._draw(st.booleans()):
                    continue
                slots.append(slot)
                if port.name in node.feeds:
                    slot["link"] = self._link(node.feeds[port.name], node.id, len(slots) - 1)
            values, more = self._held(node, inner)
            self._node(node.id, f"definition-{node.kind[1]}", slots, outputs, values, more, node)
            return
        kind = KINDS[node.kind]
        for name, type_ in ins:
            link = self._link(node.feeds[name], node.id, len(slots)) if name in node.feeds else None
            slots.append({"name": name, "type": type_, "link": link})
        values = []
        for name, type_, _ in kind.widgets:
            values += [node.values[name], "fixed"] if name == "seed" else [node.values[name]]
            if name in node.feeds:
                link = self._link(node.feeds[name], node.id, len(slots))
                slots.append({"name": name, "type": type_, "widget": {"name": name}, "link": link})
        self._node(node.id, node.kind, slots, outputs, values, {}, node)

    def _held(self, node: Node, inner: Level) -> tuple[Any, dict[str, Any]]:
        """How a node that stands for a definition holds its values: listed, by name, or beside a list of proxies."""
        widgets = [(at, port) for at, port in enumerate(inner.inputs) if port.widget]
        shown = {
            port.name: node.values.get(port.name, self._workflow.shown(inner, at)) for at, port in widgets
        }
        stale = {port.name for _, port in widgets if port.name in node.feeds}
        style = self._draw(st.sampled_from(("list", "named", "both", "proxies")))
        named = {port.raw: node.values[port.name] for _, port in widgets if port.name in node.values}
        if style == "named" or any(not port.raw for _, port in widgets):
            return [], {"widgets_values_named": named}
        if style == "proxies":
            listed = [node.values.get(port.name) for _, port in widgets]
            return listed, {"properties": {"proxyWidgets": [["-1", port.raw] for _, port in widgets]}}
        listed = [
            shown[port.name] if port.name not in stale else node.values.get(port.name) for _, port in widgets
        ]
        return listed, ({"widgets_values_named": named} if style == "both" else {})

    def _node(
        self, number: int, kind: str, inputs: list[Any], outputs: list[Any], values: Any, more: dict[str, Any],
        node: Node | None = None,
    ) -> None:  # fmt: skip
        self._nodes.append(
            {
                "id": number, "type": kind, "pos": [number * 10, 0], "size": [200, 100], "flags": {},
                "mode": node.mode if node else 0, "title": node.title if node else kind, "inputs": inputs,
                "outputs": outputs, "widgets_values": values, "properties": {}, **more,
            }
        )  # fmt: skip

    def _link(self, feed: Feed, target: int, slot: int) -> int:
        """A link, perhaps over a reroute or by a name; its number."""
        origin, origin_slot = (-10, feed[1]) if feed[0] == "input" else (feed[1], 0)
        if feed[0] == "node":
            origin_slot = feed[2]
        # Links that begin or end at the border are drawn without detours, so that linkIds name both their ends.
        detours = (
            () if target == -20 or feed[0] == "input" else ("", "", "", "Reroute", "Reroute (rgthree)", "Set")
        )
        detour = self._draw(st.sampled_from(detours)) if detours else ""
        if detour:
            self._next += 2
            first, second = self._next, self._next + 1
            put = {"name": "", "type": "*", "link": self._row(origin, origin_slot, first, 0)}
            out = {"name": "", "type": "*", "links": []}
            name = f"name {first}"
            self._node(first, "SetNode" if detour == "Set" else detour, [put], [out], [name], {})
            if detour == "Set":
                self._node(second, "GetNode", [], [out], [name], {})
            origin, origin_slot = (second if detour == "Set" else first), 0
        return self._row(origin, origin_slot, target, slot)

    def _row(self, origin: int, origin_slot: int, target: int, slot: int) -> int:
        number = len(self._links) + 1
        ends = {"origin_id": origin, "origin_slot": origin_slot, "target_id": target, "target_slot": slot}
        self._links.append({"id": number, **ends})
        return number


@st.composite
def workflows(draw: st.DrawFn) -> Workflow:
    """A workflow with up to three definitions, nested in each other."""
    levels: list[Level] = []
    workflow = Workflow(levels, draw)
    for number in range(draw(st.sampled_from((2, 3, 1, 0)))):
        levels.append(_level(draw, workflow, number, inside=True))
    levels.append(_level(draw, workflow, len(levels), inside=False))
    return workflow


def _level(draw: st.DrawFn, workflow: Workflow, number: int, inside: bool) -> Level:
    level = Level()
    sources: dict[str, list[Feed]] = {kind: [] for kind in SOCKETS}
    if inside:
        for kind in draw(st.lists(st.sampled_from(SOCKETS), min_size=1, max_size=4)):
            sources[kind].append(("input", len(level.inputs)))
            _add_input(draw, level, kind, kind.lower(), widget=False)
    uses = [("use", d) for d in range(number)]
    first = [] if inside else ["CheckpointLoaderSimple", "EmptyLatentImage", "CLIPTextEncode", "VAEDecode"]
    choices: list[str | tuple[str, int]] = [*uses, *uses, *uses, *KINDS]
    more = st.sampled_from(choices)
    kinds: list[str | tuple[str, int]] = [*first]
    kinds += draw(st.lists(more, min_size=2, max_size=6))
    for at, used in enumerate(kinds):
        node = Node(at + 1, used, f"{'d' if inside else 'n'}{number}-{at}")
        _fill(draw, workflow, level, node, sources, inside)
        level.nodes.append(node)
        _, outs = workflow.slots(node)
        for slot, output in enumerate(outs):
            sources[output].append(("node", node.id, slot))
    if inside:
        _add_outputs(draw, level, sources)
        _keep_widgets_apart(level)
    return level


def _fill(
    draw: st.DrawFn,
    workflow: Workflow,
    level: Level,
    node: Node,
    sources: dict[str, list[Feed]],
    inside: bool,
) -> None:
    """Values, links and mode of a node."""
    ins, _ = workflow.slots(node)
    for name, kind in ins:
        if sources[kind] and bool(draw(LIKELY)):
            node.feeds[name] = draw(st.sampled_from(sources[kind]))
    for name, kind, values, is_inner in _widgets(workflow, node):
        if not is_inner or draw(st.booleans()):
            node.values[name] = draw(values)
        way = draw(st.integers(0, 9))
        if way == 0 and kind != "COMBO":
            node.feeds[name] = _primitive(draw, level, kind, values)
        elif inside and way in (1, 2, 3):
            node.feeds[name] = _widget_input(draw, level, kind, name)
    node.mode = draw(st.sampled_from((0, 0, 0, 0, 0, 0, 2, 4)))


def _widgets(workflow: Workflow, node: Node) -> Iterator[tuple[str, str, st.SearchStrategy[Any], bool]]:
    if not isinstance(node.kind, tuple):
        for name, kind, values in KINDS[node.kind].widgets:
            yield name, kind, values, False
        return
    inner = workflow.levels[node.kind[1]]
    for number, port in enumerate(inner.inputs):
        if port.widget:
            yield port.name, port.type, _values_of(workflow, inner, number), True


def _values_of(workflow: Workflow, level: Level, number: int) -> st.SearchStrategy[Any]:
    node, key = level.fed_by(number)[0]
    if not isinstance(node.kind, tuple):
        return next(values for name, _, values in KINDS[node.kind].widgets if name == key)
    inner = workflow.levels[node.kind[1]]
    return _values_of(workflow, inner, next(at for at, port in enumerate(inner.inputs) if port.name == key))


def _primitive(draw: st.DrawFn, level: Level, kind: str, values: st.SearchStrategy[Any]) -> Feed:
    """A primitive of that type: a new one, or one that feeds other widgets of the same name already."""
    number = 500 + len(level.primitives)
    level.primitives[number] = (kind, draw(values))
    return ("primitive", number)


def _widget_input(draw: st.DrawFn, level: Level, kind: str, name: str) -> Feed:
    """A widget input of the definition: a new one, or one that feeds a widget of the same name already."""
    plain = name.split("#")[0]
    old = [at for at, port in enumerate(level.inputs) if port.widget and port.name.split("#")[0] == plain]
    if old and bool(draw(st.booleans())):
        return ("input", draw(st.sampled_from(old)))
    _add_input(draw, level, kind, plain, widget=True)
    return ("input", len(level.inputs) - 1)


def _add_input(draw: st.DrawFn, level: Level, kind: str, plain: str, widget: bool) -> None:
    number = len(level.inputs)
    raw = f"{plain}#{number}" if widget or draw(st.integers(0, 4)) else ""
    label = f"label {number}" if not raw or draw(st.booleans()) else ""
    # Only one input can be without a name and a socket at once: two would not be told apart.
    if not raw and any(not port.raw for port in level.inputs):
        raw = f"{plain}#{number}"
    level.inputs.append(Input(raw or label, kind, raw, label, widget))


def _add_outputs(draw: st.DrawFn, level: Level, sources: dict[str, list[Feed]]) -> None:
    for number in range(draw(st.integers(1, 3))):
        kind = draw(st.sampled_from([kind for kind in SOCKETS if sources[kind]] or SOCKETS))
        feed = draw(st.sampled_from(sources[kind][::-1])) if sources[kind] and bool(draw(LIKELY)) else None
        level.outputs.append((f"{kind}_{number}", kind, feed))


def _keep_widgets_apart(level: Level) -> None:
    """Inputs in the order sockets, then widgets, as bypassing counts them alike in both programs."""
    order = sorted(range(len(level.inputs)), key=lambda at: level.inputs[at].widget)
    new = {old: at for at, old in enumerate(order)}
    level.inputs = [level.inputs[at] for at in order]

    def moved(feed: Feed) -> Feed:
        return ("input", new[feed[1]]) if feed[0] == "input" else feed

    for node in level.nodes:
        node.feeds = {key: moved(feed) for key, feed in node.feeds.items()}
    level.outputs = [(name, kind, moved(feed) if feed else None) for name, kind, feed in level.outputs]
