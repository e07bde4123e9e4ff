"""Parameter values and names as an artist reads them."""

from __future__ import annotations

import math
from functools import lru_cache

from nodegraph.model.spec import Param, Scalar
from ui.config.model_files import MODEL_SUFFIXES
from ui.i18n.node_texts import translate_choice, translate_spec_text
from ui.i18n.translate import tr

ACRONYMS = {
    "cfg": "CFG",
    "vae": "VAE",
    "clip": "CLIP",
    "lora": "LoRA",
    "id": "ID",
    "rgb": "RGB",
    "control": "Control",
}


def label_of(name: str) -> str:
    """`control_net` as `Control net`, in the user's language."""
    return translate_spec_text(plain_label(name))


@lru_cache(maxsize=4096)
def plain_label(name: str) -> str:
    """`control_net` as `Control net`: sentence case, acronyms as they are written."""
    words = name.replace("-", "_").split("_")
    shown = [ACRONYMS.get(word.lower(), word) for word in words if word]
    text = " ".join(shown)
    return text[:1].upper() + text[1:]


def format_value(param: Param, value: Scalar) -> str:
    """The value as its row shows it: numbers with the digits of their step, text on one line, models by name."""
    if isinstance(value, bool):
        return tr("Canvas", "On") if value else tr("Canvas", "Off")
    if isinstance(value, float) or (isinstance(value, int) and param.type == "Float"):
        return _decimals(float(value), param.step)
    if isinstance(value, str) and param.choices:
        return translate_choice(param, value)
    if isinstance(value, str):
        if param.choices_from and value.lower().endswith(MODEL_SUFFIXES):
            return value.rpartition(".")[0]
        return value if param.widget == "multiline" else " ".join(value.split())
    return str(value)


def _decimals(value: float, step: float | None) -> str:
    if not math.isfinite(value):
        return str(value)
    digits = 2 if step is None or step <= 0 else max(0, min(6, -math.floor(math.log10(step) + 1e-9)))
    shown = f"{value:.{digits}f}"
    return shown if math.isclose(float(shown), value, rel_tol=1e-9, abs_tol=1e-12) else f"{value:g}"


def fraction(param: Param, value: Scalar) -> float | None:
    """How far a slider's value lies between its ends, or None where nothing is to be filled."""
    if param.widget != "slider" or param.minimum is None or param.maximum is None or isinstance(value, str):
        return None
    span = param.maximum - param.minimum
    return max(0.0, min(1.0, (value - param.minimum) / span)) if span > 0 else None


def read_value(param: Param, text: str) -> Scalar | None:
    """A typed value as the parameter takes it; None where it cannot be read as such."""
    text = text.strip() if param.type != "Text" else text
    try:
        if param.type == "Bool":
            return {"true": True, "yes": True, "on": True, "1": True}.get(text.lower(), False)
        if param.type == "Int":
            return int(_bounded(param, int(text)))
        if param.type == "Float":
            return float(_bounded(param, float(text)))
    except (ValueError, OverflowError):
        return None
    if param.choices and text not in param.choices:
        asked = text.lower()
        return next((c for c in param.choices if asked in (c.lower(), translate_spec_text(c).lower())), None)
    return text


def _bounded(param: Param, value: float) -> float:
    low = param.minimum if param.minimum is not None else value
    high = param.maximum if param.maximum is not None else value
    return min(max(value, low), high)


def write_value(param: Param | None, value: Scalar) -> str:
    """A value as it is shown and typed."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if param is None else translate_choice(param, value)
