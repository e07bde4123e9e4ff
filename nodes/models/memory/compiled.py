"""Networks whose forwards torch.compile has made: the same weights, patches and blocks, in code for this machine.

Only forwards are replaced, for one call at a time. So weights that are swapped beneath them and blocks that come and
go need nothing of their own, and what changes a network for a call finds it as it was.
"""

from __future__ import annotations

import importlib.util
import logging
import os
import shutil
import sys
import sysconfig
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import nn

from nodegraph import GraphError

OPTION = "compile"
"""The option of a `Model` that names a scope."""

SCOPES = ("blocks", "network")
VARIANTS = 64
"""How often a function is compiled anew for other sizes and other networks before torch runs it as it is."""

COMPILERS = {
    "win32": ("cl", "the C++ build tools of Visual Studio, and start this program from their prompt"),
    "darwin": ("clang++", "the command line tools (xcode-select --install)"),
    "linux": ("g++", "the package g++"),
}
"""By system, what torch calls, and what to install where it is missing."""

Forwards = Sequence[tuple[nn.Module, Callable[..., Any]]]
"""Modules and what they compute instead of their own."""


def compiled(network: nn.Module, scope: str, visiting: Iterable[str]) -> Forwards:
    """What a network computes instead once it is compiled; torch does the work at the first call.

    `visiting` names its blocks whose weights come and go. They come before a block's forward and leave after it, so
    that a piece which has such blocks inside is not compiled.
    """
    torch._dynamo.config.recompile_limit = VARIANTS
    # It warns of a CUDA compiler without a graphics card, which says nothing to an artist.
    logging.getLogger("torch.utils.cpp_extension").setLevel(logging.ERROR)
    inside = tuple(visiting)
    if scope == "network" and not inside:
        return [(network, torch.compile(network.forward))]
    return [
        (block, torch.compile(block.forward))
        for name, block in repeated(network)
        if not any(lead.startswith(f"{name}.") for lead in inside)
    ]


def repeated(network: nn.Module) -> list[tuple[str, nn.Module]]:
    """The blocks that make up most of a network, by name: those that diffusers says repeat, else the members of its
    outermost lists."""
    classes = getattr(network, "_repeated_blocks", None) or ()
    found = [(name, module) for name, module in network.named_modules() if type(module).__name__ in classes]
    if found:
        return found
    lists = [name for name, module in network.named_modules() if isinstance(module, nn.ModuleList)]
    outer = [name for name in lists if not any(name.startswith(f"{other}.") for other in lists)]
    return [
        (f"{name}.{number}", m)
        for name in outer
        for number, m in network.get_submodule(name).named_children()
    ]


@contextmanager
def running(forwards: Forwards) -> Iterator[None]:
    """Compiled forwards in the place of a network's own; GraphError where torch cannot compile them."""
    for module, forward in forwards:
        module.__dict__["forward"] = forward
    try:
        yield
    except torch._dynamo.exc.TorchDynamoException as error:
        reason = next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)
        raise GraphError(
            "This model cannot be compiled here; bypass the node that compiles it. ({reason})", reason=reason
        ) from error
    finally:
        for module, _ in forwards:
            module.__dict__.pop("forward", None)


def missing(device: str) -> str | None:
    """What torch.compile lacks on this machine and how to get it, in a sentence; None where it has all."""
    name, package = COMPILERS.get(sys.platform, COMPILERS["linux"])
    if device == "cuda" and importlib.util.find_spec("triton") is None:
        return "Compiling for this device needs the package triton, which is not installed: install it"
    if device == "cuda" and sys.platform == "win32":
        return None
    wanted = os.environ.get("CXX", name)
    if shutil.which(wanted) is None:
        return f"Compiling needs a C++ compiler, and {wanted} is not there: install {package}"
    if not Path(sysconfig.get_paths()["include"], "Python.h").is_file():
        return (
            "Compiling needs Python's header files, and they are not there: install the package python3-dev"
        )
    return None
