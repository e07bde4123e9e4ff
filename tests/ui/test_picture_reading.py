"""Pictures decoded by Qt: by the list of formats alone, from files, clipboards and notes."""

from __future__ import annotations

import ast
import io
import os
from pathlib import Path

import PIL.Image
import pytest
from PySide6.QtCore import QByteArray, QMimeData
from PySide6.QtGui import QGuiApplication, QImage

from nodegraph.support.image_metadata.formats import FORMATS
from ui.document.image_reader import decoded, has_image, image_in, open_reader, read_data, read_image

pytestmark = pytest.mark.usefixtures("qapp")

UI = Path(__file__).parents[2] / "ui"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9" fill="red"/></svg>'
ICO = b"\0\0\1\0\1\0\1\1\0\0\1\0\x20\0\x30\0\0\0\x16\0\0\0" + bytes(60)
XPM = b'/* XPM */\nstatic char *x[] = {"1 1 1 1", "a c red", "a"};'


def packed(kind: str) -> bytes:
    out = io.BytesIO()
    PIL.Image.new("RGB", (30, 20), "red").save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize("kind", [each for each in FORMATS if each.qt], ids=lambda each: each.name)
def test_formats_of_the_list_are_read_whatever_the_name(tmp_path: Path, kind: object) -> None:
    name = kind.plugin  # type: ignore[attr-defined]
    for path in (tmp_path / "a.png", tmp_path / "a", tmp_path / "a.svg"):
        path.write_bytes(packed(name))
        assert read_image(path).size().toTuple() == (30, 20)
        assert read_image(path, 15).size().toTuple() == (15, 10)
    assert read_data(packed(name), (30, 20)).size().toTuple() == (30, 20)
    assert read_data(packed(name), (20, 30)).isNull()


@pytest.mark.parametrize(
    "data", [SVG, ICO, XPM, b"%!PS-Adobe-3.0 EPSF-3.0", b""], ids=["svg", "ico", "xpm", "eps", ""]
)
def test_others_are_not_read_whatever_the_name(tmp_path: Path, data: bytes) -> None:
    for path in (tmp_path / "a.png", tmp_path / "a.svg", tmp_path / "a.ico"):
        path.write_bytes(data)
        with open_reader(path) as reader:
            assert reader is None
        assert read_image(path).isNull()
    assert read_data(data).isNull()


def test_only_ordinary_files_are_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    for path in (tmp_path / "pipe.png", Path("/dev/zero"), tmp_path, tmp_path / "gone", Path("a\0b")):
        with open_reader(path) as reader:
            assert reader is None


def test_the_file_that_was_looked_at_is_decoded_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(packed("PNG"))
    with open_reader(path) as reader:
        assert reader is not None
        path.unlink()
        os.mkfifo(path)
        assert not decoded(reader).isNull()


def test_pixels_on_a_clipboard_are_read_from_formats_of_the_list() -> None:
    for mime, data, found in (("image/png", packed("PNG"), True), ("image/svg+xml", SVG, False)):
        board = QMimeData()
        board.setData(mime, QByteArray(data))
        assert image_in(board).isNull() is not found
    own = QMimeData()
    own.setImageData(QImage(3, 2, QImage.Format.Format_RGB32))
    assert has_image(own) and image_in(own).size().toTuple() == (3, 2)
    assert not has_image(QMimeData())
    QGuiApplication.clipboard().setImage(QImage(3, 2, QImage.Format.Format_RGB32))
    board = QGuiApplication.clipboard().mimeData()
    assert has_image(board) and image_in(board).size().toTuple() == (3, 2)


def test_no_other_module_decodes_files_or_clipboards() -> None:
    """Qt's own way tries every decoder: only `image_reader` makes readers, or pixels out of paths and clipboards."""
    wrong = []
    for path in sorted(UI.rglob("*.py")):
        if path.name == "image_reader.py":
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            called = ast.unparse(node.func)
            text = ast.unparse(node)
            makes = called in ("QImage", "QPixmap", "QImage.fromData", "QMovie", "QIcon") and "str(" in text
            shipped = "thumbnail(" in text
            if (
                called == "QImageReader"
                or called.endswith((".imageData", ".loadFromData"))
                or (makes and not shipped)
            ):
                wrong.append(f"{path.relative_to(UI)}:{node.lineno} {text[:60]}")
            if called in ("QApplication.clipboard().image", "QGuiApplication.clipboard().image"):
                wrong.append(f"{path.relative_to(UI)}:{node.lineno}")
    assert wrong == []
