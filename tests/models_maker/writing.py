"""Small models as files and folders."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

from nodes.models.architectures.encoders import LANGUAGE_KINDS
from tests.models_maker.names import (
    State,
    family_of,
    hf_text,
    original_texts,
    original_transformer,
    original_unet,
    original_vae,
)
from tests.models_maker.networks import Tiny, tokenizer


def write_folder(tiny: Tiny, path: Path, prediction: str = "epsilon") -> Path:
    """The model as a diffusers folder."""
    from diffusers import EulerDiscreteScheduler

    tiny.unet.save_pretrained(path / "unet")
    tiny.vae.save_pretrained(path / "vae")
    for at, text in enumerate(tiny.texts):
        text.save_pretrained(path / f"text_encoder{'' if at == 0 else f'_{at + 1}'}")
    EulerDiscreteScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", prediction_type=prediction
    ).save_pretrained(path / "scheduler")
    (path / "model_index.json").write_text('{"_class_name": "StableDiffusionPipeline"}')
    return path


def write_file(
    tiny: Tiny, path: Path, dtype: torch.dtype = torch.float32, without: tuple[str, ...] = ()
) -> Path:
    """The model as one file in the original project's names; `without` leaves out "vae" or "text"."""
    state = {f"model.diffusion_model.{k}": v for k, v in original_unet(tiny.unet).items()}
    if "vae" not in without:
        state |= {f"first_stage_model.{k}": v for k, v in original_vae(tiny.vae).items()}
    if "text" not in without:
        state |= original_texts(tiny)
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({name: tensor.to(dtype).contiguous().clone() for name, tensor in state.items()}, path)
    return path


def write_transformer(tiny: Tiny, path: Path, dtype: torch.dtype = torch.float32) -> Path:
    """A transformer, its autoencoder and its text encoders as one file in original names, tokenizers beside it."""
    state: State = {}
    for name, tensor in original_transformer(tiny.unet).items():
        state[f"model.diffusion_model.{name}"] = tensor
    state |= {f"first_stage_model.{k}": v for k, v in original_vae(tiny.vae).items()}
    uses = {use.kind: use for use in family_of(tiny.unet).encoders}
    for kind, text in zip(tiny.kinds, tiny.texts, strict=True):
        state |= {uses[kind].prefixes[0] + k: v for k, v in encoder_weights(kind, text).items()}
        write_tokenizer(kind, path.parent / f"{kind}.tokenizer.json")
    save_file({name: tensor.to(dtype).contiguous().clone() for name, tensor in state.items()}, path)
    return path


def write_encoder(tiny: Tiny, at: int, path: Path) -> Path:
    """One text encoder as a file of its own, its tokenizer beside it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    kind = tiny.kinds[at]
    save_file({k: v.contiguous().clone() for k, v in encoder_weights(kind, tiny.texts[at]).items()}, path)
    write_tokenizer(kind, path.parent / f"{kind}.tokenizer.json")
    return path


def encoder_weights(kind: str, text: Any) -> State:
    """A text encoder's weights in the names of files that hold one."""
    if kind in ("t5", "pile_t5"):
        return {k: v for k, v in text.state_dict().items() if k != "encoder.embed_tokens.weight"}
    if kind in LANGUAGE_KINDS:
        return {f"model.{k}": v for k, v in text.state_dict().items()}
    return hf_text(text)


def write_tokenizer(kind: str, path: Path) -> None:
    """The tokenizer of an encoder that ships none."""
    if kind in (*LANGUAGE_KINDS, "pile_t5"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(tokenizer(kind), encoding="utf-8")


def write_transformer_folder(tiny: Tiny, path: Path, scheduler: Mapping[str, Any]) -> Path:
    """The same as a diffusers folder."""
    tiny.unet.save_pretrained(path / "transformer")
    tiny.vae.save_pretrained(path / "vae")
    for at, (kind, text) in enumerate(zip(tiny.kinds, tiny.texts, strict=True)):
        text.save_pretrained(path / f"text_encoder{'' if at == 0 else f'_{at + 1}'}")
        write_tokenizer(kind, path / "tokenizer" / "tokenizer.json")
    (path / "scheduler").mkdir()
    (path / "scheduler" / "scheduler_config.json").write_text(json.dumps(scheduler))
    (path / "model_index.json").write_text("{}")
    return path


def write_checkpoint(tiny: Tiny, path: Path) -> Path:
    """The model of any family as one file in the original project's names."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if type(tiny.unet).__name__ == "UNet2DConditionModel":
        return write_file(tiny, path)
    return write_transformer(tiny, path)
