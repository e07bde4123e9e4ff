"""Where a sentence stands beside what it speaks of, so that it hides as little as can be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, QSize

REACH = 14
"""How far the card keeps away from what it points at."""
MARGIN = 8
STEPS = (0, 24, 48, 72, 96)
"""How much further away it may go, in pixels, to where nothing is hidden."""


@dataclass(frozen=True)
class Around:
    """Where something is in the window, and what lies there: all in pixels of the window.

    `spot` is what is spoken of, `owner` the node it belongs to, `room` what the card may cover; `titles` are worst to
    hide, `boxes` bad.
    """

    spot: QRect
    owner: QRect
    room: QRect
    titles: Sequence[QRect] = ()
    boxes: Sequence[QRect] = ()


def callout(size: QSize, around: Around) -> tuple[QRect, QPoint]:
    """The card, and the point its leader ends at: the best of some dozen places around the owner."""
    return min(_places(size, around), key=lambda place: _cost(place[0], place[1], around))


def _places(size: QSize, around: Around) -> Iterator[tuple[QRect, QPoint]]:
    """Above, beside and below the owner, its tip near the card's left, middle or right; kept inside the room."""
    spot, owner = around.spot, around.owner
    ends = (
        (QPoint(spot.center().x(), owner.top()), 0, -1),
        (QPoint(owner.right(), spot.center().y()), 1, 0),
        (QPoint(owner.left(), spot.center().y()), -1, 0),
        (QPoint(spot.center().x(), owner.bottom()), 0, 1),
    )
    for end, right, down in ends:
        for away in STEPS:
            for share in (0.5, 0.15, 0.85):
                away_x, away_y = right * (REACH + away), down * (REACH + away)
                left = end.x() + away_x - (size.width() * (share if down else 0 if right > 0 else 1))
                top = end.y() + away_y - (size.height() * (share if right else 0 if down > 0 else 1))
                yield _inside(QRect(QPoint(round(left), round(top)), size), around.room), end


def _inside(card: QRect, room: QRect) -> QRect:
    x = max(room.left() + MARGIN, min(card.x(), room.right() - card.width() - MARGIN))
    y = max(room.top() + MARGIN, min(card.y(), room.bottom() - card.height() - MARGIN))
    return QRect(QPoint(x, y), card.size())


def _cost(card: QRect, end: QPoint, around: Around) -> float:
    """Pixels that are hidden, weighed by what they show, and how far the eye has to go."""
    hidden = (
        _shared(card, (around.owner,)) * 5 + _shared(card, around.titles) * 8 + _shared(card, around.boxes)
    )
    near = QPoint(max(card.left(), min(end.x(), card.right())), max(card.top(), min(end.y(), card.bottom())))
    spot = around.spot
    there = QPoint(max(spot.left(), min(end.x(), spot.right())), max(spot.top(), min(end.y(), spot.bottom())))
    return hidden + (end - near).manhattanLength() + (end - there).manhattanLength()


def _shared(card: QRect, others: Sequence[QRect]) -> int:
    found = (card.intersected(other) for other in others)
    return sum(both.width() * both.height() for both in found if both.isValid())
