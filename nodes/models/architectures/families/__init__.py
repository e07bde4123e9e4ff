"""One file for each family of models; a file that stands here is found."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nodes.models.architectures.family import Family


def names() -> tuple[str, ...]:
    """The names of all families, in alphabetical order; nothing of theirs is imported."""
    return tuple(sorted(found.name for found in pkgutil.iter_modules(__path__)))


@cache
def families() -> dict[str, Family]:
    """Every family by name, in alphabetical order; their rules exclude each other."""
    found: list[Family] = [import_module(f"{__name__}.{name}").FAMILY for name in names()]
    return {family.name: family for family in found}
