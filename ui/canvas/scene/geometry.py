"""Where the parts of a node lie, in scene units relative to its corner; pure numbers, nothing is painted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from nodegraph.model.graph import Node
from nodegraph.model.spec import NodeSpec, Param
from nodegraph.subgraphs.exposure import sections
from ui.canvas.scene.metrics import Metrics
from ui.i18n.labels import format_value, label_of
from ui.i18n.translate import tr

RowKind = Literal["ports", "param", "fold"]
Rect = tuple[float, float, float, float]
"""x, y, width, height."""

MARGIN = 8.0
MIN_WIDTH, MAX_WIDTH = 144.0, 320.0
MULTILINE_ROWS = 4


@dataclass(frozen=True, slots=True)
class PortRef:
    """A port of the graph: input or output `name` of node `node`; `index` counts a variadic input's links."""

    node: str
    name: str
    output: bool
    index: int = 0


@dataclass(frozen=True, slots=True)
class Port:
    """A port on a node's edge; `param` marks a parameter that may be linked, `many` a list or variadic."""

    name: str
    type: str
    x: float
    y: float
    output: bool
    index: int = 0
    param: bool = False
    many: bool = False
    optional: bool = False
    label: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A horizontal band of a node: a pair of ports, a parameter, or a line that folds the rows below it.

    A fold is that of a `section`, or of the advanced parameters where it has none.
    """

    kind: RowKind
    y: float
    height: float
    param: Param | None = None
    label: str = ""
    section: str = ""
    open: bool = False


@dataclass(frozen=True, slots=True)
class LayoutKey:
    """All that a layout depends on; two nodes with equal keys share one layout.

    `turned` are the folds that were turned by hand: sections are open before, advanced parameters ("") are not.
    """

    spec: NodeSpec
    size: tuple[float, float] | None
    collapsed: bool
    shown: frozenset[str] | None
    variadic: tuple[int, ...]
    turned: frozenset[str]
    aspect: float
    title: str
    metrics: Metrics

    def __hash__(self) -> int:
        return hash((self.spec.type, self.size, self.collapsed, self.shown, self.variadic, self.turned))


@dataclass(frozen=True)
class NodeLayout:
    """The parts of one node. Ports are looked up by (name, is output, index)."""

    width: float
    height: float
    title: float
    rows: tuple[Row, ...]
    ports: tuple[Port, ...]
    preview: Rect | None
    by_name: Mapping[tuple[str, bool, int], Port]

    def port(self, name: str, output: bool, index: int = 0) -> Port | None:
        """The port, or the first of that name where a variadic input has no such index."""
        return self.by_name.get((name, output, index)) or self.by_name.get((name, output, 0))

    def row_at(self, y: float) -> Row | None:
        """The row at that height."""
        return next((row for row in self.rows if row.y <= y < row.y + row.height), None)


def layout_key(
    spec: NodeSpec,
    node: Node,
    outputs: frozenset[str],
    metrics: Metrics,
    turned: frozenset[str],
    aspect: float,
) -> LayoutKey:
    """The key of `node`'s layout; `outputs` are the outputs that feed something."""
    shown = frozenset({*node.inputs, *(f">{name}" for name in outputs)}) if node.hide_unlinked else None
    counts = tuple(len(node.inputs.get(s.name, ())) for s in spec.sockets if s.variadic)
    title = (node.title or spec.title) if node.collapsed else ""
    return LayoutKey(spec, node.size, node.collapsed, shown, counts, turned, aspect, title, metrics)


def lay_out(key: LayoutKey) -> NodeLayout:
    """The layout for that key."""
    inputs, outputs = _inputs(key), _outputs(key)
    width = _width(key, inputs, outputs)
    if key.collapsed:
        return _collapsed(key, width, inputs, outputs)
    metrics = key.metrics
    y = metrics.title + MARGIN / 2
    rows: list[Row] = []
    ports: list[Port] = []
    for index in range(max(len(inputs), len(outputs))):
        rows.append(Row("ports", y, metrics.row))
        middle = y + metrics.row / 2
        ports += [replace(port, x=0.0, y=middle) for port in inputs[index : index + 1]]
        ports += [replace(port, x=width, y=middle) for port in outputs[index : index + 1]]
        y += metrics.row
    for row in _param_rows(key, y):
        rows.append(row)
        if row.param is not None:
            middle = row.y + metrics.row / 2
            ports.append(Port(row.param.name, row.param.type, 0.0, middle, False, param=True))
        y = row.y + row.height
    return _finish(key, width, y, rows, ports)


def _finish(key: LayoutKey, width: float, y: float, rows: list[Row], ports: list[Port]) -> NodeLayout:
    preview: Rect | None = None
    if key.aspect > 0:
        preview = (MARGIN, y + 4.0, width - 2 * MARGIN, (width - 2 * MARGIN) * key.aspect)
        y = preview[1] + preview[3]
    height = y + MARGIN
    spare = (key.size[1] if key.size else 0.0) - height
    if spare > 0:
        rows, ports = _stretch(rows, ports, spare)
        height += spare
        if preview is not None:
            moved = any(row.param and row.param.widget == "multiline" for row in rows)
            preview = (preview[0], preview[1] + (spare if moved else 0.0), preview[2], preview[3])
    return NodeLayout(width, height, key.metrics.title, tuple(rows), tuple(ports), preview, _named(ports))


def _stretch(rows: list[Row], ports: list[Port], spare: float) -> tuple[list[Row], list[Port]]:
    """Give the spare height to the first multiline row, and move down what lies below it."""
    growing = next((i for i, r in enumerate(rows) if r.param and r.param.widget == "multiline"), None)
    if growing is None:
        return rows, ports
    tall = rows[growing]
    grown = [*rows[:growing], replace(tall, height=tall.height + spare)]
    grown += [replace(row, y=row.y + spare) for row in rows[growing + 1 :]]
    below = tall.y + tall.height
    return grown, [replace(p, y=p.y + (spare if p.y >= below else 0.0)) for p in ports]


def _inputs(key: LayoutKey) -> list[Port]:
    found: list[Port] = []
    counts = iter(key.variadic)
    for socket in key.spec.sockets:
        if key.shown is not None and socket.name not in key.shown:
            if socket.variadic:
                next(counts)
            continue
        number = next(counts) + 1 if socket.variadic else 1
        for index in range(number):
            label = label_of(socket.name) + (f" {index + 1}" if socket.variadic else "")
            many = socket.variadic or socket.many
            found.append(
                Port(socket.name, socket.type, 0.0, 0.0, False, index, False, many, socket.optional, label)
            )
    return found


def _outputs(key: LayoutKey) -> list[Port]:
    return [
        Port(out.name, out.type, 0.0, 0.0, True, many=out.many, label=label_of(out.name))
        for out in key.spec.outputs
        if key.shown is None or f">{out.name}" in key.shown
    ]


def _param_rows(key: LayoutKey, y: float) -> list[Row]:
    row = key.metrics.row
    rows: list[Row] = []
    for fold, params in _groups(key):
        held = params if fold.open else []
        found = [Row("param", y, _height(param, row), param, label_of(param.name)) for param in held]
        for line in [fold, *found] if fold.label else found:
            rows.append(replace(line, y=y))
            y += line.height
    return rows


def _groups(key: LayoutKey) -> Iterator[tuple[Row, list[Param]]]:
    """Folds with what they hold: first what stands under none, an open fold without label; last what is advanced."""
    fold = Row("fold", 0.0, key.metrics.row)
    shown = [p for p in key.spec.params if key.shown is None or p.name in key.shown or not p.advanced]
    for section, params in sections(param for param in shown if not param.advanced):
        is_open = not section or section not in key.turned
        label = section if is_open else f"{section} ({len(params)})"
        yield replace(fold, label=label, section=section, open=is_open), params
    if advanced := [param for param in shown if param.advanced]:
        label = tr("Canvas", "Advanced ({count})").format(count=len(advanced))
        yield replace(fold, label=label, open="" in key.turned), advanced


def _height(param: Param, row: float) -> float:
    return row * MULTILINE_ROWS + 4 if param.widget == "multiline" else row


def _width(key: LayoutKey, inputs: list[Port], outputs: list[Port]) -> float:
    measure = key.metrics.measure
    natural = measure(key.spec.title) + 56
    for index in range(max(len(inputs), len(outputs))):
        pair = [ports[index].label for ports in (inputs, outputs) if index < len(ports)]
        natural = max(natural, sum(measure(label) for label in pair) + 48)
    if key.collapsed:
        natural = measure(key.title) + 56
    else:
        natural = max([natural, *(_param_width(param, measure) for param in key.spec.params)])
        natural = max([natural, *(measure(param.section) + 64 for param in key.spec.params if param.section)])
    least = max(MIN_WIDTH, 8.0 * -(-min(natural, MAX_WIDTH) // 8))
    if key.collapsed:
        return least
    return max(least, key.size[0]) if key.size else least


def _param_width(param: Param, measure: Callable[[str], float]) -> float:
    if param.widget == "multiline":
        return 264.0
    value = measure(format_value(param, param.default))
    room = max(value, measure("00000000")) if param.widget == "seed" else max(value, 40.0)
    icon = 20.0 if param.choices or param.choices_from or param.widget in ("seed", "file", "choice") else 0.0
    return measure(label_of(param.name)) + min(room, 168.0) + icon + 56


def _collapsed(key: LayoutKey, width: float, inputs: list[Port], outputs: list[Port]) -> NodeLayout:
    middle = key.metrics.title / 2
    ports = [replace(port, x=0.0, y=middle) for port in inputs]
    ports += [Port(p.name, p.type, 0.0, middle, False, param=True) for p in key.spec.params]
    ports += [replace(port, x=width, y=middle) for port in outputs]
    return NodeLayout(width, key.metrics.title, key.metrics.title, (), tuple(ports), None, _named(ports))


def _named(ports: list[Port]) -> Mapping[tuple[str, bool, int], Port]:
    return {(port.name, port.output, port.index): port for port in ports}
