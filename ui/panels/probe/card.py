"""The wire probe: what a link carries, shown where the pointer rests on it."""

from __future__ import annotations

import time

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from nodegraph.node_api.events import Channels, Shown
from ui.panels.results.chrome import IconButton
from ui.panels.viewer.planes import alarm, planes_of, sheet
from ui.runs.images import fitted, image_of
from ui.runs.node_state import NodeRun, duration
from ui.theme.appearance import Appearance
from ui.widgets.plain_label import PlainLabel

SIDE = 160
ORDER = ("type", "shape", "dtype", "device", "memory", "range", "value", "alarm")
"""The facts that come first; others follow as they come."""
LINES = 12
TILES, FEW = 16, 4
"""So many channels of a latent are drawn, and so many told in figures."""


class Probe(QFrame):
    """A small card beside the pointer. Pinned, it stays and follows its link's newest result."""

    pinned = Signal(object)
    closed = Signal(object)

    def __init__(self, look: Appearance, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("Popup")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._look = look
        self._made = 0.0
        self.spot = ("", "")
        self.held = False
        self.title = PlainLabel(self)
        self.title.setProperty("role", "heading")
        self.picture = PlainLabel(self)
        self.facts = PlainLabel(self)
        self.facts.setProperty("role", "small")
        self.facts.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.pin = IconButton("pin", self.tr("Pin: keep this open"), look, self, self._hold)
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.pin)
        box = QVBoxLayout(self)
        box.setContentsMargins(12, 8, 12, 10)
        box.setSpacing(6)
        box.addLayout(head)
        box.addWidget(self.picture)
        box.addWidget(self.facts)
        self.hide()

    def set_look(self, look: Appearance) -> None:
        """Follow the theme."""
        self._look = look
        self.pin.set_look(look)

    def show_answer(self, shown: Shown, title: str, made: float = 0.0) -> None:
        """Fill the card; `made` is when the result came about, in seconds of `time.time`, 0 if unknown."""
        self.spot = (shown.node, shown.output)
        self._made = made
        self._show(title, self.lines(shown), image_of(shown.picture) if shown.picture is not None else None)

    def show_known(self, spot: tuple[str, str], title: str, run: NodeRun, grown: QImage | None) -> None:
        """Say what is known without the engine; `grown` is how far its picture is while it runs."""
        self.spot = spot
        self._show(title, self._so_far(run, grown), grown)

    def show_channels(self, found: Channels) -> None:
        """Draw the channels of a latent instead of its picture, and say what is wrong with them."""
        planes = planes_of(found)
        shown = planes[:TILES]
        self.picture.setPixmap(sheet(shown, self._look.theme, SIDE, self.devicePixelRatioF()))
        lines = [f"{plane.index}: {plane.range}, {plane.spread}" for plane in shown[:FEW]]
        if len(planes) > FEW:
            lines.append(self.tr("{count} channels in all").format(count=len(planes)))
        self.facts.setText("\n".join([self.facts.text(), *lines, *filter(None, [alarm(planes)])]))
        self._fit()

    def _show(self, title: str, lines: list[str], image: QImage | None) -> None:
        self.title.setText(title)
        self.facts.setText("\n".join(lines))
        self.picture.setVisible(image is not None)
        if image is not None:
            self.picture.setPixmap(self._pixmap(image))
        self._fit()

    def _fit(self) -> None:
        """As large as what it says, and still inside."""
        # Fonts of the sheet count only once they are known; before the first showing they are not.
        self.title.ensurePolished()
        self.facts.ensurePolished()
        self.title.setMinimumWidth(self.title.sizeHint().width())
        self.adjustSize()
        parent = self.parentWidget()
        if parent is not None and self.isVisible():
            x = min(self.x(), parent.width() - self.width() - 8)
            y = min(self.y(), parent.height() - self.height() - 8)
            self.move(max(8, x), max(8, y))

    def _so_far(self, run: NodeRun, grown: QImage | None) -> list[str]:
        """What a node's own state says of its result."""
        if run.status == "running":
            found = [self.tr("being made now")] + ([run.line] if run.line else [])
            if grown is not None:
                size = f"{grown.width()} × {grown.height()}"
                found.append(self.tr("picture so far: {size}").format(size=size))
            return found
        if run.status == "queued":
            return [self.tr("waits for its turn in this run")]
        if run.status == "failed":
            return [self.tr("failed: {why}").format(why=run.message)]
        if run.status in ("done", "cached") and run.when:
            age = duration(max(0.0, time.time() - run.when))
            return [self.tr("made {age} ago; more when the engine is through its step").format(age=age)]
        return [self.tr("Not computed yet, or no longer kept.")]

    def lines(self, shown: Shown) -> list[str]:
        """What is said about the value."""
        facts = dict(shown.facts)
        names = [name for name in ORDER if name in facts] + [name for name in facts if name not in ORDER]
        found = [f"{name}: {facts[name]}" for name in names[:LINES]]
        if self._made:
            found.append(self.tr("made {age} ago").format(age=duration(max(0.0, time.time() - self._made))))
        return found

    def place(self, at: QPoint) -> None:
        """Show it beside a point of its parent, wholly inside."""
        parent = self.parentWidget() or self
        x = min(at.x() + 16, parent.width() - self.width() - 8)
        y = min(at.y() + 16, parent.height() - self.height() - 8)
        self.move(max(8, x), max(8, y))
        self.show()
        self.raise_()

    def leave(self) -> None:
        """The pointer is elsewhere; a pinned card stays."""
        if not self.held:
            self.hide()

    def _hold(self) -> None:
        if self.held:
            self.held = False
            self.hide()
            self.closed.emit(self)
            return
        self.held = True
        self.pin.set_icon("close", self.tr("Close"), self._look)
        self.pinned.emit(self)

    def _pixmap(self, image: QImage) -> QPixmap:
        ratio = self.devicePixelRatioF()
        side = round(SIDE * ratio)
        if max(image.width(), image.height()) < side:
            smooth = Qt.TransformationMode.SmoothTransformation
            image = image.scaled(QSize(side, side), Qt.AspectRatioMode.KeepAspectRatio, smooth)
        found = QPixmap.fromImage(fitted(image, side))
        found.setDevicePixelRatio(ratio)
        return found
