"""Moving nodes, with what dropping can do: into a link, out of their links, into a frame."""

from __future__ import annotations

from dataclasses import replace
from time import monotonic

from PySide6.QtCore import QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QPainter, QPen

from nodegraph.edits import Batch, ChangeFrame, ChangeFrames, Edit
from nodegraph.model.graph import Frame
from nodegraph.support.messages import Phrase
from ui.canvas.interaction.gesture_context import ALT, GestureContext, Pointer
from ui.canvas.interaction.gestures.move import MoveThings, moved_by
from ui.canvas.interaction.glide import INSERT
from ui.canvas.interaction.link_insertion import LinkInsertion, extracted, inserted
from ui.canvas.interaction.shake import Shake
from ui.canvas.rendering.highlights import Moving, view_rect
from ui.canvas.rendering.label import paint_label
from ui.canvas.scene.boxes import LinkKey
from ui.canvas.scene.hit import Hit
from ui.i18n.translate import tr

DWELL = 0.12
"""Seconds over a link before it takes the node in."""


class MoveNodes(MoveThings):
    """Alt at the press pulls nodes out of their links; F while dragging changes the frame they are in."""

    def __init__(self, stage: GestureContext, start: Pointer, hit: Hit) -> None:
        self._extracting = False
        self._over: LinkKey | None = None
        self._since = 0.0
        self._between: LinkInsertion | None = None
        self._reparent = False
        self._shake = Shake()
        self._pointer = start
        self._alt_at_press = start.held(ALT)
        super().__init__(stage, start, hit)

    def begin(self, pointer: Pointer) -> None:
        """The drag begins."""
        super().begin(pointer)
        self._extracting = self._alt_at_press
        if self._extracting:
            self._extract()

    def _extract(self) -> None:
        """Take the nodes out of their links from now on."""
        self._extracting = True
        names, scene = self.stage.moving.nodes, self.stage.scene
        self.stage.look.hidden = frozenset(
            key
            for name in names
            for key in scene.links_of(name)
            if (key.target in names) != (scene.links[key].source.node in names)
        )

    def dragged(self, pointer: Pointer) -> None:
        """See whether the node hangs over a link that would take it."""
        self._pointer = pointer
        if (
            self.stage.habits.shake
            and not self._extracting
            and self._shake.fed(pointer.view.x(), monotonic())
        ):
            self._extract()
        over = self._link(pointer)
        if over != self._over:
            self._over, self._since = over, monotonic()
            if over is not None:
                # The link lights up under a hand that rests, too. Timers may come a twentieth too early.
                QTimer.singleShot(round(DWELL * 1100), self._ripen)
        self._light(self._over if self._ripe() else None)

    def wants(self, key: int, modifiers: Qt.KeyboardModifier) -> bool:
        """F changes the frame, and frames no view."""
        return key == Qt.Key.Key_F and not modifiers and self._begun

    def changed(self) -> bool:
        """What feeds what may be another; the link under the node is looked for at the next move."""
        self._between, self._over = None, None
        self._light(None)
        return super().changed()

    def released(self, pointer: Pointer) -> bool:
        """Drop."""
        goes_on = super().released(pointer)
        self._clear()
        return goes_on

    def cancel(self) -> None:
        """Nothing has moved."""
        self._clear()
        super().cancel()

    def key(self, key: int, modifiers: Qt.KeyboardModifier) -> bool:
        """F: leave the frame, or enter the one under the pointer."""
        if key == Qt.Key.Key_F and self._begun:
            self._reparent = not self._reparent
            return True
        return False

    def changes(self) -> bool:
        """Whether dropping does more than moving."""
        return self._extracting or self._reparent

    def drop(self, moving: Moving, pointer: Pointer) -> None:
        """Apply the move with what comes with it, as one step."""
        edits: list[Edit] = extracted(self.stage.scene, moving.nodes) if self._extracting else []
        name = next(iter(moving.nodes), "")
        if self._over is not None and self._ripe() and not self._extracting:
            box = self.stage.scene.nodes[name]
            self.stage.glides = INSERT
            edits.append(inserted(self.stage.scene, box, self._over, self._by))
        else:
            move = moved_by(self.stage, moving, self._by)
            edits += [move] if move is not None else []
        edits += self._framed(moving)
        if len(edits) == 1:
            self.stage.editor.apply(edits[0])
        elif edits:
            verb = Phrase("Insert") if self._over else Phrase("Move")
            verb = Phrase("Extract") if self._extracting else verb
            self.stage.editor.apply(
                Batch(tuple(edits), Phrase("{verb} {what}", verb=verb, what=_some(moving.nodes)))
            )
        self.stage.glides = 0

    def paint(self, painter: QPainter) -> None:
        """The guides, and which frame the nodes enter or leave, or would with F."""
        super().paint(painter)
        if not self._begun:
            return
        frame, text = self._frame_said()
        if frame is not None:
            dash = Qt.PenStyle.SolidLine if self._reparent else Qt.PenStyle.DashLine
            painter.setPen(QPen(self.stage.theme.color("accent"), 2 if self._reparent else 1.4, dash))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(view_rect(self.stage.camera, QRectF(*frame.rect)), 8, 8)
        if text:
            paint_label(painter, self.stage, self._pointer.view + QPointF(16, 18), text)

    def _frame_said(self) -> tuple[Frame | None, str]:
        """The frame whose nodes these become or cease to be, and that in words; neither where none is crossed."""
        wanted, left = self._frame_under(), self._frame_left()
        title = (wanted or left or Frame("")).title or tr("Canvas", "the frame")
        if wanted is not None:
            text = tr("Canvas", "Into {frame}") if self._reparent else tr("Canvas", "F: into {frame}")
            return wanted, text.format(frame=title)
        if self._reparent:
            return None, tr("Canvas", "Out of the frame")
        if left is not None:
            return left, tr("Canvas", "Still in {frame} · F: out of it").format(frame=title)
        return None, ""

    def _frame_left(self) -> Frame | None:
        """The frame that owns a node which now lies outside it."""
        dx, dy = self.stage.moving.by
        for frame in self.stage.graph.frames.values():
            rect = QRectF(*frame.rect)
            for name in self.stage.moving.nodes.intersection(frame.members):
                box = self.stage.scene.nodes.get(name)
                if box is not None and not rect.intersects(box.rect.translated(dx, dy)):
                    return frame
        return None

    def _framed(self, moving: Moving) -> list[Edit]:
        if not self._reparent:
            return []
        graph, wanted = self.stage.graph, self._frame_under()
        if wanted is not None:
            return [ChangeFrame(replace(wanted, members=(*wanted.members, *sorted(moving.nodes))))]
        left = tuple(
            replace(frame, members=tuple(m for m in frame.members if m not in moving.nodes))
            for frame in graph.frames.values()
            if moving.nodes.intersection(frame.members)
        )
        return [ChangeFrames(left)] if left else []

    def _frame_under(self) -> Frame | None:
        """The smallest frame under the pointer that does not hold all of the nodes yet."""
        nodes = self.stage.moving.nodes or self.stage.selection.nodes
        for frame, rect in reversed(self.stage.scene.frames()):
            if rect.contains(self._pointer.scene) and not nodes <= set(frame.members):
                return frame
        return None

    def _link(self, pointer: Pointer) -> LinkKey | None:
        moving, scene = self.stage.moving, self.stage.scene
        if len(moving.nodes) != 1 or pointer.held(ALT) or self._extracting:
            return None
        box = scene.nodes[next(iter(moving.nodes))]
        if self._between is None:
            self._between = LinkInsertion(scene, box)
        return self._between.under(self._by)

    def _ripe(self) -> bool:
        return self._over is not None and monotonic() - self._since >= DWELL

    def _ripen(self) -> None:
        if self._ripe() and self.stage.look.glowing is None:
            self._light(self._over)
            self.stage.repaint()

    def _light(self, key: LinkKey | None) -> None:
        look = self.stage.look
        if look.glowing != key:
            look.glowing = key

    def _clear(self) -> None:
        self.stage.look.hidden = frozenset()
        self._over = None
        self._light(None)


def _some(names: frozenset[str]) -> str:
    return next(iter(names)) if len(names) == 1 else Phrase("{count} nodes", count=len(names))
