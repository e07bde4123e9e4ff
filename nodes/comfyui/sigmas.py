"""Lists of sigmas: made and cut."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nodegraph.formats.comfyui.node_mapping import NodeMapping, Translation

FAMILIES = {"SD1": "sd1", "SDXL": "sdxl", "SVD": "svd"}
RANGE = "steps sigma_max sigma_min"
HIGHEST = 20000.0


def _start(value: Any) -> Any:
    """A sigma to begin at; below 0 means from the first on."""
    return HIGHEST if isinstance(value, int | float) and value < 0 else value


SAME: Mapping[str, Translation] = {
    "BasicScheduler": NodeMapping("ScheduleSigmas", "scheduler=schedule steps denoise", "model", "sigmas"),
    "KarrasScheduler": NodeMapping("KarrasSigmas", f"{RANGE} rho", "", "sigmas"),
    "ExponentialScheduler": NodeMapping("ExponentialSigmas", RANGE, "", "sigmas"),
    "PolyexponentialScheduler": NodeMapping("PolyexponentialSigmas", f"{RANGE} rho", "", "sigmas"),
    "LaplaceScheduler": NodeMapping("LaplaceSigmas", f"{RANGE} mu beta", "", "sigmas"),
    "VPScheduler": NodeMapping("VPSigmas", "steps beta_d beta_min eps_s=smallest_time", "", "sigmas"),
    "BetaSamplingScheduler": NodeMapping("BetaSigmas", "steps alpha beta", "model", "sigmas"),
    "SDTurboScheduler": NodeMapping("TurboSigmas", "steps denoise", "model", "sigmas"),
    "Flux2Scheduler": NodeMapping("Flux2Sigmas", "steps width height", "", "sigmas"),
    "AlignYourStepsScheduler": NodeMapping(
        "AlignYourStepsSigmas", "model_type=family steps denoise", "", "sigmas", {"model_type": FAMILIES}
    ),
    "SplitSigmas": NodeMapping("SigmasSplit", "step", "sigmas", "high low"),
    "SplitSigmasDenoise": NodeMapping("SigmasSplitDenoise", "denoise", "sigmas", "high low"),
    "FlipSigmas": NodeMapping("SigmasFlip", "", "sigmas", "sigmas"),
    "SetFirstSigma": NodeMapping("SigmasSetFirst", "sigma", "sigmas", "sigmas"),
    "ExtendIntermediateSigmas": NodeMapping(
        "SigmasExtend",
        "steps=parts start_at_sigma=start end_at_sigma=end spacing",
        "sigmas",
        "sigmas",
        {"start_at_sigma": _start},
    ),
    "ManualSigmas": NodeMapping("SigmasFromText", "sigmas=text", "", "sigmas"),
}
