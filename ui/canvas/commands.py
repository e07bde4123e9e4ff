"""What menus and keys ask of the canvas; each is one step of undo."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nodegraph.edits import (
    AddNote,
    Batch,
    Disconnect,
    Edit,
    Move,
    MuteLink,
    RemoveFrames,
    RemoveNodes,
    RemoveNotes,
    SetColor,
    SetFlags,
    SetMode,
    SetPortal,
    SetPortals,
)
from nodegraph.edits.bridge_links import bridge_links
from nodegraph.edits.subgraphs import MakeSubgraph, UnpackAll
from nodegraph.model.frames import contents
from nodegraph.model.graph import Mode, Note, Point
from nodegraph.subgraphs.expand import is_instance
from nodegraph.support.messages import Phrase
from ui.canvas.acting import moved, on_grid
from ui.canvas.framing import Framing
from ui.canvas.interaction.arrange import Side, aligned, arranged, distributed, straightened
from ui.canvas.interaction.dragged_links import link_of, links_of
from ui.canvas.interaction.fitting import downstream, upstream
from ui.canvas.interaction.glide import LAYOUT
from ui.canvas.rendering.paint_links import portal_rects
from ui.canvas.scene.boxes import LinkKey
from ui.i18n.labels import plain_label
from ui.i18n.translate import tr

PARTS = ("nodes", "frames", "notes")
"""What can be selected, besides links."""


class Commands(Framing):
    """The part of the canvas that acts on the selection."""

    def select_all(self) -> None:
        """Everything; a second time nothing."""
        graph = self.stage.graph
        now = self.stage.selection.now
        if len(now.nodes) == len(graph.nodes) and len(now.notes) == len(graph.notes):
            self.stage.selection.clear()
        else:
            self.stage.selection.set(graph.nodes, (), graph.frames, graph.notes)

    def select_linked(self, after: bool) -> None:
        """Add all that the selected nodes feed, or with `after` False all that feeds them."""
        walk = downstream if after else upstream
        self.stage.selection.add(walk(self.stage.graph, self.stage.selection.nodes))

    def select_similar(self) -> None:
        """Add all nodes of the selected nodes' types."""
        graph = self.stage.graph
        types = {graph.nodes[name].type for name in self.stage.selection.nodes}
        self.stage.selection.add(name for name, node in graph.nodes.items() if node.type in types)

    def delete(self, heal: bool = True) -> None:
        """Remove what is selected; with `heal` the links through it are joined where types allow."""
        now, graph = self.stage.selection.now, self.stage.graph
        edits: list[Edit] = []
        links = [k for k in links_of(graph, _keys(now.links)) if k.target not in now.nodes]
        links = [k for k in links if k.source.node not in now.nodes]
        if links:
            edits.append(Disconnect(tuple(links)))
        edits += [RemoveNotes(tuple(sorted(now.notes)))] if now.notes else []
        edits += [RemoveFrames(tuple(sorted(now.frames)))] if now.frames else []
        if now.nodes:
            names = tuple(sorted(now.nodes))
            healing = bridge_links(graph, names, self.scene.specs) if heal and not links else ()
            edits.append(RemoveNodes(names, healing))
        if edits:
            self.apply(edits[0] if len(edits) == 1 else Batch(tuple(edits), Phrase("Delete selection")))

    def toggle_mode(self, mode: Mode) -> None:
        """Mute or bypass the selected nodes, or run them again where all are so; links are muted likewise."""
        names, graph = tuple(sorted(self.stage.selection.nodes)), self.stage.graph
        if self.stage.selection.frames and not names:
            self.toggle_frames(mode)
        elif names:
            same = all(graph.nodes[name].mode == mode for name in names)
            self.apply(SetMode(names, "run" if same else mode))
        elif mode == "mute":
            links = links_of(graph, _keys(self.stage.selection.links))
            if links:
                self.apply(MuteLink(links, not all(link.source.muted for link in links)))

    def collapse(self) -> None:
        """Collapse the selected nodes, else the selected frames, or open them where all are collapsed."""
        if self.stage.selection.frames and not self.stage.selection.nodes:
            self.collapse_frames()
        else:
            self._flag("collapsed")

    def fold_rows(self) -> None:
        """Show or hide the sections and advanced parameters of the selected nodes, all alike."""
        chosen = [self.scene.nodes[name] for name in self._acted()]
        folds = [(box.id, row) for box in chosen for row in box.layout.rows if row.kind == "fold"]
        shut = all(not row.open for _, row in folds)
        for name, row in folds:
            if row.open is not shut:
                self.scene.toggle_fold(name, row.section)
        self.update()

    def hide_unlinked(self) -> None:
        """Hide the unlinked ports of the selected nodes, or show them again."""
        self._flag("hide_unlinked")

    def pin(self) -> None:
        """Keep the selected nodes where they are, or let go of them."""
        self._flag("pinned")

    def set_color(self, color: str) -> None:
        """Colour what is selected; an empty text is the usual colour."""
        now = self.stage.selection.now
        names = tuple(sorted(now.nodes | now.frames | now.notes))
        if names:
            self.apply(SetColor(names, color))

    def toggle_portals(self) -> None:
        """Draw the selected links as pairs of named stubs, or as lines again where all are so."""
        links = links_of(self.stage.graph, _keys(self.stage.selection.links))
        if not links:
            self.say(tr("Canvas", "Select links to draw them as portals."))
        elif all(link.source.portal for link in links):
            self.make_portal("")
        else:
            self.make_portal(plain_label(links[0].source.output))

    def name_portal(self, key: LinkKey, end: float) -> None:
        """Write another name over one of the signs of a portal."""
        link = self.scene.links[key]
        rect = portal_rects(link, self.scene.metrics.measure)[round(end)].adjusted(0, -3, 40, 3)
        graph = self.stage.graph

        def named(text: str) -> Edit | None:
            return SetPortal(link_of(graph, key), text.strip()) if text.strip() else None

        self._inline.line(rect, link.source.portal, named, self.stage.theme)

    def make_portal(self, name: str) -> None:
        """Draw the selected links as pairs of stubs under a name; an empty name draws them as lines."""
        links = links_of(self.stage.graph, _keys(self.stage.selection.links))
        if links:
            self.apply(SetPortals(links, name))

    def make_subgraph(self) -> None:
        """Fold what is selected into a subgraph, and write its title."""
        boxes, now = self.scene.nodes, self.stage.selection.now
        names = tuple(sorted(self._acted(), key=lambda n: (boxes[n].y, boxes[n].x)))
        graph = self.stage.graph
        name, number = "Group", 2
        while name in graph.subgraphs:
            name, number = f"Group {number}", number + 1
        instance = graph.fresh_id("group")
        frames, notes = tuple(sorted(now.frames)), tuple(sorted(now.notes))
        if names and self.apply(MakeSubgraph(names, name, instance, frames, notes)):
            self.stage.selection.set([instance])
            self.rename(instance)

    def unpack(self) -> None:
        """Put the nodes of the selected subgraphs in their places."""
        graph = self.stage.graph
        chosen = [n for n in sorted(self.stage.selection.nodes) if is_instance(graph.nodes[n].type)]
        if chosen and self.apply(UnpackAll(tuple(chosen))):
            after = self.stage.graph
            new = [getattr(after, part).keys() - getattr(graph, part).keys() for part in PARTS]
            self.stage.selection.set(new[0], (), new[1], new[2])

    def add_note(self) -> None:
        """A note at the pointer, pinned to the selected node where there is just one; write at once."""
        name = self.stage.graph.fresh_id("note")
        chosen = self.stage.selection.nodes
        at = self.pointer()
        on, pos = "", (on_grid(at.x()), on_grid(at.y()))
        if len(chosen) == 1:
            on = next(iter(chosen))
            box = self.scene.nodes[on]
            pos = (box.x, on_grid(box.y + box.height + 16))
        if self.apply(AddNote(Note(name, "", pos, on=on))):
            self.stage.selection.set((), (), (), [name])
            self.edit_note(name)

    def arrange(self, selected_only: bool = True) -> None:
        """Lay out the selected nodes, or all of them, in layers from left to right."""
        names = self.stage.selection.nodes
        if selected_only and len(names) < 2:
            self.say(tr("Canvas", "Select two nodes or more to lay them out."))
            return
        self.glide(arranged(self.scene, names if selected_only else None))

    def glide(self, edit: Edit | None) -> None:
        """Apply an edit and show where it moves things."""
        self.stage.glides = LAYOUT
        self.apply(edit)
        self.stage.glides = 0

    def straighten(self) -> None:
        """Make the selected links, or those between the selected nodes, level."""
        now = self.stage.selection.now
        self.glide(straightened(self.scene, now.nodes, frozenset(_keys(now.links))))

    def align(self, side: Side) -> None:
        """Put the selected nodes' sides or middles on one line."""
        self.glide(aligned(self.scene, self.stage.selection.nodes, side))

    def distribute(self, across: bool) -> None:
        """Make the gaps between the selected nodes equal."""
        self.glide(distributed(self.scene, self.stage.selection.nodes, across))

    def nudge(self, dx: float, dy: float) -> None:
        """Move the selection a little; nudges in a row are one step of undo."""
        now, graph = self.stage.selection.now, self.stage.graph
        held = contents(graph, [name for name in now.frames if not graph.frames[name].locked])
        places: dict[str, Point] = {
            name: moved(graph.nodes[name].pos, (dx, dy))
            for name in now.nodes | held.nodes
            if not graph.nodes[name].pinned
        }
        notes = now.notes | held.notes | {note.id for note in graph.notes.values() if note.on in places}
        places.update({name: moved(graph.frames[name].rect[:2], (dx, dy)) for name in held.frames})
        places.update({name: moved(graph.notes[name].pos, (dx, dy)) for name in notes})
        if places:
            self.editor.apply(Move(places), merge=f"nudge {sorted(places)}")

    def _acted(self) -> tuple[str, ...]:
        """The selected nodes and those in the selected frames."""
        now, graph = self.stage.selection.now, self.stage.graph
        return tuple(sorted(now.nodes | contents(graph, now.frames).nodes))

    def _flag(self, name: str) -> None:
        names, graph = self._acted(), self.stage.graph
        if names:
            on = not all(getattr(graph.nodes[n], name) for n in names)
            flags: dict[str, Any] = {name: on}
            self.apply(SetFlags(names, **flags))


def _keys(links: Iterable[tuple[str, str, int]]) -> list[LinkKey]:
    return [LinkKey(*key) for key in links]
