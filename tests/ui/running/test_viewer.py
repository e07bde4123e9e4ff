"""The viewer with real events: zoom at the pointer, pan, channels, pixel values, grid, histogram, alarm."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, QSizeF, Qt
from PySide6.QtGui import QColor, QImage, QWheelEvent
from PySide6.QtWidgets import QApplication

from tests.ui.running.look import DARK, LIGHT, dress, shoot
from ui.panels.viewer.lens import LARGEST, SMALLEST, Lens
from ui.panels.viewer.panel import ViewerPanel
from ui.panels.viewer.pixels import CHANNELS, channel, histogram, packed
from ui.panels.viewer.viewer import Viewer

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

SIZES = st.floats(1, 5000)


def picture(width: int = 101, height: int = 60) -> QImage:
    """A gradient with an odd width, so that rows have gaps; the middle is pure red."""
    image = QImage(width, height, QImage.Format.Format_RGB888)
    for y in range(height):
        for x in range(width):
            image.setPixelColor(x, y, QColor(x * 255 // (width - 1), y * 255 // (height - 1), 96))
    image.setPixelColor(width // 2, height // 2, QColor(255, 0, 0))
    return image


def open_viewer(qtbot: QtBot, image: QImage | None = None) -> Viewer:
    dress(DARK)
    viewer = Viewer(DARK)
    qtbot.addWidget(viewer)
    viewer.resize(640, 420)
    viewer.show()
    viewer.show_image(picture() if image is None else image)
    return viewer


def wheel(viewer: Viewer, at: QPoint, notches: int) -> None:
    event = QWheelEvent(
        QPointF(at),
        QPointF(viewer.mapToGlobal(at)),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(viewer, event)


@given(SIZES, SIZES, SIZES, SIZES)
def test_a_fitted_picture_is_whole_and_centred(w: float, h: float, rw: float, rh: float) -> None:
    lens = Lens.fit(QSizeF(w, h), QSizeF(rw, rh))
    rect = lens.rect(QSizeF(w, h))
    if lens.zoom > SMALLEST:
        assert rect.width() <= rw + 1 and rect.height() <= rh + 1
    assert abs(rect.center().x() - rw / 2) <= 1 and abs(rect.center().y() - rh / 2) <= 1


@given(st.floats(0.1, 10), st.floats(-500, 500), st.floats(-500, 500), st.floats(0.05, 20))
def test_zooming_keeps_what_is_under_the_pointer(zoom: float, x: float, y: float, factor: float) -> None:
    lens, point = Lens(zoom, QPointF(x, y)), QPointF(123, 45)
    after = lens.zoomed(factor, point)
    assert SMALLEST <= after.zoom <= LARGEST
    assert (after.pixel(point) - lens.pixel(point)).manhattanLength() < 1e-6 * (1 + abs(x) + abs(y)) / zoom


def test_the_wheel_zooms_at_the_pointer_and_a_drag_pans(qtbot: QtBot) -> None:
    viewer = open_viewer(qtbot)
    fitted = viewer.lens
    at = QPoint(200, 150)
    before = viewer.pixel_at(at)
    wheel(viewer, at, 8)
    assert viewer.lens.zoom == pytest.approx(fitted.zoom * 4)
    assert viewer.pixel_at(at) == before
    place = viewer.lens.at
    qtbot.mousePress(viewer, Qt.MouseButton.LeftButton, pos=at)
    qtbot.mouseMove(viewer, at + QPoint(30, -20))
    qtbot.mouseRelease(viewer, Qt.MouseButton.LeftButton, pos=at + QPoint(30, -20))
    assert viewer.lens.at - place == QPointF(30, -20)
    viewer.show_image(picture())
    assert viewer.lens.at - place == QPointF(30, -20)
    qtbot.mouseDClick(viewer, Qt.MouseButton.LeftButton, pos=at)
    assert viewer.lens == fitted
    qtbot.keyClick(viewer, Qt.Key.Key_1)
    assert viewer.lens.zoom == 1.0
    qtbot.keyClick(viewer, Qt.Key.Key_F)
    assert viewer.lens == fitted
    for _ in range(20):
        wheel(viewer, at, -8)
    assert viewer.lens.zoom == SMALLEST


def test_values_under_the_pointer(qtbot: QtBot) -> None:
    viewer = open_viewer(qtbot)
    told: list[object] = []
    viewer.probed.connect(told.append)
    middle = viewer.lens.rect(QSizeF(101, 60)).center()
    spot = viewer.lens.rect(QSizeF(101, 60)).topLeft() + QPointF(50.5, 30.5) * viewer.lens.zoom
    assert (middle - spot).manhattanLength() < 2 * viewer.lens.zoom
    qtbot.mouseMove(viewer, spot.toPoint())
    pixel = viewer.pixel_at(spot)
    assert pixel is not None and told[-1] == pixel
    assert pixel.line == "50, 30   R 255  G 0  B 0   #ff0000"
    assert viewer.pixel_at(QPoint(1, 1)) is None


def test_channels_are_the_bytes_of_the_picture(qtbot: QtBot) -> None:
    image = picture()
    data = packed(image)
    assert len(data) == 101 * 60 * 3
    for index, name in enumerate("rgb"):
        grey = channel(image, CHANNELS[index + 1])
        for x, y in ((0, 0), (50, 30), (100, 59)):
            assert grey.pixelColor(x, y).red() == data[(y * 101 + x) * 3 + index], name
    viewer = open_viewer(qtbot)
    for key, name in zip("RGBL", ("r", "g", "b", "l"), strict=True):
        qtbot.keyClick(viewer, key)
        assert viewer.channel == name
        qtbot.keyClick(viewer, key)
        assert viewer.channel == "rgb"


def test_a_histogram_counts_every_pixel() -> None:
    image = QImage(10, 10, QImage.Format.Format_RGB888)
    image.fill(QColor(10, 20, 255))
    found = histogram(image)
    assert (found.red[10], found.green[20], found.blue[255]) == (100, 100, 100)
    assert sum(found.red) == sum(found.green) == sum(found.blue) == 100
    assert found.bright == pytest.approx(1 / 3) and found.dark == 0.0


def test_the_grid_is_drawn_only_when_close(qtbot: QtBot) -> None:
    image = QImage(40, 40, QImage.Format.Format_RGB888)
    image.fill(QColor(120, 120, 120))
    viewer = open_viewer(qtbot, image)

    def colors() -> int:
        grabbed = viewer.grab().toImage()
        middle = viewer.height() // 2 + 3
        return len({grabbed.pixel(x, middle) for x in range(280, 360)})

    viewer.one_to_one()
    viewer.zoom_by(7.9)
    assert colors() == 1
    viewer.zoom_by(16 / 7.9)
    assert colors() > 1


def test_as_it_looks(qtbot: QtBot) -> None:
    viewer = open_viewer(qtbot)
    viewer.show_image(picture(), "12 values are NaN or infinite")
    qtbot.keyClick(viewer, Qt.Key.Key_H)
    shoot(viewer, "viewer_dark")
    alarmed = viewer.grab().toImage()
    wheel(viewer, QPoint(320, 210), 12)
    shoot(viewer, "viewer_close")
    viewer.set_look(LIGHT)
    viewer.show_image(picture())
    viewer.fit()
    qtbot.keyClick(viewer, Qt.Key.Key_G)
    shoot(viewer, "viewer_light_green")
    assert viewer.grab().toImage() != alarmed
    viewer.clear("Nothing yet.")
    shoot(viewer, "viewer_empty")
    assert viewer.image.isNull() and viewer.pixel_at(QPoint(320, 210)) is None


def test_a_short_name_is_whole_beside_long_facts(qtbot: QtBot) -> None:
    panel = ViewerPanel(DARK)
    qtbot.addWidget(panel)
    panel.resize(376, 400)
    panel.show()
    panel.show_picture(
        QImage(8, 8, QImage.Format.Format_RGB32), "Save image", "128 × 128 × 3   float32   0 to 1" * 3
    )
    QApplication.processEvents()
    assert panel.title.width() >= panel.title.fontMetrics().horizontalAdvance("Save image")
