"""What a person reads can be said in another language only where its template stands whole in the source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SENTENCES = {"EditError", "LoadError", "SaveError", "GraphError", "FormulaError", "Phrase"}
SHOWN = [path for package in ("nodegraph", "nodes", "ui") for path in sorted((ROOT / package).rglob("*.py"))]
# What an engine or a command says reaches the editor as text, from another process or not at all.
ELSEWHERE = (
    "nodegraph/engine",
    "nodegraph/cli",
    "nodegraph/execution/call.py",
    "nodegraph/execution/input_files.py",
    "nodegraph/execution/prepare.py",
    "nodegraph/support/messages.py",
)


def calls(path: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SENTENCES:
            yield node


def made_of_pieces(call: ast.Call) -> bool:
    """Whether a sentence was put together before it was handed over, or names a value that is not given."""
    first = call.args[0] if call.args else None
    if isinstance(first, ast.JoinedStr | ast.BinOp | ast.IfExp):
        return True
    return call.args[1:] != [] and isinstance(first, ast.Constant)


@pytest.mark.parametrize("path", SHOWN, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_sentences_are_templates_with_values(path: Path) -> None:
    name = path.relative_to(ROOT).as_posix()
    if name.startswith(ELSEWHERE):
        return
    wrong = [f"{name}:{call.lineno}" for call in calls(path) if made_of_pieces(call)]
    assert wrong == []
