from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPlainTextEdit

from nodegraph.edits import AddNote, ChangeNote
from nodegraph.formats.native import dumps, loads
from nodegraph.model.graph import Graph, Note
from nodegraph.model.note_images import ALL_BYTES, NotePicture
from tests.ui.canvas.conftest import MakeHand
from tests.ui.canvas.hand import CTRL, Hand
from ui.canvas.rendering import note_pictures
from ui.canvas.rendering.note_page import decoded
from ui.theme import DARK, LIGHT

BLUE, RED = QColor("#336699"), QColor("#cc2211")


@pytest.fixture
def noted(make_hand: MakeHand) -> Hand:
    return make_hand(Graph(notes={"n": Note("n", "words", (0, 0), (240, 120))}))


def picture(size: tuple[int, int] = (60, 40), color: QColor = BLUE) -> QImage:
    image = QImage(*size, QImage.Format.Format_RGB32)
    image.fill(color)
    return image


def held(image: QImage) -> QMimeData:
    data = QMimeData()
    data.setImageData(image)
    return data


def files(*paths: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def writing(hand: Hand) -> QPlainTextEdit:
    hand.double_click((100, 60))
    editor = hand.canvas.findChild(QPlainTextEdit)
    assert isinstance(editor, QPlainTextEdit)
    editor.moveCursor(editor.textCursor().MoveOperation.End)
    return editor


def seen(hand: Hand, color: QColor) -> int:
    """How many pixels of the view have a colour, nearly."""
    shot = hand.canvas.grab().toImage()
    middle = hand.view((0, 0))
    found = 0
    for x in range(middle.x(), middle.x() + 240):
        for y in range(middle.y(), middle.y() + 200):
            got = shot.pixelColor(x, y)
            away = [got.red() - color.red(), got.green() - color.green(), got.blue() - color.blue()]
            found += max(map(abs, away)) < 10
    return found


def test_a_picture_is_pasted_while_a_note_is_written(noted: Hand) -> None:
    QGuiApplication.clipboard().setMimeData(held(picture()))
    editor = writing(noted)
    QTest.keyClick(editor, Qt.Key.Key_V, CTRL)
    assert editor.toPlainText() == "words![picture](picture_1)"
    QTest.keyClick(editor, Qt.Key.Key_Return, CTRL)
    note = noted.graph.notes["n"]
    assert note.pictures["picture_1"].size == (60, 40)
    noted.canvas.editor.stack.undo()
    assert noted.graph.notes["n"] == Note("n", "words", (0, 0), (240, 120))


def test_escape_keeps_no_picture(noted: Hand) -> None:
    QGuiApplication.clipboard().setMimeData(held(picture()))
    editor = writing(noted)
    QTest.keyClick(editor, Qt.Key.Key_V, CTRL)
    QTest.keyClick(editor, Qt.Key.Key_Escape)
    assert not noted.graph.notes["n"].pictures and not noted.canvas.editor.stack.count()


def test_text_that_comes_with_a_picture_is_pasted_as_text(noted: Hand) -> None:
    data = held(picture())
    data.setText(" more")
    QGuiApplication.clipboard().setMimeData(data)
    editor = writing(noted)
    QTest.keyClick(editor, Qt.Key.Key_V, CTRL)
    assert editor.toPlainText() == "words more"


def test_a_picture_goes_with_its_words(noted: Hand) -> None:
    noted.canvas.put_in_note(held(picture()), "n")
    editor = writing(noted)
    editor.setPlainText("without")
    QTest.keyClick(editor, Qt.Key.Key_Return, CTRL)
    assert not noted.graph.notes["n"].pictures
    noted.canvas.editor.stack.undo()
    assert noted.graph.notes["n"].pictures


def test_pictures_are_put_into_the_selected_note_in_one_step(noted: Hand, tmp_path: Path) -> None:
    picture().save(str(tmp_path / "a [cat].png"))
    picture((30, 90), RED).save(str(tmp_path / "b.webp"))
    noted.click((100, 60))
    assert noted.canvas.put_in_note(files(tmp_path / "a [cat].png", tmp_path / "b.webp"))
    note = noted.graph.notes["n"]
    assert note.text == "words\n\n![a cat](picture_1)\n\n![b](picture_2)"
    assert [found.size for found in note.pictures.values()] == [(60, 40), (30, 90)]
    assert note.size[0] == 240 and note.size[1] > 160
    assert noted.canvas.editor.stack.count() == 1
    assert noted.canvas.editor.stack.undoText() == "Put a picture into note"


def test_without_a_note_nothing_is_taken(noted: Hand) -> None:
    assert not noted.canvas.put_in_note(held(picture()))
    noted.click((100, 60))
    text = QMimeData()
    text.setText("words")
    assert not noted.canvas.put_in_note(text)


def test_large_pictures_are_scaled_down_and_carry_nothing_else(tmp_path: Path) -> None:
    noise = QImage(random.Random(1).randbytes(2000 * 1500 * 4), 2000, 1500, QImage.Format.Format_RGB32)
    noise.setText("Author", "somebody")
    kept = note_pictures.packed(noise)
    assert max(kept.size) <= note_pictures.SIDE and len(kept.data) <= note_pictures.PACKED
    assert b"somebody" not in kept.data
    small = picture()
    small.setText("Author", "somebody")
    assert b"somebody" not in note_pictures.packed(small).data
    clear = QImage(8, 8, QImage.Format.Format_ARGB32)
    clear.fill(QColor(1, 2, 3, 0))
    found = decoded(note_pictures.packed(clear))
    assert found is not None and found.pixelColor(2, 2).alpha() == 0


def test_too_much_is_said_while_it_is_pasted_and_no_word_is_lost(noted: Hand) -> None:
    large = NotePicture(bytes(ALL_BYTES), (1, 1))
    other = Note("m", "![](p)", (400, 0), pictures={"p": large})
    noted.canvas.apply(AddNote(other))
    QGuiApplication.clipboard().setMimeData(held(picture()))
    editor = writing(noted)
    QTest.keyClicks(editor, " more")
    QTest.keyClick(editor, Qt.Key.Key_V, CTRL)
    assert noted.said[-1] == "The pictures in the notes are more than 16 MB together; take some out."
    QTest.keyClick(editor, Qt.Key.Key_Return, CTRL)
    assert noted.graph.notes["n"].text == "words more"
    noted.click((100, 60))
    assert noted.canvas.put_in_note(held(picture())) and not noted.graph.notes["n"].pictures


def test_a_file_that_is_no_picture_is_said(noted: Hand, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"no picture")
    assert noted.canvas.put_in_note(files(tmp_path / "a.png"), "n")
    assert not noted.graph.notes["n"].pictures
    assert noted.said[-1].startswith("a.png is not a picture that a note can keep")


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
def test_a_note_shows_its_picture_at_every_zoom(make_hand: MakeHand, theme: object) -> None:
    kept = note_pictures.packed(picture((60, 40)))
    hand = make_hand(Graph(notes={"n": Note("n", "![](p)", (0, 0), (240, 120), pictures={"p": kept})}))
    hand.canvas.set_theme(theme)  # type: ignore[arg-type]
    assert 2300 <= seen(hand, BLUE) <= 2400
    hand.canvas.camera.look_at((100, 60, 2.0))
    hand.canvas.camera_went()
    assert 9400 <= seen(hand, BLUE) <= 9600
    hand.canvas.camera.look_at((20, 20, 30.0))
    hand.canvas.camera_went()
    assert seen(hand, BLUE) > 30_000


def test_a_checkerboard_is_averaged_far_off(make_hand: MakeHand) -> None:
    """Pixels left out would make it black or white."""
    board = QImage(1200, 800, QImage.Format.Format_RGB32)
    for x in range(1200):
        for y in range(800):
            board.setPixelColor(x, y, QColor("white" if (x // 3 + y // 3) % 2 else "black"))
    kept = note_pictures.packed(board)
    hand = make_hand(Graph(notes={"n": Note("n", "![](p)", (0, 0), (240, 170), pictures={"p": kept})}))
    assert seen(hand, QColor("#808080")) > 20_000
    assert seen(hand, QColor("white")) < 3000 and seen(hand, QColor("black")) < 3000


@pytest.mark.parametrize("link", ["{path}", "file://{path}", "p", "data:image/png;base64,{data}"])
def test_a_note_loads_nothing_that_it_does_not_hold(make_hand: MakeHand, tmp_path: Path, link: str) -> None:
    path = tmp_path / "secret.png"
    picture((60, 40), RED).save(str(path))
    data = note_pictures.packed(picture((60, 40), RED)).text()
    text = f"![x]({link.format(path=path, data=data)})"
    hand = make_hand(Graph(notes={"n": Note("n", text, (0, 0), (240, 120))}))
    assert not seen(hand, RED)
    held = replace(
        hand.graph.notes["n"], text="![x](p)", pictures={"p": note_pictures.packed(picture(color=RED))}
    )
    hand.canvas.apply(ChangeNote(held))
    assert seen(hand, RED) > 2000


def test_a_damaged_picture_and_an_endless_note_are_painted(make_hand: MakeHand) -> None:
    good = note_pictures.packed(picture((600, 400)))
    cut = NotePicture.of(good.data.replace(b"IDAT", b"IDAX"))
    note = Note("n", "![cat](p)", (0, 0), (1e9, 1e9), pictures={"p": cut})
    hand = make_hand(Graph(notes={"n": note}))
    hand.canvas.camera.look_at((100, 60, 1.0))
    hand.canvas.camera_went()
    assert not hand.canvas.grab().isNull()
    assert decoded(cut) is None


def test_copies_and_files_keep_the_picture(noted: Hand) -> None:
    noted.click((100, 60))
    noted.canvas.put_in_note(held(picture()))
    noted.canvas.duplicate()
    noted.canvas.copy()
    noted.canvas.paste()
    graph = noted.graph
    assert len(graph.notes) == 3
    assert len({tuple(note.pictures.items()) for note in graph.notes.values()}) == 1
    assert loads(dumps(graph)) == graph
    moved = replace(graph.notes["n"], pos=(8.0, 0.0))
    assert moved.pictures is graph.notes["n"].pictures


def test_a_picture_file_is_dropped_on_the_note_that_is_written(noted: Hand, tmp_path: Path) -> None:
    from PySide6.QtGui import QDragEnterEvent, QDropEvent

    picture().save(str(tmp_path / "cat.png"))
    editor = writing(noted)
    data, place = files(tmp_path / "cat.png"), QPointF(30, 10)
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(place.toPoint(), copy, data, left, none)
    QApplication.sendEvent(editor.viewport(), enter)
    assert enter.isAccepted()
    QApplication.sendEvent(editor.viewport(), QDropEvent(place, copy, data, left, none))
    assert "![cat](picture_1)" in editor.toPlainText()
