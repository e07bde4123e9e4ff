"""Names by rules: which tensors of the original project become which of diffusers' parameters."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nodes.models.files.parts import Piece

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_NUMBER = re.compile(r"(?<=\.)(\d+)(?=\.)")


@dataclass(frozen=True)
class Rule:
    """An original module (or whole tensor name) and the diffusers modules it becomes.

    "*" stands for the number of a block. Where several modules are made of one tensor they are given with
    their share of its rows; 0 takes what is left. `form` is as in `Piece`.
    """

    original: str
    modules: tuple[str, ...]
    form: str = ""


def rule(original: str, *modules: str, form: str = "") -> Rule:
    """A `Rule`, its modules one by one."""
    return Rule(original, modules, form)


def from_original(
    shapes: Mapping[str, tuple[int, ...]], rules: Sequence[Rule], width: int
) -> dict[str, Piece]:
    """Where diffusers' parameters lie among the tensors of an original file.

    Of a tensor that becomes three modules the first is `width` rows (0: a third) and the others share the rest;
    of one that becomes four, the first three are `width` rows each.
    """
    table = {entry.original: entry for entry in rules}
    pieces: dict[str, Piece] = {}
    for name, shape in shapes.items():
        for stem, ending in ((name, ""), (name.rpartition(".")[0], name.rpartition(".")[2])):
            number, entry = _find(table, stem)
            if entry is None:
                continue
            for module, rows in zip(
                entry.modules, _shares(shape[0] if shape else 0, entry, width), strict=True
            ):
                target = module.replace("*", number)
                pieces[f"{target}.{ending}" if ending else target] = Piece(name, rows, entry.form)
            break
    return pieces


def to_original(shapes: Mapping[str, tuple[int, ...]], rules: Sequence[Rule]) -> dict[str, Piece]:
    """Where parameters of these names and shapes would lie in an original file."""
    pieces: dict[str, Piece] = {}
    for entry in rules:
        for number in _numbers(shapes, entry.modules[0]):
            modules = [module.replace("*", number) for module in entry.modules]
            for ending in ("", ".weight", ".bias"):
                start = 0
                for module in modules:
                    shape = shapes.get(module + ending)
                    if shape is None:
                        continue
                    rows = (start, start + shape[0]) if len(modules) > 1 else None
                    pieces[module + ending] = Piece(
                        entry.original.replace("*", number) + ending, rows, entry.form
                    )
                    start += shape[0]
    return pieces


def _find(table: Mapping[str, Rule], stem: str) -> tuple[str, Rule | None]:
    if stem in table:
        return "", table[stem]
    match = _NUMBER.search(stem + ".")
    if match is None:
        return "", None
    return match[1], table.get(stem[: match.start()] + "*" + stem[match.end() :])


def _shares(rows: int, entry: Rule, width: int) -> list[tuple[int, int] | None]:
    many = len(entry.modules)
    if many == 1:
        return [None]
    first = width or rows // many
    sizes = [width] * (many - 1) if many > 3 else [first, *[(rows - first) // (many - 1)] * (many - 2)]
    edges = [sum(sizes[:at]) for at in range(many)] + [rows]
    return [(edges[at], edges[at + 1]) for at in range(many)]


def _numbers(shapes: Mapping[str, tuple[int, ...]], module: str) -> Iterator[str]:
    before, star, after = module.partition("*")
    if not star:
        yield ""
        return
    pattern = re.compile(re.escape(before) + r"(\d+)" + re.escape(after) + r"(?:\.weight|\.bias)?")
    yield from sorted({match[1] for name in shapes if (match := pattern.fullmatch(name))}, key=int)
