"""What a job is called: what is different from the job before it."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping

from nodegraph.model.diff import diff
from nodegraph.model.graph import Graph, Node
from nodegraph.model.spec import NodeSpec, Scalar
from ui.runs.run_queries import prompt_of

AGAIN = "again"
LONGEST = 60
MOST = 3
"""So many changes are named, the rest are counted."""


def label(before: Graph | None, now: Graph, specs: Mapping[str, NodeSpec]) -> str:
    """`steps 20 → 30, seed 7`; the prompt where there was no job before; "again" where nothing differs."""
    if before is None:
        return short(prompt_of(now, specs)) or "First run"
    changes = list(_changes(before, now, specs))
    if not changes:
        return AGAIN
    named = changes[:MOST]
    rest = len(changes) - len(named)
    return ", ".join(named) + (f" and {rest} more" if rest else "")


def of_result(words: str, graph: Graph, specs: Mapping[str, NodeSpec]) -> str:
    """What a picture of a job so labelled is called: "again" tells nothing of a picture, its prompt does."""
    return (short(prompt_of(graph, specs)) or words) if words == AGAIN else words


def _changes(before: Graph, now: Graph, specs: Mapping[str, NodeSpec]) -> Iterator[str]:
    found = diff(before, now)
    for name, aspects in found.changed.items():
        old, new = before.nodes[name], now.nodes[name]
        if "params" in aspects:
            yield from _params(old, new, specs.get(new.type))
        if "type" in aspects:
            yield f"{title(new, specs)} replaced"
        if "mode" in aspects:
            verb = {"run": "on", "mute": "muted", "bypass": "bypassed"}[new.mode]
            yield f"{title(new, specs)} {verb}"
        if "inputs" in aspects and _relinked(old, new, found.added, found.removed):
            yield f"{title(new, specs)} rewired"
    yield from (f"+ {title(now.nodes[name], specs)}" for name in found.added)
    yield from (f"− {title(before.nodes[name], specs)}" for name in found.removed)
    if found.subgraphs:
        yield f"group {min(found.subgraphs)} changed"


def _relinked(old: Node, new: Node, added: tuple[str, ...], removed: tuple[str, ...]) -> bool:
    """Whether links changed for another reason than a node that came or went and is named anyway."""
    names = {*added, *removed}
    kept = [
        {(link.input, link.source.node, link.source.output, link.source.muted) for link in node.links()}
        for node in (old, new)
    ]
    sources = {source for _, source, _, _ in kept[0] ^ kept[1]}
    return bool(sources) and not sources & names


def _params(old: Node, new: Node, spec: NodeSpec | None) -> Iterator[str]:
    for name in dict.fromkeys((*old.params, *new.params)):
        param = spec.param(name) if spec else None
        default = param.default if param else ""
        was, now = old.params.get(name, default), new.params.get(name, default)
        if was == now and type(was) is type(now):
            continue
        if param is not None and param.widget == "seed":
            yield f"seed {now}"
        elif isinstance(now, str) and isinstance(was, str) and max(len(was), len(now)) > 24:
            yield _words(was, now)
        else:
            yield f"{name.replace('_', ' ')} {_shown(was)} → {_shown(now)}"


def _words(was: str, now: str) -> str:
    """What became of the words of a text: `fox → cat`."""
    old, new = was.split(), now.split()
    parts = []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        gone, come = short(" ".join(old[a:b]), 24), short(" ".join(new[c:d]), 24)
        if kind == "replace":
            parts.append(f"{gone} → {come}")
        elif kind == "insert":
            parts.append(f"+ {come}")
        elif kind == "delete":
            parts.append(f"− {gone}")
    return "; ".join(parts[:MOST]) or "spaces in the text"


def _shown(value: Scalar) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return f"{value:g}"
    return short(str(value), 24) or "empty"


def short(text: str, longest: int = LONGEST) -> str:
    """The beginning of a text, on one line."""
    text = " ".join(text.split())
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def title(node: Node, specs: Mapping[str, NodeSpec]) -> str:
    """What the artist calls a node."""
    return node.title or (specs[node.type].title if node.type in specs else node.type)
