"""Expressions of parameters: where a node keeps them, and how the names in them follow a renamed node.

A node's file holds `"expressions": {"width": "base.width / 2"}` beside `params`, which hold the last value: a
reader that knows nothing of expressions computes with that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from nodegraph.model.graph import Node

KEY = "expressions"
PLAIN_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_REFERENCE = re.compile(
    r"""(?<![\w.'"])(?:(?P<quote>['"])(?P<quoted>[^'"]+)(?P=quote)|(?P<plain>[A-Za-z_]\w*))(?=\s*\.\s*[A-Za-z_])"""
)
_PARAMETER = re.compile(
    r"""(?<![\w.'"])(?:(?:(?P<quote>['"])(?P<quoted>[^'"]+)(?P=quote)|(?P<plain>[A-Za-z_]\w*))\s*\.\s*)?"""
    r"""(?P<param>[A-Za-z_]\w*)(?!\w|\s*[.('"])"""
)
_NONE: Mapping[str, str] = MappingProxyType({})


def expressions_of(node: Node) -> Mapping[str, str]:
    """Parameter -> the text of its expression, without the `=` that a person types before it."""
    kept = node.extra.get(KEY)
    if not isinstance(kept, Mapping):
        return _NONE
    return {str(name): str(text) for name, text in kept.items()}


def with_expressions(node: Node, changed: Mapping[str, str | None]) -> Node:
    """The node with some expressions set, or, where None stands, taken out; the same node if nothing differs."""
    before = expressions_of(node)
    after = {name: text for name, text in {**before, **changed}.items() if text is not None}
    if after == before:
        return node
    extra = {name: value for name, value in node.extra.items() if name != KEY}
    return replace(node, extra={**extra, KEY: after} if after else extra)


def reference(node: str, param: str) -> str:
    """How an expression names a parameter of another node."""
    return f"{node}.{param}" if PLAIN_ID.fullmatch(node) else f"'{node}'.{param}"


def renamed(text: str, names: Mapping[str, str]) -> str:
    """An expression in which every node of `names` is called by its new name."""

    def new(found: re.Match[str]) -> str:
        old = found["quoted"] or found["plain"]
        return reference(names[old], "")[:-1] if old in names else found[0]

    return _REFERENCE.sub(new, text)


def follow(node: Node, names: Mapping[str, str]) -> Node:
    """The node with its expressions naming nodes as `names` says; the same node if they name none of them."""
    found = expressions_of(node)
    return with_expressions(node, {name: renamed(text, names) for name, text in found.items()})


def param_renamed(node: Node, owners: Iterable[str], old: str, new: str) -> Node:
    """The node with its expressions naming parameter `old` of the nodes `owners` as `new`.

    A name that no expression can say (one with a space) is not put in: what names it is then told as a problem.
    """
    found = expressions_of(node)
    if not found or not PLAIN_ID.fullmatch(new):
        return node
    wanted = set(owners)

    def called(text: str) -> str:
        for match in reversed([*_PARAMETER.finditer(text)]):
            owner = match["quoted"] or match["plain"] or node.id
            if owner in wanted and match["param"] == old:
                text = text[: match.start("param")] + new + text[match.end("param") :]
        return text

    return with_expressions(node, {name: called(text) for name, text in found.items()})


def without_outsiders(node: Node, inside: Iterable[str]) -> Node:
    """The node without expressions that name a node which is not `inside`; their values stay."""
    known = set(inside)
    found = expressions_of(node)
    lost = {name: None for name, text in found.items() if not nodes_named(text) <= known}
    return with_expressions(node, lost)


def nodes_named(text: str) -> set[str]:
    """The nodes that an expression names."""
    return {found["quoted"] or found["plain"] for found in _REFERENCE.finditer(text)}
