"""Values as a parameter takes them: what ComfyUI's server would make of them, or nothing."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache

from nodegraph.model.limits import LARGEST, SMALLEST, scalar_fault
from nodegraph.model.spec import NodeSpec, Param, Scalar
from nodegraph.node_api.catalogue import installed
from nodegraph.support.user_dirs import cache_folder


@cache
def specs_of() -> Mapping[str, NodeSpec]:
    """The installed node types, read once."""
    return installed(cache_folder())


def usable(value: object, param: Param | None) -> Scalar | None:
    """`value` as `param` takes it: a number written as text is a number. None for what cannot be used."""
    if not isinstance(value, bool | int | float | str):
        return None
    if param is not None:
        match param.type:
            case "Int":
                value = _whole(value)
            case "Float":
                value = _decimal(value)
            case "Text":
                value = value if isinstance(value, str) else str(value)
            case "Bool":
                value = _truth(value)
    return value if value is not None and scalar_fault(value) is None else None


def _whole(value: Scalar) -> int | None:
    if isinstance(value, str):
        text = value.strip()
        if len(text) > 24:
            return None
        try:
            return _whole(int(text)) if text.lstrip("+-").isdecimal() else _whole(float(text))
        except ValueError:
            return None
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        value = int(value)
    # JavaScript writes the largest seed, 2**64 - 1, as the next number that it can hold.
    value = LARGEST if value == LARGEST + 1 else int(value)
    return value if SMALLEST <= value <= LARGEST else None


def _decimal(value: Scalar) -> float | int | None:
    if isinstance(value, str):
        try:
            value = float(value) if len(value) <= 40 else math.nan
        except ValueError:
            return None
    if isinstance(value, bool):
        return int(value)
    return value if math.isfinite(value) else None


def _truth(value: Scalar) -> bool | None:
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.strip().lower())
    return bool(value)
