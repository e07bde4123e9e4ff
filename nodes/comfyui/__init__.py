"""Which nodes stand in for ComfyUI's, by its class names; the names of its inputs are those of version 0.8.0."""

from __future__ import annotations

from collections.abc import Mapping

from nodegraph.formats.comfyui.node_mapping import Translation
from nodes.comfyui import (
    conditioning,
    latents,
    loading,
    models,
    packs,
    pictures,
    sampling,
    sigmas,
    sizing,
    texts,
    values,
)

SAME: Mapping[str, Translation] = {
    **loading.SAME,
    **conditioning.SAME,
    **latents.SAME,
    **models.SAME,
    **pictures.SAME,
    **sampling.SAME,
    **sigmas.SAME,
    **values.SAME,
    **packs.SAME,
    **sizing.SAME,
    **texts.SAME,
}
