"""Sampling as pure functions of tensors: sigma spaces, schedules, solvers, guidance and noise.

The names below load on first use, so that a node's spec can read `nodes.sampling.names` without torch.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from nodes.sampling.names import SAMPLERS, SCHEDULES

if TYPE_CHECKING:
    from nodes.sampling.catalogue import SIGMA_SPACES, adjusted, space_from_scheduler
    from nodes.sampling.noise import prepare_noise
    from nodes.sampling.run import Denoise, Prediction, Step, StepCallback
    from nodes.sampling.sampler import sample, unsample
    from nodes.sampling.schedules import ksampler_sigmas, schedule
    from nodes.sampling.spaces import SigmaSpace

__all__ = [
    "SAMPLERS",
    "SCHEDULES",
    "SIGMA_SPACES",
    "Denoise",
    "Prediction",
    "SigmaSpace",
    "Step",
    "StepCallback",
    "adjusted",
    "ksampler_sigmas",
    "prepare_noise",
    "sample",
    "schedule",
    "space_from_scheduler",
    "unsample",
]

_HOMES = {
    "SIGMA_SPACES": "catalogue",
    "Denoise": "run",
    "Prediction": "run",
    "SigmaSpace": "spaces",
    "Step": "run",
    "StepCallback": "run",
    "adjusted": "catalogue",
    "ksampler_sigmas": "schedules",
    "prepare_noise": "noise",
    "sample": "sampler",
    "schedule": "schedules",
    "space_from_scheduler": "catalogue",
    "unsample": "sampler",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'nodes.sampling' has no attribute '{name}'")
    return getattr(import_module(f"nodes.sampling.{_HOMES[name]}"), name)
