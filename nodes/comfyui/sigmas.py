"""Lists of sigmas: made and cut."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nodegraph.formats.comfyui.node_mapping import Same, Translation

FAMILIES = {"SD1": "sd1", "SDXL": "sdxl", "SVD": "svd"}
RANGE = "steps sigma_max sigma_min"
HIGHEST = 20000.0


def _start(value: Any) -> Any:
    """A sigma to begin at; below 0 means from the first on."""
    return HIGHEST if isinstance(value, int | float) and value < 0 else value


SAME: Mapping[str, Translation] = {
    "BasicScheduler": Same("ScheduleSigmas", "scheduler=schedule steps denoise", "model", "sigmas"),
    "KarrasScheduler": Same("KarrasSigmas", f"{RANGE} rho", "", "sigmas"),
    "ExponentialScheduler": Same("ExponentialSigmas", RANGE, "", "sigmas"),
    "PolyexponentialScheduler": Same("PolyexponentialSigmas", f"{RANGE} rho", "", "sigmas"),
    "LaplaceScheduler": Same("LaplaceSigmas", f"{RANGE} mu beta", "", "sigmas"),
    "VPScheduler": Same("VPSigmas", "steps beta_d beta_min eps_s=smallest_time", "", "sigmas"),
    "BetaSamplingScheduler": Same("BetaSigmas", "steps alpha beta", "model", "sigmas"),
    "SDTurboScheduler": Same("TurboSigmas", "steps denoise", "model", "sigmas"),
    "Flux2Scheduler": Same("Flux2Sigmas", "steps width height", "", "sigmas"),
    "AlignYourStepsScheduler": Same(
        "AlignYourStepsSigmas", "model_type=family steps denoise", "", "sigmas", {"model_type": FAMILIES}
    ),
    "SplitSigmas": Same("SigmasSplit", "step", "sigmas", "high low"),
    "SplitSigmasDenoise": Same("SigmasSplitDenoise", "denoise", "sigmas", "high low"),
    "FlipSigmas": Same("SigmasFlip", "", "sigmas", "sigmas"),
    "SetFirstSigma": Same("SigmasSetFirst", "sigma", "sigmas", "sigmas"),
    "ExtendIntermediateSigmas": Same(
        "SigmasExtend",
        "steps=parts start_at_sigma=start end_at_sigma=end spacing",
        "sigmas",
        "sigmas",
        {"start_at_sigma": _start},
    ),
    "ManualSigmas": Same("SigmasFromText", "sigmas=text", "", "sigmas"),
}
