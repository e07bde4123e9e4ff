from __future__ import annotations

import base64
import io
import json
import struct
import zlib
from dataclasses import replace

import PIL.Image
import pytest

from nodegraph.edits import AddNote, ChangeNote
from nodegraph.edits.paste import copied, pasted
from nodegraph.formats.native import carried, dumps, loads
from nodegraph.model.graph import Graph, Note
from nodegraph.model.note_images import ALL_BYTES, MOST_BYTES, NotePicture, shown_in, told
from nodegraph.support.errors import EditError, LoadError


def packed(size: tuple[int, int] = (6, 4), format: str = "PNG") -> bytes:
    file = io.BytesIO()
    PIL.Image.new("RGB", size, "#336699").save(file, format)
    return file.getvalue()


def claiming(width: int, height: int) -> bytes:
    """A PNG whose header claims a size, with nothing in it."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [header, b"IDAT" + zlib.compress(b""), b"IEND"]
    packed = (struct.pack(">I", len(c) - 4) + c + struct.pack(">I", zlib.crc32(c)) for c in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


def noted(data: bytes = b"", **changes: object) -> Note:
    note = Note("n", "![cat](picture_1)", pictures={"picture_1": NotePicture.of(data or packed())})
    return replace(note, **changes)  # type: ignore[arg-type]


def file_of(picture: object) -> str:
    note = {"id": "n", "text": "![](p)", "pictures": {"p": picture}}
    return json.dumps({"format": "nodegraph", "version": 1, "nodes": [], "notes": [note]})


def text_of(data: bytes) -> str:
    return base64.b64encode(data).decode()


@pytest.mark.parametrize("format", ["PNG", "WEBP"])
def test_a_note_with_a_picture_goes_round_through_a_file(format: str) -> None:
    graph = Graph(notes={"n": noted(packed((60, 40), format))})
    back = loads(dumps(graph))
    assert back == graph and dumps(back) == dumps(graph)
    assert back.notes["n"].pictures["picture_1"].size == (60, 40)


def test_a_note_without_pictures_is_written_as_ever() -> None:
    assert dumps(Graph(notes={"n": Note("n", "a", (1, 2))})) == (
        '{"format": "nodegraph", "version": 1, "nodes": [], '
        '"notes": [\n  {"id": "n", "text": "a", "pos": [1, 2], "size": [240, 120]}\n]}\n'
    )


@pytest.mark.parametrize(
    ("picture", "words"),
    [
        (7, "must be a text of base64"),
        ("no base64!", "is no text of base64"),
        ("https://example.org/a.png", "is no text of base64"),
        (text_of(b"GIF89a and so on"), "neither PNG nor WebP"),
        (text_of(packed()[:20]), "damaged"),
        (text_of(packed((9, 9), "WEBP")[:18]), "damaged"),
        (text_of(claiming(0, 9)), "damaged"),
        (text_of(claiming(60000, 50000)), "claims 60000 x 50000 pixels, and 2048 a side is the most"),
        ("A" * (MOST_BYTES * 4 // 3 + 8), "larger than 2 MB"),
    ],
)
def test_a_strangers_picture_is_refused_in_a_sentence(picture: object, words: str) -> None:
    with pytest.raises(LoadError) as caught:
        loads(file_of(picture), "flow.json")
    assert str(caught.value).startswith("flow.json, note n: its picture 'p' ")
    assert words in str(caught.value) and "\n" not in str(caught.value)


def test_pictures_are_limited_together() -> None:
    many = {f"p{number}": text_of(claiming(2048, 2048)) for number in range(17)}
    note = {"id": "n", "text": "", "pictures": many}
    with pytest.raises(LoadError, match=r"^flow\.json: .* more than 16 million pixels together"):
        loads(json.dumps({"format": "nodegraph", "version": 1, "nodes": [], "notes": [note]}), "flow.json")
    large = NotePicture(bytes(ALL_BYTES // 2 + 1), (1, 1))
    graph = AddNote(noted(pictures={"a": large})).apply(Graph())
    with pytest.raises(EditError, match="more than 16 MB together"):
        ChangeNote(noted(pictures={"a": large, "b": large})).apply(graph)
    with pytest.raises(EditError, match="more than 16 MB together"):
        pasted(graph, graph).apply(graph)


def test_a_copied_note_keeps_its_picture() -> None:
    graph = Graph(notes={"n": noted()})
    after = pasted(graph, loads(dumps(copied(graph, ["n"])))).apply(graph)
    assert after.notes["n_2"].pictures == graph.notes["n"].pictures


def test_what_is_made_of_a_workflow_carries_no_pasted_picture() -> None:
    graph = Graph(notes={"n": noted(), "m": Note("m", "words")})
    assert "pictures" not in carried(graph) and loads(carried(graph)).notes["n"].text == "![cat](picture_1)"


def test_only_what_the_text_shows_is_kept_and_words_stand_for_pictures() -> None:
    one, two = NotePicture.of(packed()), NotePicture.of(packed((2, 2)))
    assert shown_in("a ![x](one) b", {"one": one, "two": two}) == {"one": one}
    assert told("# ![cat](one) sits") == "# cat sits"
