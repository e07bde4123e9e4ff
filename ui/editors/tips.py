"""Tooltips: name, type, range, default and effect of every port and parameter."""

from __future__ import annotations

from html import escape

from nodegraph.model.expression_refs import expressions_of
from nodegraph.model.spec import NodeSpec, Param
from ui.canvas.canvas import Canvas
from ui.canvas.scene.hit import Hit
from ui.document.numbers import is_number, plain, step_of
from ui.i18n.labels import format_value, label_of
from ui.i18n.translate import tr

CONTEXT = "Tips"


def tip_for(canvas: Canvas, found: Hit) -> str:
    """The tooltip, as HTML, of what lies under the pointer; empty for none."""
    box = canvas.scene.nodes.get(found.node)
    if box is None:
        return ""
    name, output = "", False
    if found.port is not None:
        name, output = found.port.name, found.port.output
    elif found.row is not None and found.row.param is not None:
        name = found.row.param.name
    problems = canvas.state.problems(found.node)
    if not name:
        return tip("", "", problems[""]) if found.kind == "title" and "" in problems else ""
    text = output_tip(box.spec, name) if output else input_tip(box.spec, name)
    wrong = problems.get(name, "") if not output else ""
    formula = expressions_of(box.node).get(name, "") if not output else ""
    body = _joined(text[1], f"= {formula}") if text and formula else text[1] if text else ""
    return tip(text[0], body, wrong) if text else ""


def input_tip(spec: NodeSpec, name: str) -> tuple[str, str] | None:
    """The heading and the body of an input's tooltip."""
    param, socket = spec.param(name), spec.socket(name)
    if param is not None:
        return f"{label_of(name)} · {type_words(param)}", _joined(param.help, facts(param))
    if socket is not None:
        marks = [
            tr(CONTEXT, "optional") if socket.optional and not socket.variadic else "",
            tr(CONTEXT, "any number of links") if socket.variadic else "",
            tr(CONTEXT, "a whole list") if socket.many else "",
        ]
        return f"{label_of(name)} · {socket.type}", _joined(socket.help, ", ".join(m for m in marks if m))
    return None


def output_tip(spec: NodeSpec, name: str) -> tuple[str, str] | None:
    """The heading and the body of an output's tooltip."""
    output = spec.output(name)
    if output is None:
        return None
    return f"{label_of(name)} · {output.type}", _joined(
        output.help, tr(CONTEXT, "a list") if output.many else ""
    )


def type_words(param: Param) -> str:
    """What a parameter holds, in plain words."""
    if param.choices or param.choices_from:
        return tr(CONTEXT, "choice")
    words = {
        "Int": tr(CONTEXT, "whole number"),
        "Float": tr(CONTEXT, "number"),
        "Bool": tr(CONTEXT, "on or off"),
        "Text": tr(CONTEXT, "text"),
    }
    kinds = {"seed": tr(CONTEXT, "seed"), "color": tr(CONTEXT, "colour"), "file": tr(CONTEXT, "file")}
    return kinds.get(param.widget) or words.get(param.type, param.type)


def facts(param: Param) -> str:
    """Range, step and default of a parameter, on one line."""
    parts = []
    if is_number(param) and param.widget != "seed":
        low, high = param.minimum, param.maximum
        if low is not None and high is not None:
            parts.append(tr(CONTEXT, "{low} to {high}").format(low=plain(low), high=plain(high)))
        elif low is not None:
            parts.append(tr(CONTEXT, "at least {low}").format(low=plain(low)))
        elif high is not None:
            parts.append(tr(CONTEXT, "at most {high}").format(high=plain(high)))
        if param.step is not None:
            parts.append(tr(CONTEXT, "in steps of {step}").format(step=plain(step_of(param))))
    if param.default != "" and param.widget != "multiline":
        shown = format_value(param, param.default)
        parts.append(tr(CONTEXT, "usually {value}").format(value=shown))
    return ", ".join(parts)


def tip(heading: str, body: str, wrong: str = "") -> str:
    """HTML of a tooltip; what is wrong stands first."""
    lines = [strong(wrong)] if wrong else []
    if heading:
        lines.append(strong(heading))
    if body:
        lines.append(escape(body).replace("\n", "<br>"))
    return f"<div style='max-width: 320px'>{'<br>'.join(lines)}</div>"


def strong(text: str) -> str:
    """HTML in the heavier of the two weights there are."""
    return f"<span style='font-weight:600'>{escape(text)}</span>"


def _joined(*parts: str) -> str:
    return "\n".join(part for part in parts if part)
