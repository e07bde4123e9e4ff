"""Embeddings in prompts of both syntaxes: read wherever they stand, and said where they are left out."""

from __future__ import annotations

from pathlib import Path
from threading import Event

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import save_file
from torch import Tensor

from nodegraph.cli import main
from nodegraph.node_api import events
from nodegraph.node_api.context import Context, Places
from nodegraph.support.errors import LoadError
from nodes.definitions.prompt import text_encode, text_encode_a1111
from nodes.models import create_pool
from nodes.models.files.embeddings import vectors
from nodes.models.files.folders import open_folders
from nodes.text.attention import attention_pieces, cut_at_commas, marked, network_tags, without_tags
from nodes.text.chunks import prompt_pieces
from nodes.text_encoders.tokenizers.clip import END, clip_tokens
from nodes.types import Clip, Source
from tests import models_maker as maker

VECTORS = [torch.full((4,), 2.0), torch.full((4,), 3.0)]
KNOWN = {"style": VECTORS, "a.b": VECTORS, "one,two": VECTORS}


def flat(text: str, missed: list[str] | None = None) -> list[object]:
    """The tokens of a prompt, vectors as "V"."""
    seen = [] if missed is None else missed
    pieces = prompt_pieces(text, clip_tokens, KNOWN.get, seen.append)
    return ["V" if isinstance(token, Tensor) else token for piece in pieces for token, _ in piece]


def words(text: str) -> list[object]:
    """The tokens of plain words."""
    return list(clip_tokens(text))


@pytest.mark.parametrize(
    ("text", "before", "after"),
    [
        ("embedding:style", "", ""),
        ("embedding:style,house", "", ",house"),
        ("house,embedding:style", "house,", ""),
        ("house, embedding:style, dark", "house,", ", dark"),
        ("house\tembedding:style\ndark", "house", "dark"),
        ("embedding:style;dark", "", ";dark"),
        ("embedding:a.b dark", "", "dark"),
        ("embedding:one,two dark", "", "dark"),
    ],
)
def test_an_embedding_is_read_wherever_it_stands(text: str, before: str, after: str) -> None:
    missed: list[str] = []
    assert flat(text, missed) == [*words(before), "V", "V", *words(after)]
    assert missed == []


@given(
    st.sampled_from(["nothere", "sty", "style.x"]),
    st.sampled_from(["", ", ", " ", ";"]),
    st.sampled_from(["", "dark"]),
)
def test_one_that_is_not_there_is_handed_on_and_takes_no_word_with_it(
    name: str, mark: str, word: str
) -> None:
    missed: list[str] = []
    after = mark + word if mark or not word else f" {word}"
    assert flat(f"house embedding:{name}{after}", missed) == [*words("house"), *words(after)]
    assert missed == [name]


@given(
    st.lists(
        st.sampled_from(["cat", ",", "embedding:style", "(", ")", ":1.2", "[", "]", "BREAK"]), max_size=90
    )
)
def test_chunks_of_a1111_hold_vectors_among_words(parts: list[str]) -> None:
    """The comparison with the comma's token once failed at a vector."""
    text = " ".join(parts)
    chunks = cut_at_commas(attention_pieces(text, clip_tokens, KNOWN.get), END)
    assert all(len(chunk) == 77 for chunk in chunks)
    found = sum(isinstance(token, Tensor) for chunk in chunks for token, _ in chunk)
    assert found == 2 * text.count("embedding:style")


def test_bare_names_are_marked_as_words_of_their_own() -> None:
    assert marked("EasyNegative, blurry", ["easynegative"]).split() == [
        "embedding:EasyNegative",
        ",",
        "blurry",
    ]
    assert marked("(EasyNegative:1.2)", ["EasyNegative"]).split() == ["(", "embedding:EasyNegative", ":1.2)"]
    for text in ("EasyNegatives", "embedding:EasyNegative", "x-EasyNegative", ""):
        assert marked(text, ["EasyNegative"]) == text
    assert marked("cat", []) == "cat" and marked("a,b", ["a,b"]) == "a,b"


def test_tags_of_networks_are_no_words() -> None:
    text = "red <lora:ink:0.8> house<lyco:a:1><b> < lora:x>"
    assert network_tags(text) == ["<lora:ink:0.8>", "<lyco:a:1>"]
    assert without_tags(text) == "red  house<b> < lora:x>"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("models")
    (path / "embeddings").mkdir()
    maker.write_file(maker.sd1(), path / "checkpoints" / "m.safetensors")
    for name, state in {
        "EasyNegative": {"emb_params": torch.randn(2, 32)},
        "for_sd15": {"emb_params": torch.randn(2, 768)},
        "bad": {"emb_params": torch.full((2, 32), float("nan"))},
        "many": {"emb_params": torch.zeros(2000, 32)},
        "whole_numbers": {"emb_params": torch.zeros(2, 32, dtype=torch.int64)},
    }.items():
        save_file(state, path / "embeddings" / f"{name}.safetensors")
    return path


def heard(folder: Path) -> tuple[Context, Clip, list[str]]:
    """A context over the folder, its text encoder, and what nodes say."""
    said: list[str] = []

    def listen(event: events.Event) -> None:
        if isinstance(event, events.Message):
            said.append(str(event.text))

    pool = create_pool(models=[folder], device="cpu")
    clip = Clip((Source(str(folder / "checkpoints" / "m.safetensors"), "m"),), dtype="float32")
    return Context("n", Places(folder, folder), listen, Event(), pool), clip, said


def test_both_prompts_read_an_embedding_alike_and_whatever_its_capitals(folder: Path) -> None:
    ctx, clip, said = heard(folder)
    texts = ("embedding:EasyNegative", "embedding:easynegative", "embedding:EasyNegative.safetensors")
    plain = [text_encode(ctx, clip, text=text)[0].cond for text in texts]
    other = [
        text_encode_a1111(ctx, clip, text=text)[0].cond for text in (*texts, "EasyNegative", "easynegative")
    ]
    assert all(torch.equal(cond, plain[0]) for cond in (*plain, *other)) and not said
    assert not torch.equal(plain[0], text_encode(ctx, clip, text="")[0].cond)


def test_what_is_left_out_is_said_with_the_reason(folder: Path) -> None:
    ctx, clip, said = heard(folder)
    empty = text_encode(ctx, clip, text="house")[0].cond
    left = text_encode(ctx, clip, text="embedding:EasyNegativ house")[0].cond
    assert torch.equal(left, empty) and len(said) == 1
    assert "There is no embedding 'EasyNegativ'" in said[0] and "Similar: EasyNegative.safetensors" in said[0]
    said.clear()
    assert torch.equal(text_encode_a1111(ctx, clip, text="embedding:for_sd15 house")[0].cond, empty)
    assert said == [
        "The embedding 'for_sd15' is left out for CLIP-L, which reads 32 numbers a word: it was made with 768."
    ]
    said.clear()
    assert torch.equal(text_encode_a1111(ctx, clip, text="<lora:ink:0.8>house")[0].cond, empty)
    assert len(said) == 1 and said[0].startswith(
        "<lora:ink:0.8> in a prompt changes nothing here: put a Load LoRA"
    )
    assert open_folders([folder]).unread("embeddings", "a <lora:ink:0.8>") == said


@pytest.mark.parametrize("name", ["bad", "many", "whole_numbers"])
def test_a_file_that_is_no_embedding_is_named(folder: Path, name: str) -> None:
    with pytest.raises(LoadError, match=rf"{name}\.safetensors (is damaged|holds)"):
        vectors(folder / "embeddings" / f"{name}.safetensors", "clip_l")


def test_check_says_what_a_run_leaves_out_and_what_it_refuses(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    flow = tmp_path / "flow.json"

    def check(checkpoint: str, text: str) -> tuple[int, str]:
        nodes = (
            f'{{"id": "load", "type": "CheckpointLoader", "params": {{"checkpoint": "{checkpoint}"}}}}, '
            f'{{"id": "p", "type": "TextEncode", "params": {{"text": "{text}"}}, "inputs": {{"clip": "load.clip"}}}}'
        )
        flow.write_text(f'{{"format": "nodegraph", "version": 1, "nodes": [{nodes}]}}')
        code = main(["check", str(flow), "--models", str(folder)])
        return code, capsys.readouterr().out

    code, out = check("m.safetensors", "embedding:nothere house")
    assert (
        code == 0
        and "Node p (Prompt): There is no embedding 'nothere'" in out
        and "nothing is wrong" not in out
    )
    assert check("m.safetensors", "embedding:EasyNegative house") == (
        0,
        f"{flow}: 2 nodes, nothing is wrong.\n",
    )
    (folder / "checkpoints" / "page.safetensors").write_text("<html>log in</html>")
    code, out = check("page.safetensors", "house")
    assert code == 2 and "Node load (Load checkpoint): " in out and "page.safetensors is a web page" in out
