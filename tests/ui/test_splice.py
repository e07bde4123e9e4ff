"""Only what is typed changes in a text; what a text widget cannot show stays as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtGui import QTextCursor, QTextDocument

from ui.document.splice import changed_letters, shown_text, spliced

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

letters = st.sampled_from(
    ["a", "b", " ", "\n", "\r\n", "\r", "\t", "\u00a0", "\u2028", "\u2029", "é", "\U0001f98a"]
)
texts = st.lists(letters, max_size=12).map("".join)


def shown(document: QTextDocument) -> str:
    return shown_text(document.toRawText())


@settings(max_examples=300)
@given(source=texts)
def test_opening_and_leaving_changes_nothing(qapp: QApplication, source: str) -> None:
    document = QTextDocument()
    document.setPlainText(source)
    now = shown(document)
    assert spliced(source, now, now) == source


@settings(max_examples=300)
@given(source=texts, data=st.data())
def test_what_stands_outside_the_change_stays(qapp: QApplication, source: str, data: st.DataObject) -> None:
    document = QTextDocument()
    document.setPlainText(source)
    before = shown(document)
    start = data.draw(st.integers(0, len(before)))
    end = data.draw(st.integers(start, len(before)))
    cursor = QTextCursor(document)
    # Places of a document count a letter beyond 16 bits as two.
    cursor.setPosition(len(before[:start].encode("utf-16-le")) // 2)
    cursor.setPosition(len(before[:end].encode("utf-16-le")) // 2, QTextCursor.MoveMode.KeepAnchor)
    cursor.insertText("XYZ")
    made = spliced(source, before, shown(document))
    first, middle, last = made.partition("XYZ")
    assert middle and source.startswith(first) and source.endswith(last)
    reshown = QTextDocument()
    reshown.setPlainText(made)
    assert shown(reshown) == shown(document)


@given(texts, texts)
def test_the_letters_that_changed_are_counted(before: str, now: str) -> None:
    assert changed_letters(now, now) == 0
    assert 0 <= changed_letters(before, now) <= len(now)


def test_breaks_typed_into_a_text_of_another_system_are_of_its_kind() -> None:
    assert spliced("a\r\nb", "a\nb", "a\nnew\nb") == "a\r\nnew\r\nb"
