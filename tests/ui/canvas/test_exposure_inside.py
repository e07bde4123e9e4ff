"""Limits of what a subgraph within a subgraph exposes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nodegraph.edits import SetParam
from nodegraph.edits.exposure import SetLimits
from nodegraph.edits.subgraphs import MakeSubgraph
from tests.ui.canvas.exposing import (
    port,
)
from ui.canvas.canvas import Canvas
from ui.document.exposed_parameter import Exposed

if TYPE_CHECKING:
    from ui.shell.document_view import DocumentView


def test_limits_of_a_subgraph_in_a_subgraph_are_set_from_within(view: DocumentView, group: str) -> None:
    view.editor.apply(MakeSubgraph((group,), "Outer", "outer"))
    view.levels.enter("outer")
    exposed = Exposed.of(view.level, group, "steps")
    assert exposed is not None and exposed.root is view.editor
    assert exposed.apply(SetLimits("Sampling", "steps", 4, 40))
    assert isinstance(view.widget, Canvas)
    param = view.widget.scene.nodes[group].spec.param("steps")
    assert param is not None and (param.minimum, param.maximum) == (4, 40)
    assert Exposed.of(view.level, group, "positive") is None
    view.editor.apply(SetParam("prompt", "text", "x"))
    view.editor.stack.undo()
    view.editor.stack.undo()
    assert not port(view, "steps").limited
