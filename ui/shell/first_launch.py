"""The first launch: a workflow that runs at once, and a few lines that say what to do with it."""

from __future__ import annotations

from nodegraph.edits.document import Document
from nodegraph.support.errors import LoadError
from ui.config.templates import templates
from ui.document import workflow_file
from ui.document.editor import Editor
from ui.i18n.translate import translate_message
from ui.runs.run_service import RunService
from ui.shell.command_context import CommandContext

FIRST = "text_to_image"
"""The template that a first launch opens and runs."""


def greet(run_service: RunService, window: CommandContext) -> None:
    """The first launch: a finished workflow that runs itself once and is live, and three lines of coaching."""
    path = next((path for path in templates() if path.stem.endswith(FIRST)), None)
    if path is None:
        return
    try:
        graph = workflow_file.read(path).graph
    except LoadError as error:
        window.say(translate_message(error))
        return
    view = window.documents.show_editor(Editor(run_service.specs, Document(graph)))
    sheet = run_service.sheet(view)
    if sheet is not None and window.run_panels is not None:
        window.run_panels.set_live(True)
        run_service.runner.run(sheet)
        window.run_panels.teach(sheet)
