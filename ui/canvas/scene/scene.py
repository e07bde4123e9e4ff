"""Derived geometry of a graph, kept up to date by comparing old and new values by identity."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from PySide6.QtCore import QRectF

from nodegraph.analysis.sizes import Size, Sizes
from nodegraph.model.graph import Graph, Node
from nodegraph.model.sockets import lossy
from nodegraph.model.spec import ANY, NodeSpec
from nodegraph.subgraphs.expand import PREFIX, uses
from ui.canvas.scene.boxes import Kinds, LinkBox, LinkKey, NodeBox
from ui.canvas.scene.folding import folded
from ui.canvas.scene.geometry import MARGIN, LayoutKey, NodeLayout, lay_out, layout_key
from ui.canvas.scene.metrics import Metrics
from ui.canvas.scene.picture_size import picture_size
from ui.canvas.scene.routing import Style
from ui.canvas.scene.scene_index import SceneIndex, entering, link_source, union
from ui.canvas.scene.specs import spec_of

PORT_REACH = 12.0
PREVIEW_GAP = 12.0
"""Free space, in scene units, between a preview and the node below."""
LEAST_PREVIEW = 40.0
"""Where less height than this is free below a node, no preview is shown on it."""
UNMOVED = (
    "params",
    "inputs",
    "size",
    "title",
    "color",
    "mode",
    "collapsed",
    "pinned",
    "hide_unlinked",
    "type",
    "extra",
)
"""What a moved node shares with the node it was."""


class Scene(SceneIndex):
    """Boxes of the nodes and links of one graph, with an index over each.

    `aspects` holds height / width of previews by node id, `turned` the folds of each node's rows turned by hand
    (see `LayoutKey`).
    """

    def __init__(self, specs: Mapping[str, NodeSpec], metrics: Metrics, style: Style = "curve") -> None:
        super().__init__()
        self.specs = specs
        self.metrics = metrics
        self.style: Style = style
        self.version = 0
        self.aspects: dict[str, float] = {}
        self._shown: dict[str, float] = {}
        self.turned: dict[str, frozenset[str]] = {}
        self.sizes = Sizes(Graph(), specs)
        self.may_open: Callable[[str], bool] = lambda _: True
        """Whether a file that a node names may be opened without asking."""
        self.whole: Callable[[], Graph] | None = None
        """The document that the graph is a subgraph of; None for a document itself."""
        self._uses: Mapping[str, int] = {}
        self._raised: dict[str, int] = {}
        self._layouts: dict[LayoutKey, NodeLayout] = {}
        self._kinds = Kinds()

    def _size_of(self, path: str) -> Size | None:
        return picture_size(path) if self.may_open(path) else None

    def rebuild(self) -> None:
        """Derive everything anew, after the specs, metrics or link style changed."""
        graph = self.graph
        self.update(Graph())
        self._layouts.clear()
        self._kinds.forget()
        self.update(graph)

    def update(self, graph: Graph) -> set[str]:
        """Show another graph; returns the ids of nodes that look or lie otherwise than before."""
        old, new = self.graph.nodes, graph.nodes
        subgraphs_changed = self.graph.subgraphs is not graph.subgraphs
        self.graph = graph
        self.sizes = Sizes(graph, self.specs, self._size_of)
        gone = [name for name in old if name not in new]
        changed = {name for name, node in new.items() if old.get(name) is not node}
        if subgraphs_changed:
            changed |= {name for name, node in new.items() if node.type.startswith("subgraph/")}
        changed |= self._recounted(graph)
        touched: set[str] = set(changed)
        self._around = None
        for name in gone:
            touched |= self._unlink(old[name])
        for name in changed:
            before = old.get(name)
            if before is None or before.inputs is not new[name].inputs:
                touched |= self._unlink(before) if before else set()
                touched |= self._link(new[name])
        for name in gone:
            self._drop(name)
        shifted = {name for name in touched if self._shift(name, old.get(name), new.get(name))}
        fresh = (touched & new.keys()) - shifted
        self.refresh([name for name in new if name in fresh] if len(fresh) > 50 else sorted(fresh))
        for key in {key: None for name in shifted for key in self.links_of(name)}:
            self._place_link(key)
        self._fold()
        if self.aspects and (touched or gone):
            self._refit()
        return touched | set(gone)

    def _recounted(self, graph: Graph) -> set[str]:
        """The nodes whose subgraph has another number of uses now."""
        if not graph.subgraphs and not self._uses:
            return set()
        before, self._uses = self._uses, uses(self.whole() if self.whole is not None else graph)
        kinds = {PREFIX + name for name in {*before, *self._uses} if before.get(name) != self._uses.get(name)}
        return {name for name, node in graph.nodes.items() if node.type in kinds}

    def refresh(self, names: Iterable[str]) -> None:
        """Derive these nodes and their links anew."""
        self.version += 1
        self._around = None
        stale: set[LinkKey] = set()
        for name in names:
            stale |= self._place_node(self.graph.nodes[name])
        for key in stale:
            self._place_link(key)

    def set_aspect(self, name: str, aspect: float) -> None:
        """Give a node's preview area another shape; 0 takes it away."""
        if self.aspects.get(name, 0.0) != aspect and name in self.nodes:
            self.aspects[name] = aspect
            self._shown[name] = self._fitting(name)
            self.refresh([name])

    def shown_aspect(self, name: str) -> float:
        """Height / width of a node's preview area: that of the picture, or less where a node stands below."""
        return self._shown.get(name, 0.0)

    def _refit(self) -> None:
        """Give previews more or less room after nodes came nearer or went away."""
        for name, aspect in self.aspects.items():
            if aspect and name in self.nodes and (fitting := self._fitting(name)) != self._shown.get(name):
                self._shown[name] = fitting
                self.refresh([name])

    def _fitting(self, name: str) -> float:
        """The aspect at which a preview covers no node that stands below; 0 where there is no room to speak of."""
        aspect, box = self.aspects.get(name, 0.0), self.nodes[name]
        if not aspect or box.node.collapsed:
            return 0.0
        bare = self._layout_of(box.node, box.spec, box.linked_out, 0.0)
        wide = bare.width - 2 * MARGIN
        bottom = box.y + bare.height
        below = self.nodes_in(QRectF(box.x, bottom, bare.width, wide * aspect + PREVIEW_GAP + MARGIN))
        tops = [other.y for other in below if other.id != name and other.y >= bottom]
        room = min(tops, default=bottom + wide * aspect + 99.0) - bottom - PREVIEW_GAP - 4.0
        if room >= wide * aspect:
            return aspect
        return room / wide if room >= LEAST_PREVIEW else 0.0

    def toggle_fold(self, name: str, section: str = "") -> None:
        """Show or hide a section of a node's parameters, or the advanced ones."""
        self.turned[name] = self.turned.get(name, frozenset()) ^ {section}
        self.refresh([name])

    def bring_up(self, names: Iterable[str]) -> None:
        """Let these nodes lie over all others."""
        top = max(self._raised.values(), default=0) + 1
        for name in names:
            self._raised[name] = top

    def piled(self, boxes: list[NodeBox]) -> list[NodeBox]:
        """These, with what covers others behind them."""
        raised = self._raised
        return sorted(boxes, key=lambda box: raised.get(box.id, 0)) if raised else boxes

    def height_of(self, name: str) -> int:
        """Where a node lies in the pile; higher covers lower."""
        return self._raised.get(name, 0)

    def _fold(self) -> None:
        """Hide what collapsed frames hold and lay its links to their boxes."""
        before, self.folds = self.folds, folded(self.graph)
        if before is self.folds:
            return
        self.version += 1
        self._around = None
        for name in before.of.keys() - self.folds.of.keys():
            if name in self.nodes:
                self._index_node(self.nodes[name])
        for name in self.folds.of:
            self._node_index.remove(name)
        touched = before.of.keys() | self.folds.of.keys()
        for key in {key: None for name in touched for key in self.links_of(name)}:
            self._place_link(key)

    def _index_node(self, box: NodeBox) -> None:
        self._node_index.put(box.id, (box.x - PORT_REACH, box.y, box.width + 2 * PORT_REACH, box.height))

    def _unlink(self, node: Node) -> set[str]:
        sources: set[str] = set()
        for key in entering(node):
            link = self.links.pop(key, None)
            if link is None:
                continue
            self._link_index.remove(key)
            self._unindexed.discard(key)
            self._concealed.discard(key)
            self._leaving[link.source.node].discard(key)
            sources.add(link.source.node)
        return sources

    def _link(self, node: Node) -> set[str]:
        sources: set[str] = set()
        for name, found in node.inputs.items():
            for index, source in enumerate(found):
                key = LinkKey(node.id, name, index)
                self.links[key] = LinkBox(key, source, ANY, False, self.style)
                self._leaving.setdefault(source.node, set()).add(key)
                sources.add(source.node)
        return sources

    def _drop(self, name: str) -> None:
        if self.nodes.pop(name, None) is not None:
            self._node_index.remove(name)

    def _shift(self, name: str, old: Node | None, new: Node | None) -> bool:
        """Move a box whose node differs in its place alone, which needs no new layout."""
        box = self.nodes.get(name)
        if box is None or old is None or new is None or old is new or box.node is not old:
            return False
        for attribute in UNMOVED:
            if getattr(old, attribute) is not getattr(new, attribute):
                return False
        box.move(new)
        self._index_node(box)
        return True

    def _place_node(self, node: Node) -> set[LinkKey]:
        name = node.id
        outputs = frozenset(self.links[key].source.output for key in self._leaving.get(name, ()))
        spec, known = spec_of(node, self.graph, self.specs, outputs)
        aspect = 0.0 if node.collapsed else self.shown_aspect(name)
        layout = self._layout_of(node, spec, outputs, aspect)
        number = self._uses.get(node.type.removeprefix(PREFIX), 0)
        box = NodeBox(node, spec, known, layout, outputs, number, self._kinds)
        self.nodes[name] = box
        self._index_node(box)
        return set(self.links_of(name))

    def _layout_of(self, node: Node, spec: NodeSpec, outputs: frozenset[str], aspect: float) -> NodeLayout:
        key = layout_key(spec, node, outputs, self.metrics, self.turned.get(node.id, frozenset()), aspect)
        layout = self._layouts.get(key)
        if layout is None:
            layout = self._layouts[key] = lay_out(key)
        return layout

    def _place_link(self, key: LinkKey) -> None:
        link = self.links[key]
        source, target = self.nodes.get(link.source.node), self.nodes.get(key.target)
        if target is None:
            return
        end = target.port_at(key.input, False, key.index)
        output = None
        if source is None:
            start = (end[0] - 48.0, end[1])
        else:
            start = source.port_at(link.source.output, True)
            output = source.spec.output(link.source.output)
        own, other = self.folds.of.get(key.target), self.folds.of.get(link.source.node)
        if own is not None and own == other:
            self._concealed.add(key)
            self._link_index.remove(key)
            self._unindexed.discard(key)
            return
        self._concealed.discard(key)
        spot = (link.source.node, link.source.output)
        start = self.folds.boxes[other].place(spot, True) if other else start
        end = self.folds.boxes[own].place(spot, False) if own else end
        wanted = target.spec.input_type(key.input) or ANY
        link.type = output.type if output else wanted
        link.lossy = lossy(link.type, wanted)
        link.place(start, end)
        self._unindexed.add(key)


__all__ = ["Scene", "link_source", "union"]
