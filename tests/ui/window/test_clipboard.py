"""Copy, paste and duplicate by real keys: what goes along, and where the text of it may have been."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QGuiApplication

from tests.ui.window.person import Person


def fed(person: Person, node: str) -> dict[str, str]:
    return {name: found[0].node for name, found in person.node(node).inputs.items()}


def copied(person: Person) -> None:
    person.select("sampler", "decode")
    person.key("Ctrl+C")


def test_pasting_keeps_the_links_among_the_copies(person: Person) -> None:
    copied(person)
    person.key("Ctrl+V")
    assert fed(person, "decode_2") == {"latent": "sampler_2"} and fed(person, "sampler_2") == {}
    assert person.editor.selection.nodes == {"sampler_2", "decode_2"} and person.editor.stack.count() == 1


def test_pasting_with_links_keeps_what_fed_them(person: Person) -> None:
    copied(person)
    person.key("Ctrl+Shift+V")
    assert fed(person, "sampler_2") == fed(person, "sampler")
    assert fed(person, "decode_2") == {"latent": "sampler_2", "vae": "checkpoint"}


@pytest.mark.parametrize(
    "around", ["{}", "Look at this:\n```json\n{}\n```\nWhat do you think?", "\ufeff{}\r\n", "> {}"]
)
def test_a_selection_goes_through_a_message_and_back(person: Person, around: str) -> None:
    copied(person)
    text = QGuiApplication.clipboard().text()
    QGuiApplication.clipboard().setText(around.replace("{}", text))
    person.window.documents.new()
    assert person.window.view is not None
    person.view = person.window.view
    person.view.widget.setFocus()
    person.key("Ctrl+V")
    assert set(person.graph.nodes) == {"sampler", "decode"}
    assert person.node("sampler").params == {"seed": 7, "steps": 30}


def test_cut_and_duplicate_are_a_step_each(person: Person) -> None:
    person.select("decode")
    person.key("Ctrl+X")
    assert "decode" not in person.graph.nodes and person.editor.stack.count() == 1
    person.key("Ctrl+V")
    assert "decode" in person.graph.nodes and person.editor.stack.count() == 2
    person.key("Ctrl+D")
    assert len(person.graph.nodes) == 8 and person.editor.stack.count() == 3
    for _ in range(3):
        person.key("Ctrl+Z")
    assert fed(person, "save") == {"image": "decode"}
