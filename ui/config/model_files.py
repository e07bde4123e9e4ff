"""The model folders of the installed nodes, opened when first asked for; looking imports no torch."""

from __future__ import annotations

from functools import lru_cache

from nodegraph.model.spec import Param
from nodegraph.node_api.model_files import Files

MODEL_SUFFIXES = (".safetensors", ".gguf", ".ckpt", ".pt", ".pth", ".sft")


@lru_cache(maxsize=1)
def model_files() -> Files:
    """The folders; none where no nodes are installed."""
    from nodegraph.node_api.runtime import installed

    return installed().open_files([])


def kind_of(param: Param) -> str:
    """What kind of model file a parameter names, empty for none."""
    return param.file.removeprefix("model:") if param.file.startswith("model:") else param.choices_from


def choices_of(param: Param) -> tuple[str, ...]:
    """Everything that the parameter may be: its fixed names, then the files there are now."""
    kind = kind_of(param)
    files = tuple(model_files().names(kind)) if kind else ()
    return (*param.choices, *(name for name in files if name not in param.choices))
