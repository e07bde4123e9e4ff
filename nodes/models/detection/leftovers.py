"""Tensors of a file that no part of it took: what the file says and this program does not understand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nodegraph.support.messages import Phrase
from nodes.models.architectures.encoders import LANGUAGE_KINDS, T5_KINDS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from nodes.models.architectures.family import Family
    from nodes.models.detection.recognised import Recognised
    from nodes.models.files.parts import Part

_END = r"\.(?:weight|bias)"
_RESNET = r"resnets\.\d+\.(?:norm1|norm2|conv1|conv2|conv_shortcut|time_emb_proj)"
_ATTENTION = (
    r"attentions\.\d+\.(?:norm|proj_in|proj_out|transformer_blocks\.\d+\."
    r"(?:attn[12]\.(?:to_q|to_k|to_v|to_out\.0)|norm[123]|ff\.net\.(?:0\.proj|2)))"
)
_SAMPLERS = r"(?:down|up)samplers\.0\.conv"
_UNET = re.compile(
    rf"(?:(?:conv_in|conv_out|conv_norm_out|(?:time|add)_embedding\.linear_[12]|controlnet_mid_block"
    rf"|controlnet_down_blocks\.\d+|controlnet_cond_embedding\.(?:conv_in|conv_out|blocks\.\d+)"
    rf"|(?:(?:down|up)_blocks\.\d+|mid_block)\.(?:{_RESNET}|{_ATTENTION}|{_SAMPLERS}))){_END}"
)
_VAE = re.compile(
    rf"(?:(?:post_)?quant_conv|(?:encoder|decoder)\.(?:conv_in|conv_out|conv_norm_out"
    rf"|(?:(?:down|up)_blocks\.\d+|mid_block)\.(?:{_RESNET}|{_SAMPLERS}"
    rf"|attentions\.0\.(?:group_norm|to_q|to_k|to_v|to_out\.0)))){_END}"
)
_CLIP = re.compile(
    r"text_projection\.weight|text_model\.(?:embeddings\.(?:token|position)_embedding\.weight"
    rf"|(?:final_layer_norm|encoder\.layers\.\d+\.(?:self_attn\.(?:q|k|v|out)_proj|layer_norm[12]|mlp\.fc[12])){_END})"
)
_T5 = re.compile(
    r"(?:shared|encoder\.final_layer_norm|encoder\.block\.\d+\.layer\.(?:[01]\.layer_norm"
    r"|0\.SelfAttention\.(?:q|k|v|o|relative_attention_bias)|1\.DenseReluDense\.(?:wi|wi_0|wi_1|wo)))\.weight"
)
_LANGUAGE = re.compile(
    r"(?:embed_tokens|norm|layers\.\d+\.(?:self_attn\.(?:[qkvo]_proj|[qk]_norm)|mlp\.(?:gate|up|down)_proj"
    rf"|\w*layernorm)){_END}"
)

_HARMLESS = re.compile(
    # What training leaves behind, and schedules that follow from the family.
    r"(?:.*\.)?(?:model_ema|ema_model|optimizer|optimizer_states|lr_schedulers|loss|callbacks)\..*"
    r"|(?:.*\.)?(?:alphas|betas|alphas_cumprod\w*|sqrt_\w+|log_one_minus_\w+|posterior_\w+|lvlb_weights|logvar|sigmas"
    r"|global_step|epoch|iteration|steps?|pytorch-lightning_version)"
    r"|model_ema\w*|denoiser\..*|(?:.*\.)?denoiser\.sigmas"
    # What is asked for by its name.
    r"|v_pred|ztsnr|edm_mean|edm_std|edm_vpred\.sigma_(?:min|max)"
    r"|(?:.*\.)?(?:spiece_model|tekken_model|tokenizer_json)"
    # What other uses of a network read: CLIP's pictures and its loss, T5's decoder, output layers, counts of places.
    r"|(?:.*\.)?(?:position_ids|attn_mask|logit_scale|logit_bias|num_batches_tracked|inv_freq|lm_head(?:\.\w+)*)"
    r"|(?:.*\.)?(?:vision_model|visual|visual_projection|vision_tower|multi_modal_projector|decoder\.block"
    r"|(?:en|de)coder\.embed_tokens|decoder\.final_layer_norm|audio_tower)\..*"
    # Notes about how weights are kept; the scales themselves are taken with the weights.
    r"|(?:.*\.)?(?:scaled_fp8|comfy_quant|input_scale|scale_input|_quantization_metadata)"
    # A size of FLUX and its kin that is computed, and one that only distillation uses.
    r"|(?:.*\.)?(?:__\w+__|time_text_embed\.addition_t_embedding(?:\.\w+)*)"
)
"""Tensors that change no picture."""


def left_over(names: Collection[str], parts: Iterable[Part], family: Family | None) -> tuple[str, ...]:
    """The names of tensors that no part reads and that are not known to be harmless, in the order of the file."""
    taken: set[str] = set()
    for part in parts:
        taken |= _taken(part, family)
    scales = {scale for name in taken for scale in scales_of(name)}
    return tuple(
        name for name in names if name not in taken and name not in scales and not _HARMLESS.fullmatch(name)
    )


def scales_of(name: str) -> tuple[str, ...]:
    """How files call the numbers that a tensor of few bits is multiplied by."""
    stem = name.removesuffix("weight")
    return (stem + "scale_weight", name + "_scale", name + "_scale_inv")


def _taken(part: Part, family: Family | None) -> set[str]:
    known = _known(part, family)
    return {piece.name for name, piece in part.pieces.items() if known(name)}


def _known(part: Part, family: Family | None) -> _Known:
    if part.kind == "network" and "block_out_channels" not in part.config and family is not None:
        return _Known(names=family.original(part))
    if part.kind in ("network", "controlnet"):
        return _Known(_UNET)
    if part.kind == "vae" and "z_dim" not in part.config:
        return _Known(_VAE, {name: None for name in part.pieces if name.startswith("bn.")})
    if part.kind in T5_KINDS:
        return _Known(_T5)
    if part.kind in LANGUAGE_KINDS:
        return _Known(_LANGUAGE)
    return _Known(_CLIP) if part.kind.startswith("clip") else _Known(names=part.pieces)


class _Known:
    """Whether a network has a parameter of a name, by a pattern or a table."""

    def __init__(
        self, pattern: re.Pattern[str] | None = None, names: Mapping[str, object] | None = None
    ) -> None:
        self._pattern = pattern
        self._names = names or {}

    def __call__(self, name: str) -> bool:
        return name in self._names or (
            self._pattern is not None and self._pattern.fullmatch(name) is not None
        )


def leftover_remark(found: Recognised) -> Phrase | None:
    """What a file holds that is not read, as a sentence; None where that is nothing."""
    if not found.leftovers:
        return None
    return Phrase(
        "{name}: {count} of its tensors are not read and left out, {first!r} first; a picture may differ from that of "
        "the program the file was made for.",
        name=found.path.name,
        count=len(found.leftovers),
        first=found.leftovers[0][:120],
    )
