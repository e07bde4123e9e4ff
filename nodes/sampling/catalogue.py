"""The sigma spaces of known model families, by name."""

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import torch

from nodes.sampling.flow_spaces import FlowSpace, FluxSpace
from nodes.sampling.predictions import PREDICTION_KINDS
from nodes.sampling.spaces import ContinuousSpace, CosineSpace, DiscreteSpace, SigmaSpace, betas

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nodes.sampling.predictions import PredictionKind

SIGMA_SPACES: "Mapping[str, SigmaSpace]" = MappingProxyType(
    {
        "sd15": DiscreteSpace("eps"),
        "sd2": DiscreteSpace("eps"),
        "sd2_v": DiscreteSpace("v"),
        "sdxl": DiscreteSpace("eps"),
        "zsnr": DiscreteSpace("eps", zero_snr=True),
        "zsnr_v": DiscreteSpace("v", zero_snr=True),
        "edm": ContinuousSpace("edm", sigma_data=0.5, low=0.002, high=80.0),
        "playground": ContinuousSpace("edm", sigma_data=0.5, low=0.002, high=80.0),
        "svd": ContinuousSpace("v", low=0.002, high=700.0),
        "stable_audio": ContinuousSpace("v", low=0.03, high=500.0, clock="arctangent"),
        "cascade": CosineSpace("eps", shift=2.0),
        "cascade_b": CosineSpace("eps", shift=1.0),
        "sd3": FlowSpace("flow", shift=3.0),
        "auraflow": FlowSpace("flow", shift=1.73, multiplier=1.0),
        "lumina2": FlowSpace("flow", shift=6.0, multiplier=1.0),
        "z_image": FlowSpace("flow", shift=3.0, multiplier=1.0),
        "flux": FluxSpace("flow", mu=1.15),
        "flux_schnell": FlowSpace("flow", shift=1.0, multiplier=1.0),
        "flux2": FluxSpace("flow", mu=2.02),
        "chroma": FluxSpace("flow", mu=1.15),
        "qwen_image": FluxSpace("flow", mu=1.15),
    }
)

MOST_STEPS = 100_000
"""More steps of training than any model has; the numbers of each take memory."""

_KINDS: "Mapping[str, PredictionKind]" = {"epsilon": "eps", "v_prediction": "v", "sample": "x0"}


def space_from_scheduler(config: "Mapping[str, Any]", family: SigmaSpace | None = None) -> SigmaSpace:
    """The space that a diffusers scheduler configuration describes (scheduler/scheduler_config.json).

    `family` is the space the network's family has otherwise: it says how a flow's timesteps count, and what a
    flow whose shift depends on the picture's size is sampled with. Raises ValueError for a configuration not
    understood.
    """
    class_name = str(config.get("_class_name", ""))
    if class_name.startswith("FlowMatch"):
        return _flow_from_scheduler(config, family)
    kind = str(config.get("prediction_type", "epsilon"))
    if class_name.startswith("EDM"):
        low, high = float(config.get("sigma_min", 0.002)), float(config.get("sigma_max", 80.0))
        prediction: PredictionKind = "v" if kind == "v_prediction" else "edm"
        return ContinuousSpace(prediction, float(config.get("sigma_data", 0.5)), low=low, high=high)
    if kind not in _KINDS:
        known = ", ".join(_KINDS)
        raise ValueError(f"The scheduler's prediction type '{kind}' is unknown: use one of {known}.")
    zero_snr = bool(config.get("rescale_betas_zero_snr"))
    return DiscreteSpace(_KINDS[kind], variances=_variances(config), zero_snr=zero_snr)


def _flow_from_scheduler(config: "Mapping[str, Any]", family: SigmaSpace | None) -> SigmaSpace:
    if config.get("use_dynamic_shifting"):
        return family if isinstance(family, FluxSpace) else FluxSpace("flow")
    multiplier = family.multiplier if isinstance(family, FlowSpace) else 1000.0
    if isinstance(family, FluxSpace):
        multiplier = 1.0
    return FlowSpace("flow", shift=float(config.get("shift", 1.0)), multiplier=multiplier)


def _variances(config: "Mapping[str, Any]") -> torch.Tensor:
    trained, steps = config.get("trained_betas"), int(config.get("num_train_timesteps", 1000))
    if not 1 < (steps if trained is None else len(trained)) <= MOST_STEPS:
        raise ValueError(f"it has {steps} steps of training, and 2 to {MOST_STEPS} are read")
    if trained is not None:
        return torch.tensor(trained, dtype=torch.float64)
    start, end = float(config.get("beta_start", 0.0001)), float(config.get("beta_end", 0.02))
    return betas(config.get("beta_schedule", "linear"), start, end, steps)


_FIELDS: "Mapping[str, str]" = {
    "prediction": "prediction",
    "shift": "shift",
    "mu": "mu",
    "zsnr": "zero_snr",
    "sigma_min": "low",
    "sigma_max": "high",
    "sigma_data": "sigma_data",
}


def adjusted(space: SigmaSpace, options: "Mapping[str, Any]") -> SigmaSpace:
    """The space with some facts replaced: prediction, sigma_data, and where it has them shift, mu, zsnr,
    sigma_min and sigma_max. Raises ValueError for an option the space does not have.
    """
    changes = {}
    for name, value in options.items():
        field = _FIELDS.get(name, "")
        if not hasattr(space, field):
            raise ValueError(f"A {type(space).__name__} has no '{name}' that could be changed.")
        if name == "prediction" and (value not in PREDICTION_KINDS or (value == "flow") != space.flow):
            raise ValueError(f"A {type(space).__name__} cannot predict '{value}'.")
        changes[field] = value
    return replace(space, **changes)
