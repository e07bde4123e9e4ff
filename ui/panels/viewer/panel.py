"""The viewer with its tools, the film strip under it, and the line that says what is seen."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from nodegraph.node_api.events import Channels, Picture, Shown
from ui.panels.results.chrome import IconButton
from ui.panels.results.film import Film, FilmStrip
from ui.panels.viewer.channels import ChannelGrid
from ui.panels.viewer.parts import ChannelButton, Elided, ItemStepper, WordButton
from ui.panels.viewer.pixels import CHANNELS, Channel, Pixel
from ui.panels.viewer.viewer import Viewer
from ui.runs.images import as_large, image_of
from ui.theme.appearance import Appearance


class ViewerPanel(QWidget):
    """Shows what a node shows. Scrubbing the film strip lays a step over it until the pointer leaves."""

    export_asked = Signal(object, object)
    """The frames of the film, and the path of the moving picture to write."""
    channels_asked = Signal(int)
    """The channels of this item of the latent that is shown are wanted."""

    def __init__(self, look: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._kept = QImage()
        self._kept_size = QSize()
        self._alarm = ""
        self.viewer = Viewer(look, self)
        self.grid = ChannelGrid(look, self)
        self.film = FilmStrip(look, self)
        self._is_latent = False
        self.title = Elided(self)
        self.facts = Elided(self)
        self.facts.setProperty("role", "small")
        self.values = Elided(self)
        self.values.setProperty("role", "small")
        self._tools(look)
        self._lay_out()
        self.viewer.probed.connect(self._probed)
        self.viewer.zoomed.connect(self._zoomed)
        self.viewer.channel_changed.connect(self._channel_changed)
        self.grid.pointed.connect(self._pointed)
        self.film.scrubbed.connect(self._scrubbed)
        self._front()
        self.set_film(False)

    def set_look(self, look: Appearance) -> None:
        """Follow the theme."""
        self._look = look
        self.viewer.set_look(look)
        self.grid.set_look(look)
        self.film.set_look(look)
        for button in (self.fit, self.one, self.histogram, self.export):
            button.set_look(look)

    def show_picture(
        self, image: QImage, title: str = "", facts: str = "", alarm: str = "", size: QSize | None = None
    ) -> None:
        """Show a picture and what it is; `size` as for the viewer."""
        self._kept, self._alarm, self._is_latent = image, alarm, False
        self._kept_size = size or image.size()
        self._front()
        if title:
            self.title.setText(title)
        self.facts.setText(facts or f"{image.width()} × {image.height()}")
        if self.film.at < 0:
            self.viewer.show_image(image, alarm, size)

    def show_step(self, image: QImage, title: str) -> None:
        """Show a picture that is still growing."""
        self.title.setText(title)
        self.facts.setText("")
        self._is_latent = False
        self._front()
        if self.film.at < 0:
            self.viewer.show_image(image, size=as_large(image, self._kept_size))

    def show_answer(self, shown: Shown, title: str, seen: QImage | None = None) -> None:
        """Show what the engine answered to a look: picture and facts, or why there is none.

        A latent in good health is shown as it was `seen` while it grew, in truer colours than its numbers have.
        """
        facts = dict(shown.facts)
        self.title.setText(title)
        if shown.picture is None:
            self._kept, self._kept_size, self._is_latent = QImage(), QSize(), False
            self._front()
            gone = "gone" in facts
            self.facts.setText("")
            self.viewer.clear(
                self.tr("This node has not run, or its result is no longer kept. Run it to see it.")
                if gone
                else self._as_text(shown)
            )
            return
        latent = facts.get("type") == "latent"
        # Of a latent each channel tells its own range.
        told = ("shape", "dtype") if latent else ("shape", "dtype", "range")
        line = "   ".join(facts[name] for name in told if name in facts)
        alarm = facts.get("alarm", "")
        if latent and seen is not None and not alarm:
            self.show_picture(seen, title, line, size=as_large(seen, self._kept_size))
        else:
            self.show_picture(image_of(shown.picture), title, line, alarm)
        self._is_latent = latent
        self._front()
        if self._is_latent and self.latent.isChecked():
            self.channels_asked.emit(self.items.item)

    def show_channels(self, event: Channels) -> None:
        """Show the channels of the latent, unless something else is shown by now."""
        if self._is_latent and event.stats:
            self.items.show_item(event.item, event.items)
            self.grid.show_channels(event)
            self._front()

    def add_frame(self, node: str, picture: Picture, index: int = 0) -> None:
        """A step of the run; see Preview for the index."""
        self.film.add(node, picture, index)
        self.set_film(True)

    def show_film(self, film: Film) -> None:
        """Show the steps of another run; they may still come."""
        self.film.show_film(film)
        self.set_film(bool(film.frames))

    def set_film(self, shown: bool) -> None:
        """Show the strip once there is something in it."""
        self.film.setVisible(shown)
        self.export.setVisible(shown)
        self.export.setEnabled(len(self.film.film.frames) > 1)

    def ask_export(self) -> None:
        """Choose a file for the film."""
        frames = tuple(self.film.film.frames)
        name, _ = QFileDialog.getSaveFileName(
            self, self.tr("Export the film"), "steps.webp", self.tr("Animated WebP (*.webp)")
        )
        if name and frames:
            path = Path(name)
            self.export_asked.emit(frames, path if path.suffix else path.with_suffix(".webp"))

    def _as_text(self, shown: Shown) -> str:
        return "\n".join(f"{name}: {value}" for name, value in shown.facts) or self.tr("Nothing to see here.")

    def _tools(self, look: Appearance) -> None:
        self.fit = IconButton("fit", self.tr("Fit (F)"), look, self, self.viewer.fit)
        self.one = IconButton("picture", self.tr("One to one (1)"), look, self, self.viewer.one_to_one)
        self.histogram = IconButton("histogram", self.tr("Histogram (H)"), look, self)
        self.histogram.setCheckable(True)
        self.histogram.toggled.connect(self.viewer.show_histogram)
        self.export = IconButton(
            "export", self.tr("Export the steps as animated WebP"), look, self, self.ask_export
        )
        self.zoom = QLabel("100 %", self)
        self.zoom.setProperty("role", "small")
        self.channels: dict[Channel, ChannelButton] = {}
        for name in CHANNELS:
            self.channels[name] = ChannelButton(name, look, self)
            self.channels[name].clicked.connect(lambda _on=False, name=name: self.viewer.set_channel(name))
        self._channel_changed("rgb")
        tip = self.tr("Latent: every channel with its figures, blue below zero, orange above")
        self.latent = WordButton(self.tr("Latent"), tip, look, self)
        self.latent.toggled.connect(self._latent_toggled)
        self.items = ItemStepper(look, self)
        self.items.stepped.connect(self.channels_asked)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(8, 4, 8, 4)
        head.setSpacing(1)
        for button in self.channels.values():
            head.addWidget(button)
        head.addWidget(self.latent)
        head.addWidget(self.items)
        head.addStretch(1)
        head.addWidget(self.zoom)
        head.addSpacing(6)
        for tool in (self.histogram, self.one, self.fit, self.export):
            head.addWidget(tool)
        foot = QHBoxLayout()
        foot.setContentsMargins(12, 4, 12, 4)
        foot.setSpacing(8)
        foot.addWidget(self.title, 1)
        foot.addWidget(self.facts)
        foot.addWidget(self.values)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addLayout(head)
        box.addWidget(self.viewer, 1)
        box.addWidget(self.grid, 1)
        box.addWidget(self.film)
        box.addLayout(foot)

    def _front(self, *, scrubbing: bool = False) -> None:
        """Channels or picture, and the tools of what is in front."""
        grid = self._is_latent and self.latent.isChecked() and bool(self.grid.planes) and not scrubbing
        self.latent.setVisible(self._is_latent)
        self.items.setVisible(grid and self.items.items > 1)
        self.grid.setVisible(grid)
        self.viewer.setVisible(not grid)
        for tool in (self.zoom, self.histogram, self.one, self.fit):
            tool.setVisible(not grid)
        for button in self.channels.values():
            # A latent's picture has no red, green and blue.
            button.setVisible(not self._is_latent)

    def _latent_toggled(self, on: bool) -> None:
        if on:
            self.channels_asked.emit(self.items.item)
        self._front()

    def _pointed(self, words: str) -> None:
        self.values.setText(words)
        self.facts.setVisible(not words)

    def _probed(self, pixel: Pixel | None) -> None:
        """The values take the place of the size while the pointer is over the picture."""
        self.values.setText(pixel.line if pixel is not None else "")
        self.facts.setVisible(pixel is None)

    def _zoomed(self, zoom: float) -> None:
        self.zoom.setText(f"{zoom * 100:.0f} %")

    def _channel_changed(self, which: str) -> None:
        for name, button in self.channels.items():
            button.setChecked(name == which)

    def _scrubbed(self, image: QImage | None) -> None:
        self._front(scrubbing=image is not None)
        if image is None:
            self.viewer.show_image(self._kept, self._alarm, self._kept_size)
        else:
            self.viewer.show_image(image, size=as_large(image, self._kept_size))
