"""Node types in the user's language: what a person reads of them is translated, what programs read stays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from nodegraph.model.spec import NodeSpec, Output, Param, Scalar, Socket
from ui.i18n.translate import tr

CONTEXT = "Nodes"
"""The context of all words of nodes; the texts are those of the catalogue."""
Part = TypeVar("Part", Socket, Output, Param)


class TranslatedSpecs(Mapping[str, NodeSpec]):
    """Node types as their users read them, each translated when it is first looked at; `plain` are the types as they
    are."""

    def __init__(self, plain: Mapping[str, NodeSpec]) -> None:
        self.plain = plain
        self._made: dict[str, NodeSpec] = {}

    def __getitem__(self, type_id: str) -> NodeSpec:
        if type_id not in self._made:
            self._made[type_id] = translate_spec(self.plain[type_id])
        return self._made[type_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self.plain)

    def __len__(self) -> int:
        return len(self.plain)


def translate_spec(spec: NodeSpec) -> NodeSpec:
    """A node type with its title and help in the user's language; it is found by its English words too."""
    title, text = translate_spec_text(spec.title), translate_spec_text(spec.help)
    sockets, params, outputs = _helped(spec.sockets), _helped(spec.params), _helped(spec.outputs)
    same = (title, text, sockets, params, outputs)
    if same == (spec.title, spec.help, spec.sockets, spec.params, spec.outputs):
        return spec
    words = dict.fromkeys(
        (*spec.keywords, spec.title, *(translate_spec_text(word) for word in spec.keywords))
    )
    return replace(
        spec, title=title, help=text, sockets=sockets, params=params, outputs=outputs, keywords=tuple(words)
    )


def translate_spec_text(text: str) -> str:
    """A text of the catalogue in the user's language."""
    return tr(CONTEXT, text) if text else text


def translate_category(category: str) -> str:
    """A category's path for reading."""
    return " › ".join(map(translate_spec_text, category.split("/")))


def translate_choice(param: Param, value: Scalar) -> str:
    """A chosen value for reading: one of the fixed choices in the user's language, the name of a file as it is."""
    return translate_spec_text(str(value)) if value in param.choices else str(value)


def _helped(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    return tuple(replace(part, help=translate_spec_text(part.help)) if part.help else part for part in parts)
