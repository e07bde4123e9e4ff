"""Regular expressions over strangers' text take time linear in it: nothing is tried again at every place.

No time is asserted: each expression searches a text and one GROWTH times as long, and the ratio of the two is looked
at, of processor time and at its best. A linear search takes GROWTH times as long, a quadratic one its square.
"""

from __future__ import annotations

import ast
import importlib
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nodes.prompt_choices.wildcards import resolved, wildcards_in
from nodes.text.attention import parse_attention
from nodes.text.prompt import parse_prompt
from nodes.text.scheduled import and_parts, schedule

ROOT = Path(__file__).parents[2]
SIZE, GROWTH = 250, 16
MOST = GROWTH * 4
"""Between GROWTH and its square."""
NOTICED_S = 0.003
"""What takes less time for the longer text, at its best, cannot be quadratic."""
METHODS = {"match", "fullmatch", "search", "finditer", "findall", "split", "sub"}
PUMPS = (
    " ", "\t", "\n", "1", "1.", ".", "a", "A", "_", "__", "-", "a_", ":", ": ", ":1", "(", ")", "[", "]", "{", "}", "|",
    "%", "%a", "/", "/*", "#", "\\", "$", "$$", "![", "](", "Seed: ", "Steps: 1", "BREAK ", "AND ", "__a", "a.b", "a.",
    "0.processor.", "_lora.up",
)  # fmt: skip
ENDS = ("", "x")


def best(work: Callable[[], object]) -> float:
    """The processor time of the quickest of a few runs."""
    found = []
    for _ in range(2):
        start = time.process_time()
        work()
        found.append(time.process_time() - start)
    return min(found)


def is_linear(work: Callable[[str], object], pump: str, start: str = "", end: str = "") -> bool:
    """Whether time grows with the length of the text, and not with its square."""

    def text(size: int) -> str:
        return start + pump * (size // len(pump)) + end

    long, short = text(SIZE * GROWTH), text(SIZE)
    began = time.process_time()
    work(long)
    if time.process_time() - began < NOTICED_S:
        return True
    # What another program slows down once is measured again; what is quadratic stays so.
    return any(
        best(lambda: work(long)) < MOST * max(best(lambda: work(short)), NOTICED_S / GROWTH) for _ in range(4)
    )


def used() -> Iterator[tuple[str, str, str]]:
    """Each expression that a module gives a name to, and the methods it is used by."""
    for package in ("nodegraph", "nodes"):
        for path in sorted((ROOT / package).rglob("*.py")):
            tree = ast.parse(path.read_text("utf-8"))
            named = {
                target.id
                for node in tree.body
                if isinstance(node, ast.Assign) and ast.unparse(node.value).startswith("re.compile(")
                for target in node.targets
                if isinstance(target, ast.Name)
            }
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            calls = {
                (node.value.id, node.attr)
                for node in ast.walk(tree)
                if isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and node.attr in METHODS
            }
            yield from sorted((module, name, method) for name, method in calls if name in named)


def searching(pattern: re.Pattern[str], method: str) -> Callable[[str], object]:
    if method == "sub":
        return lambda text: pattern.sub("", text)
    if method == "finditer":
        return lambda text: sum(1 for _ in pattern.finditer(text))
    found: Callable[[str], object] = getattr(pattern, method)
    return found


@pytest.mark.parametrize(("module", "name", "method"), list(used()))
def test_every_expression_is_linear(module: str, name: str, method: str) -> None:
    pattern = getattr(importlib.import_module(module), name)
    if isinstance(pattern.pattern, bytes):
        return
    work = searching(pattern, method)
    slow = [(pump, end) for pump in PUMPS for end in ENDS if not is_linear(work, pump, end=end)]
    starts = ("(a:", "[a:", "%", "__", "/*", ":", "Seed:", "Steps:", "{", "a.", "x.processor.", "![")
    slow += [
        (start, pump)
        for start in starts
        for pump in (" ", "1", "a", ".", "_")
        if not is_linear(work, pump, start)
    ]
    assert not slow


READERS: dict[str, Callable[[str], object]] = {
    "attention": parse_attention,
    "prompt": parse_prompt,
    "and": and_parts,
    "schedule": lambda text: schedule(text, 2),
    "choices": lambda text: resolved(text, 1),
    "wildcards": lambda text: list(wildcards_in(text)),
}
NESTED = (
    ("(", ")"), ("[", "]"), ("{", "}"), ("[a:", "]"), ("[", ":0.5]"), ("(:", ")"), ("{x", "}"), ("{", "x}"),
    ("{1$$", "}"), ("(a:", ":1.1)"), ("[a|", "]"), ("((", ")"), ("(", "))"),
)  # fmt: skip


@pytest.mark.parametrize("reader", READERS)
def test_reading_a_prompt_is_linear(reader: str) -> None:
    work = READERS[reader]
    slow = [(pump, end) for pump in PUMPS for end in ("", "x", ":|[") if not is_linear(work, pump, end=end)]
    slow += [
        (start, pump)
        for start in ("[a:", "(a:", "{", "AND ", "[a:1")
        for pump in (" ", "1", "a", "|", "\n")
        if not is_linear(work, pump, start, "x]")
    ]
    for opening, closing in NESTED:

        def nested(text: str, opening: str = opening, closing: str = closing) -> object:
            return work(opening * (len(text) // 8) + closing * (len(text) // 8) + ":|")

        slow += [(opening, closing)] if not is_linear(nested, "x") else []
    assert not slow


def test_a_quadratic_expression_is_found() -> None:
    assert not is_linear(searching(re.compile(r"\s*\bBREAK\b\s*"), "split"), " ")
    assert is_linear(searching(re.compile(r"\bBREAK\b"), "split"), " ")
