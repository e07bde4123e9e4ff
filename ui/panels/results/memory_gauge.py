"""How much memory the engine holds, with ways to give it back."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QMenu, QWidget

from nodegraph.node_api import events
from ui.runs.engine_client import EngineBridge
from ui.runs.node_state import size
from ui.theme.appearance import Appearance

ASK_MS = 1000
"""So often the engine is asked while it runs; at rest only after a run."""
BAR = 36.0


class GaugeBar(QWidget):
    """Memory of the engine, of the device if there is one, and of kept results. A click opens free and purge."""

    def __init__(self, bridge: EngineBridge, look: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._look = look
        self._now: events.Gauge | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(ASK_MS)
        self._timer.timeout.connect(bridge.gauge)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(self.tr("Memory"))
        bridge.heard.connect(self._hear)
        # The status bar has its height before there is anything to say.
        self._grow(0)

    @property
    def now(self) -> events.Gauge | None:
        """The newest figures."""
        return self._now

    def set_look(self, look: Appearance) -> None:
        """Follow the theme."""
        self._look = look
        self._grow(0)
        self.update()

    def parts(self) -> list[tuple[str, str, float]]:
        """Name, words and share from 0 to 1 of each bar; a share below 0 has no bar."""
        now = self._now
        if now is None:
            return []
        found = [(self.tr("Engine"), size(now.process), -1.0)]
        if now.device_total:
            words = f"{size(now.device)} / {size(now.device_total)}"
            found.append((self.tr("GPU"), words, now.device / now.device_total))
        found.append((self.tr("Cache"), size(now.cache), now.cache / max(1, now.budget)))
        if now.disk_limit:
            found.append((self.tr("Disk"), size(now.disk), now.disk / now.disk_limit))
        return found

    def menu(self) -> QMenu:
        """Free and purge, with what they give back."""
        menu = QMenu(self)
        now = self._now
        free = menu.addAction(self.tr("Free memory: results and models"))
        free.triggered.connect(lambda: self._bridge.purge(disk=False))
        kept = size(now.disk) if now else ""
        purge = menu.addAction(self.tr("Purge kept results ({size} on disk)").format(size=kept))
        purge.triggered.connect(lambda: self._bridge.purge(disk=True))
        return menu

    def sizeHint(self) -> QSize:
        """As wide as its words."""
        measure = self.fontMetrics()
        width = sum(measure.horizontalAdvance(f"{name} {words}") + 24 for name, words, _ in self.parts())
        bars = sum(BAR + 6 for *_, share in self.parts() if share >= 0)
        return QSize(int(width + bars), self._look.metrics.row)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Words and thin bars."""
        painter = QPainter(self)
        theme = self._look.theme
        painter.setFont(self._look.font("small"))
        x = 8.0
        for name, words, share in self.parts():
            text = f"{name} {words}"
            width = painter.fontMetrics().horizontalAdvance(text)
            painter.setPen(theme.color("muted"))
            box = QRectF(x, 0, width + 2, self.height())
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, text)
            x += width + 6
            if share >= 0:
                bar = QRectF(x, self.height() / 2 - 2, BAR, 4)
                painter.fillRect(bar, theme.color("outline"))
                bar.setWidth(BAR * min(1.0, share))
                painter.fillRect(bar, theme.color("warning" if share > 0.9 else "muted"))
                x += BAR + 6
            x += 10

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Open the menu."""
        self.menu().exec(event.globalPosition().toPoint())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open the menu with the keyboard."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.menu().exec(self.mapToGlobal(self.rect().topLeft()))
        else:
            super().keyPressEvent(event)

    def _grow(self, least: int) -> None:
        self.setFixedSize(max(least, self.sizeHint().width()), self.sizeHint().height())

    def _hear(self, event: events.Event) -> None:
        match event:
            case events.Gauge():
                self._now = event
                words = ", ".join(f"{name} {text}" for name, text, _ in self.parts())
                self.setToolTip(self.tr("{words}. Click to free memory.").format(words=words))
                self.setAccessibleDescription(words)
                # It never shrinks: to lay out the window anew at every figure would cost the run.
                self._grow(self.minimumWidth())
                self.update()
            case events.EngineState("running"):
                self._timer.start()
            case events.EngineState():
                self._timer.stop()
                if event.state == "ready":
                    self._bridge.gauge()
