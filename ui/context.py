"""What panels and runs use of the application and of the window they are in, without importing either."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from nodegraph.journal.lock import Claim
from nodegraph.model.spec import NodeSpec
from ui.config.settings import Settings
from ui.document.editor import Editor
from ui.theme.appearance import Appearance


class AppContext(Protocol):
    """What all windows share; `ui.shell.application.Application` implements it."""

    specs: Mapping[str, NodeSpec]
    look: Appearance
    settings: Settings
    session: Claim


class SubgraphLevels(Protocol):
    """Which subgraphs of a document are open."""

    @property
    def inner(self) -> Sequence[object]:
        """The open subgraphs, from the outermost; empty where the document itself shows."""


class OpenDocument(Protocol):
    """A document in a tab; `ui.shell.document_view.DocumentView` implements it."""

    @property
    def editor(self) -> Editor:
        """The editor of the whole document."""

    @property
    def levels(self) -> SubgraphLevels:
        """The subgraphs that were opened."""


class WindowContext(Protocol):
    """The window that a panel is in; `ui.shell.main_window.MainWindow` implements it."""

    @property
    def view(self) -> OpenDocument | None:
        """The document in front."""

    def tr(self, text: str, /) -> str:
        """A text of the window in the user's language."""

    def say(self, text: str) -> None:
        """Show a sentence in the status bar."""

    def show_outside(self, node: str) -> None:
        """Leave all subgraphs, select a node of the document and show it."""
