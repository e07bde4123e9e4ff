"""Words on the clipboard become a prompt or a note."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication

from tests.ui.canvas.hand import Hand

WORDS = "a {red|blue} house, (sharp:1.2)\nby a lake"


def test_pasted_words_become_the_prompt_of_the_selected_node(hand: Hand) -> None:
    QGuiApplication.clipboard().setText(WORDS + "\n")
    hand.canvas.stage.selection.set(["prompt"])
    hand.canvas.paste()
    assert hand.graph.nodes["prompt"].params["text"] == WORDS
    assert not hand.graph.notes
    hand.canvas.editor.stack.undo()
    assert hand.graph.nodes["prompt"].params["text"] != WORDS


def test_pasted_words_become_a_note_where_no_prompt_is_selected(hand: Hand) -> None:
    QGuiApplication.clipboard().setText(WORDS)
    for chosen in ((), ("sampler",), ("prompt", "avoid")):
        hand.canvas.stage.selection.set(chosen)
        hand.canvas.paste()
    assert [note.text for note in hand.graph.notes.values()] == [WORDS] * 3
    assert len(hand.canvas.stage.selection.now.notes) == 1
    QGuiApplication.clipboard().setText("line\n" * 400)
    hand.canvas.paste()
    assert 120.0 < max(note.size[1] for note in hand.graph.notes.values()) <= 640.0
