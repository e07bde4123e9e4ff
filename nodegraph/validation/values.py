"""Is this value one that the parameter takes?"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from nodegraph.edits.values import SetParam, SetParams
from nodegraph.model.graph import Node
from nodegraph.model.spec import IMAGE_FOLDER, NodeSpec, Param, Scalar
from nodegraph.node_api.model_files import Files
from nodegraph.subgraphs.exposure import allowed, beyond, nearest_allowed, within
from nodegraph.support.file_names import file_name_fault, output_name_fault, shortened
from nodegraph.support.messages import Phrase
from nodegraph.support.suggestions import Suggestions, ending
from nodegraph.validation.problem import Problem

_COLOR = re.compile("#[0-9a-fA-F]{6}")
_KINDS = {
    "Int": Phrase("a whole number"),
    "Float": Phrase("a number"),
    "Bool": Phrase("true or false"),
    "Text": Phrase("a text"),
}


def value_problems(
    node: Node, spec: NodeSpec, files: Files | None, suggestions: Suggestions
) -> Iterator[Problem]:
    """What is wrong with the parameters of a node; linked ones hold no value and are not looked at."""
    title = node.title or spec.title
    for name, value in node.params.items():
        if spec.param(name) is None:
            yield _unknown(node, spec, title, name, value, suggestions)
    for param in spec.params:
        if any(not source.muted for source in node.inputs.get(param.name, ())):
            continue
        value = node.params.get(param.name, param.default)
        if value is param.default and not param.choices_from and not param.file:
            continue
        if not _is(param.type, value):
            yield _wrong_type(node, title, param, value)
            continue
        found = (
            _limits(node, title, param, value),
            _color(node, title, param, value),
            _choice(node, title, param, value, suggestions),
            _file(node, title, param, value, files, suggestions),
            _output_name(node, title, param, value),
            _mentions(node, title, param, value, files),
        )
        yield from (problem for problem in found if problem is not None)


def _unknown(
    node: Node, spec: NodeSpec, title: str, name: str, value: Scalar, suggestions: Suggestions
) -> Problem:
    if spec.socket(name) is not None:
        reason = Phrase("{name} is an input to be linked and holds no value; remove the value.", name=name)
        return Problem(node.id, name, title, reason, SetParam(node.id, name, None))
    near = suggestions.nearest(name, [param.name for param in spec.params])
    free = near is not None and near not in node.params
    fix = SetParams({node.id: {name: None, str(near): value}}) if free else SetParam(node.id, name, None)
    remedy = ending(near, Phrase("remove it"))
    reason = Phrase("there is no parameter called {name}{ending}", name=name, ending=remedy)
    return Problem(node.id, name, title, reason, fix)


def _is(kind: str, value: Scalar) -> bool:
    match kind:
        case "Int":
            return type(value) is int
        case "Float":
            return type(value) in (int, float)
        case "Bool":
            return type(value) is bool
        case "Text":
            return type(value) is str
    return True


def _wrong_type(node: Node, title: str, param: Param, value: Scalar) -> Problem:
    kind = _KINDS[param.type]
    reason = Phrase("{name} must be {kind}, not {value}.", name=param.name, kind=kind, value=_shown(value))
    whole = type(value) is float and value.is_integer() and param.type == "Int"
    mended = int(value) if whole else None
    return Problem(node.id, param.name, title, reason, SetParam(node.id, param.name, mended))


def _limits(node: Node, title: str, param: Param, value: Scalar) -> Problem | None:
    if isinstance(value, str | bool):
        return None
    if not math.isfinite(value):
        reason = Phrase(
            "{name} is {value}, which is no number to compute with; type another.",
            name=param.name,
            value=value,
        )
        return Problem(node.id, param.name, title, reason, SetParam(node.id, param.name, None))
    if within(param, value):
        return None
    reason = Phrase(
        "{name} is {value}, {beyond}; use {allowed}.",
        name=param.name,
        value=value,
        beyond=beyond(param, value),
        allowed=allowed(param),
    )
    mended = SetParam(node.id, param.name, nearest_allowed(param, value))
    return Problem(node.id, param.name, title, reason, mended)


def _color(node: Node, title: str, param: Param, value: Scalar) -> Problem | None:
    if param.widget != "color" or _COLOR.fullmatch(str(value)):
        return None
    reason = Phrase(
        "{name} cannot be {value}; write a colour as #rrggbb, as in #ff8000.",
        name=param.name,
        value=_shown(value),
    )
    return Problem(node.id, param.name, title, reason, SetParam(node.id, param.name, None))


def _choice(node: Node, title: str, param: Param, value: Scalar, suggestions: Suggestions) -> Problem | None:
    if not param.choices or param.choices_from or value in param.choices:
        return None
    near = suggestions.nearest(str(value), param.choices)
    few = ", ".join(param.choices[:12]) + (", ..." if len(param.choices) > 12 else "")
    remedy = ending(near, Phrase("choose one of {few}", few=few))
    reason = Phrase("{name} cannot be {value}{ending}", name=param.name, value=_shown(value), ending=remedy)
    return Problem(node.id, param.name, title, reason, SetParam(node.id, param.name, near))


def _file(
    node: Node, title: str, param: Param, value: Scalar, files: Files | None, suggestions: Suggestions
) -> Problem | None:
    if not isinstance(value, str) or value in param.choices or not (param.choices_from or param.file):
        return None
    if not value:
        if param.optional:
            return None
        none = Phrase("{name} names no file; choose one.", name=param.name)
        if param.file == IMAGE_FOLDER:
            none = Phrase("{name} names no folder; choose one.", name=param.name)
        return Problem(node.id, param.name, title, none)
    kind = param.file.removeprefix("model:") if param.file.startswith("model:") else param.choices_from
    fault = file_name_fault(value, inside=bool(kind), folder=param.file == IMAGE_FOLDER)
    if fault is not None:
        reason = Phrase(
            "{name} cannot be {value!r}: {fault}; choose another file.",
            name=param.name,
            value=shortened(value),
            fault=fault,
        )
        return Problem(node.id, param.name, title, reason, SetParam(node.id, param.name, None))
    if not kind or files is None or files.find(kind, value) is not None:
        return None
    near = suggestions.nearest(value, files.names(kind))
    fix = SetParam(node.id, param.name, near) if near else None
    missing = Phrase("there is no {kind} file {name!r}; choose another.", kind=kind, name=shortened(value))
    # The sentence of the folders names similar files, for which it searches too.
    sentence = missing if suggestions.used_up else files.missing(kind, value)
    return Problem(node.id, param.name, title, sentence, fix)


def _output_name(node: Node, title: str, param: Param, value: Scalar) -> Problem | None:
    fault = output_name_fault(value) if param.output_name and isinstance(value, str) else None
    if fault is None:
        return None
    reason = Phrase(
        "{name} cannot be {value!r}: {fault}; write a plain name, with folders if you like, as in portraits/anna.",
        name=param.name,
        value=shortened(str(value)),
        fault=fault,
    )
    return Problem(node.id, param.name, title, reason, SetParam(node.id, param.name, None))


def _mentions(node: Node, title: str, param: Param, value: Scalar, files: Files | None) -> Problem | None:
    if not param.mentions or files is None or not isinstance(value, str):
        return None
    wrong = files.mistaken(param.mentions, value)
    if wrong is None:
        return None
    sentence, meant_text = wrong
    fix = SetParam(node.id, param.name, meant_text) if meant_text else None
    return Problem(node.id, param.name, title, sentence, fix)


def _shown(value: Scalar) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value[:60]) if isinstance(value, str) else str(value)
