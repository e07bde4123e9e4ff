"""Go on from the shipped weights alone: `python -m training.restore --runs runs`.

Every part of the practice model becomes the state of a run at step 0, its weights and their average alike, as
if training had stopped there; only the optimizers' moments start from nothing. A part that has a state under
`runs` already is left as it is. A denoiser of fewer levels grows (`training.grow`); a ControlNet or LoRA that
was made for it is passed over, for it has to be trained again. Takes seconds.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from diffusers import AutoencoderKL, ControlNetModel, UNet2DConditionModel
from peft.utils import set_peft_model_state_dict
from safetensors.torch import load_file
from transformers import CLIPTextModel

from training.autoencoder import make_autoencoder
from training.controlnet import make_controlnet
from training.export import LORAS, PRACTICE
from training.grow import grow, same_shapes
from training.loop import write_state
from training.lora import lora_weights, make_styled
from training.text import Reader
from training.unet import Denoiser, make_unet, trained_denoiser

if TYPE_CHECKING:
    from torch import nn


def restore(runs: Path, practice: Path) -> list[str]:
    """Put the shipped weights into `runs`; the names of the parts that were written, in order.

    Raises `RuntimeError` or `ValueError` where the shipped shapes cannot be those of today's code.
    """
    model = practice / "model"
    written = []
    if not (runs / "autoencoder" / "fixed.pt").exists():
        _restore_autoencoder(runs, model / "vae")
        written.append("autoencoder")
    if _absent(runs, "text"):
        _begin(runs, "text", Reader(_text_encoder(model)))
        written.append("text")
    if _absent(runs, "unet"):
        _begin(runs, "unet", Denoiser(_text_encoder(model), _denoiser(model)))
        written.append("unet")
    if (practice / "controlnet").is_dir() and _absent(runs, "controlnet"):
        written += _restore_controlnet(runs, practice / "controlnet")
    for style in LORAS:
        path = practice / "loras" / f"{style}.safetensors"
        if path.is_file() and _absent(runs, f"lora_{style}"):
            written += _restore_lora(runs, style, path)
    return written


def _absent(runs: Path, name: str) -> bool:
    return not (runs / name / "state.pt").exists()


def _begin(runs: Path, name: str, module: nn.Module) -> None:
    """The state of a run that has the module's weights and has made no step."""
    weights = module.state_dict()
    floating = {key: value for key, value in weights.items() if value.is_floating_point()}
    folder = runs / name
    folder.mkdir(parents=True, exist_ok=True)
    state = {"step": 0, "elapsed": 0.0, "module": weights, "average": floating}
    write_state(folder / "state.pt", state)


def _text_encoder(model: Path) -> CLIPTextModel:
    encoder: CLIPTextModel = CLIPTextModel.from_pretrained(model / "text_encoder", dtype=torch.float32)
    return encoder


def _restore_autoencoder(runs: Path, vae: Path) -> None:
    model = make_autoencoder()
    model.load_state_dict(AutoencoderKL.from_pretrained(vae, torch_dtype=torch.float32).state_dict())
    _begin(runs, "autoencoder", model)
    write_state(runs / "autoencoder" / "fixed.pt", model.state_dict())


def _denoiser(model: Path) -> UNet2DConditionModel:
    """The shipped denoiser, with a finer level put around it where today's code has one more."""
    shipped: UNet2DConditionModel = UNet2DConditionModel.from_pretrained(
        model / "unet", torch_dtype=torch.float32
    )
    wanted = make_unet()
    if same_shapes(shipped.state_dict(), wanted.state_dict()):
        wanted.load_state_dict(shipped.state_dict())
    else:
        grow(shipped, wanted)
    return wanted


def _restore_controlnet(runs: Path, folder: Path) -> list[str]:
    net = make_controlnet(trained_denoiser(runs).unet)
    shipped = ControlNetModel.from_pretrained(folder, torch_dtype=torch.float32).state_dict()
    if not same_shapes(shipped, net.state_dict()):
        return []
    net.load_state_dict(shipped)
    _begin(runs, "controlnet", net)
    return ["controlnet"]


def _restore_lora(runs: Path, style: str, path: Path) -> list[str]:
    styled = make_styled(runs)
    shipped = {name: value.float() for name, value in load_file(path).items()}
    if not same_shapes(shipped, lora_weights(styled.unet)):
        return []
    set_peft_model_state_dict(
        styled.unet, {name.removeprefix("unet."): value for name, value in shipped.items()}
    )
    _begin(runs, f"lora_{style}", styled)
    return [f"lora_{style}"]


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Go on from the shipped practice model.")
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    parser.add_argument("--practice", type=Path, default=PRACTICE, help="folder of the shipped files")
    chosen = parser.parse_args()
    print("restored:", ", ".join(restore(chosen.runs, chosen.practice)) or "nothing, all states are there")


if __name__ == "__main__":
    main()
