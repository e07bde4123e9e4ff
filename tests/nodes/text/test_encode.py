"""Encoded prompts against reference values of a small CLIP model, and the joining of encoders."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from nodes.text.chunks import Token, empty, weighted_tokens
from nodes.text_encoders.clip import ClipText
from nodes.text_encoders.config import ClipConfig
from nodes.text_encoders.encode import Encoded, encode, join_sd3, join_sdxl
from nodes.text_encoders.tokenizers.clip import END

DATA = Path(__file__).parents[2] / "data"
PROMPTS = json.loads((DATA / "prompts.json").read_text())
EXPECTED = load_file(DATA / "prompts.safetensors")


@pytest.fixture(scope="module")
def tiny_clip() -> ClipText:
    with torch.device("meta"):
        model = ClipText(ClipConfig(width=32, hidden=64, layers=3, heads=2))
    model.load_state_dict(load_file(DATA / "tinyclip.safetensors"), assign=True)
    return model.eval().requires_grad_(False)


@pytest.mark.parametrize("layer", ["last", "-2"])
@pytest.mark.parametrize("name", PROMPTS)
def test_encoding_follows_the_reference(tiny_clip: ClipText, name: str, layer: str) -> None:
    index = -1 if layer == "last" else int(layer)

    def encoder(chunks: Sequence[Sequence[Token]]) -> tuple[torch.Tensor, torch.Tensor]:
        result: tuple[torch.Tensor, torch.Tensor] = tiny_clip(chunks, index, True)
        return result

    encoded = encode(encoder, weighted_tokens(PROMPTS[name]["text"]), empty(END))
    torch.testing.assert_close(encoded.cond, EXPECTED[f"{name}/{layer}/cond"], atol=1e-4, rtol=0)
    torch.testing.assert_close(encoded.pooled, EXPECTED[f"{name}/{layer}/pooled"], atol=1e-4, rtol=0)


def test_a_vector_replaces_a_token(tiny_clip: ClipText) -> None:
    row = tiny_clip.text_model.embeddings.token_embedding.weight[2368].float()
    chunk = [token for token, _ in weighted_tokens("cat")[0]]
    plain, _ = tiny_clip([chunk], -1, True)
    swapped, _ = tiny_clip([[row if token == 2368 else token for token in chunk]], -1, True)
    assert torch.equal(plain, swapped)


def test_a_layer_too_many_is_the_last(tiny_clip: ClipText) -> None:
    chunks = [[token for token, _ in weighted_tokens("cat")[0]]]
    assert torch.equal(tiny_clip(chunks, -9, False)[0], tiny_clip(chunks, -1, True)[0])


def _encoded(length: int, width: int, value: float) -> Encoded:
    return Encoded(torch.full((1, length, width), value), torch.full((1, width), value))


def test_sdxl_is_cut_to_the_shorter() -> None:
    joined = join_sdxl(_encoded(154, 3, 1.0), _encoded(77, 5, 2.0))
    assert joined.cond.shape == (1, 77, 8)
    assert joined.cond[0, 0].tolist() == [1, 1, 1, 2, 2, 2, 2, 2]
    assert joined.pooled.tolist() == [[2.0] * 5]


def test_sd3_counts_missing_encoders_as_zeros() -> None:
    clip_l, clip_g, t5 = _encoded(77, 2, 1.0), _encoded(77, 3, 2.0), torch.ones(1, 80, 8)
    joined = join_sd3(clip_l, clip_g, t5, (2, 3, 8))
    assert joined.cond.shape == (1, 157, 8)
    assert joined.cond[0, 0].tolist() == [1, 1, 2, 2, 2, 0, 0, 0]
    assert joined.pooled.tolist() == [[1, 1, 2, 2, 2]]
    assert join_sd3(None, clip_g, None, (2, 3, 8)).cond[0, 0].tolist() == [0, 0, 2, 2, 2, 0, 0, 0]
    assert join_sd3(None, None, t5, (2, 3, 8)).cond.shape == (1, 80, 8)
    assert join_sd3(None, None, None, (2, 3, 8)).cond.shape == (1, 77, 8)
