"""Classes of diffusers' networks, imported without the libraries that diffusers loads beside them.

Importing one network class of diffusers imports all its network modules, and with them peft, transformers' modelling
code, scipy, sympy and the compiler front end of torch (torch._dynamo): most of the processor time of a first picture.
Networks run without any of it, and diffusers has no option to leave it out. So while its network modules are imported
for the first time, these libraries appear to be missing, and modules of torch that are only needed by a compiler are
replaced by stand-ins that import the real module when an attribute of it is used.

Afterwards everything is as it was: pipelines imported later find the libraries, torch.compile imports the real
torch._dynamo. `tests/nodes/models/test_diffusers_classes.py` fails where a new version of diffusers changes this.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache, wraps
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

HIDDEN = (
    "peft",
    "transformers",
    "torchvision",
    "scipy",
    "bitsandbytes",
    "torchao",
    "optimum_quanto",
    "nvidia_modelopt",
)
"""Libraries that diffusers' networks import where they are installed, and do without where they are not."""
COMPILER = "torch._dynamo"


def diffusers_class(module: str, name: str) -> Any:
    """The class `name` of `diffusers.models.<module>`."""
    _import_networks()
    return getattr(importlib.import_module(f"diffusers.models.{module}"), name)


@lru_cache(maxsize=1)
def _import_networks() -> None:
    """Import the network modules of diffusers without the libraries in `HIDDEN`.

    Where they are loaded already, as in a program that uses diffusers' pipelines, nothing is changed.
    """
    if "diffusers.models.modeling_utils" in sys.modules:
        return
    with _replaced(_StandIn(COMPILER, allow_in_graph=_undecorated, disable=_undecorated)):
        flags = importlib.import_module("diffusers.utils.import_utils")
        # What this package offers depends on what is installed when it is imported; pipelines need all of it.
        importlib.import_module("diffusers.loaders")
        with _hidden(flags):
            importlib.import_module("diffusers.models.unets.unet_2d_condition")
            importlib.import_module("diffusers.models.autoencoders.autoencoder_kl")
            importlib.import_module("diffusers.models.controlnets.controlnet")
    _scale_without_peft()


class _StandIn(ModuleType):
    """A module of torch by name; attributes other than those given are those of the real one, imported by then."""

    def __init__(self, name: str, **given: object) -> None:
        super().__init__(name)
        self.__spec__ = ModuleSpec(name, None)
        vars(self).update(given)

    def __getattr__(self, name: str) -> Any:
        if sys.modules.get(self.__name__) is self or name.startswith("__"):
            raise AttributeError(f"{self.__name__}.{name} is not available while diffusers is imported")
        return getattr(importlib.import_module(self.__name__), name)


@contextmanager
def _replaced(stand_in: _StandIn) -> Iterator[None]:
    name = stand_in.__name__
    if name in sys.modules:
        yield
        return
    parent, _, last = name.rpartition(".")
    importlib.import_module(parent)
    sys.modules[name] = stand_in
    try:
        yield
    finally:
        del sys.modules[name]
        vars(sys.modules[parent]).pop(last, None)


@contextmanager
def _hidden(flags: ModuleType) -> Iterator[None]:
    """Make the libraries look as if they were not installed, for diffusers' flags and for plain imports."""
    kept = {name: vars(flags)[name] for lib in HIDDEN if (name := f"_{lib}_available") in vars(flags)}
    loaded = {lib: sys.modules.get(lib) for lib in HIDDEN}
    vars(flags).update(dict.fromkeys(kept, False))
    sys.modules.update(dict.fromkeys(HIDDEN))  # type: ignore[arg-type]  # None: importing it raises ImportError
    try:
        yield
    finally:
        vars(flags).update(kept)
        for library, module in loaded.items():
            if module is None:
                del sys.modules[library]
            else:
                sys.modules[library] = module


def _scale_without_peft() -> None:
    """Keep each call of a network from importing peft only to find that there is no LoRA scale to apply."""
    utils = importlib.import_module("diffusers.utils.peft_utils")
    for name in ("scale_lora_layers", "unscale_lora_layers"):
        setattr(utils, name, _unless_one(getattr(utils, name)))


def _unless_one(scale: Callable[..., None]) -> Callable[..., None]:
    @wraps(scale)
    def scaled(model: Any, weight: float | None = None) -> None:
        if weight != 1.0:
            scale(model, weight)

    return scaled


def _undecorated(function: Any = None, *_: Any, **__: Any) -> Any:
    """A decorator, with arguments or without, that returns what it decorates."""
    return _undecorated if function is None else function
