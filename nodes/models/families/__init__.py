"""One file for each family of models; a file that stands here is found."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nodes.models.family import Family


@cache
def families() -> dict[str, Family]:
    """Every family by name, in alphabetical order; their rules exclude each other."""
    modules = (import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__))
    found: list[Family] = [module.FAMILY for module in modules]
    return {family.name: family for family in found}
