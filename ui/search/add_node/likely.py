"""Which node types are likely in a place: after an output, before an input, on an empty canvas, beside a node.

The orders are those in which artists' workflows use the types (counted over the workflows that ship with the
program), most often first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from nodegraph.model.graph import Graph
from nodegraph.model.sockets import fits
from nodegraph.model.spec import NodeSpec
from nodegraph.subgraphs.lookup import spec_of

START = ("CheckpointLoader", "LoadImage", "DiffusionModelLoader")
"""What a workflow begins with."""

COMMON = (
    "KSampler", "TextEncode", "CheckpointLoader", "EmptyLatent", "VAEDecode", "SaveImage", "LoraLoader",
    "LoadImage", "VAEEncode", "PreviewImage", "ControlNetApply", "ControlNetLoader", "ImageResize", "LatentScale",
    "VaeLoader", "ClipLoader", "DiffusionModelLoader", "KSamplerAdvanced", "VAEEncodeInpaint", "MaskGrow", "MaskBlur",
    "LatentNoiseMask", "InpaintCrop", "LatentBatch", "ConditioningCombine", "SamplerCustom", "SolverSelect",
    "ScheduleSigmas", "GuiderCFG", "ConditioningGuidance", "SeedNoise", "ImageGrid", "ClipSkip", "LatentScaleBy",
    "PrimitiveInt", "PrimitiveText", "PrimitiveFloat", "OutpaintPad", "CannyEdges", "Switch",
)  # fmt: skip
"""The types used most, for queries that mean several alike."""

AFTER: Mapping[str, tuple[str, ...]] = {
    "Model": ("KSampler", "LoraLoader", "KSamplerAdvanced", "GuiderCFG", "ScheduleSigmas"),
    "Clip": ("TextEncode", "LoraLoader", "ClipSkip", "TextEncodeSDXL"),
    "Vae": ("VAEDecode", "VAEEncode", "VAEEncodeInpaint"),
    "Conditioning": ("KSampler", "ControlNetApply", "ConditioningCombine", "GuiderCFG"),
    "Latent": ("VAEDecode", "KSampler", "LatentScale", "LatentNoiseMask"),
    "Image": ("SaveImage", "PreviewImage", "VAEEncode", "ImageResize", "ControlNetApply"),
    "Mask": ("VAEEncodeInpaint", "LatentNoiseMask", "MaskGrow", "MaskBlur", "ConditioningMask"),
    "ControlNet": ("ControlNetApply",),
    "Sigmas": ("SamplerCustom", "SigmasSplit", "SigmasPlot"),
    "Noise": ("SamplerCustom", "VaryNoise"),
    "Guider": ("SamplerCustom", "SamplerSteps"),
    "Solver": ("SamplerCustom", "SamplerSteps"),
    "Text": ("TextEncode", "PreviewText"),
}
"""What takes an output of each type, likeliest first."""

BEFORE: Mapping[str, tuple[str, ...]] = {
    "Model": ("CheckpointLoader", "LoraLoader", "DiffusionModelLoader", "ModelSamplingShift"),
    "Clip": ("CheckpointLoader", "ClipLoader", "LoraLoader", "ClipSkip"),
    "Vae": ("CheckpointLoader", "VaeLoader"),
    "Conditioning": ("TextEncode", "ControlNetApply", "ConditioningCombine", "ConditioningZeroOut"),
    "Latent": ("EmptyLatent", "VAEEncode", "KSampler", "LatentScale", "VAEEncodeInpaint"),
    "Image": ("LoadImage", "VAEDecode", "ImageResize"),
    "Mask": ("LoadImage", "MaskRectangle", "MaskFromImage", "MaskGrow"),
    "ControlNet": ("ControlNetLoader",),
    "Sigmas": ("ScheduleSigmas", "KarrasSigmas", "BetaSigmas"),
    "Noise": ("SeedNoise", "VaryNoise", "NoNoise"),
    "Guider": ("GuiderCFG", "GuiderBasic"),
    "Solver": ("SolverSelect",),
    "Int": ("PrimitiveInt",),
    "Float": ("PrimitiveFloat",),
    "Bool": ("PrimitiveBool",),
    "Text": ("PrimitiveText", "PromptChoices"),
}
"""What feeds an input of each type, likeliest first."""


PLACES = {name: number for number, name in enumerate(COMMON)}


def from_port(type_id: str, from_output: bool) -> dict[str, int]:
    """The likely types for a link of `type_id`, numbered from the likeliest."""
    return _numbered((AFTER if from_output else BEFORE).get(type_id, ()))


def beside(graph: Graph, specs: Mapping[str, NodeSpec], selected: str) -> dict[str, int]:
    """The types that can be linked with the selected node: likely followers, likely feeders, then all that fit.

    Nothing follows a node without outputs, and then none is likelier than another.
    """
    node = graph.nodes.get(selected)
    spec = spec_of(graph, node.type, specs) if node is not None else None
    if node is None or spec is None or not spec.outputs:
        return {}
    given = [out.type for out in spec.outputs]
    wanted = [socket.type for socket in spec.sockets if socket.name not in node.inputs]
    likely = [name for kind in given for name in AFTER.get(kind, ())[:2]]
    likely += [name for kind in wanted for name in BEFORE.get(kind, ())[:2]]
    likely += [name for kind in given for name in AFTER.get(kind, ())]
    likely += [name for kind in wanted for name in BEFORE.get(kind, ())]
    fitting = [
        name
        for name, other in specs.items()
        if any(fits(kind, socket.type) for kind in given for socket in other.sockets if socket.type != "Any")
        or any(fits(out.type, kind) for out in other.outputs for kind in wanted if kind != "Any")
    ]
    found = _numbered(likely)
    return found | dict.fromkeys((name for name in fitting if name not in found), len(found))


def at_start() -> dict[str, int]:
    """The types that a workflow begins with."""
    return _numbered(START)


def by_use(names: Iterable[str]) -> list[str]:
    """Type ids, those used most first, the others as they come."""
    return sorted(names, key=lambda name: PLACES.get(name, len(PLACES)))


def _numbered(names: Iterable[str]) -> dict[str, int]:
    return {name: number for number, name in enumerate(dict.fromkeys(names))}
