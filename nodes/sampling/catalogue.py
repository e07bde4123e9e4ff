"""The sigma spaces of known model families, by name."""

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import torch

from nodes.sampling.flow_spaces import FlowSpace, FluxSpace
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

_KINDS: "Mapping[str, PredictionKind]" = {"epsilon": "eps", "v_prediction": "v", "sample": "x0"}


def space_from_scheduler(config: "Mapping[str, Any]") -> SigmaSpace:
    """The space that a diffusers scheduler configuration describes (scheduler/scheduler_config.json)."""
    class_name = str(config.get("_class_name", ""))
    if class_name.startswith("FlowMatch"):
        if config.get("use_dynamic_shifting"):
            return FluxSpace("flow", mu=float(config.get("max_shift") or 1.15))
        return FlowSpace("flow", shift=float(config.get("shift", 1.0)))
    kind = str(config.get("prediction_type", "epsilon"))
    if class_name.startswith("EDM"):
        low, high = float(config.get("sigma_min", 0.002)), float(config.get("sigma_max", 80.0))
        return ContinuousSpace(
            "v" if kind == "v_prediction" else "edm", float(config.get("sigma_data", 0.5)), low=low, high=high
        )
    if kind not in _KINDS:
        raise ValueError(
            f"The scheduler's prediction type '{kind}' is unknown: use one of {', '.join(_KINDS)}."
        )
    return DiscreteSpace(
        _KINDS[kind], variances=_variances(config), zero_snr=bool(config.get("rescale_betas_zero_snr"))
    )


def _variances(config: "Mapping[str, Any]") -> torch.Tensor:
    if config.get("trained_betas") is not None:
        return torch.tensor(config["trained_betas"], dtype=torch.float64)
    return betas(
        config.get("beta_schedule", "linear"),
        float(config.get("beta_start", 0.0001)),
        float(config.get("beta_end", 0.02)),
        int(config.get("num_train_timesteps", 1000)),
    )
