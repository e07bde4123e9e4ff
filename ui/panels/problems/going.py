"""F8: to the next node with which something is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ui.i18n.translate import tr, translate_message

if TYPE_CHECKING:
    from ui.context import WindowContext


def go_to_next(window: WindowContext) -> None:
    """Select the next node with a problem, look at it, and say what is wrong."""
    from ui.panels.problems.panel import next_problem

    view = window.view
    if view is None:
        return
    problem = next_problem(view.editor)
    if problem is None:
        window.say(tr("Problems", "Nothing is wrong: this workflow can run."))
        return
    window.show_outside(problem.node.partition("/")[0])
    window.say(translate_message(problem.sentence))
