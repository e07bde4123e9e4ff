"""Small models of random weights in the formats that artists have: a tool for tests."""

from tests.models_maker.families import chroma, flux, sd1, sd2, sd3, sdxl
from tests.models_maker.names import (
    State,
    hf_text,
    joined,
    ldm_unet_name,
    open_clip,
    original_texts,
    original_transformer,
    original_unet,
    original_vae,
)
from tests.models_maker.networks import Tiny, clip, t5, unet, vae
from tests.models_maker.writing import (
    write_checkpoint,
    write_file,
    write_folder,
    write_transformer,
    write_transformer_folder,
)

__all__ = [
    "State",
    "Tiny",
    "chroma",
    "clip",
    "flux",
    "hf_text",
    "joined",
    "ldm_unet_name",
    "open_clip",
    "original_texts",
    "original_transformer",
    "original_unet",
    "original_vae",
    "sd1",
    "sd2",
    "sd3",
    "sdxl",
    "t5",
    "unet",
    "vae",
    "write_checkpoint",
    "write_file",
    "write_folder",
    "write_transformer",
    "write_transformer_folder",
]
