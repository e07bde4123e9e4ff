"""Puts the wire probe where the pointer rests on a link, and keeps what was pinned up to date."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QCursor, QImage
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from nodegraph.node_api import events
from ui.canvas.scene.hit import Hit
from ui.panels.probe.card import SIDE, Probe
from ui.runs.document_run import DocumentRun
from ui.runs.engine_client import EngineBridge
from ui.runs.job_labels import title
from ui.runs.node_state import NodeRun
from ui.runs.run_queries import Spot, inner_spot
from ui.theme.appearance import Appearance

REST_MS = 350
"""So long the pointer rests on a link until it is probed."""


class Prober(QObject):
    """One card follows the pointer; those that were pinned stay until they are closed."""

    def __init__(self, bridge: EngineBridge, look: Appearance, window: QWidget) -> None:
        super().__init__(window)
        self._bridge = bridge
        self._look = look
        self._window = window
        self._sheet: DocumentRun | None = None
        self._rested: Spot | None = None
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._probe)
        self.pinned: list[Probe] = []
        self.card = self._new()

    def set_look(self, look: Appearance) -> None:
        """Follow the theme."""
        self._look = look
        for card in (self.card, *self.pinned):
            card.set_look(look)

    def follow(self, sheet: DocumentRun | None) -> None:
        """Another document is in front."""
        if self._sheet is not None and isValid(self._sheet):
            self._sheet.picture.disconnect(self._grew)
        self._sheet = sheet
        if sheet is not None:
            sheet.picture.connect(self._grew)
        self.leave()

    def leave(self) -> None:
        """The pointer is elsewhere."""
        self._rest.stop()
        self._rested = None
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
            self._rested = inner_spot(self._sheet.editor.graph, (source.node, source.output))
            self._rest.start()

    def refresh(self, node: str = "") -> None:
        """A node is done, or without one a run: cards in sight that look at it show what it came to."""
        for card in (self.card, *self.pinned):
            if card.isVisible() and node in ("", card.spot[0]):
                self._fill(card, card.spot)

    def _grew(self, node: str, image: QImage) -> None:
        """A node that runs has another picture, which the cards that look at it show."""
        for card in (self.card, *self.pinned):
            if card.isVisible() and card.spot[0] == node and self._is_running(node):
                self._tell(card, card.spot)

    def _new(self) -> Probe:
        card = Probe(self._look, self._window)
        card.pinned.connect(self._pinned)
        return card

    def _probe(self) -> None:
        if self._rested is not None and not self.card.held:
            self._fill(self.card, self._rested, place=True)

    def _fill(self, card: Probe, spot: Spot, *, place: bool = False) -> None:
        """Say what is known here at once, and the rest when the engine has answered; it may be busy with a step."""
        asked, at = self._rested, self._window.mapFromGlobal(QCursor.pos())
        waits = self._run(spot[0]).status in ("running", "queued")
        early = self._sheet is not None and bool(self._sheet.state.active) and (place or waits)
        if early:
            self._tell(card, spot)
            if place:
                card.place(at)
        else:
            card.spot = spot

        def meant() -> bool:
            return self._sheet is not None and card.spot == spot and not (place and asked != self._rested)

        def answer(shown: events.Shown) -> None:
            if not meant() or self._is_running(spot[0]):
                return
            if "gone" in dict(shown.facts):
                self._tell(card, spot)
            else:
                card.show_answer(shown, self._name(spot), self._run(spot[0]).when)
            if place and not card.isVisible():
                card.place(at)
            if dict(shown.facts).get("type") == "latent":
                self._bridge.channels(*spot, channels, size=SIDE, document=document)

        def channels(found: events.Channels) -> None:
            if meant() and found.stats:
                card.show_channels(found)

        document = self._sheet.key if self._sheet is not None else ""
        self._bridge.look(*spot, answer, 2 * SIDE, document)

    def _tell(self, card: Probe, spot: Spot) -> None:
        sheet, run = self._sheet, self._run(spot[0])
        grown = sheet.shown.get(spot[0]) if sheet is not None and run.status == "running" else None
        card.show_known(spot, self._name(spot), run, grown)

    def _run(self, node: str) -> NodeRun:
        return self._sheet.state.of(node) if self._sheet is not None else NodeRun()

    def _is_running(self, node: str) -> bool:
        return self._run(node).status == "running"

    def _name(self, spot: Spot) -> str:
        sheet = self._sheet
        node = sheet.editor.graph.nodes.get(spot[0]) if sheet is not None else None
        name = title(node, sheet.editor.specs) if node is not None and sheet is not None else spot[0]
        return f"{name} › {spot[1]}"

    def _pinned(self, card: Probe) -> None:
        """The pinned card stays, another one follows the pointer."""
        self.pinned.append(card)
        card.closed.connect(self._unpinned)
        self.card = self._new()

    def _unpinned(self, card: Probe) -> None:
        self.pinned.remove(card)
        card.deleteLater()
