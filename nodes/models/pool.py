"""The one place where weights are in memory: descriptions go in, networks that run come out."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, overload

from nodegraph.errors import LoadError
from nodegraph.fingerprint import Fingerprints
from nodes.models.autoencoder import Autoencoder
from nodes.models.control import ControlRunner
from nodes.models.denoiser import Denoiser
from nodes.models.detect import recognise
from nodes.models.loading import bytes_of, load_part
from nodes.models.patches.apply import patched_weights
from nodes.models.precision import pick_device
from nodes.models.resident import Resident
from nodes.models.text_encoder import TextEncoder
from nodes.types import Clip, ControlNet, Model, Patch, Source, Vae

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    import torch
    from torch import Tensor, nn

    from nodes.models.folders import ModelFolders
    from nodes.models.parts import Part
    from nodes.models.recognised import Recognised
