"""What can be done with files that are dragged over a window, and the zones that offer it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QRegion
from PySide6.QtWidgets import QWidget

from nodegraph.support.errors import LoadError
from nodegraph.support.image_metadata import carried
from ui.document import workflow_file
from ui.i18n.translate import QT_TRANSLATE_NOOP
from ui.theme.icons import paint

if TYPE_CHECKING:
    from ui.shell.command_context import CommandContext

Way = Literal["load", "workflow", "batch", "models", "note", "node"]
"""Load each file; open its workflow; a folder as one batch; a folder as one of models; into a note or a node."""

SEEN = 2_000
"""At most so many entries are looked at to tell what a folder holds: it is done while the pointer moves in."""
MODEL = "model_index.json"


@dataclass(frozen=True)
class Zone:
    """One thing to do, with the words and the icon that say so; `into` is the note or node it would go into."""

    way: Way
    words: str
    icon: str
    into: str = ""


@dataclass(frozen=True)
class Target:
    """A note or node that takes a picture, and where it lies in the window."""

    zone: Zone
    rect: QRect


PICTURE = (
    Zone("load", QT_TRANSLATE_NOOP("Zones", "Use as picture"), "picture"),
    Zone("workflow", QT_TRANSLATE_NOOP("Zones", "Open its workflow"), "file"),
)
PICTURES = (
    Zone("batch", QT_TRANSLATE_NOOP("Zones", "Load as one batch"), "film"),
    Zone("load", QT_TRANSLATE_NOOP("Zones", "Load each picture by itself"), "picture"),
)
MODELS = (
    Zone("load", QT_TRANSLATE_NOOP("Zones", "Load each model"), "file"),
    Zone("models", QT_TRANSLATE_NOOP("Zones", "Add as a folder of models"), "folder"),
)
WORKFLOWS = (Zone("load", QT_TRANSLATE_NOOP("Zones", "Open the workflows in it"), "file"),)
NOTHING = (Zone("load", QT_TRANSLATE_NOOP("Zones", "Nothing to load in this folder"), "folder"),)
ANY = (Zone("load", QT_TRANSLATE_NOOP("Zones", "Drop to open or load"), "file"),)
NOTE = QT_TRANSLATE_NOOP("Zones", "Put into the note")
NODE = QT_TRANSLATE_NOOP("Zones", "Load in this node")
ASKED = 8
"""So many dropped pictures are asked whether they carry a workflow."""


def holds(folder: Path) -> str:
    """What a folder is taken for: one "model", or a folder of "models", "pictures", "workflows", or "" for neither.

    Models come first, for programs lay a picture beside each of them.
    """
    if (folder / MODEL).is_file():
        return "model"
    kinds = {workflow_file.kind(path) for path in _within(folder)}
    below = kinds | {workflow_file.kind(path) for path in _within(folder, deep=True)}
    if "model" in below:
        return "models"
    return next((f"{kind}s" for kind in ("picture", "workflow") if kind in kinds), "")


def zones_for(paths: Sequence[Path]) -> tuple[Zone, ...]:
    """What is offered for these files; the first is what pasting them does."""
    folders = [holds(path) for path in paths if path.is_dir()]
    for kind, zones in (("pictures", PICTURES), ("models", MODELS), ("workflows", WORKFLOWS)):
        if kind in folders:
            return zones
    pictures = [path for path in paths if workflow_file.kind(path) == "picture"]
    if pictures:
        return PICTURE if any(map(_may_carry, pictures[:ASKED])) else PICTURE[:1]
    return NOTHING if folders and not any(folders) and len(folders) == len(paths) else ANY


def _may_carry(picture: Path) -> bool:
    """Whether a workflow may be in a picture; of a damaged one, opening it says what is wrong."""
    try:
        found = carried(picture)
        return bool(found.workflows or found.fault or found.cut)
    except (LoadError, OSError):
        return True


def _within(folder: Path, deep: bool = False) -> list[Path]:
    """The entries of a folder, with `deep` of its folders too, in two more levels; hidden ones are left out."""
    found: list[Path] = []
    waiting = [(folder, 2 if deep else 0)]
    while waiting and len(found) < SEEN:
        place, levels = waiting.pop()
        try:
            with os.scandir(place) as entries:
                for entry in islice(entries, SEEN - len(found)):
                    if not entry.name.startswith("."):
                        found.append(place / entry.name)
                        if levels and entry.is_dir():
                            waiting.append((place / entry.name, levels - 1))
        except OSError:
            continue
    return found


class Zones(QWidget):
    """Covers the window while files are dragged over it; notes and nodes that take a picture are not dimmed."""

    def __init__(self, window: CommandContext) -> None:
        super().__init__(window)
        self._window = window
        self._zones: tuple[Zone, ...] = ()
        self._targets: tuple[Target, ...] = ()
        self._lit: Zone | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def open(self, zones: tuple[Zone, ...], targets: Iterable[Target]) -> None:
        """Cover the window; the targets lie at rectangles of it."""
        area = self._window.centralWidget()
        if area is not None:
            self.setGeometry(area.geometry())
        self._zones, self._lit = zones, None
        corner = self.geometry().topLeft()
        placed = (Target(t.zone, t.rect.translated(-corner).intersected(self.rect())) for t in targets)
        self._targets = tuple(t for t in placed if min(t.rect.width(), t.rect.height()) >= 24)
        self.raise_()
        self.show()

    def point(self, place: QPointF) -> None:
        """The pointer is at a place of the window."""
        lit = self.at(place)
        if lit != self._lit:
            self._lit = lit
            self.update()

    def at(self, place: QPointF) -> Zone | None:
        """The zone at a place of the window; None where nothing is offered."""
        point = place - QPointF(self.geometry().topLeft())
        for target in reversed(self._targets):
            if target.rect.contains(point.toPoint()):
                return target.zone
        if not self._zones:
            return None
        number = int(point.x() * len(self._zones) / max(self.width(), 1))
        return self._zones[min(max(number, 0), len(self._zones) - 1)]

    def paintEvent(self, event: QPaintEvent) -> None:
        """Dim the window and draw the zones."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        clear = QRegion(self.rect())
        for target in self._targets:
            clear -= QRegion(target.rect)
        painter.setClipRegion(clear)
        painter.fillRect(self.rect(), self._window.app.look.theme.color("canvas", 0.72))
        width = (self.width() - 32 - 16 * (len(self._zones) - 1)) / max(len(self._zones), 1)
        for number, zone in enumerate(self._zones):
            self._zone(painter, QRectF(16 + number * (width + 16), 16, width, self.height() - 32), zone)
        painter.setClipping(False)
        for target in self._targets:
            self._target(painter, target, self._lit == target.zone)

    def _zone(self, painter: QPainter, box: QRectF, zone: Zone) -> None:
        look, lit = self._window.app.look, zone == self._lit
        self._outline(painter, box, lit)
        middle, across = self._free(box), box.center().x()
        color = look.theme.text if lit else look.theme.muted
        paint(painter, QRectF(across - 16, middle - 36, 32, 32), zone.icon, color)
        painter.setPen(look.theme.color("text" if lit else "muted"))
        painter.setFont(look.font("large", bold=lit))
        line = QRectF(box.left(), middle + 4, box.width(), 32)
        painter.drawText(line, Qt.AlignmentFlag.AlignCenter, self.tr(zone.words))

    def _free(self, box: QRectF) -> float:
        """How high in a zone its words stand: in the middle, or where no target covers them."""
        for part in (0.5, 0.25, 0.75, 0.1, 0.9):
            middle = box.top() + part * box.height()
            words = QRectF(box.center().x() - 120, middle - 40, 240, 80).toRect()
            if not any(target.rect.intersects(words) for target in self._targets):
                return middle
        return box.center().y()

    def _outline(self, painter: QPainter, box: QRectF, lit: bool) -> None:
        theme = self._window.app.look.theme
        pen = painter.pen()
        pen.setColor(theme.color("accent" if lit else "outline"))
        pen.setWidthF(2 if lit else 1)
        pen.setStyle(Qt.PenStyle.SolidLine if lit else Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(theme.color("accent" if lit else "raised", 0.16 if lit else 0.5))
        painter.drawRoundedRect(box, 8, 8)

    def _target(self, painter: QPainter, target: Target, lit: bool) -> None:
        """A frame around a note or node; what a drop does stands on its lower edge where the pointer is."""
        rect = QRectF(target.rect)
        theme, look = self._window.app.look.theme, self._window.app.look
        pen = painter.pen()
        pen.setColor(theme.color("accent"))
        pen.setWidthF(2)
        pen.setStyle(Qt.PenStyle.SolidLine if lit else Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), 6, 6)
        if not lit:
            return
        painter.setFont(look.font("body", bold=True))
        words = self.tr(target.zone.words)
        wide, high = painter.fontMetrics().horizontalAdvance(words) + 20, painter.fontMetrics().height() + 8
        label = QRectF(rect.center().x() - wide / 2, rect.bottom() - high / 2, wide, high)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("accent"))
        painter.drawRoundedRect(label, high / 2, high / 2)
        painter.setPen(theme.color("on_accent"))
        painter.drawText(label, Qt.AlignmentFlag.AlignCenter, words)
