"""Opens the popups and dialogs of a window, and does what is chosen in them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QPointF, QSize, Qt, QTimer
from PySide6.QtWidgets import QApplication, QDialog, QMenu, QWidget

from nodegraph.edits import Batch, Disconnect, Edit
from nodegraph.edits.replace_type import replacement
from nodegraph.model.graph import Graph, Point
from nodegraph.support.errors import EditError
from ui.canvas.interaction.dragged_links import DraggedLinks, links_of
from ui.canvas.scene.geometry import PortRef
from ui.config.usage import Habit
from ui.document.selection import kept
from ui.i18n.labels import label_of
from ui.panels.outline.text import Ref
from ui.panels.outline.tree import PartnerPopup, connection
from ui.search.add_node.candidates import DISCONNECT, REROUTE, recipe_of
from ui.search.add_node.insert import Insertion, Port, insert_beside, insert_node, insert_recipe, port_type
from ui.search.add_node.latent_size import fitted, is_blank, side_wanted, unfitting
from ui.search.add_node.likely import at_start, beside
from ui.search.add_node.popup import AddNodePopup
from ui.search.add_node.recipes import RECIPES
from ui.search.find.popup import FindPopup
from ui.shell.actions.palette import Palette
from ui.shell.actions.table import BY_ID
from ui.widgets.colour_menu import colour_menu
from ui.widgets.focus_order import give_back
from ui.widgets.popup import ChoicePopup

if TYPE_CHECKING:
    from ui.canvas.scene.hit import Hit
    from ui.document.editor import Editor
    from ui.document.selection import Selected
    from ui.shell.command_context import CommandContext
    from ui.shell.document_view import DocumentView


NODE_MENU = (
    ("edit.copy", "edit.duplicate", "edit.delete"),
    (
        "node.mute",
        "node.bypass",
        "node.collapse",
        "node.rows",
        "node.hide_unlinked",
        "node.pin",
        "node.rename",
    ),
    ("node.swap", "node.subgraph", "node.unpack", "node.unique"),
    ("node.frame", "node.arrange", "node.straighten"),
)
FRAME_MENU = (
    ("run.frame",),
    ("node.mute", "node.bypass", "node.collapse", "node.lock_frame", "node.rename"),
    ("edit.copy", "edit.duplicate", "edit.delete"),
)
LINK_MENU = (("node.portal", "node.mute", "node.straighten"), ("edit.delete",))
EMPTY_MENU = (
    ("node.add", "node.note", "node.frame"),
    ("edit.paste", "edit.select_all"),
    ("node.arrange_all", "view.frame_all"),
)


class Popups(QObject):
    """At most one popup is open in a window."""

    def __init__(self, window: CommandContext) -> None:
        super().__init__(window)
        self._window = window
        self._used: dict[str, Habit] = {}
        self._before: QWidget | None = None
        self.current: ChoicePopup | None = None

    def add_node(self, scene: QPointF | None = None, loose: DraggedLinks | None = None) -> None:
        """Search for a node to add at a scene point, or beside the selected node, or for links in hand."""
        view = self._window.view
        if view is None:
            return
        editor = view.level
        port = loose.port if loose is not None else None
        kind = port_type(editor.graph, editor.specs, port) if port else None
        from_output = port.output if port else True
        wires = port is None and bool(editor.selection.nodes)
        popup = AddNodePopup(
            self._window,
            self._window.app.look,
            editor.specs,
            self._window.app.usage,
            kind,
            from_output,
            wires,
            taken=loose is not None and bool(loose.taken),
            likely=self._likely(editor, wires) if port is None else None,
        )
        place = scene if scene is not None else view.pointer()
        popup.chosen.connect(lambda id, alone: self._add(view, id, place, loose, alone))
        where = view.widget.mapTo(self._window, view.to_view(place)) if scene is not None else None
        self._open(popup, QSize(640, 420), where)

    @staticmethod
    def _likely(editor: Editor, wires: bool) -> dict[str, int]:
        """The types offered first where no link waits: those that fit the selected node, or begin a workflow."""
        if wires:
            return beside(editor.graph, editor.specs, editor.selection.active)
        return {} if editor.graph.nodes else at_start()

    def swap_node(self) -> None:
        """Search for a type to put in the place of the selected node; links and values that fit stay."""
        view = self._window.view
        name = view.level.selection.active if view is not None else ""
        if view is None or not name:
            return
        editor, app = view.level, self._window.app
        popup = AddNodePopup(self._window, app.look, editor.specs, app.usage)
        popup.foot.setText(self.tr("Enter puts it in the place of the selected node, Esc closes"))

        def swap(kind: str, _alone: bool) -> None:
            spec = editor.specs.get(kind)
            if spec is not None and editor.apply(replacement(editor.graph, name, spec, editor.specs)):
                app.used(kind)

        popup.chosen.connect(swap)
        self._open(popup, QSize(640, 420))

    def find(self) -> None:
        """Find in the workflow."""
        view = self._window.view
        if view is None:
            return
        editor = view.level
        before = editor.selection.now
        popup = FindPopup(self._window, self._window.app.look, editor)
        popup.chosen.connect(lambda id, _other: self._found(popup, id))
        popup.given_up.connect(lambda: editor.selection.take(kept(before, editor.graph)))
        self._open(popup, QSize(560, 380))

    def commands(self) -> None:
        """The command palette."""
        popup = Palette(self._window, self._window.app.look, self._used)
        popup.chosen.connect(lambda id, _other: self._run(id))
        self._open(popup, QSize(600, 420))

    def connect_port(self, port: Port) -> None:
        """Choose by name what a port is linked with."""
        view = self._window.view
        if view is None:
            return
        editor = view.level
        popup = PartnerPopup(
            self._window, self._window.app.look, editor, Ref(port.node, port.name, port.output)
        )
        popup.linked.connect(lambda source, target: editor.apply(connection(editor, source, target)))
        self._open(popup, QSize(460, 360))

    def canvas_menu(self, place: QPoint, found: Hit) -> None:
        """The menu of what lies under the pointer: a node or other selection, or the empty canvas."""
        view = self._window.view
        node = found.node
        if view is None:
            return
        if node and node not in view.level.selection.nodes:
            view.level.selection.set([node])
        menus = self._window.menus
        menu = QMenu(self._window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._extras(menu, view, found)
        for ids in _menu_of(view.level.selection.now):
            for id in ids:
                menu.addAction(menus.actions[id])
            menu.addSeparator()
        if colourable(view.level.selection.now):
            menu.addMenu(self._colours(view, menu))
        menu.popup(place)

    def colours(self) -> None:
        """The menu of colours for what is selected, beside it."""
        view = self._window.view
        if view is None or not colourable(view.level.selection.now):
            return
        menu = self._colours(view, self._window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(view.widget.mapToGlobal(view.to_view(view.pointer())))

    @staticmethod
    def _colours(view: DocumentView, parent: QWidget) -> QMenu:
        graph, now = view.level.graph, view.level.selection.now
        colors = {graph.nodes[name].color for name in now.nodes}
        colors |= {graph.frames[name].color for name in now.frames}
        colors |= {graph.notes[name].color for name in now.notes}
        return colour_menu(parent, colors.pop() if len(colors) == 1 else "", view.canvas.set_color)

    def _extras(self, menu: QMenu, view: DocumentView, found: Hit) -> None:
        """What is offered for just this node or row."""
        param = found.row.param if found.row is not None else None
        if param is not None:
            self._row_part(menu, view, found.node, param.name)
        if found.node and self._window.run_panels is not None and view.level is view.editor:
            self._window.run_panels.fill_menu(menu, found)
        if view.levels.inner and param is not None:
            entry = menu.addAction(self.tr("Expose {name} on the subgraph").format(name=label_of(param.name)))
            ref = PortRef(found.node, param.name, False)
            entry.triggered.connect(lambda: view.canvas.expose(ref))
            menu.addSeparator()

    def _row_part(self, menu: QMenu, view: DocumentView, node: str, name: str) -> None:
        """What can be done with the value under the pointer stands first."""
        from ui.editors.binding import Binding
        from ui.editors.rows import RowEditors
        from ui.panels.inspector.menu import row_menu

        binding = Binding.of(view.level, node, name)
        rows = view.widget.findChild(RowEditors)
        if binding is None or rows is None:
            return
        part = row_menu(
            binding, self._window.app.look, view.widget, lambda: rows.open(node, name, by_key=True)
        )
        part.setTitle(label_of(name))
        part.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
        menu.destroyed.connect(part.deleteLater)
        menu.addMenu(part)
        menu.addSeparator()

    def settings(self) -> None:
        """The settings dialog."""
        from ui.shell.dialogs.settings import SettingsDialog

        self._ask(SettingsDialog(self._window.app, self._window))

    def shortcuts(self) -> None:
        """The keyboard shortcuts dialog."""
        from ui.shell.dialogs.shortcuts import ShortcutsDialog

        self._ask(ShortcutsDialog(self._window.app, self._window))

    def _ask(self, dialog: QDialog) -> None:
        """Changed settings make the panels anew, and with them goes who had the focus."""
        before = QApplication.focusWidget()
        dialog.exec()
        dialog.deleteLater()
        give_back(before, self._front())

    def leave(self) -> None:
        """Another document or level is in front: what was asked of the one before is given up."""
        if self.current is not None:
            self.current.give_up()

    def _open(self, popup: ChoicePopup, size: QSize, where: QPoint | None = None) -> None:
        self.leave()
        self.current = popup
        self._before = QApplication.focusWidget()
        popup.chosen.connect(lambda _id, _other: self._closed(None))
        popup.given_up.connect(lambda: self._closed(self._before))
        popup.open_at(where, size)

    def _closed(self, before: QWidget | None) -> None:
        self.current = None
        give_back(before, self._front())

    def _front(self) -> QWidget:
        view = self._window.view
        return view.widget if view is not None else self._window.start

    def _add(
        self, view: DocumentView, id: str, place: QPointF, loose: DraggedLinks | None, alone: bool
    ) -> None:
        editor, pos = view.level, (place.x(), place.y())
        if loose is not None and id == REROUTE:
            # Not before the popup has gone, with whose end the focus moves.
            QTimer.singleShot(0, view.widget, lambda: view.canvas.carry_on(loose, pos))
            return
        if loose is not None and id == DISCONNECT:
            editor.apply(Disconnect(links_of(editor.graph, loose.taken)))
            return
        made = self._insertion(view, id, pos, loose, alone)
        if made is None or not editor.apply(self._sized(editor, made)):
            return
        editor.selection.set(made.nodes, active=made.nodes[0])
        view.canvas.reveal(made.nodes)
        self._window.app.used(id)

    @staticmethod
    def _sized(editor: Editor, made: Insertion) -> Edit:
        """The edit that adds nodes, in which empty latents have the size of the model they go to."""
        try:
            after = made.edit.apply(editor.graph)
        except EditError:
            # Applying it says why.
            return made.edit
        size = fitted(after, editor.specs, made.nodes)
        return made.edit if size is None else Batch((made.edit, size), made.edit.title)

    def check_latents(self, before: Graph, after: Graph) -> None:
        """Say where an edit led an empty latent to a model that was made for another size."""
        changed = [node for name, node in after.nodes.items() if before.nodes.get(name) is not node]
        linked = [n for n in changed if n.id in before.nodes and before.nodes[n.id].inputs is not n.inputs]
        view = self._window.view
        if not linked or view is None:
            return
        specs = view.level.specs
        blank = [name for name, node in after.nodes.items() if is_blank(specs.get(node.type))]
        for name, size, side in unfitting(after, specs, blank):
            if name not in before.nodes or side_wanted(before, specs, name) != side:
                text = self.tr(
                    "{node} is {width} × {height}, and its model makes pictures of {side} × {side}."
                )
                self._window.say(text.format(node=name, width=size[0], height=size[1], side=side))

    def _insertion(
        self, view: DocumentView, id: str, pos: Point, loose: DraggedLinks | None, alone: bool
    ) -> Insertion | None:
        graph, specs = view.level.graph, view.level.specs
        port = loose.port if loose is not None else None
        taken = links_of(graph, loose.taken) if loose is not None else ()
        recipe = recipe_of(id, RECIPES)
        if recipe is not None and port is not None:
            return insert_recipe(recipe, graph, specs, pos, port, taken)
        spec = specs.get(id)
        if spec is None:
            return None
        selected = view.level.selection.active
        if port is None and selected and not alone:
            return insert_beside(spec, graph, specs, selected)
        return insert_node(spec, graph, specs, pos, None if alone else port, taken)

    def _found(self, popup: FindPopup, id: str) -> None:
        hit = popup.hit(id)
        view = self._window.view
        if hit is None or view is None:
            return
        if popup.in_view(hit):
            view.canvas.fly_to_selected()
            return
        if not hit.subgraph:
            view.levels.leave_to(0)
        elif not view.levels.enter_subgraph(hit.subgraph):
            self._window.say(self.tr("Nothing uses subgraph {name}.").format(name=hit.subgraph))
            return
        FindPopup.select(view.level, hit)
        # A subgraph shows all of itself first, which needs its size.
        QTimer.singleShot(0, view.widget, view.canvas.fly_to_selected)

    def _run(self, id: str) -> None:
        old = self._used.get(id, Habit())
        self._used[id] = Habit(old.count + 1, time.time())
        action = BY_ID[id]
        if action.enabled(self._window):
            action.run(self._window)


def colourable(now: Selected) -> bool:
    """Whether anything is selected that has a colour of its own."""
    return bool(now.nodes or now.frames or now.notes)


def _menu_of(now: Selected) -> tuple[tuple[str, ...], ...]:
    """The actions for what is selected, in groups."""
    if now.nodes or now.notes:
        return NODE_MENU
    return FRAME_MENU if now.frames else LINK_MENU if now.links else EMPTY_MENU
