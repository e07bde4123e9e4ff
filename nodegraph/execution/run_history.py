"""What each node's last results were made of, so that a plan can say why it runs again."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from nodegraph.execution.resolve import ResolvedNode
from nodegraph.model.digest import Parts
from nodegraph.model.spec import Scalar
from nodegraph.support.atomic import write_text
from nodegraph.support.messages import Phrase, joined
from nodegraph.support.private_files import FILE_MODE

MAX_DOCUMENTS = 32
"""Of so many documents the last runs are remembered; the one run longest ago is forgotten first."""
MAX_NODES = 50_000
"""So many nodes of other documents are remembered together."""


class History:
    """The parts of each node's key at its last run, for each document; `path` keeps them for the next process."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._documents: OrderedDict[str, dict[str, Parts]] = _read(path) if path else OrderedDict()

    def of(self, document: str) -> DocumentHistory:
        """The history of a document, which from now on is the newest one."""
        parts = self._documents.pop(document, {})
        self._documents[document] = parts
        while len(self._documents) > 1 and self._is_too_large():
            self._documents.popitem(last=False)
        return DocumentHistory(parts)

    def _is_too_large(self) -> bool:
        nodes = sum(len(parts) for parts in self._documents.values())
        return len(self._documents) > MAX_DOCUMENTS or nodes > MAX_NODES

    def save(self) -> None:
        """Write to the path given; failing that is no harm."""
        if self._path is None:
            return
        data = {
            document: {node: _plain(found) for node, found in parts.items()}
            for document, parts in self._documents.items()
        }
        try:
            write_text(self._path, json.dumps({"documents": data}), FILE_MODE)
        except OSError:
            self._path = None


class DocumentHistory:
    """What the nodes of one document last ran with."""

    def __init__(self, parts: dict[str, Parts]) -> None:
        self._parts = parts

    def record(self, node: str, parts: Parts) -> None:
        """Remember what a node's results were made of."""
        self._parts[node] = parts

    def keep_only(self, nodes: Collection[str]) -> None:
        """Forget nodes that the document no longer has."""
        for node in [node for node in self._parts if node not in nodes]:
            del self._parts[node]

    def reason(self, item: ResolvedNode, parts: Parts) -> str:
        """Why the node runs: what differs from last time, in the artist's words."""
        if parts.nonce:
            return Phrase("runs every time")
        last = self._parts.get(item.id)
        if last is None:
            return Phrase("not run before")
        if (last.type, last.version) != (parts.type, parts.version):
            old, new = f"{last.type} {last.version}", f"{parts.type} {parts.version}"
            return Phrase("node type changed from {old} to {new}", old=old, new=new)
        changes = [*_params(last.params, parts.params), *_files(last.files, parts.files)]
        changes += _inputs(item, last, parts)
        if not changes and last.prefix != parts.prefix:
            changes.append(Phrase("device, dtype or library version changed"))
        return joined(changes[:3], "{first}, {next}") if changes else Phrase("its result is no longer cached")


def _params(old: Mapping[str, Scalar], new: Mapping[str, Scalar]) -> list[str]:
    said: list[str] = []
    for name, value in new.items():
        if name not in old:
            said.append(Phrase("{name} set to {value}", name=name, value=_short(value)))
        elif type(old[name]) is not type(value) or old[name] != value:
            old_value, new_value = _short(old[name]), _short(value)
            said.append(Phrase("{name} changed from {old} to {new}", name=name, old=old_value, new=new_value))
    return said


def _files(old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    changed = (name for name, value in new.items() if name in old and old[name] != value)
    return [Phrase("file of {name} changed", name=name) for name in changed]


def _inputs(item: ResolvedNode, last: Parts, parts: Parts) -> list[str]:
    said: list[str] = []
    for name in parts.inputs.keys() | last.inputs.keys():
        if name not in parts.inputs:
            said.append(Phrase("input {name} unlinked", name=name))
        elif name not in last.inputs:
            said.append(Phrase("input {name} linked to {source}", name=name, source=_from(item, name)))
        elif last.inputs[name] != parts.inputs[name]:
            said.append(Phrase("input {name} changed ({source})", name=name, source=_from(item, name)))
    return sorted(said)


def _from(item: ResolvedNode, name: str) -> str:
    return ", ".join(f"{s.node}.{s.output}" for s in item.inputs.get(name, ())[:3])


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 32 else f"{text[:29]}..."


def _plain(parts: Parts) -> dict[str, object]:
    data = {name: getattr(parts, name) for name in ("type", "version", "prefix")}
    return data | {name: dict(getattr(parts, name)) for name in ("params", "inputs", "files")}


def _read(path: Path) -> OrderedDict[str, dict[str, Parts]]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        documents = data["documents"].items()
        return OrderedDict((str(name), _parts_of(nodes)) for name, nodes in documents)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return OrderedDict()


def _parts_of(nodes: Mapping[str, Any]) -> dict[str, Parts]:
    return {
        str(node): Parts(
            str(p["type"]),
            int(p["version"]),
            dict(p["params"]),
            {k: tuple(v) for k, v in p["inputs"].items()},
            dict(p["files"]),
            str(p["prefix"]),
        )
        for node, p in nodes.items()
    }
