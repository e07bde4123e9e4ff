"""What is done to frames: made, locked, collapsed, muted, run."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QRectF, Signal

from nodegraph.edits import AddFrame, ChangeFrames, SetFrameModes
from nodegraph.model.frames import contents
from nodegraph.model.graph import Frame, Mode
from nodegraph.support.messages import Phrase
from ui.canvas.acting import on_grid
from ui.canvas.scene.folding import HEADER
from ui.canvas.writing import Writing
from ui.i18n.translate import tr

FRAME_MARGIN = 24.0


class Framing(Writing):
    """The part of the canvas that acts on frames."""

    frames_run_requested = Signal(object)
    """Tuple of frames: the sinks in them are to run, or what their nodes come to."""

    def add_frame(self) -> None:
        """Put what is selected in a frame, or an empty frame at the pointer.

        Frames that are selected, or whose nodes all are among others, nest in the new one and keep their nodes.
        """
        graph, now = self.stage.graph, self.stage.selection.now
        frame_id = graph.fresh_id("frame")
        inner = set(now.frames)
        inner |= {f.id for f in graph.frames.values() if f.members and now.nodes >= set(f.members)}
        held = contents(graph, inner)
        names = tuple(sorted(now.nodes - held.nodes))
        rects = [self.scene.bounds(names)] if names else []
        rects += [QRectF(*graph.frames[name].rect) for name in inner]
        rects += [QRectF(*graph.notes[name].pos, *graph.notes[name].size) for name in now.notes]
        if rects:
            rect = rects[0]
            for other in rects[1:]:
                rect = rect.united(other)
            rect = rect.adjusted(-FRAME_MARGIN, -FRAME_MARGIN - HEADER, FRAME_MARGIN, FRAME_MARGIN)
        else:
            at = self.pointer()
            rect = QRectF(on_grid(at.x()), on_grid(at.y()), 320.0, 240.0)
        frame = Frame(
            frame_id, tr("Canvas", "Frame"), names, (rect.x(), rect.y(), rect.width(), rect.height())
        )
        if self.apply(AddFrame(frame)):
            self.stage.selection.set((), (), [frame_id])
            self.rename(frame_id)

    def toggle_lock(self) -> None:
        """Lock the selected frames in place, or unlock them."""
        frames = self._frames()
        locked = not all(frame.locked for frame in frames)
        verb = Phrase("Lock") if locked else Phrase("Unlock")
        self.apply(ChangeFrames(tuple(replace(f, locked=locked) for f in frames), verb))

    def collapse_frames(self) -> None:
        """Show the selected frames as small boxes, or open them where all are so."""
        frames = self._frames()
        away = not all(frame.collapsed for frame in frames)
        verb = Phrase("Collapse") if away else Phrase("Open")
        self.apply(ChangeFrames(tuple(replace(f, collapsed=away) for f in frames), verb))

    def toggle_frames(self, mode: Mode) -> None:
        """Mute or bypass all that the selected frames hold; a second time each member is what it was before."""
        frames = self._frames()
        same = all(frame.mode == mode for frame in frames)
        self.apply(SetFrameModes(tuple(frame.id for frame in frames), "run" if same else mode))

    def frame_button(self, frame: str, part: str) -> None:
        """Do what a button in a frame's header says."""
        self.stage.selection.set((), (), [frame])
        if part == "run":
            self.frames_run_requested.emit((frame,))
        elif part == "lock":
            self.toggle_lock()
        elif part == "collapse":
            self.collapse_frames()
        else:
            self.toggle_frames("mute" if part == "mute" else "bypass")

    def _frames(self) -> list[Frame]:
        return [self.stage.graph.frames[name] for name in sorted(self.stage.selection.frames)]
