"""Alt+M: the graph becomes its app view, and the app view the graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ui.panels.app_view.panel import AppPanel

if TYPE_CHECKING:
    from ui.shell.command_context import CommandContext
    from ui.shell.document_view import DocumentView


def toggle(window: CommandContext) -> None:
    """Change between the graph and the app view of the document in front."""
    view = window.view
    if view is not None:
        (close if view.app is not None else show)(window, view)


def show(window: CommandContext, view: DocumentView) -> None:
    """Show a document as its app."""
    run_service = window.app.run_service
    panel = AppPanel(
        view.editor,
        window.app.look,
        run_service,
        run_service.sheet(view) if run_service is not None else None,
    )
    panel.run_asked.connect(lambda: window.run_panels.run() if window.run_panels is not None else None)
    panel.stop_asked.connect(lambda: run_service.runner.stop() if run_service is not None else None)
    panel.graph_asked.connect(lambda node: _to_graph(window, view, node))
    if panel.stage.strip is not None and window.run_panels is not None:
        panel.stage.strip.restore_asked.connect(window.run_panels.restore)
        panel.stage.strip.open_asked.connect(window.run_panels.open_result)
    view.show_app(panel)
    if view is window.view:
        window.docks.park(True)


def close(window: CommandContext, view: DocumentView) -> None:
    """Show the graph again."""
    view.show_app(None)
    if view is window.view:
        window.docks.park(False)


def restyle(window: CommandContext) -> None:
    """Follow the theme and the sizes."""
    for view in window.tabs.views():
        if view.app is not None:
            show(window, view)


def _to_graph(window: CommandContext, view: DocumentView, node: str) -> None:
    close(window, view)
    if node:
        window.show_node(node)
