"""The map of the code, held over all imports: also those for type checking and those inside functions."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

import networkx
import pytest

TOP = Path(__file__).parents[2]

ORDERS = {
    "nodegraph": (
        "cli", "engine", "jobs", "journal", "formats", "execution", "layout", "validation", "edits", "analysis",
        "expressions", "subgraphs", "node_api", "model", "support",
    ),
    "ui": (
        "app", "shell", "panels", "editors", "runs", "search", "canvas", "context", "widgets", "document", "theme",
        "i18n", "config",
    ),
}  # fmt: skip
"""The folders (or files) of a package, each importing only those after it."""


@cache
def modules() -> Mapping[str, Path]:
    """Every module of the program by its dotted name."""
    found = {}
    for top in ("nodegraph", "nodes", "ui"):
        for path in (TOP / top).rglob("*.py"):
            parts = path.relative_to(TOP).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imported(path: Path, known: Mapping[str, object]) -> Iterator[str]:
    """The modules among `known` that a file imports anywhere in it; relative imports are ruff's to refuse."""
    for found in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(found, ast.Import):
            names = [(alias.name, alias.name) for alias in found.names]
        elif isinstance(found, ast.ImportFrom) and found.module:
            names = [(f"{found.module}.{alias.name}", found.module) for alias in found.names]
        else:
            continue
        for full, module in names:
            if full in known or module in known:
                yield full if full in known else module


@cache
def imports() -> Sequence[tuple[str, str]]:
    """Importer and imported, of all modules of the program."""
    known = modules()
    return [(name, other) for name, path in known.items() for other in imported(path, known) if other != name]


def upward(order: Sequence[str], package: str, edges: Sequence[tuple[str, str]]) -> list[str]:
    """The imports from a folder to one that stands before it, or from a folder without a place in the order."""
    place = {name: index for index, name in enumerate(order)}

    def folder(module: str) -> str:
        return [*module.split("."), ""][1]

    found = []
    for importer, other in edges:
        if importer.split(".")[0] == other.split(".")[0] == package:
            above, below = folder(importer), folder(other)
            if above in place and below in place and place[above] > place[below]:
                found.append(f"{importer} imports {other}")
    return sorted(set(found))


def circles(edges: Sequence[tuple[str, str]]) -> list[list[str]]:
    """The sets of modules that import each other, directly or through others."""
    found = networkx.strongly_connected_components(networkx.DiGraph(edges))
    return sorted(sorted(circle) for circle in found if len(circle) > 1)


@pytest.mark.parametrize("package", ORDERS)
def test_folders_import_only_those_below_them(package: str) -> None:
    assert upward(ORDERS[package], package, imports()) == []


@pytest.mark.parametrize("package", ORDERS)
def test_every_folder_has_its_place(package: str) -> None:
    """Beside the folders stand only the package itself and how it is started."""
    folders = {name.split(".")[1] for name in modules() if name.startswith(f"{package}.")}
    assert folders - {"__main__"} == set(ORDERS[package])


def test_modules_do_not_import_each_other_in_a_circle() -> None:
    assert circles(imports()) == []


def test_only_the_application_imports_the_window() -> None:
    """The parts of a window import what they use of it from `ui.shell.command_context` and `ui.context`."""

    def importers(module: str) -> set[str]:
        return {importer for importer, other in imports() if other == module}

    assert importers("ui.shell.main_window") == {"ui.shell.application"}
    assert importers("ui.shell.application") == {"ui.app"}


def test_faults_are_seen(tmp_path: Path) -> None:
    text = (
        "from __future__ import annotations\n"
        "from typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    from ui.shell import window\n"
        "def late():\n    import ui.runs.engine\n    from ui.theme.look import Look\n"
    )
    (tmp_path / "canvas.py").write_text(text)
    known = {"ui.canvas", "ui.shell.window", "ui.runs.engine", "ui.theme.look"}
    found = list(imported(tmp_path / "canvas.py", dict.fromkeys(known)))
    assert sorted(found) == ["ui.runs.engine", "ui.shell.window", "ui.theme.look"]
    edges = [("ui.canvas", other) for other in found]
    assert upward(ORDERS["ui"], "ui", edges) == [
        "ui.canvas imports ui.runs.engine",
        "ui.canvas imports ui.shell.window",
    ]
    assert circles([("a", "b"), ("b", "c"), ("c", "a"), ("c", "d")]) == [["a", "b", "c"]]
