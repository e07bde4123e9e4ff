"""Weights that are packed into few bits in ways that are not read: named from the header, before anything is loaded."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from nodegraph.support.errors import LoadError
from nodes.models.files.gguf_header import TYPES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nodes.models.files.parts import Part
    from nodes.models.files.tensor_info import TensorInfo

FLOATS = ("F64", "F32", "F16", "BF16", "F8_E4M3", "F8_E5M2", "F8_E4M3FNUZ", "F8_E5M2FNUZ")
"""Types of numbers that weights are read from."""

READ = (*FLOATS, *(name for name, _, _ in TYPES.values()))
COUNTS = (".num_batches_tracked", ".position_ids")
"""The endings of tensors that are whole numbers by nature."""

BESIDE = ("_scale", "_scale_inv", "scale_weight", "_scale_2", "comfy_quant", "scale_input", "input_scale")
"""The endings of what stands beside weights of few bits and is none itself."""

FORMATS = ("float8_e4m3fn", "float8_e5m2")
"""What the notes of ComfyUI's quantised files call ways that are read."""

_NOTE = "comfy_quant"
_MARKS = (
    ("quant_state.bitsandbytes__nf4", "NF4 (bitsandbytes)"),
    ("quant_state.bitsandbytes__fp4", "FP4 (bitsandbytes)"),
    (".absmax", "four bits (bitsandbytes)"),
    (".SCB", "INT8 (bitsandbytes)"),
    (".wscales", "INT4 (SVDQuant)"),
    (".qzeros", "INT4 (GPTQ or AWQ)"),
    (".qweight", "INT4 (GPTQ or AWQ)"),
    ("_scale_2", "NVFP4"),
)
"""What endings of names say about the weights beside them."""

_TYPES = {"I8": "INT8", "U8": "four or eight bits", "F4": "FP4", "F8_E8M0": "MXFP8"}


def check_quantised(part: Part) -> None:
    """Raise `LoadError` for a part whose weights are kept in a way that is not read, naming the way."""
    names = {piece.name for name, piece in part.pieces.items() if not name.endswith((*COUNTS, *BESIDE))}
    infos = [part.tensors[name] for name in names if name in part.tensors]
    odd = sorted({info.dtype for info in infos} - set(READ))
    way = _way(odd, part.tensors) if odd else _noted(names, part.tensors)
    if way:
        raise LoadError(
            "The weights of {path} are quantised as {way}, which is not read: take the file in fp8, bf16 or fp16, "
            "or the GGUF file.",
            path=part.place,
            way=way,
        )


def _way(odd: Iterable[str], tensors: Mapping[str, TensorInfo]) -> str:
    for mark, way in _MARKS:
        if any(name.endswith(mark) for name in tensors):
            return way
    first = next(iter(odd))
    return _TYPES.get(first, first)


def _noted(names: Iterable[str], tensors: Mapping[str, TensorInfo]) -> str:
    """The way that the scales or notes beside weights of eight bits say, where it is another than one that is read."""
    for name in names:
        scale = tensors.get(name + "_scale")
        if scale is not None and scale.dtype == "F8_E8M0":
            return _TYPES["F8_E8M0"]
        note = tensors.get(name.removesuffix("weight") + _NOTE)
        if note is not None and (way := _format(note)) not in ("", *FORMATS):
            return way
    return ""


def _format(note: TensorInfo) -> str:
    """What a note of ComfyUI's says; "" for one that cannot be read."""
    if note.dtype != "U8" or note.end - note.start > 4096:
        return ""
    try:
        with note.path.open("rb") as file:
            file.seek(note.start)
            found = json.loads(file.read(note.end - note.start))
    except (OSError, ValueError, RecursionError):
        return ""
    return str(found.get("format", ""))[:60] if isinstance(found, dict) else ""
