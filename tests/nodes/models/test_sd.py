"""Small Stable Diffusion models in every layout give what diffusers' and transformers' own networks give."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from nodes.models import create_pool
from nodes.models.detection.detect import recognise
from nodes.models.pool import Pool
from nodes.text import weighted_tokens
from nodes.types import Clip, Condition, Image, Model, Source, Vae
from tests import models_maker as maker

MAKERS: dict[str, Callable[[], maker.Tiny]] = {"sd1": maker.sd1, "sd2": maker.sd2, "sdxl": maker.sdxl}


@pytest.fixture(
    scope="module", params=[(f, layout) for f in MAKERS for layout in ("file", "folder")], ids="-".join
)
def made(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, str, Any, Source]:
    family, layout = request.param
    tiny = MAKERS[family]()
    path = tmp_path_factory.mktemp("model") / ("model.safetensors" if layout == "file" else "model")
    write = maker.write_file if layout == "file" else maker.write_folder
    return family, layout, tiny, Source(str(write(tiny, path)), "print")


@pytest.fixture
def pool() -> Pool:
    return create_pool(device="cpu", dtype="float32")


def test_it_is_recognised(made: tuple[str, str, Any, Source]) -> None:
    family, _, tiny, source = made
    found = recognise(Path(source.path))
    assert (found.kind, found.family, found.dtype) == ("checkpoint", family, "F32")
    assert len(found.parts) == 2 + len(tiny.texts)
    config = tiny.unet.config
    for name in ("block_out_channels", "cross_attention_dim", "layers_per_block", "down_block_types"):
        value = found.parts["network"].config[name]
        assert (list(value) if isinstance(value, tuple | list) else value) == (
            list(config[name]) if isinstance(config[name], tuple | list) else config[name]
        )


def test_the_network_agrees(made: tuple[str, str, Any, Source], pool: Pool) -> None:
    family, _, tiny, source = made
    denoiser = pool.get(Model(source))
    torch.manual_seed(1)
    x, sigma = torch.randn(2, 4, 8, 8) * 5, torch.tensor([5.0, 5.0])
    width = tiny.unet.config.cross_attention_dim
    pooled = torch.randn(1, 64) if family == "sdxl" else None
    conditions = [Condition(torch.randn(1, 77, width), pooled), Condition(torch.randn(1, 154, width), pooled)]
    ours = denoiser.x0(x, sigma, conditions)
    time = denoiser.space.timestep(sigma)
    for condition, x0 in zip(conditions, ours, strict=True):
        added = None
        if pooled is not None:
            ids = torch.tensor([[64.0, 64, 0, 0, 64, 64]]).expand(2, -1)
            added = {"text_embeds": pooled.expand(2, -1), "time_ids": ids}
        with torch.no_grad():
            scaled = x / (sigma[0] ** 2 + 1) ** 0.5
            output = tiny.unet(scaled, time, condition.cond.expand(2, -1, -1), added_cond_kwargs=added).sample
        torch.testing.assert_close(x0, x - 5 * output, atol=1e-4, rtol=1e-4)


def test_the_text_encoders_agree(made: tuple[str, str, Any, Source], pool: Pool) -> None:
    family, layout, tiny, source = made
    [condition] = pool.get(Clip((source,), dtype="float32")).encode("a red house by a lake")
    pads = {"sd1": [49407], "sd2": [0], "sdxl": [49407, 0]}[family]
    states, pooled = [], None
    for text, pad in zip(tiny.texts, pads, strict=True):
        ids = torch.tensor([[token for token, _ in weighted_tokens("a red house by a lake", pad)[0]]])
        with torch.no_grad():
            said = text(ids, output_hidden_states=True)
        inner = getattr(text, "text_model", text)
        if family == "sdxl":
            states.append(said.hidden_states[-2])
        elif family == "sd2" and layout == "file":
            states.append(inner.final_layer_norm(said.hidden_states[-2]))
        else:
            states.append(said.last_hidden_state)
        pooled = getattr(said, "text_embeds", None)
    torch.testing.assert_close(condition.cond, torch.cat(states, -1), atol=1e-4, rtol=1e-4)
    if pooled is not None:
        torch.testing.assert_close(condition.pooled, pooled, atol=1e-4, rtol=1e-4)


def test_the_autoencoder_agrees(made: tuple[str, str, Any, Source], pool: Pool) -> None:
    _, _, tiny, source = made
    autoencoder = pool.get(Vae(source))
    torch.manual_seed(2)
    image = Image(torch.rand(1, 37, 50, 3))
    samples = autoencoder.encode(image)
    assert samples.shape == (1, 4, 4, 6)
    middle = image[:, 2:34, 1:49].movedim(-1, 1) * 2 - 1
    with torch.no_grad():
        mean = tiny.vae.encode(middle).latent_dist.mean
        decoded = ((tiny.vae.decode(mean).sample + 1) / 2).clamp(0, 1).movedim(1, -1)
    torch.testing.assert_close(samples, mean, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(autoencoder.decode(samples), decoded, atol=1e-4, rtol=1e-4)


def test_a_longer_prompt_for_one_encoder_meets_empty_ones_in_the_other(tmp_path: Path, pool: Pool) -> None:
    clip = pool.get(Clip((Source(str(maker.write_file(maker.sdxl(), tmp_path / "xl.safetensors")), "xl"),)))
    long = "a tall tree, " * 30
    [both] = clip.encode("house", {"clip_l": long})
    [short], [whole], [blank] = clip.encode("house"), clip.encode(long), clip.encode("")
    assert both.cond.shape == (1, 154, 96)
    torch.testing.assert_close(both.cond[..., :32], whole.cond[..., :32])
    torch.testing.assert_close(both.cond[..., 32:], torch.cat([short.cond, blank.cond], 1)[..., 32:])
    torch.testing.assert_close(both.pooled, short.pooled)


def test_text_encoders_keep_float16_unless_told_otherwise(tmp_path: Path, pool: Pool) -> None:
    tiny = maker.sd1()
    source = Source(str(maker.write_file(tiny, tmp_path / "a.safetensors")), "a")
    [held], [exact] = (pool.get(Clip((source,), dtype=dtype)).encode("cat") for dtype in ("auto", "float32"))
    [text] = tiny.texts
    ids = torch.tensor([[49406, 2368] + [49407] * 75])
    with torch.no_grad():
        wide, narrow = text(ids).last_hidden_state, text.half().float()(ids).last_hidden_state
    torch.testing.assert_close(exact.cond, wide, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(held.cond, narrow, atol=1e-5, rtol=1e-5)
    assert (held.cond - exact.cond).abs().max() > 1e-5
