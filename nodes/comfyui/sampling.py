"""Samplers, guiders, noise and solvers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nodegraph.formats.comfyui.node_mapping import (
    Converted,
    NodeMapping,
    Part,
    Translation,
    Untranslatable,
    read_widgets,
)
from nodegraph.formats.comfyui.source_graph import SourceNode

SIDES = "model positive negative"


def _custom(old: SourceNode) -> Converted:
    """One node with its noise and guidance in it: here they are nodes of their own."""
    values, modes = read_widgets(old, "add_noise noise_seed! cfg")
    seed = {"seed_mode": {"seed": modes["noise_seed"]}} if modes else {}
    kind = "SeedNoise" if values.get("add_noise", True) else "NoNoise"
    noise = Part(kind, {"seed": values.get("noise_seed", 0)}, extra=seed)
    parts = {
        "": Part("SamplerCustom", {}, {"noise": (("noise", "noise"),), "guider": (("guider", "guider"),)}),
        "noise": noise,
        "guider": Part("GuiderCFG", {"cfg": values.get("cfg", 8.0)}),
    }
    ports = {name: (("guider", name),) for name in (*SIDES.split(), "cfg")}
    ports |= {"sampler": (("", "solver"),), "sigmas": (("", "sigmas"),), "latent_image": (("", "latent"),)}
    ports["noise_seed"] = (("noise", "seed"),)
    return Converted(parts, ports, (("", "latent"), ("", "denoised")))


def _solver(name: str, widgets: str = "eta s_noise") -> NodeMapping:
    return NodeMapping("SolverSelect", widgets, "", "solver", fixed={"name": name})


def _sde(old: SourceNode, names: Mapping[str, str], widgets: str) -> Converted:
    """A stochastic solver, whose kind and whose place of noise are part of its name here."""
    values, _ = read_widgets(old, widgets)
    kind = values.get("solver_type", "midpoint")
    if not isinstance(kind, str) or kind not in names:
        raise Untranslatable(f"the solver type {kind!r} has no equal")
    name = names[kind] + ("_gpu" if values.get("noise_device", "gpu") == "gpu" else "")
    params = {key: value for key, value in values.items() if key in ("eta", "s_noise", "r")}
    ports = {key: (("", key),) for key in params}
    return Converted({"": Part("SolverSelect", {"name": name, **params})}, ports, (("", "solver"),))


def _two_m(old: SourceNode) -> Converted:
    names = {"midpoint": "dpmpp_2m_sde", "heun": "dpmpp_2m_sde_heun"}
    return _sde(old, names, "solver_type eta s_noise noise_device")


def _three_m(old: SourceNode) -> Converted:
    return _sde(old, {"midpoint": "dpmpp_3m_sde"}, "eta s_noise noise_device")


def _one(old: SourceNode) -> Converted:
    return _sde(old, {"midpoint": "dpmpp_sde"}, "eta s_noise r noise_device")


SAMPLER = "sampler_name=sampler scheduler=schedule"


def _sampler(name: Any) -> Any:
    """A solver's name; early in 2023 `sample_` stood before it."""
    return name.removeprefix("sample_") if isinstance(name, str) else name


NAMED = {"sampler_name": _sampler}

SAME: Mapping[str, Translation] = {
    "KSampler": NodeMapping(
        "KSampler", f"seed! steps cfg {SAMPLER} denoise", f"{SIDES} latent_image=latent", "latent", NAMED
    ),
    "KSamplerAdvanced": NodeMapping(
        "KSamplerAdvanced",
        f"add_noise noise_seed!=seed steps cfg {SAMPLER} start_at_step end_at_step "
        "return_with_leftover_noise=leave_noise",
        f"{SIDES} latent_image=latent",
        "latent",
        {
            **NAMED,
            "add_noise": {"enable": True, "disable": False},
            "return_with_leftover_noise": {"enable": True, "disable": False},
        },
    ),
    "SamplerCustom": _custom,
    "SamplerCustomAdvanced": NodeMapping(
        "SamplerCustom", "", "noise guider sampler=solver sigmas latent_image=latent", "latent denoised"
    ),
    "BasicGuider": NodeMapping("GuiderBasic", "", "model conditioning=positive", "guider"),
    "CFGGuider": NodeMapping("GuiderCFG", "cfg", SIDES, "guider"),
    "DualCFGGuider": NodeMapping(
        "GuiderDualCFG",
        "cfg_conds=first_cfg cfg_cond2_negative=second_cfg style=nested",
        "model cond1=first cond2=second negative",
        "guider",
        {"style": {"regular": False, "nested": True}},
    ),
    "PerpNegGuider": NodeMapping(
        "GuiderPerpNeg",
        "cfg neg_scale=negative_scale",
        f"{SIDES} empty_conditioning=empty",
        "guider",
    ),
    "RandomNoise": NodeMapping("SeedNoise", "noise_seed!=seed", "", "noise"),
    "DisableNoise": NodeMapping("NoNoise", "", "", "noise"),
    "KSamplerSelect": NodeMapping("SolverSelect", "sampler_name=name", "", "solver", NAMED),
    "SamplerEulerAncestral": _solver("euler_ancestral"),
    "SamplerEulerAncestralCFGPP": _solver("euler_ancestral_cfg_pp"),
    "SamplerDPMPP_2S_Ancestral": _solver("dpmpp_2s_ancestral"),
    "SamplerDPMPP_2M_SDE": _two_m,
    "SamplerDPMPP_3M_SDE": _three_m,
    "SamplerDPMPP_SDE": _one,
}
