from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from nodes.text import weighted_tokens
from nodes.text.chunks import laid_out
from nodes.text.tokenizer import clip_tokens
from tests.ui.params.conftest import Desk, Folders
from ui.params.text import PAUSE, PromptEditor
from ui.params.tokens import token_words

EMBEDDINGS = ("bad hands.pt", "bad-hands-5.pt", "easynegative.safetensors", "styles/ink.safetensors")


def prompt(desk: Desk, text: str = "") -> PromptEditor:
    """The prompt's editor, open, holding a text."""
    desk.rows.open("all", "prompt", by_key=True)
    editor = desk.rows.editor
    assert isinstance(editor, PromptEditor)
    editor.page.selectAll()
    QTest.keyClick(editor.page, Qt.Key.Key_Delete)
    desk.type(text)
    return editor


@pytest.mark.parametrize(
    "text", ["", "a red house", "(a (red:1.2) house)", "word " * 80, "lighthouse, " * 120]
)
def test_counted_are_the_tokens_that_the_encoder_reads(text: str) -> None:
    chunks = weighted_tokens(text, pad=-1)
    lengths = [sum(token != -1 for token, _ in chunk) - 2 for chunk in chunks]
    assert [tokens for _, tokens in laid_out(text)] == lengths


TEXTS = st.lists(st.sampled_from(["(", ")", "\\", ":1.2", " ", "\n", "cat", "lighthouse", "é", "日本", "embedding:a"]))


@given(TEXTS.map(lambda words: "".join(words) + " lake" * 40 + "".join(words) + ", red house" * 40))
def test_a_chunk_begins_at_the_letter_of_its_first_token(text: str) -> None:
    chunks = [[token for token, _ in chunk if token != -1][1:-1] for chunk in weighted_tokens(text, pad=-1)]
    places = [place for place, _ in laid_out(text)]
    assert places == sorted(places)
    for place, tokens in zip(places[1:], chunks[1:], strict=True):
        assert clip_tokens(text[place:])[0] == tokens[0] or text[place - 1].isalpha()


def test_counting_imports_neither_torch_nor_transformers() -> None:
    code = (
        "import sys; from nodegraph import runtime; print(runtime.installed().prompt_chunks('a red house'));"
        "print([m for m in ('torch', 'transformers') if m in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "[(0, 3)]\n[]\n"


def test_the_words_say_parts_and_what_is_only_about() -> None:
    assert token_words("x", [23]) == "23 of 75 tokens"
    assert token_words("x", [75, 5]) == "80 tokens, read in 2 parts"
    assert token_words("embedding:a", [3]) == "about 3 of 75 tokens"
    assert token_words("two words", []) == "2 words"


def test_the_counter_follows_the_typing(desk: Desk) -> None:
    prompt(desk, "a red house")
    box = desk.rows.box
    assert box is not None
    for _ in range(100):
        QTest.qWait(PAUSE // 6)
        if box.hint.text() == "3 of 75 tokens":
            break
    assert box.hint.text() == "3 of 75 tokens"


def test_embeddings_are_completed_by_keys(desk: Desk, folders: Folders) -> None:
    folders.kinds["embeddings"] = EMBEDDINGS
    editor = prompt(desk, "a house, embedding:neg")
    QTest.qWait(5)
    assert editor.completion.open
    popup = editor.completion.list
    assert popup is not None
    assert popup.model().rowCount() == 1
    QTest.keyClick(popup, Qt.Key.Key_Return)
    assert editor.page.toPlainText() == "a house, embedding:easynegative"
    assert desk.rows.editor is editor and not editor.completion.open
    QTest.keyClick(editor.page, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert desk.value("all", "prompt") == "a house, embedding:easynegative"


def test_the_word_itself_is_completed_and_escape_closes_only_the_list(desk: Desk, folders: Folders) -> None:
    folders.kinds["embeddings"] = EMBEDDINGS
    editor = prompt(desk, "embed")
    QTest.qWait(5)
    popup = editor.completion.list
    assert popup is not None
    shown = [str(popup.model().index(row, 0).data()) for row in range(popup.model().rowCount())]
    assert shown == ["bad-hands-5", "easynegative", "styles/ink"]
    QTest.keyClick(popup, Qt.Key.Key_Escape)
    assert not editor.completion.open and desk.rows.editor is editor
    assert editor.page.toPlainText() == "embed"
    desk.type("ding:styl")
    QTest.qWait(5)
    QTest.keyClick(popup, Qt.Key.Key_Tab)
    assert editor.page.toPlainText() == "embedding:styles/ink"


def test_without_embeddings_nothing_opens(desk: Desk) -> None:
    editor = prompt(desk, "embedding:a")
    QTest.qWait(5)
    assert not editor.completion.open
