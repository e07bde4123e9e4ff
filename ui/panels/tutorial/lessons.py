"""The three things a newcomer tries first, and how to tell that they were done. No Qt widgets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from nodegraph.model.graph import Graph
from nodegraph.model.spec import NodeSpec
from ui.i18n.translate import QT_TRANSLATE_NOOP

Specs = Mapping[str, NodeSpec]
Done = Callable[[Graph, Graph, Specs], bool]
"""Whether the graph that runs, compared with the one before the lesson, shows that it was done."""


@dataclass(frozen=True)
class Lesson:
    """`points` finds what it is about in a graph: node, and parameter or output. `runs`: a run completes it."""

    text: str
    points: Callable[[Graph, Specs], tuple[str, str] | None]
    done: Done
    runs: bool = True


def _with_param(widget: str = "", name: str = "") -> Callable[[Graph, Specs], tuple[str, str] | None]:
    def find(graph: Graph, specs: Specs) -> tuple[str, str] | None:
        best: tuple[str, str] | None = None
        longest = -1
        for node in graph.nodes.values():
            for param in specs[node.type].params if node.type in specs else ():
                if (widget and param.widget == widget) or (name and param.name == name):
                    length = len(str(node.params.get(param.name, param.default)))
                    if length > longest:
                        best, longest = (node.id, param.name), length
        return best

    return find


def _changed(widget: str = "", name: str = "") -> Done:
    def done(before: Graph, now: Graph, specs: Specs) -> bool:
        for node in now.nodes.values():
            old = before.nodes.get(node.id)
            for param in specs[node.type].params if node.type in specs else ():
                meant = (widget and param.widget == widget) or (name and param.name == name)
                if meant and old is not None and old.params.get(param.name) != node.params.get(param.name):
                    return True
        return False

    return done


def _model_output(graph: Graph, specs: Specs) -> tuple[str, str] | None:
    for node in graph.nodes.values():
        for output in specs[node.type].outputs if node.type in specs else ():
            if output.type == "Model":
                return node.id, output.name
    return None


def _has_lora(before: Graph, now: Graph, specs: Specs) -> bool:
    """A node that changes models by a LoRA came in, and is linked to one."""
    for node in now.nodes.values():
        fresh = node.id not in before.nodes
        if fresh and "lora" in node.type.lower() and any(node.inputs.values()):
            return True
    return False


LESSONS: tuple[Lesson, ...] = (
    Lesson(
        QT_TRANSLATE_NOOP("Coach", "Change a word, then press Ctrl+Enter."),
        _with_param(widget="multiline"),
        _changed(widget="multiline"),
    ),
    Lesson(
        QT_TRANSLATE_NOOP("Coach", "Drag steps and watch the film strip."),
        _with_param(name="steps"),
        _changed(name="steps"),
    ),
    Lesson(
        QT_TRANSLATE_NOOP("Coach", "Pull a wire out of model and pick LoRA."),
        _model_output,
        _has_lora,
        runs=False,
    ),
)
"""In the order in which they are shown."""
