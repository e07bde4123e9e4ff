"""Puts the wire probe where the pointer rests on a link, and keeps what was pinned up to date."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QWidget

from nodegraph import events
from ui.canvas.hit import Hit
from ui.look import Look
from ui.running.bridge import EngineBridge
from ui.running.labels import title
from ui.running.picks import Spot
from ui.running.probe import SIDE, Probe
from ui.running.sheet import Sheet

REST_MS = 350
"""So long the pointer rests on a link until it is probed."""


class Prober(QObject):
    """One card follows the pointer; those that were pinned stay until they are closed."""

    def __init__(self, bridge: EngineBridge, look: Look, window: QWidget) -> None:
        super().__init__(window)
        self._bridge = bridge
        self._look = look
        self._window = window
        self._sheet: Sheet | None = None
        self._rested: Spot | None = None
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._probe)
        self.pinned: list[Probe] = []
        self.card = self._new()

    def set_look(self, look: Look) -> None:
        """Follow the theme."""
        self._look = look
        for card in (self.card, *self.pinned):
            card.set_look(look)

    def follow(self, sheet: Sheet | None) -> None:
        """Another document is in front."""
        self._sheet = sheet
        self.leave()

    def leave(self) -> None:
        """The pointer is elsewhere."""
        self._rest.stop()
        self.card.leave()

    def hover(self, found: Hit) -> None:
        """The pointer came upon something on the canvas."""
        self.leave()
        if self._sheet is None or found.kind != "link" or found.link is None:
            return
        node = self._sheet.editor.graph.nodes.get(found.link.target)
        sources = node.inputs.get(found.link.input, ()) if node is not None else ()
        if found.link.index < len(sources):
            source = sources[found.link.index]
            self._rested = (source.node, source.output)
            self._rest.start()

    def refresh(self) -> None:
        """A run is over: pinned cards show what it came to."""
        for card in self.pinned:
            self._fill(card, card.spot)

    def _new(self) -> Probe:
        card = Probe(self._look, self._window)
        card.pinned.connect(self._pinned)
        return card

    def _probe(self) -> None:
        if self._rested is not None and not self.card.held:
            self._fill(self.card, self._rested, place=True)

    def _fill(self, card: Probe, spot: Spot, *, place: bool = False) -> None:
        asked = self._rested

        def answer(shown: events.Shown) -> None:
            sheet = self._sheet
            if sheet is None or (place and asked != self._rested):
                return
            node = sheet.editor.graph.nodes.get(shown.node)
            name = title(node, sheet.editor.specs) if node is not None else shown.node
            card.show_answer(shown, f"{name} › {shown.output}", sheet.state.of(shown.node).when)
            if place:
                card.place(self._window.mapFromGlobal(QCursor.pos()))

        self._bridge.look(*spot, answer, 2 * SIDE)

    def _pinned(self, card: Probe) -> None:
        """The pinned card stays, another one follows the pointer."""
        self.pinned.append(card)
        card.closed.connect(self._unpinned)
        self.card = self._new()

    def _unpinned(self, card: Probe) -> None:
        self.pinned.remove(card)
        card.deleteLater()
