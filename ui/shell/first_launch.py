"""The first launch: a workflow that runs at once, and a few lines that say what to do with it."""

from __future__ import annotations

from nodegraph.edits.document import Document
from nodegraph.support.errors import LoadError
from ui.config.templates import templates
from ui.document import workflow_file
from ui.document.editor import Editor
from ui.i18n.translate import said
from ui.runs.run_service import Desk
from ui.shell.command_context import CommandContext

FIRST = "text_to_image"
"""The template that a first launch opens and runs."""


def greet(desk: Desk, window: CommandContext) -> None:
    """The first launch: a finished workflow that runs itself once and is live, and three lines of coaching."""
    path = next((path for path in templates() if path.stem.endswith(FIRST)), None)
    if path is None:
        return
    try:
        graph = workflow_file.read(path).graph
    except LoadError as error:
        window.say(said(error))
        return
    view = window.documents.show_editor(Editor(desk.specs, Document(graph)))
    sheet = desk.sheet(view)
    if sheet is not None and window.bench is not None:
        window.bench.set_live(True)
        desk.runner.run(sheet)
        window.bench.teach(sheet)
