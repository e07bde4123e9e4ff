"""Node types that count their calls, so that tests can say who ran."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, NamedTuple, NewType

from nodegraph.engine.local import LocalEngine, Options
from nodegraph.model.graph import Graph, Node, Source
from nodegraph.model.spec import Lazy
from nodegraph.node_api.context import Context
from nodegraph.node_api.declare import InputFile, Mentions, ModelFile, Range, node
from nodegraph.node_api.model_files import NoFiles
from nodegraph.node_api.registry import Registry

Number = NewType("Number", int)


class Pair(NamedTuple):
    low: Number
    high: Number


@node("test/Value")
def value(*, number: int = 1) -> Number:
    """A number."""
    return Number(number)


@node("test/Add")
def add(first: Number, second: Number | None = None, *, plus: Annotated[int, Range(-100, 100)] = 0) -> Number:
    """A sum."""
    return Number(first + (second or 0) + plus)


@node("test/Sum")
def total(numbers: tuple[Number, ...]) -> Number:
    """The sum of any number of numbers."""
    return Number(sum(numbers))


@node("test/Split")
def split(number: Number) -> Pair:
    """Half and double."""
    return Pair(Number(number // 2), Number(number * 2))


@node("test/Count")
def count(*, upto: int = 3) -> list[Number]:
    """0, 1, 2 ..."""
    return [Number(i) for i in range(upto)]


@node("test/Length")
def length(numbers: list[Number]) -> Number:
    """How many."""
    return Number(len(numbers))


@node("test/Switch")
def switch(
    when_true: Annotated[Any, Lazy("flag", True)] = None,
    when_false: Annotated[Any, Lazy("flag", False)] = None,
    *,
    flag: bool = True,
) -> Any:
    """One of two."""
    return when_true if flag else when_false


@node("test/Flag")
def flag(*, on: bool = True) -> bool:
    """A truth."""
    return on


@node("test/Flags")
def flags(*, upto: int = 2) -> list[bool]:
    """False, true, true ..."""
    return [i > 0 for i in range(upto)]


@node("test/Indexes")
def indexes(*, upto: int = 2) -> list[int]:
    """0, 1, 2 ..."""
    return list(range(upto))


@node("test/Pick")
def pick(items: Annotated[tuple[Number, ...], Lazy("index")], *, index: int = 0) -> Number:
    """One of many."""
    return items[0]


@node("test/Clock", cache="never")
def clock() -> Number:
    """Different every time."""
    return Number(7)


@node("test/Read")
def read(ctx: Context, *, file: Annotated[str, InputFile("text")] = "") -> Number:
    """A number from a file."""
    return Number(int((ctx.places.base / file).read_text()))


@node("test/Echo")
def echo(ctx: Context, *, text: Annotated[str, Mentions("words")] = "") -> str:
    """A text with each `word:name` replaced by what the file of that name says."""
    found = Words(ctx.places.base).mentioned("words", text)
    said = {f"word:{name}": path.read_text() for name, path in found.items() if path is not None}
    return " ".join(said.get(part, part) for part in text.split())


@node("test/Text", constant="value")
def text(*, value: str = "") -> str:
    """A text."""
    return value


@node("test/Doubt")
def doubt(*, value: str = "") -> str:
    """A text of which nobody knows what it says before it has run."""
    return value


@node("test/Load")
def load(*, model: Annotated[str, ModelFile("numbers")] = "") -> Number:
    """A number from a model folder."""
    return Number(len(model))


class Words(NoFiles):
    """Files of a folder, by name."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def names(self, kind: str) -> Sequence[str]:
        return sorted(path.name for path in self.folder.iterdir() if path.is_file())

    def find(self, kind: str, name: str) -> Path | None:
        return self.folder / name if name in self.names(kind) else None

    def mentioned(self, kind: str, text: str) -> Mapping[str, Path | None]:
        named = [part.removeprefix("word:") for part in text.split() if part.startswith("word:")]
        return {name: self.find(kind, name) for name in named}


@node("test/Save", sink=True)
def save(ctx: Context, number: Number, *, name: str = "number") -> None:
    """Write a number."""
    ctx.places.output.mkdir(parents=True, exist_ok=True)
    path = ctx.places.output / f"{name}.txt"
    path.write_text(str(number))
    ctx.wrote(path)


@node("test/Fail")
def fail(number: Number) -> Number:
    """Raise."""
    raise ValueError("the number is wrong")


@node("test/Rough")
def rough(ctx: Context, number: Number) -> Number:
    """A number that is only about right."""
    ctx.makeshift = True
    return number


@node("test/Slow")
def slow(ctx: Context, number: Number, *, steps: int = 5) -> Number:
    """Take steps."""
    for step in range(steps):
        ctx.progress(step + 1, steps)
    return number


@node("test/Box")
def box(*, items: int = 3) -> Any:
    """A list in one box."""
    return list(range(items))


@node("test/Scribble")
def scribble(box: Any) -> Any:
    """Write into the input, which no node may."""
    box.append(99)
    return box


@node("test/Unbox")
def unbox(box: Any) -> Number:
    """How many are in the box."""
    return Number(len(box))


FUNCTIONS: tuple[Callable[..., Any], ...] = (
    value, add, total, split, count, length, switch, flag, flags, indexes, pick, clock, read, echo, text, doubt,
    load, save, fail, rough, slow, box, scribble, unbox,
)  # fmt: skip


def registry() -> Registry:
    """All of these."""
    found = Registry()
    found.add_declared(FUNCTIONS)
    return found


def engine(output: Path, **options: Any) -> LocalEngine:
    """An engine that knows these nodes and writes to `output`."""
    return LocalEngine(options=Options(output=output, **options), library=registry())


def make(
    name: str, kind: str, *, mode: Any = "run", links: dict[str, str | list[str]] | None = None, **params: Any
) -> Node:
    """A node with links written as `node.output`."""
    inputs = {
        key: tuple(_source(text) for text in ([texts] if isinstance(texts, str) else texts))
        for key, texts in (links or {}).items()
    }
    return Node(name, f"test/{kind}", params=params, inputs=inputs, mode=mode)


def _source(text: str) -> Source:
    node, _, output = text.partition(".")
    return Source(node, output)


def chain(number: int = 1, plus: int = 0, **changes: Any) -> Graph:
    """value -> a -> b -> c, with a side branch d on the value."""
    return Graph.of(
        make("value", "Value", number=number),
        make("a", "Add", links={"first": "value.number"}),
        make("b", "Add", links={"first": "a.number"}, plus=plus),
        make("c", "Add", links={"first": "b.number"}),
        make("d", "Add", links={"first": "value.number"}, plus=5),
    )
