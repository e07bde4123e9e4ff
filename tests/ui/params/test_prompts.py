from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCharFormat, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from nodegraph.model.graph import Graph, Node
from nodes.text import weighted_tokens
from nodes.text.chunks import laid_out
from nodes.text_encoders.tokenizers.clip import clip_tokens
from tests.ui.params.conftest import LOOK, Desk, Folders, MakeDesk
from ui.editors.text import PAUSE, READY, PromptEditor
from ui.editors.tokens import token_words

EMBEDDINGS = ("bad hands.pt", "bad-hands-5.pt", "easynegative.safetensors", "styles/ink.safetensors")


def prompt(run_service: Desk, text: str = "") -> PromptEditor:
    """The prompt's editor, open, holding a text."""
    run_service.rows.open("all", "prompt", by_key=True)
    editor = run_service.rows.editor
    assert isinstance(editor, PromptEditor)
    editor.page.selectAll()
    QTest.keyClick(editor.page, Qt.Key.Key_Delete)
    run_service.type(text)
    return editor


@pytest.mark.parametrize(
    "text", ["", "a red house", "(a (red:1.2) house)", "word " * 80, "lighthouse, " * 120]
)
def test_counted_are_the_tokens_that_the_encoder_reads(text: str) -> None:
    chunks = weighted_tokens(text, pad=-1)
    lengths = [sum(token != -1 for token, _ in chunk) - 2 for chunk in chunks]
    assert [tokens for _, tokens in laid_out(text)] == lengths


TEXTS = st.lists(
    st.sampled_from(["(", ")", "\\", ":1.2", " ", "\n", "cat", "lighthouse", "é", "日本", "embedding:a"])
)


@settings(deadline=None)
@given(TEXTS.map(lambda words: "".join(words) + " lake" * 40 + "".join(words) + ", red house" * 40))
def test_a_chunk_begins_at_the_letter_of_its_first_token(text: str) -> None:
    chunks = [[token for token, _ in chunk if token != -1][1:-1] for chunk in weighted_tokens(text, pad=-1)]
    places = [place for place, _ in laid_out(text)]
    assert places == sorted(places)
    for place, tokens in zip(places[1:], chunks[1:], strict=True):
        assert clip_tokens(text[place:])[0] == tokens[0] or text[place - 1].isalpha()


def test_counting_imports_neither_torch_nor_transformers() -> None:
    code = (
        "import sys; from nodegraph.node_api import runtime; print(runtime.installed().prompt_chunks('a red house'));"
        "print([m for m in ('torch', 'transformers') if m in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "[(0, 3)]\n[]\n"


def test_the_words_say_parts_and_what_is_only_about() -> None:
    assert token_words("x", [23]) == "23 of 75 tokens"
    assert token_words("x", [75, 5]) == "80 tokens, read in 2 parts"
    assert token_words("embedding:a", [3]) == "about 3 of 75 tokens"
    assert token_words("two words", []) == "2 words"


def test_the_counter_follows_the_typing(run_service: Desk) -> None:
    prompt(run_service, "a red house")
    box = run_service.rows.box
    assert box is not None
    for _ in range(100):
        QTest.qWait(PAUSE // 6)
        if box.hint.text() == "3 of 75 tokens":
            break
    assert box.hint.text() == "3 of 75 tokens"


def test_embeddings_are_completed_by_keys(run_service: Desk, folders: Folders) -> None:
    folders.kinds["embeddings"] = EMBEDDINGS
    editor = prompt(run_service, "a house, embedding:neg")
    QTest.qWait(5)
    assert editor.completion.open
    popup = editor.completion.list
    assert popup is not None
    assert popup.model().rowCount() == 1
    QTest.keyClick(popup, Qt.Key.Key_Return)
    assert editor.page.toPlainText() == "a house, embedding:easynegative"
    assert run_service.rows.editor is editor and not editor.completion.open
    QTest.keyClick(editor.page, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert run_service.value("all", "prompt") == "a house, embedding:easynegative"


def test_the_word_itself_is_completed_and_escape_closes_only_the_list(
    run_service: Desk, folders: Folders
) -> None:
    folders.kinds["embeddings"] = EMBEDDINGS
    editor = prompt(run_service, "embed")
    QTest.qWait(5)
    popup = editor.completion.list
    assert popup is not None
    shown = [str(popup.model().index(row, 0).data()) for row in range(popup.model().rowCount())]
    assert shown == ["bad-hands-5", "easynegative", "styles/ink"]
    QTest.keyClick(popup, Qt.Key.Key_Escape)
    assert not editor.completion.open and run_service.rows.editor is editor
    assert editor.page.toPlainText() == "embed"
    run_service.type("ding:styl")
    QTest.qWait(5)
    QTest.keyClick(popup, Qt.Key.Key_Tab)
    assert editor.page.toPlainText() == "embedding:styles/ink"


def test_without_embeddings_nothing_opens(run_service: Desk) -> None:
    editor = prompt(run_service, "embedding:a")
    QTest.qWait(5)
    assert not editor.completion.open


WILD = ("animals/cats.txt", "colours.txt", "bad|name.txt", "hair_colour.txt")


def choices(run_service: Desk, text: str) -> PromptEditor:
    run_service.rows.open("wild", "text", by_key=True)
    editor = run_service.rows.editor
    assert isinstance(editor, PromptEditor)
    editor.page.selectAll()
    run_service.type(text)
    QTest.qWait(5)
    return editor


@pytest.fixture
def wild(make_desk: MakeDesk, folders: Folders) -> Desk:
    folders.kinds |= {"wildcards": WILD, "embeddings": EMBEDDINGS}
    return make_desk(Graph.of(Node("wild", "Choices")))


def test_wildcards_are_completed_by_keys(wild: Desk) -> None:
    editor = choices(wild, "a __col")
    popup = editor.completion.list
    assert editor.completion.open and popup is not None and popup.model().rowCount() == 2
    QTest.keyClick(popup, Qt.Key.Key_Return)
    assert editor.page.toPlainText() == "a __colours__" and not editor.completion.open
    wild.type(" house, __")
    QTest.qWait(5)
    shown = [str(popup.model().index(row, 0).data()) for row in range(popup.model().rowCount())]
    assert editor.completion.open and shown == ["animals/cats", "colours", "hair_colour"]
    QTest.keyClick(popup, Qt.Key.Key_Escape)
    wild.type("animals/cats__ ")
    QTest.qWait(5)
    assert not editor.completion.open
    wild.type("embedding:neg")
    QTest.qWait(5)
    QTest.keyClick(popup, Qt.Key.Key_Tab)
    assert editor.page.toPlainText() == "a __colours__ house, __animals/cats__ embedding:easynegative"
    wild.hit(Qt.Key.Key_Escape)
    assert wild.value("wild", "text") == ""


def test_only_a_prompt_with_choices_completes_wildcards(run_service: Desk, folders: Folders) -> None:
    folders.kinds["wildcards"] = WILD
    editor = prompt(run_service, "a __col")
    QTest.qWait(5)
    assert not editor.completion.open


def colours(editor: PromptEditor) -> dict[str, tuple[str, bool]]:
    """What is coloured, with the colour, and whether it is underlined."""
    block = editor.page.document().firstBlock()
    return {
        block.text()[form.start : form.start + form.length]: (
            form.format.foreground().color().name(),
            form.format.underlineStyle() != QTextCharFormat.UnderlineStyle.NoUnderline,
        )
        for form in block.layout().formats()
    }


def test_names_of_files_are_coloured_and_unknown_ones_underlined(wild: Desk) -> None:
    editor = choices(
        wild, "{2::__COLOURS__|__cats__} (x:1.2) __animals/*__ __gone__ embedding:Ink embedding:no \\("
    )
    found = colours(editor)
    quiet = LOOK.theme.muted
    assert {found[sign] for sign in ("{2::", "|", "}", "(", ":1.2)")} == {(quiet, False)}
    name = found["__COLOURS__"][0]
    assert name != quiet and {found[n] for n in ("__cats__", "__animals/*__", "embedding:Ink")} == {
        (name, False)
    }
    assert found["__gone__"] == found["embedding:no"] == (name, True)


def test_marks_stand_where_chunks_begin_and_move_with_the_text(run_service: Desk) -> None:
    editor = prompt(run_service)
    text = "lake house " * 80
    editor.page.insertPlainText(text)
    for _ in range(100):
        QTest.qWait(PAUSE // 6)
        if editor.page.borders:
            break
    assert editor.page.borders == [place for place, _ in laid_out(text)[1:]] and len(editor.page.borders) == 2
    editor.page.moveCursor(QTextCursor.MoveOperation.Start)
    run_service.type("xx ")
    assert editor.page.borders == [place + 3 for place, _ in laid_out(text)[1:]]
    cursor = editor.page.textCursor()
    cursor.setPosition(editor.page.borders[0] + 5)
    editor.page.setTextCursor(cursor)
    editor.page.setCursorWidth(0)
    marked = editor.page.grab().toImage()
    editor.page.mark([])
    assert editor.page.grab().toImage() != marked
    box = run_service.rows.box
    assert box is not None and box.hint.text() == "160 tokens, read in 3 parts"


def test_where_chance_decides_no_border_is_claimed(wild: Desk) -> None:
    editor = choices(wild, "{lake|house} " * 40)
    box = wild.rows.box
    assert box is not None
    for _ in range(100):
        QTest.qWait(PAUSE // 6)
        if box.hint.text():
            break
    assert box.hint.text().startswith("about ") and editor.page.borders == []


def test_weighing_an_unfinished_name_opens_no_list(run_service: Desk, folders: Folders) -> None:
    folders.kinds["embeddings"] = ("ink.pt", "inkwell.pt")
    editor = prompt(run_service)
    run_service.type(" embedding:in")
    QApplication.processEvents()
    assert editor.completion.open and editor.completion.list is not None
    QTest.keyClick(editor.completion.list, Qt.Key.Key_Escape)
    run_service.hit(Qt.Key.Key_Up, Qt.KeyboardModifier.ControlModifier)
    QApplication.processEvents()
    assert not editor.completion.open and ":1.05)" in editor.page.toPlainText()
    run_service.hit(Qt.Key.Key_Right)
    run_service.type("k")
    QApplication.processEvents()
    assert editor.completion.open, "typing on opens it again"


def test_the_list_is_ready_before_its_first_key_and_stays_where_it_opened(
    run_service: Desk, folders: Folders
) -> None:
    folders.kinds["embeddings"] = tuple(f"ink_{n:02}.pt" for n in range(13))
    editor = prompt(run_service)
    QTest.qWait(READY + 100)
    names = editor.completion.list
    assert names is not None and not names.isVisible()
    run_service.type(" embedding:")
    QApplication.processEvents()
    opened = names.geometry()
    assert names.isVisible()
    run_service.type("ink")
    QApplication.processEvents()
    assert names.geometry() == opened
    run_service.type("_1")
    QApplication.processEvents()
    assert names.height() < opened.height() and names.pos() == opened.topLeft()
