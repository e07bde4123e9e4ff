"""controlnet-aux's detectors, one at a time."""

from __future__ import annotations

import importlib
import importlib.util
import sys
import types
import warnings
from typing import Any

import torch
from torch import Tensor

from nodegraph import GraphError
from nodes.images.convert import to_bytes
from nodes.images.sizing import resize

PACKAGE = "controlnet_aux"


def detector(module: str) -> Any:
    """A module of controlnet-aux, imported without the package's own `__init__`, which would import them all."""
    if PACKAGE not in sys.modules:
        found = importlib.util.find_spec(PACKAGE)
        if found is None or found.submodule_search_locations is None:
            raise GraphError("controlnet-aux is not installed; install it with pip install controlnet-aux.")
        package = types.ModuleType(PACKAGE)
        package.__path__ = list(found.submodule_search_locations)
        sys.modules[PACKAGE] = package
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return importlib.import_module(f"{PACKAGE}.{module}")


def detected(detect: Any, image: Tensor, **settings: Any) -> Tensor:
    """What a detector draws for each picture of `[B, H, W, 3]`, at the pictures' own size.

    Detectors work on sides that are multiples of 64.
    """
    height, width = image.shape[1:3]
    side = max(round(min(height, width) / 64), 1) * 64
    drawn = [
        detect(picture, detect_resolution=side, image_resolution=side, output_type="np", **settings)
        for picture in to_bytes(image[..., :3])
    ]
    hints = torch.stack([torch.from_numpy(hint) for hint in drawn]).float() / 255
    return resize(hints, width, height, "bilinear", "stretch")
