"""Write what has been trained as files to ship: half precision, the ordinary diffusers layout."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from diffusers import EulerDiscreteScheduler, StableDiffusionPipeline
from safetensors.torch import save_file

from training.autoencoder import best_autoencoder
from training.controlnet import KINDS, run_name, trained_controlnet
from training.diffusion import BETA_END, BETA_START, STEPS
from training.fewstep import NAME as FEW_STEPS
from training.lora import lora_weights, trained_lora
from training.tokenizer import load_tokenizer
from training.unet import trained_denoiser
from training.upscaler import trained_upscaler

STYLES = ("ink", "neon")
LORAS = (*STYLES, FEW_STEPS)
UPSCALER = Path("upscalers") / "practice_x4.safetensors"
PRACTICE = Path("nodes/practice")


def scheduler() -> EulerDiscreteScheduler:
    """How the model is meant to be sampled."""
    return EulerDiscreteScheduler(
        num_train_timesteps=STEPS,
        beta_start=BETA_START,
        beta_end=BETA_END,
        beta_schedule="scaled_linear",
        prediction_type="v_prediction",
        timestep_spacing="linspace",
    )


def export_model(runs: Path, folder: Path) -> None:
    """The pipeline: scheduler, tokenizer, text encoder, denoiser, autoencoder; `training.preview` fits the preview."""
    tokens = folder / "tokenizer"
    kept = {path.name: path.read_bytes() for path in tokens.iterdir()}
    model = trained_denoiser(runs)
    pipeline = StableDiffusionPipeline(
        vae=best_autoencoder(runs).half(),
        text_encoder=model.text.half(),
        tokenizer=load_tokenizer(tokens),
        unet=model.unet.half(),
        scheduler=scheduler(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipeline.save_pretrained(folder)
    shutil.rmtree(tokens)
    tokens.mkdir()
    for name, content in kept.items():
        (tokens / name).write_bytes(content)


def export_controlnet(runs: Path, kind: str, folder: Path) -> None:
    """The ControlNet of one kind of hint, in half precision."""
    trained_controlnet(runs, trained_denoiser(runs).unet, kind).half().save_pretrained(folder)


def export_upscaler(runs: Path, path: Path) -> None:
    """The upscaler as one file that spandrel reads."""
    path.parent.mkdir(parents=True, exist_ok=True)
    weights = {name: value.half().contiguous() for name, value in trained_upscaler(runs).state_dict().items()}
    save_file(weights, path, {"format": "pt"})


def export_lora(runs: Path, style: str, path: Path) -> None:
    """One style as a single file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    weights = {name: value.half() for name, value in lora_weights(trained_lora(runs, style).unet).items()}
    save_file(weights, path, {"format": "pt"})


def export_all(runs: Path, practice: Path) -> None:
    """Everything that has been trained so far."""
    export_model(runs, practice / "model")
    for kind in KINDS:
        if (runs / run_name(kind) / "state.pt").exists():
            export_controlnet(runs, kind, practice / run_name(kind))
    if (runs / "upscaler" / "state.pt").exists():
        export_upscaler(runs, practice / UPSCALER)
    for style in LORAS:
        if (runs / f"lora_{style}" / "state.pt").exists():
            export_lora(runs, style, practice / "loras" / f"{style}.safetensors")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Write the practice model's files.")
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    parser.add_argument("--out", type=Path, default=PRACTICE)
    parser.add_argument("--upscaler", action="store_true", help="write the upscaler alone")
    chosen = parser.parse_args()
    if chosen.upscaler:
        export_upscaler(chosen.runs, chosen.out / UPSCALER)
    else:
        export_all(chosen.runs, chosen.out)
    files = [path for path in chosen.out.rglob("*") if path.is_file()]
    print(f"{sum(path.stat().st_size for path in files) / 1e6:.1f} MB in {len(files)} files")


if __name__ == "__main__":
    main()
