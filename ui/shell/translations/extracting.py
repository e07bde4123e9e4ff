"""Every text that the editor may show, found in the sources and in the catalogue of nodes."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from nodegraph.model.spec import NodeSpec, Output, Param, Socket
from nodegraph.node_api.catalogue import installed
from ui.config.templates import templates, title
from ui.i18n.labels import plain_label

ROOT = Path(__file__).parents[3]
SOURCES = ("nodegraph", "nodes", "ui")
MARKS = {"tr", "translate", "QT_TRANSLATE_NOOP"}
"""Functions that take a context and a text; as a method, `tr` takes the text alone."""
PHRASES = {"Phrase": 0, "phrase": 0, "say": 0, "joined": 1, "progress": 2}
"""Functions of the core that take a template, and as which of their arguments; errors take it first."""


@dataclass(frozen=True, order=True)
class Text:
    """A text in English, the context it is asked for in, and where it stands."""

    context: str
    source: str
    where: str = ""


def texts() -> list[Text]:
    """All texts, each once for its context."""
    found: dict[tuple[str, str], Text] = {}
    for text in (*_sources(), *_nodes(installed().values()), *_templates()):
        if text.source.strip():
            found.setdefault((text.context, text.source), text)
    return sorted(found.values())


def _sources() -> Iterator[Text]:
    trees = {
        path: ast.parse(path.read_text("utf-8"))
        for package in SOURCES
        for path in sorted((ROOT / package).rglob("*.py"))
    }
    constants = {_module(path): _constants(tree) for path, tree in trees.items()}
    for path, tree in trees.items():
        yield from _File(path, constants).texts(tree)


class _File:
    """Walks one source file; `constants` are the texts that modules give names to."""

    def __init__(self, path: Path, constants: Mapping[str, Mapping[str, str]]) -> None:
        self._where = path.relative_to(ROOT).as_posix()
        self._all = constants
        self._known = dict(constants[_module(path)])

    def texts(self, tree: ast.Module) -> Iterator[Text]:
        """What is marked in the file."""
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                there = self._all.get(node.module, {})
                self._known |= {n.asname or n.name: there[n.name] for n in node.names if n.name in there}
        yield from self._walk(tree, "")

    def _walk(self, node: ast.AST, owner: str) -> Iterator[Text]:
        if isinstance(node, ast.ClassDef):
            owner = node.name
        if isinstance(node, ast.Call):
            for context, argument in self._marked(node, owner):
                for source in _said(argument):
                    yield Text(context, source, f"{self._where}:{node.lineno}")
        for child in ast.iter_child_nodes(node):
            yield from self._walk(child, owner)

    def _marked(self, call: ast.Call, owner: str) -> Iterator[tuple[str, ast.expr]]:
        function, arguments = call.func, call.args
        method = isinstance(function, ast.Attribute)
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        if name == "tr" and method and len(arguments) == 1:
            yield owner, arguments[0]
        elif name in MARKS and len(arguments) >= 2:
            yield self._value(arguments[0]), arguments[1]
        elif name in PHRASES and len(arguments) > PHRASES[name]:
            yield "Phrases", arguments[PHRASES[name]]
        elif name.endswith("Error") and arguments and not self._where.startswith("ui/"):
            yield "Phrases", arguments[0]

    def _value(self, node: ast.expr) -> str:
        if isinstance(node, ast.Name):
            return self._known.get(node.id, "")
        return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _said(argument: ast.expr) -> Iterator[str]:
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        yield argument.value
    elif isinstance(argument, ast.IfExp):
        yield from _said(argument.body)
        yield from _said(argument.orelse)


def _module(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _constants(tree: ast.Module) -> dict[str, str]:
    return {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name) and isinstance(node.value.value, str)
    }


def _nodes(specs: Iterable[NodeSpec]) -> Iterator[Text]:
    for spec in specs:
        words = [spec.title, spec.help, *spec.keywords, *spec.category.split("/")]
        parts: tuple[Socket | Param | Output, ...] = (*spec.sockets, *spec.params, *spec.outputs)
        for part in parts:
            words += [plain_label(part.name), part.help]
        for param in spec.params:
            words += param.choices
        yield from (Text("Nodes", word, spec.type) for word in words)


def _templates() -> Iterator[Text]:
    yield from (Text("Templates", title(path), path.name) for path in templates())
