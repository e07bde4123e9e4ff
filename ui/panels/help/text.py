"""A node type's documentation as HTML: what it does, its inputs, parameters and outputs."""

from __future__ import annotations

import re
from html import escape

from nodegraph.model.spec import NodeSpec, Param
from ui.editors.tips import facts, strong, type_words
from ui.i18n.labels import label_of
from ui.i18n.node_texts import translate_category, translate_spec_text
from ui.i18n.translate import tr
from ui.theme import Theme, category_color, type_color

CONTEXT = "Help"


def help_html(spec: NodeSpec, theme: Theme) -> str:
    """The help of one node type."""
    parts = [
        f"<h2>{escape(spec.title)}</h2>",
        f"<p style='color:{category_color(theme, spec.category).name()}'>"
        f"{escape(translate_category(spec.category))}</p>",
        prose(spec.help) or f"<p>{tr(CONTEXT, 'This node type has no documentation.')}</p>",
    ]
    sockets = [
        (
            socket.name,
            socket.type,
            _marked(socket.help, _marks(socket.optional, socket.variadic, socket.many)),
        )
        for socket in spec.sockets
    ]
    outputs = [
        (out.name, out.type, _marked(out.help, tr(CONTEXT, "a list") if out.many else ""))
        for out in spec.outputs
    ]
    parts += _section(tr(CONTEXT, "Inputs"), [_port(*item, theme) for item in sockets])
    parts += _section(tr(CONTEXT, "Parameters"), [_param(param, theme) for param in spec.params])
    parts += _section(tr(CONTEXT, "Outputs"), [_port(*item, theme) for item in outputs])
    if spec.keywords:
        words = escape(", ".join(spec.keywords))
        parts.append(f"<p style='color:{theme.muted}'>{tr(CONTEXT, 'Also found as')}: {words}</p>")
    return "".join(parts)


def prose(text: str) -> str:
    """Paragraphs of a docstring; `code` in backticks."""
    paragraphs = [" ".join(part.split()) for part in text.split("\n\n")]
    shown = (re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(part)) for part in paragraphs if part)
    return "".join(f"<p>{part}</p>" for part in shown)


def _section(title: str, items: list[str]) -> list[str]:
    return [f"<h3>{escape(title)}</h3>", *items] if items else []


def _port(name: str, kind: str, text: str, theme: Theme) -> str:
    color = type_color(theme, kind).name()
    return (
        f"<p>{strong(label_of(name))} <span style='color:{color}'>{escape(kind)}</span>"
        f"{'<br>' + escape(text) if text else ''}</p>"
    )


def _param(param: Param, theme: Theme) -> str:
    quiet = f"<span style='color:{theme.muted}'>"
    about = ", ".join(part for part in (type_words(param), facts(param)) if part)
    lines = [
        f"<span style='font-weight:600'>{escape(label_of(param.name))}</span> {quiet}{escape(about)}</span>"
    ]
    if param.help:
        lines.append(escape(param.help))
    if param.choices:
        few = ", ".join(map(translate_spec_text, param.choices[:40])) + (
            ", …" if len(param.choices) > 40 else ""
        )
        lines.append(f"{quiet}{escape(few)}</span>")
    return f"<p>{'<br>'.join(lines)}</p>"


def _marks(optional: bool, variadic: bool, many: bool) -> str:
    if variadic:
        return tr(CONTEXT, "any number of links")
    if many:
        return tr(CONTEXT, "a whole list")
    return tr(CONTEXT, "optional") if optional else ""


def _marked(text: str, mark: str) -> str:
    return f"{text} ({mark})" if text and mark else text or mark
