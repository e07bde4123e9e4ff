"""What part of the scene is seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ui.canvas.acting import Acting
from ui.canvas.interaction.flight import Flight
from ui.canvas.scene.boxes import LinkKey
from ui.canvas.scene.camera import Place
from ui.canvas.scene.scene import union

if TYPE_CHECKING:
    from PySide6.QtCore import QRectF


READ = 0.75
"""The part of the usual zoom at which a workflow opens, so that its text can be read."""
READ_LARGE = 0.6
"""The same for large text."""
OVERVIEW = 0.3
"""Where less than this part of the usual zoom shows everything, a workflow opens as a whole."""
AROUND = 24.0
"""Scene units kept free around what is revealed."""


def _shifted(low: float, high: float, start: float, end: float, otherwise: float) -> float:
    """How far a view from `low` to `high` moves to show `start` to `end`; `otherwise` where that is larger."""
    if end - start > high - low:
        return otherwise
    return min(0.0, start - low) or max(0.0, end - high)


class Viewing(Acting):
    """Jumps of the camera, and the way back."""

    _places: list[Place]
    _flight: Flight | None = None

    def frame_all(self) -> None:
        """Show everything."""
        self.go(self.scene.bounds())

    def frame_first(self) -> None:
        """Show the workflow as it opens: all of it, or what can be read of it from its upper left corner on."""
        bounds = self.scene.bounds()
        large = self.scene.metrics.text_scale > 1.0
        fits = not bounds.isEmpty() and self.camera.fitting(bounds) >= OVERVIEW * self.camera.usual
        least = READ_LARGE if large else READ if fits else 0.0
        self.camera.frame(bounds, margin=24.0, least=least)
        self.camera_went()

    def frame_selected(self) -> None:
        """Show what is selected, or everything where nothing is."""
        rect = self.selected_bounds()
        self.go(self.scene.bounds() if rect.isNull() else rect)

    def reveal(self, nodes: Iterable[str]) -> None:
        """Move the view as little as shows these nodes; what is too large for it stands in its middle."""
        rect = self.scene.bounds(nodes).adjusted(-AROUND, -AROUND, AROUND, AROUND)
        seen = self.camera.visible()
        if seen.contains(rect):
            return
        middle, wanted = seen.center(), rect.center()
        x = _shifted(seen.left(), seen.right(), rect.left(), rect.right(), wanted.x() - middle.x())
        y = _shifted(seen.top(), seen.bottom(), rect.top(), rect.bottom(), wanted.y() - middle.y())
        self._places.append(self.camera.place())
        self.camera.look_at((middle.x() + x, middle.y() + y, self.camera.zoom))
        self.camera_went()

    def fly_to_selected(self) -> None:
        """Go to what is selected so that the eye can follow, where motion is wanted."""
        before = self.camera.place()
        self.frame_selected()
        after = self.camera.place()
        if self.stage.habits.motion and after != before:
            self.camera.look_at(before)
            self._flight = self._flight or Flight(self.camera, self.camera_went, self)
            self._flight.begin(after)

    def selected_bounds(self) -> QRectF:
        """The rectangle around what is selected; null where nothing is."""
        now, graph = self.stage.selection.now, self.stage.graph
        rects = [self.scene.place_of(name) for name in now.nodes]
        rects += [graph.frames[name].rect for name in now.frames]
        rects += [(*graph.notes[name].pos, *graph.notes[name].size) for name in now.notes]
        for key in now.links:
            left, top, right, bottom = self.scene.links[LinkKey(*key)].edges
            rects.append((left - 8, top - 8, right - left + 16, bottom - top + 16))
        return union(rects)

    def go(self, rect: QRectF) -> None:
        """Show a part of the scene and remember the one before."""
        if not rect.isEmpty():
            self._places.append(self.camera.place())
            del self._places[:-32]
            self.camera.frame(rect)
            self.camera_went()

    def previous_view(self) -> None:
        """Go back to what was seen before the last jump."""
        if self._places:
            place = self._places.pop()
            self.camera.look_at(place)
            self.camera_went()

    def zoom_to(self, zoom: float) -> None:
        """Look at the same middle at that zoom; 1 is 100 %."""
        x, y, _ = self.camera.place()
        self.camera.look_at((x, y, zoom * self.camera.usual))
        self.camera_went()

    def view_state(self) -> Mapping[str, Any]:
        """What part of the scene is seen, as plain JSON data; a zoom of 1 is 100 % at every size of text."""
        x, y, zoom = self.camera.place()
        return {"x": round(x, 2), "y": round(y, 2), "zoom": round(zoom / self.camera.usual, 4)}

    def set_view_state(self, state: Mapping[str, Any]) -> None:
        """See the part that `view_state` told of; anything else is left alone."""
        values = [state.get(name) for name in ("x", "y", "zoom")]
        numbers = [float(v) for v in values if isinstance(v, int | float) and abs(v) < 1e9]
        if len(numbers) == 3 and numbers[2] > 0:
            self.camera.look_at((numbers[0], numbers[1], numbers[2] * self.camera.usual))
            self.camera_went()
