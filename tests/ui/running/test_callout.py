"""Where a coach line stands."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QRect, QSize

from ui.panels.tutorial.callout import Around, callout

SIZE = QSize(250, 60)
ROOM = QRect(240, 100, 820, 600)


def node(x: int, y: int) -> tuple[QRect, QRect]:
    return QRect(x, y, 180, 160), QRect(x, y, 180, 22)


def test_no_title_is_hidden_where_there_is_room_elsewhere() -> None:
    owner, title = node(430, 290)
    other, others_title = node(640, 240)
    spot = QRect(435, 330, 170, 110)
    card, end = callout(SIZE, Around(spot, owner, ROOM, [title, others_title], [other]))
    assert not any(card.intersects(rect) for rect in (title, others_title, owner, other))
    assert spot.left() <= end.x() <= spot.right() and end.y() in (owner.top(), owner.bottom())


def test_it_stands_beside_its_row_where_that_is_free() -> None:
    owner, title = node(430, 300)
    spot = QRect(435, 400, 170, 20)
    card, end = callout(SIZE, Around(spot, owner, ROOM, [title], []))
    assert end.y() == spot.center().y() and card.left() > owner.right()


@settings(deadline=None)
@given(
    st.integers(240, 880),
    st.integers(100, 540),
    st.lists(st.tuples(st.integers(0, 900), st.integers(0, 700))),
)
def test_it_stays_in_the_room_and_off_its_own_node(x: int, y: int, others: list[tuple[int, int]]) -> None:
    owner, title = node(x, y)
    boxes = [node(*other) for other in others]
    spot = QRect(owner.topLeft() + QPoint(5, 60), QSize(170, 20))
    around = Around(spot, owner, ROOM, [title, *(one for _, one in boxes)], [one for one, _ in boxes])
    card, end = callout(SIZE, around)
    assert ROOM.contains(card)
    assert owner.contains(end) or owner.adjusted(-1, -1, 1, 1).contains(end)
    if not others:
        assert not card.intersects(owner)
