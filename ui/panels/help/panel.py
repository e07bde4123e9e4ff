"""The help panel: it follows the selection."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTextBrowser, QWidget

from ui.canvas.scene.specs import spec_of
from ui.document.editor import Editor
from ui.panels.help.text import help_html
from ui.theme.appearance import Appearance


class Help(QTextBrowser):
    """Shows what the selected node does and what its inputs mean."""

    def __init__(self, editor: Editor, look: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self._look = look
        self._shown = ""
        self.setObjectName("Help")
        self.setAccessibleName(self.tr("Node help"))
        self.setOpenLinks(False)
        self.setFrameShape(QTextBrowser.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setStyleSheet(f"#Help {{ background: {look.theme.node}; border: 0; padding: 4px 8px; }}")
        small, large = look.metrics.px(look.metrics.small), look.metrics.px(look.metrics.large)
        self.document().setDefaultStyleSheet(
            f"h2 {{ font-size: {large}px; font-weight: 600; margin: 8px 0 0 0; }}"
            f" h3 {{ font-size: {small}px; color: {look.theme.muted}; font-weight: 600; margin: 16px 0 4px 0; }}"
            " p { margin: 4px 0 6px 0; }"
        )
        editor.selection.changed.connect(self.refresh)
        editor.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the help of the selected node."""
        node = self._editor.graph.nodes.get(self._editor.selection.active)
        if node is None:
            html = f"<p>{self.tr('Select a node to read what it does.')}</p>"
        else:
            html = help_html(spec_of(node, self._editor.graph, self._editor.specs)[0], self._look.theme)
        if html != self._shown:
            self._shown = html
            self.setHtml(html)
