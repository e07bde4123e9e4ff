"""Text encoders in llama.cpp's names, as GGUF files have them: T5, Qwen 3 and Qwen 2.5, to the transformers library's.

Other language models are not read: llama.cpp turns the rows of Llama's and Mistral's queries and keys, and adds one to
Gemma's norms.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_TOP = {
    "token_embd.weight": ("shared.weight", "model.embed_tokens.weight"),
    "enc.output_norm.weight": ("encoder.final_layer_norm.weight", ""),
    "output_norm.weight": ("", "model.norm.weight"),
}
_T5 = {
    "attn_norm": "layer.0.layer_norm",
    "attn_q": "layer.0.SelfAttention.q",
    "attn_k": "layer.0.SelfAttention.k",
    "attn_v": "layer.0.SelfAttention.v",
    "attn_o": "layer.0.SelfAttention.o",
    "attn_rel_b": "layer.0.SelfAttention.relative_attention_bias",
    "ffn_norm": "layer.1.layer_norm",
    "ffn_gate": "layer.1.DenseReluDense.wi_0",
    "ffn_up": "layer.1.DenseReluDense.wi_1",
    "ffn_down": "layer.1.DenseReluDense.wo",
}
_QWEN = {
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "attn_q_norm": "self_attn.q_norm",
    "attn_k_norm": "self_attn.k_norm",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
_BLOCK = re.compile(r"(enc\.)?blk\.(\d+)\.(\w+)\.(weight|bias)")


def usual_names(names: Mapping[str, object]) -> dict[str, str]:
    """The transformers library's names of an encoder's tensors, and the file's own; {} if it is none of these."""
    if "token_embd.weight" not in names:
        return {}
    t5 = "enc.blk.0.attn_rel_b.weight" in names
    qwen = "blk.0.attn_q_norm.weight" in names or "blk.0.attn_q.bias" in names
    if not t5 and (not qwen or "blk.0.post_attention_norm.weight" in names):
        return {}
    plain = t5 and "enc.blk.0.ffn_gate.weight" not in names
    return {usual: own for own in names if (usual := _usual(own, t5, plain))}


def _usual(own: str, t5: bool, plain: bool) -> str:
    """ "" for what the encoder has not. A `plain` T5 has no gate."""
    if own in _TOP:
        return _TOP[own][not t5]
    found = _BLOCK.fullmatch(own)
    if found is None or bool(found[1]) != t5:
        return ""
    number, module, ending = found[2], found[3], found[4]
    usual = (_T5 if t5 else _QWEN).get(module, "")
    if plain and module == "ffn_up":
        usual = "layer.1.DenseReluDense.wi"
    lead = f"encoder.block.{number}" if t5 else f"model.layers.{number}"
    return f"{lead}.{usual}.{ending}" if usual else ""
