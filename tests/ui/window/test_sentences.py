"""What the core says in English is said in the user's language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from nodegraph.edits import AddNodes, Connect, Edit, Move, RemoveNodes, SetParam
from nodegraph.edits.document import Document
from nodegraph.model.graph import Graph, Node, Source
from nodegraph.node_api.model_files import NoFiles
from nodegraph.support.errors import LoadError
from nodegraph.validation import problems
from tests.ui.catalogue import SPECS, text_to_picture
from ui.document import workflow_file
from ui.document.editor import Editor
from ui.i18n.translate import PseudoTranslator, translate_message
from ui.panels.problems.validation import fix_words, sentence_of


@pytest.fixture
def spoken(qapp: QApplication) -> Iterator[None]:
    """A language that nobody speaks."""
    translator = PseudoTranslator()
    qapp.installTranslator(translator)
    yield
    qapp.removeTranslator(translator)


def bare(text: str, words: set[str]) -> set[str]:
    """The words of a sentence that stand outside every bracket and are no names."""
    outside = re.sub("⟦[^⟦⟧]*⟧", "", text)
    while outside != text:
        text, outside = outside, re.sub("⟦[^⟦⟧]*⟧", "", outside)
    return {word for word in re.findall(r"[A-Za-z]{2,}", outside) if word not in words}


def test_what_the_core_finds_wrong_is_translated(spoken: None) -> None:
    odd = Graph(
        nodes={
            node.id: node
            for node in (
                Node("a", "KSampler", params={"steps": 0, "cfg": "much", "sampler": "eulr", "stps": 4}),
                Node("b", "Nowhere"),
                Node("c", "VAEDecode", version=9),
                Node("d", "VAEDecode", inputs={"latent": (Source("a", "picture"),)}),
                Node(
                    "e",
                    "SaveImage",
                    inputs={"image": (Source("a", "latent"),), "x": (Source("a", "latent"),)},
                ),
                Node("f", "VAEDecode", mode="bypass"),
                Node("g", "SaveImage", inputs={"image": (Source("f", "image"),)}),
                Node("h", "subgraph/Gone"),
                Node(
                    "i", "CheckpointLoader", params={"file": "no.safetensors", "checkpoint": "no.safetensors"}
                ),
                Node("j", "EmptyLatent", extra={"expressions": {"width": "=heigt*2", "height": "=1/0"}}),
            )
        }
    )
    found = problems(odd, SPECS, NoFiles())
    assert len(found) > 12
    plain = [sentence_of(problem) for problem in found if bare(sentence_of(problem), set())]
    plain += [fix_words(problem) for problem in found if problem.fix and bare(fix_words(problem), set())]
    plain += [
        translate_message(problem.sentence)
        for problem in found
        if "⟦" not in translate_message(problem.sentence)[:1]
    ]
    assert plain == []


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"nodes": [], "links": []}', '{"format": "nodegraph", "version": 99, "nodes": []}']
    + [
        f'{{"format": "nodegraph", "version": 1, "nodes": [{node}]}}'
        for node in (
            "3",
            '{"id": 5}',
            '{"id": "a b", "type": "T"}',
            '{"id": "a", "type": ""}',
            '{"id": "a", "type": "T", "mode": "off"}',
            '{"id": "a", "type": "T", "pos": 3}',
            '{"id": "a", "type": "T", "params": {"x": [1]}}',
            '{"id": "a", "type": "T", "inputs": {"x": "b.c"}}',
            '{"id": "a", "type": "T", "inputs": {"x": 7}}',
        )
    ],
)
def test_why_a_file_does_not_open_is_translated(spoken: None, tmp_path: Path, text: str) -> None:
    file = tmp_path / "odd.json"
    file.write_text(text)
    with pytest.raises(LoadError) as caught:
        workflow_file.read(file)
    shown = translate_message(caught.value)
    assert shown.startswith("⟦") and shown.endswith("⟧")


@pytest.mark.parametrize(
    "edit",
    [
        SetParam("gone", "steps", 1),
        RemoveNodes(("gone",)),
        SetParam("sampler", "steps", float("nan")),
        Connect(Source("save", "image"), "checkpoint", "x"),
        AddNodes((Node("sampler", "KSampler"),)),
        Move({"sampler": (1e12, 0)}),
    ],
)
def test_why_an_edit_is_refused_is_translated(spoken: None, edit: Edit) -> None:
    editor = Editor(SPECS, Document(text_to_picture()))
    heard: list[str] = []
    editor.status.connect(heard.append)
    assert not editor.apply(edit)
    [shown] = heard
    assert shown.startswith("⟦") and shown.endswith("⟧")
