from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.ui.window.person import Person
from ui.shell.selection_toolbar import FRAMES, LINKS, NOTES, ONE, SEVERAL, SelectionBar, place_of


def bar(person: Person) -> SelectionBar:
    found = person.window.bars.on(person.canvas)
    assert found is not None
    return found


def shown(person: Person) -> SelectionBar:
    found = bar(person)
    person.bot.waitUntil(found.isVisible)
    return found


def press(person: Person, id: str) -> None:
    QTest.mouseClick(shown(person).buttons[id], Qt.MouseButton.LeftButton)


def test_it_offers_what_is_likely_wanted_for_what_is_selected(person: Person) -> None:
    person.canvas.frame_all()
    selection = person.editor.selection
    link = ("save", "image", 0)
    for chosen, wanted in (
        (lambda: selection.set(["decode"]), ONE),
        (lambda: selection.set(["decode", "save"]), SEVERAL),
        (lambda: selection.set(frames=["frame"]), FRAMES),
        (lambda: selection.set(notes=["note"]), NOTES),
        (lambda: selection.set(links=[link]), LINKS),
    ):
        chosen()
        assert not bar(person).isVisible(), "it waits until the hand rests"
        assert tuple(shown(person).buttons) == wanted and len(wanted) <= 6
    selection.clear()
    assert not bar(person).isVisible()


def test_a_press_does_it_and_leaves_the_focus_on_the_canvas(person: Person) -> None:
    person.select("decode")
    press(person, "node.bypass")
    assert person.node("decode").mode == "bypass"
    assert QApplication.focusWidget() is person.canvas
    assert shown(person).buttons["node.bypass"].isChecked()
    press(person, "edit.delete")
    assert "decode" not in person.graph.nodes and not bar(person).isVisible()


@pytest.mark.parametrize("id", [*ONE[1:], *SEVERAL])
def test_every_button_does_something(person: Person, id: str) -> None:
    person.select(*(["decode"] if id in ONE else ["sampler", "decode", "negative"]))
    before = person.graph
    press(person, id)
    QTest.qWait(250)
    assert person.graph is not before


def test_it_stands_near_the_selection_within_the_canvas_and_never_over_it(person: Person) -> None:
    person.canvas.frame_all()
    for node in person.graph.nodes:
        person.select(node)
        found = shown(person)
        inside, box = person.canvas.rect(), person.canvas.scene.nodes[node]
        corner = person.hand.view(box.rect.topLeft())
        size = box.rect.size() * person.zoom
        assert inside.contains(found.geometry())
        assert not QRect(corner, size.toSize()).intersects(found.geometry())


def test_it_is_away_while_anything_moves(person: Person) -> None:
    person.select("decode")
    shown(person)
    start = person.hand.title("decode")
    person.hand.press(start)
    person.hand.move(start + QPointF(0, 60))
    QTest.qWait(250)
    assert not bar(person).isVisible()
    person.hand.release(start + QPointF(0, 60))
    shown(person)
    person.canvas.zoom_by(1.2)
    assert not bar(person).isVisible()
    shown(person)


def test_who_does_not_want_it_turns_it_off(person: Person) -> None:
    person.window.app.change(selection_bar=False)
    person.select("decode")
    QTest.qWait(300)
    assert not bar(person).isVisible()


def test_it_follows_the_theme(person: Person) -> None:
    """Its icons were drawn for the theme that was there when it was filled."""

    def darkest(theme: str) -> int:
        person.window.app.change(theme=theme)
        assert not bar(person).isVisible()
        picture = shown(person).buttons["node.mute"].icon().pixmap(18).toImage()
        pixels = [picture.pixelColor(x, y) for x in range(18) for y in range(18)]
        return min(pixel.lightness() for pixel in pixels if pixel.alpha() > 200)

    person.select("decode")
    shown(person)
    assert darkest("dark") > 150
    assert darkest("light") < 100


@given(
    st.integers(-200, 900),
    st.integers(-200, 700),
    st.integers(20, 400),
    st.integers(20, 400),
    st.integers(0, 700),
    st.integers(0, 500),
)
def test_it_keeps_off_the_selection_and_off_the_coach(
    x: int, y: int, wide: int, high: int, left: int, top: int
) -> None:
    size, room = QSize(200, 40), QSize(1000, 800)
    over, taken = QRectF(x, y, wide, high), QRect(left, top, 260, 64)
    if not over.intersects(QRectF(QPointF(), room)):
        return
    bar = QRect(place_of(size, over, room, taken), size)
    assert QRect(QPoint(), room).contains(bar)
    assert not QRectF(bar).intersects(over) and not bar.intersects(taken)


def test_the_coach_and_the_bar_stand_side_by_side(person: Person) -> None:
    """Whichever comes last."""
    run_panels = person.window.run_panels
    assert run_panels is not None
    person.canvas.frame_all()
    person.select("prompt")
    shown(person)
    sheet = run_panels.run_service.sheet(person.view)
    assert sheet is not None
    run_panels.overlays.teach(sheet, person.folder / "coach.json")
    assert run_panels.overlays.coach is not None
    bubble = run_panels.overlays.coach.bubble
    person.bot.waitUntil(bubble.isVisible)
    for node in person.graph.nodes:
        person.select(node)
        QTest.qWait(20)
        found = shown(person)
        told = QRect(bubble.mapToGlobal(QPoint(0, 0)), bubble.size())
        bar_at = QRect(found.mapToGlobal(QPoint(0, 0)), found.size())
        assert bubble.isVisible() and not told.intersects(bar_at), node
