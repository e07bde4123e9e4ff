"""Prompts in which ComfyUI's window makes choices and drops comments before it sends them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from nodegraph.formats.comfyui.node_mapping import Converted, Part, Translation, read_widgets
from nodegraph.formats.comfyui.source_graph import SourceNode

_COMMENT = re.compile(r"/\*[\s\S]*?\*/|//.*")
_OURS = re.compile(r"[{|]\s*[\d.-]*(?:\$\$|::)")
"""What our choices read as a weight or a count, and ComfyUI's do not."""


@dataclass(frozen=True)
class WithChoices:
    """A translation whose texts may hold choices: `widgets` in the order of the list, `texts` those that may."""

    translation: Translation
    widgets: str
    texts: str

    def __call__(self, old: SourceNode) -> Converted:
        """The node, with a node before it for each text in which there is a choice to make."""
        made = self.translation(old)
        if not old.drawn:
            return made
        values, _ = read_widgets(old, self.widgets)
        for name in self.texts.split():
            text = values.get(name)
            if isinstance(text, str) and name not in old.links and name in made.ports and has_choices(text):
                made = _with_choices(made, name, text)
        return made


def has_choices(text: str) -> bool:
    """Whether ComfyUI's window would change a text before it is read."""
    return "{" in text or _COMMENT.search(text) is not None or re.search(r"\\[{}|]", text) is not None


def _with_choices(made: Converted, name: str, text: str) -> Converted:
    [(part, param)] = made.ports[name]
    before = f"choices_{name}"
    found = made.parts[part]
    params = {key: value for key, value in found.params.items() if key != param}
    inputs = {**found.inputs, param: ((before, "text"),)}
    choices = Part("PromptChoices", {"text": in_our_words(text)}, extra={"seed_mode": {"seed": "new"}})
    parts = {**made.parts, part: replace(found, params=params, inputs=inputs), before: choices}
    remarks = made.remarks
    if _OURS.search(text):
        remarks += ("check its choices: a number before :: or $$ is a weight or a count here",)
    return replace(made, parts=parts, ports={**made.ports, name: ((before, "text"),)}, remarks=remarks)


def in_our_words(text: str) -> str:
    """A prompt of ComfyUI's so that our choices read it alike: comments as /* */, all else of our own marks escaped."""
    found = []
    at = 0
    for comment in _COMMENT.finditer(text):
        found.append(_escaped(text[at : comment.start()]))
        words = comment[0][2:-2] if comment[0].startswith("/*") else comment[0][2:]
        found.append(f"/*{words}*/" if "*/" not in words else "")
        at = comment.end()
    return "".join((*found, _escaped(text[at:])))


def _escaped(text: str) -> str:
    marks = re.compile(r"\\[{}|]|\\|#|__")
    return marks.sub(
        lambda mark: mark[0] if len(mark[0]) == 2 and mark[0][0] == "\\" else f"\\{mark[0]}", text
    )
