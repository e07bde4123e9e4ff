"""Write what has been trained as files to ship: half precision, the ordinary diffusers layout."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from diffusers import EulerDiscreteScheduler, StableDiffusionPipeline
from safetensors.torch import save_file

from training.autoencoder import best_autoencoder
from training.controlnet import trained_controlnet
from training.diffusion import BETA_END, BETA_START, STEPS
from training.lora import lora_weights, trained_lora
from training.tokenizer import load_tokenizer
from training.unet import trained_denoiser

STYLES = ("ink", "neon")
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


def export_controlnet(runs: Path, folder: Path) -> None:
    """The ControlNet, in half precision."""
    trained_controlnet(runs, trained_denoiser(runs).unet).half().save_pretrained(folder)


def export_lora(runs: Path, style: str, path: Path) -> None:
    """One style as a single file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    weights = {name: value.half() for name, value in lora_weights(trained_lora(runs, style).unet).items()}
    save_file(weights, path, {"format": "pt"})


def export_all(runs: Path, practice: Path) -> None:
    """Everything that has been trained so far."""
    export_model(runs, practice / "model")
    if (runs / "controlnet" / "state.pt").exists():
        export_controlnet(runs, practice / "controlnet")
    for style in STYLES:
        if (runs / f"lora_{style}" / "state.pt").exists():
            export_lora(runs, style, practice / "loras" / f"{style}.safetensors")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Write the practice model's files.")
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    parser.add_argument("--out", type=Path, default=PRACTICE)
    chosen = parser.parse_args()
    export_all(chosen.runs, chosen.out)
    files = [path for path in chosen.out.rglob("*") if path.is_file()]
    print(f"{sum(path.stat().st_size for path in files) / 1e6:.1f} MB in {len(files)} files")


if __name__ == "__main__":
    main()
