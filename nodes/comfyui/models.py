"""Changes of a model: how it was trained to see noise, and how it is guided."""

from __future__ import annotations

from collections.abc import Mapping

from nodegraph.formats.comfyui.node_mapping import NodeMapping, Translation

SAME: Mapping[str, Translation] = {
    "ModelSamplingDiscrete": NodeMapping(
        "ModelSamplingDiscrete",
        "sampling=prediction zsnr=zero_snr",
        "model",
        "model",
        {"sampling": {"eps": "eps", "v_prediction": "v", "x0": "x0", "lcm": "lcm", "img_to_img": "image"}},
    ),
    "ModelSamplingSD3": NodeMapping("ModelSamplingShift", "shift", "model", "model"),
    "ModelSamplingAuraFlow": NodeMapping("ModelSamplingShift", "shift", "model", "model"),
    "ModelSamplingFlux": NodeMapping(
        "ModelSamplingFlux", "max_shift base_shift width height", "model", "model"
    ),
    "CFGNorm": NodeMapping("GuidanceNorm", "strength", "model", "model"),
    "RescaleCFG": NodeMapping("GuidanceRescale", "multiplier=share", "model", "model"),
    "APG": NodeMapping(
        "GuidanceAPG",
        "eta=parallel norm_threshold=longest momentum",
        "model",
        "model",
        fixed={"by_whole_cfg": True},
    ),
    "PerturbedAttentionGuidance": NodeMapping("GuidancePerturbedAttention", "scale", "model", "model"),
    "SelfAttentionGuidance": NodeMapping("GuidanceSelfAttention", "scale blur_sigma=blur", "model", "model"),
    "SkipLayerGuidanceSD3": NodeMapping(
        "GuidanceSkipLayer", "layers scale start_percent=start end_percent=end", "model", "model"
    ),
    "SkipLayerGuidanceDiT": NodeMapping(
        "GuidanceSkipLayer",
        "double_layers=layers single_layers=single scale start_percent=start end_percent=end rescaling_scale=rescale",
        "model",
        "model",
    ),
    "DifferentialDiffusion": NodeMapping("DifferentialDiffusion", "strength", "model", "model"),
    "FreeU": NodeMapping(
        "FreeU", "b1 b2 s1 s2", "model", "model", fixed={"version": "1", "levels": "by first level"}
    ),
    "FreeU_V2": NodeMapping(
        "FreeU", "b1 b2 s1 s2", "model", "model", fixed={"version": "2", "levels": "by first level"}
    ),
}
