"""An exposed parameter of a subgraph, wherever it is seen: on the rail, in the inspector, in the outline."""

from __future__ import annotations

from dataclasses import dataclass

from nodegraph.edits import Edit
from nodegraph.edits.ports import RemovePort
from nodegraph.model.graph import Port, Subgraph
from nodegraph.model.spec import Param
from nodegraph.subgraphs.expand import definition, is_instance
from nodegraph.subgraphs.exposure import allowed, narrowed, number, sections
from nodegraph.subgraphs.lookup import inner_param
from ui.document.editor import Editor
from ui.document.numbers import is_number
from ui.document.subgraph_editor import SubgraphEditor
from ui.i18n.translate import translate_message


@dataclass(frozen=True, eq=False)
class Exposed:
    """Input `name` of subgraph `subgraph` of the document of `root`."""

    root: Editor
    subgraph: str
    name: str

    @staticmethod
    def of(editor: Editor, node: str, name: str) -> Exposed | None:
        """The input behind parameter `name` of a node of any level; None where the node is no subgraph."""
        found = editor.graph.nodes.get(node)
        kind = definition(editor.graph, found.type) if found and is_instance(found.type) else None
        exposed = Exposed(root_of(editor), kind.name, name) if kind is not None else None
        return exposed if exposed is not None and exposed.param is not None else None

    @property
    def definition(self) -> Subgraph | None:
        """The subgraph as it stands."""
        return self.root.graph.subgraphs.get(self.subgraph)

    @property
    def port(self) -> Port | None:
        """The input as it stands."""
        found = self.definition
        return next((port for port in found.inputs if port.name == self.name), None) if found else None

    @property
    def param(self) -> Param | None:
        """The parameter inside, with the range it has there; None for a socket."""
        found, port = self.definition, self.port
        if found is None or port is None:
            return None
        return inner_param(self.root.graph, found, port, self.root.specs)

    @property
    def numeric(self) -> bool:
        """Whether it can be limited."""
        return self.param is not None and is_number(self.param)

    @property
    def sections(self) -> list[str]:
        """The headings there are in the subgraph."""
        found = self.definition
        return [title for title, _ in sections(found.inputs) if title] if found else []

    def apply(self, edit: Edit) -> bool:
        """One step of undo of the document."""
        return self.root.apply(edit)

    def hide(self) -> bool:
        """Show it outside no more."""
        return self.apply(RemovePort(self.subgraph, self.name))


def root_of(editor: Editor) -> Editor:
    """The editor of the whole document."""
    return editor.root if isinstance(editor, SubgraphEditor) else editor


def short_range(port: Port) -> str:
    """The limits of a port beside its name: `4 – 40`, `≥ 4`, `≤ 40`; empty for none."""
    if port.minimum is not None and port.maximum is not None:
        return f"{number(port.minimum)} – {number(port.maximum)}"
    if port.minimum is not None:
        return f"≥ {number(port.minimum)}"
    return f"≤ {number(port.maximum)}" if port.maximum is not None else ""


def range_words(param: Param, port: Port | None = None) -> str:
    """The range of a parameter, that within the limits of a port if one is given: `4 to 40`."""
    return translate_message(allowed(narrowed(param, port) if port is not None else param))
