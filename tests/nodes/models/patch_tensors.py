"""The tensors of a LoRA and its kin, in every spelling and kind, with the change each makes computed by hand."""

from collections.abc import Callable

import torch
from torch import Tensor

LINEAR = "down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q"
CONV = "down_blocks.0.resnets.1.conv1"
POINT = "down_blocks.0.attentions.1.proj_in"
NORM = "down_blocks.0.resnets.1.norm1"
ORIGINAL = {
    LINEAR: "input_blocks.1.1.transformer_blocks.0.attn1.to_q",
    CONV: "input_blocks.2.0.in_layers.2",
    POINT: "input_blocks.2.1.proj_in",
}
TEXT = "text_model.encoder.layers.1.mlp.fc1"
RANK = 4


def pair(weight: Tensor) -> tuple[Tensor, Tensor]:
    """Random up and down factors for a weight."""
    down = torch.randn(RANK, *weight.shape[1:])
    up = torch.randn(weight.shape[0], RANK, *[1] * (weight.ndim - 2))
    return up, down


def _kohya_original(base: str) -> str:
    return "lora_unet_" + ORIGINAL[base].replace(".", "_")


SPELLINGS: dict[str, tuple[Callable[[str], str], str, str]] = {
    "kohya": (lambda base: "lora_unet_" + base.replace(".", "_"), ".lora_up.weight", ".lora_down.weight"),
    "kohya original": (_kohya_original, ".lora_up.weight", ".lora_down.weight"),
    "peft": (lambda base: "unet." + base, ".lora_B.weight", ".lora_A.weight"),
    "peft adapter": (lambda base: "base_model.model." + base, ".lora_B.default.weight", ".lora_A.default.weight"),
    "bare": (lambda base: base, ".lora_B.weight", ".lora_A.weight"),
    "comfy": (lambda base: "diffusion_model." + ORIGINAL[base], ".lora_up.weight", ".lora_down.weight"),
    "diffusers": (lambda base: "unet." + base, ".lora.up.weight", ".lora.down.weight"),
    "lycoris": (lambda base: "lycoris_" + base.replace(".", "_"), ".lora_up.weight", ".lora_down.weight"),
}  # fmt: skip


def _locon(weight: Tensor) -> tuple[dict[str, Tensor], Tensor]:
    up, down = torch.randn(weight.shape[0], RANK), torch.randn(RANK, weight.shape[1])
    mid = torch.randn(RANK, RANK, 3, 3)
    change = torch.einsum("oa,abkl,bi->oikl", up, mid, down)
    tensors = {
        "lora_up.weight": up[:, :, None, None],
        "lora_down.weight": down[:, :, None, None],
        "lora_mid.weight": mid,
    }
    return tensors | {"alpha": torch.tensor(float(RANK))}, change


def _loha(weight: Tensor) -> tuple[dict[str, Tensor], Tensor]:
    rows, columns = weight.shape[0], weight[0].numel()
    a1, b1, a2, b2 = (
        torch.randn(rows, RANK),
        torch.randn(RANK, columns),
        torch.randn(rows, RANK),
        torch.randn(RANK, columns),
    )
    tensors = {"hada_w1_a": a1, "hada_w1_b": b1, "hada_w2_a": a2, "hada_w2_b": b2, "alpha": torch.tensor(2.0)}
    return tensors, (a1 @ b1) * (a2 @ b2) * 0.5


def _loha_tucker(weight: Tensor) -> tuple[dict[str, Tensor], Tensor]:
    rows, columns = weight.shape[:2]
    tensors: dict[str, Tensor] = {}
    products = []
    for at in "12":
        core, a, b = torch.randn(RANK, RANK, 3, 3), torch.randn(RANK, rows), torch.randn(RANK, columns)
        tensors |= {f"hada_t{at}": core, f"hada_w{at}_a": a, f"hada_w{at}_b": b}
        products.append(torch.einsum("abkl,ao,bi->oikl", core, a, b))
    return tensors, products[0] * products[1]


def _lokr(weight: Tensor) -> tuple[dict[str, Tensor], Tensor]:
    first = torch.randn(4, 4)
    second = torch.randn(weight.shape[0] // 4, weight.shape[1] // 4, *weight.shape[2:])
    change = (
        torch.stack([torch.kron(first, s) for s in second.flatten(2).movedim(-1, 0)], -1)
        if weight.ndim > 2
        else torch.kron(first, second)
    )
    return {"lokr_w1": first, "lokr_w2": second, "alpha": torch.tensor(99.0)}, change.reshape(weight.shape)


def _lokr_low_rank(weight: Tensor) -> tuple[dict[str, Tensor], Tensor]:
    first = torch.randn(2, 2)
    a, b = torch.randn(weight.shape[0] // 2, RANK), torch.randn(RANK, weight[0].numel() // 2)
    second = (a @ b).reshape(weight.shape[0] // 2, weight.shape[1] // 2, *weight.shape[2:])
    change = torch.einsum("ab,cd...->acbd...", first, second)
    return {"lokr_w1": first, "lokr_w2_a": a, "lokr_w2_b": b, "alpha": torch.tensor(1.0)}, change.reshape(
        weight.shape
    ) / RANK


def _full(weight: Tensor) -> tuple[dict[str, Tensor], Tensor]:
    change = torch.randn_like(weight)
    return {"diff": change}, change


KINDS = {"loha": _loha, "lokr": _lokr, "lokr low rank": _lokr_low_rank, "full": _full}
CONVOLUTIONS = {"locon": _locon, "loha tucker": _loha_tucker, **KINDS}
