"""What else can be done with a parameter in a panel: reset, star, compute, copy."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu

from nodegraph.analysis.starred import stars
from nodegraph.edits.app_form import toggled
from nodegraph.model.expression_refs import reference
from ui.canvas.scene.specs import spec_of
from ui.document.exposed_parameter import Exposed
from ui.document.numbers import is_number
from ui.document.subgraph_editor import SubgraphEditor
from ui.editors.binding import Binding
from ui.editors.choice import ChoiceList
from ui.i18n.translate import tr
from ui.panels.exposure.menu import add_exposure

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from ui.theme.appearance import Appearance

CONTEXT = "RowMenu"
TALL = 200
"""An owner higher than this is a canvas, not a row to open a list below."""
NUMBERS = ("Int", "Float", "Bool")


def row_menu(binding: Binding, look: Appearance, owner: QWidget, edit: Callable[[], object]) -> QMenu:
    """The menu of a parameter; it goes when it closes. `edit` opens the editor to type an expression."""
    menu = QMenu(owner)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    key = (binding.node, binding.param.name)
    starred = key in stars(binding.editor.graph)
    words = tr(CONTEXT, "Remove from favourites") if starred else tr(CONTEXT, "Add to favourites")
    if can_star(binding):
        menu.addAction(words, lambda: star(binding))
    reset = menu.addAction(tr(CONTEXT, "Reset to the usual value"), binding.reset)
    reset.setEnabled(binding.own or bool(binding.formula))
    menu.addSeparator()
    if not binding.linked:
        menu.addAction(
            tr(CONTEXT, "Take over from another parameter…"), lambda: take_over(binding, look, owner)
        )
    if binding.formula:
        whole = not is_number(binding.param)
        change = (lambda: take_over(binding, look, owner)) if whole else edit
        menu.addAction(tr(CONTEXT, "Edit expression"), change)
        menu.addAction(tr(CONTEXT, "Remove expression, keep value"), lambda: binding.compute(None))
        menu.addAction(tr(CONTEXT, "Copy expression"), lambda: _copy(f"={binding.formula}"))
    menu.addSeparator()
    menu.addAction(tr(CONTEXT, "Copy value"), lambda: _copy(str(binding.value)))
    menu.addAction(tr(CONTEXT, "Copy as command-line option"), lambda: _copy(binding.flag))
    name = reference(binding.node, binding.param.name)
    menu.addAction(tr(CONTEXT, "Copy name for expressions"), lambda: _copy(name))
    exposed = Exposed.of(binding.editor, *key)
    if exposed is not None:
        menu.addSeparator()
        add_exposure(menu, exposed, owner)
    return menu


def can_star(binding: Binding) -> bool:
    """Whether it can be a favourite: what is inside a subgraph belongs to no one place of the document."""
    return not isinstance(binding.editor, SubgraphEditor)


def star(binding: Binding) -> None:
    """Star a parameter, or take its star away."""
    editor = binding.editor
    editor.apply(toggled(editor.graph, (binding.node, binding.param.name)))


def take_over(binding: Binding, look: Appearance, owner: QWidget) -> ChoiceList:
    """Choose a parameter whose value this one takes over from now on."""
    popup = ChoiceList(
        owner.window(), look, tr(CONTEXT, "Take over from"), list(sources_of(binding)), binding.formula
    )
    popup.chosen.connect(lambda name, _other: binding.compute(name))
    if owner.height() > TALL:
        popup.open_at(None, QSize(420, 360))
    else:
        popup.open_below(owner, "")
    return popup


def sources_of(binding: Binding) -> list[str]:
    """The parameters that this one can take its value from, as an expression names them."""
    editor = binding.editor
    mine = binding.param.type
    found = []
    for node in editor.graph.nodes.values():
        for param in spec_of(node, editor.graph, editor.specs)[0].params:
            fits = param.type == mine or (mine in NUMBERS and param.type in NUMBERS)
            itself = (node.id, param.name) == (binding.node, binding.param.name)
            if fits and not itself and not node.inputs.get(param.name):
                found.append(reference(node.id, param.name))
    return found


def _copy(text: str) -> None:
    QGuiApplication.clipboard().setText(text)
