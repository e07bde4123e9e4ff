"""The menu of presets of the selected node."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QInputDialog, QMenu, QWidget

from nodegraph.model.graph import Node
from nodegraph.model.spec import NodeSpec
from ui.document.editor import Editor
from ui.editors.presets import Presets, applied, values_of
from ui.i18n.translate import tr

CONTEXT = "Presets"


class PresetMenu(QMenu):
    """Applies, saves, renames and deletes; made anew each time it opens."""

    def __init__(self, editor: Editor, node: Node, spec: NodeSpec, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._editor, self._node, self._spec = editor, node, spec
        self.presets = Presets()
        self.ask: Callable[[str, str], str] = self._ask
        names = self.presets.names(node.type)
        for name in names:
            self.addAction(name.replace("&", "&&"), partial(self.apply, name))
        if not names:
            self.addAction(tr(CONTEXT, "No presets of {type} yet").format(type=spec.title)).setEnabled(False)
        self.addSeparator()
        self.addAction(tr(CONTEXT, "Save these values as a preset…"), self.save)
        for words, call in ((tr(CONTEXT, "Rename"), self.rename), (tr(CONTEXT, "Delete"), self.delete)):
            part = self.addMenu(words)
            part.setEnabled(bool(names))
            for name in names:
                part.addAction(name.replace("&", "&&"), partial(call, name))

    def apply(self, name: str) -> None:
        """Give the node the values of a preset, as one step of undo."""
        values = self.presets.values(self._node.type, name)
        now = self._editor.graph.nodes.get(self._node.id)
        if now is not None and values:
            self._editor.apply(applied(now, self._spec, name, values))

    def save(self) -> None:
        """Keep the node's values under a name that is asked for."""
        name = self.ask(tr(CONTEXT, "Save as a preset"), "")
        now = self._editor.graph.nodes.get(self._node.id)
        if name and now is not None:
            self._try(lambda: self.presets.save(now.type, name, values_of(now, self._spec)))

    def rename(self, old: str) -> None:
        """Ask for another name."""
        name = self.ask(tr(CONTEXT, "Rename the preset"), old)
        if name:
            self._try(lambda: self.presets.rename(self._node.type, old, name))

    def delete(self, name: str) -> None:
        """Forget a preset."""
        self._try(lambda: self.presets.delete(self._node.type, name))

    def _try(self, call: Callable[[], None]) -> None:
        try:
            call()
        except OSError as error:
            reason = error.strerror or str(error)
            self._editor.status.emit(
                tr(CONTEXT, "The presets could not be saved ({reason}); nothing has changed.").format(
                    reason=reason
                )
            )

    def _ask(self, title: str, text: str) -> str:
        name, kept = QInputDialog.getText(self.parentWidget() or self, title, tr(CONTEXT, "Name"), text=text)
        return name.strip() if kept else ""
