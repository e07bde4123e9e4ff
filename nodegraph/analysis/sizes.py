"""How large the pictures and latents on the links will be, known before anything runs.

A node type says it in its spec: `size="latent"` is the size of that input, `size="image.width + left, image.height"`
two formulas of parameters and inputs, in pixels. `fit.inside` is 1 where the parameter `fit` is "inside", else 0.
A side below 1 says that the size is not known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache

from nodegraph.expressions.arithmetic import FormulaError, Number, evaluate, names_in
from nodegraph.model.graph import Graph, Node, Source
from nodegraph.model.sockets import bypass_order
from nodegraph.model.spec import NodeSpec
from nodegraph.subgraphs.expand import definition, is_instance
from nodegraph.subgraphs.lookup import spec_of

Size = tuple[int, int]
"""Width and height in pixels; a latent's are those of its picture."""
Spot = tuple[str, str]
SIZED = ("Image", "Latent", "Mask")
"""The types that have a size."""
DEEPEST = 8
"""So deep into subgraphs sizes are looked for; one that holds itself has none."""
MAX_INNER_SPOTS = 5000
"""Outputs inside subgraphs that one graph may ask about: what few lines nest grows with the power of the depth."""


def no_picture(_path: str) -> Size | None:
    """Files are not looked at."""
    return None


class Sizes:
    """The sizes in one graph, each worked out when it is asked for and then kept.

    `picture` tells the size of a picture file by the value of the parameter that names it. Chains may be long:
    nothing here recurses but into subgraphs. `given` are the sizes that come in from outside, by node and input,
    None for a value that is not known. `depth` and `inner` count how deep and how much is asked inside subgraphs.
    """

    def __init__(
        self,
        graph: Graph,
        specs: Mapping[str, NodeSpec],
        picture: Callable[[str], Size | None] = no_picture,
        given: Mapping[Spot, Size | None] | None = None,
        depth: int = 0,
        inner: Counter[str] | None = None,
    ) -> None:
        self._graph = graph
        self._specs = specs
        self._picture = picture
        self._given = given or {}
        self._depth = depth
        self._inner: Counter[str] = Counter() if inner is None else inner
        self._known: dict[Spot, Size | None] = {}

    def of(self, source: Source) -> Size | None:
        """Width and height of what an output gives, None where that is not known yet."""
        wanted = (source.node, source.output)
        waiting, begun = [wanted], {wanted}
        while waiting:
            spot = waiting[-1]
            open_needs = [s for s in self._needs(spot) if s not in self._known and s not in begun]
            if open_needs:
                begun.update(open_needs)
                waiting += open_needs
                continue
            if spot not in self._known:
                self._inner["spots"] += self._depth > 0
                known = self._inner["spots"] <= MAX_INNER_SPOTS
                self._known[spot] = self._worked_out(spot) if known else None
            waiting.pop()
        return self._known[wanted]

    def _needs(self, spot: Spot) -> list[Spot]:
        if spot in self._known:
            return []
        node, spec = self._at(spot)
        if node is None or spec is None:
            return []
        if node.mode == "bypass":
            return [found] if (found := self._behind(node, spec, spot[1])) else []
        names = [s.name for s in spec.sockets] if is_instance(node.type) else _inputs(spec.size)
        return [s for name in names if (s := _fed(node, name)) is not None]

    def _worked_out(self, spot: Spot) -> Size | None:
        node, spec = self._at(spot)
        if node is None or spec is None or node.mode == "mute":
            return None
        if node.mode == "bypass":
            behind = self._behind(node, spec, spot[1])
            return self._known.get(behind) if behind else None
        if is_instance(node.type):
            return self._inside(node, spot[1])
        output = spec.output(spot[1])
        return self._ruled(node, spec) if output is not None and output.type in SIZED else None

    def _ruled(self, node: Node, spec: NodeSpec) -> Size | None:
        """What a node type's own rule says of one node."""
        rule = spec.size
        if not rule:
            return None
        param = spec.param(rule)
        if param is not None and param.file:
            value = node.params.get(rule, param.default)
            return self._picture(value) if isinstance(value, str) and value else None
        sides = _sides(rule)
        try:
            width, height = (round(evaluate(side, lambda n: self._value(node, spec, n))) for side in sides)
        except FormulaError:
            return None
        return (width, height) if width >= 1 and height >= 1 else None

    def _at(self, spot: Spot) -> tuple[Node | None, NodeSpec | None]:
        node = self._graph.nodes.get(spot[0])
        return node, spec_of(self._graph, node.type, self._specs) if node is not None else None

    def _inside(self, instance: Node, output: str) -> Size | None:
        """What a subgraph's inner node gives, with what comes in from outside."""
        found = definition(self._graph, instance.type)
        port = next((p for p in found.outputs if p.name == output), None) if found else None
        if found is None or port is None or self._depth >= DEEPEST:
            return None
        nodes, given = dict(found.nodes), {}
        for entry in found.inputs:
            target = nodes.get(entry.node)
            if instance.inputs.get(entry.name):
                fed = _fed(instance, entry.name)
                given[entry.node, entry.port] = self._known.get(fed) if fed else None
            elif target is not None and entry.name in instance.params:
                params = {**target.params, entry.port: instance.params[entry.name]}
                nodes[entry.node] = replace(target, params=params)
        inner = Graph(nodes, subgraphs=self._graph.subgraphs)
        sizes = Sizes(inner, self._specs, self._picture, given, self._depth + 1, self._inner)
        return sizes.of(Source(port.node, port.port))

    def _behind(self, node: Node, spec: NodeSpec, output: str) -> Spot | None:
        wanted = spec.output(output)
        for socket in bypass_order(spec, wanted) if wanted is not None else ():
            if (fed := _fed(node, socket.name)) is not None:
                return fed
        return None

    def _value(self, node: Node, spec: NodeSpec, name: str) -> Number:
        first, _, rest = name.partition(".")
        if rest in ("width", "height") and spec.socket(first) is not None:
            fed = _fed(node, first)
            size = self._known.get(fed) if fed else self._given.get((node.id, first))
            if size is None:
                raise FormulaError("The size of {name} is not known.", name=first)
            return size[0 if rest == "width" else 1]
        param = spec.param(first)
        if param is None or node.inputs.get(first) or (node.id, first) in self._given:
            raise FormulaError("{name} is not known before the run.", name=first)
        value = node.params.get(first, param.default)
        if rest:
            return int(value == rest)
        if isinstance(value, str):
            raise FormulaError("{name} is no number.", name=first)
        return value


def _fed(node: Node, name: str) -> Spot | None:
    source = next((s for s in node.inputs.get(name, ()) if not s.muted), None)
    return (source.node, source.output) if source is not None else None


@lru_cache(maxsize=512)
def _sides(rule: str) -> tuple[str, str]:
    """The two formulas of a rule."""
    if rule.isidentifier():
        return f"{rule}.width", f"{rule}.height"
    depth, at = 0, -1
    for place, letter in enumerate(rule):
        depth += (letter == "(") - (letter == ")")
        if letter == "," and depth == 0:
            at = place
    return rule[:at], rule[at + 1 :]


@lru_cache(maxsize=512)
def _inputs(rule: str) -> tuple[str, ...]:
    """The inputs whose sizes a rule asks for."""
    if not rule:
        return ()
    try:
        names = [name for side in _sides(rule) for name in names_in(side)]
    except FormulaError:
        return ()
    parts = [name.partition(".") for name in names]
    return tuple(dict.fromkeys(first for first, _, side in parts if side in ("width", "height")))
