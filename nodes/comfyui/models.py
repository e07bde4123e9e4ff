"""Changes of a model: how it was trained to see noise, and how it is guided."""

from __future__ import annotations

from collections.abc import Mapping

from nodegraph.formats.comfyui.node_mapping import Same, Translation

SAME: Mapping[str, Translation] = {
    "ModelSamplingDiscrete": Same(
        "ModelSamplingDiscrete",
        "sampling=prediction zsnr=zero_snr",
        "model",
        "model",
        {"sampling": {"eps": "eps", "v_prediction": "v", "x0": "x0", "lcm": "lcm", "img_to_img": "image"}},
    ),
    "ModelSamplingSD3": Same("ModelSamplingShift", "shift", "model", "model"),
    "ModelSamplingAuraFlow": Same("ModelSamplingShift", "shift", "model", "model"),
    "ModelSamplingFlux": Same("ModelSamplingFlux", "max_shift base_shift width height", "model", "model"),
    "CFGNorm": Same("GuidanceNorm", "strength", "model", "model"),
    "RescaleCFG": Same("GuidanceRescale", "multiplier=share", "model", "model"),
    "APG": Same(
        "GuidanceAPG",
        "eta=parallel norm_threshold=longest momentum",
        "model",
        "model",
        fixed={"by_whole_cfg": True},
    ),
    "PerturbedAttentionGuidance": Same("GuidancePerturbedAttention", "scale", "model", "model"),
    "SelfAttentionGuidance": Same("GuidanceSelfAttention", "scale blur_sigma=blur", "model", "model"),
    "SkipLayerGuidanceSD3": Same(
        "GuidanceSkipLayer", "layers scale start_percent=start end_percent=end", "model", "model"
    ),
    "SkipLayerGuidanceDiT": Same(
        "GuidanceSkipLayer",
        "double_layers=layers single_layers=single scale start_percent=start end_percent=end rescaling_scale=rescale",
        "model",
        "model",
    ),
    "DifferentialDiffusion": Same("DifferentialDiffusion", "strength", "model", "model"),
    "FreeU": Same(
        "FreeU", "b1 b2 s1 s2", "model", "model", fixed={"version": "1", "levels": "by first level"}
    ),
    "FreeU_V2": Same(
        "FreeU", "b1 b2 s1 s2", "model", "model", fixed={"version": "2", "levels": "by first level"}
    ),
}
