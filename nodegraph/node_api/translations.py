"""The translations of ComfyUI's node types that installed packages offer."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from nodegraph.node_api import packs
from nodegraph.node_api.packs import PackFault
from nodegraph.support.messages import Phrase
from nodegraph.support.user_dirs import cache_folder

GROUP = "nodegraph.comfyui"
"""The entry point group of modules with a mapping `SAME`; see nodegraph.formats.comfyui.node_mapping."""


@dataclass(frozen=True, slots=True)
class Offered:
    """The translations of installed packages by class name, and the packages that were skipped.

    `owners` names the package of each translation that is not of this program.
    """

    translations: Mapping[str, Callable[[Any], Any]]
    faults: tuple[PackFault, ...]
    owners: Mapping[str, str]


def offered() -> Offered:
    """What installed packages offer, looked up once; a package that fails costs only itself."""
    return _offered(tuple(sys.path))


@cache
def _offered(_path: tuple[str, ...]) -> Offered:
    found: dict[str, Callable[[Any], Any]] = {}
    owners: dict[str, str] = {}
    entries, faults = packs.offers(GROUP)
    tried = packs.probe("comfyui", [offer for offer in entries if not offer.own], cache_folder())
    for offer in entries:
        text = tried.get(offer, "")
        if isinstance(text, PackFault):
            faults.append(text)
            continue
        taken = [name for name in json.loads(text or "[]") if name in found]
        if taken:
            reason = Phrase("{name} is already translated", name=packs.printable(taken[0], 60))
            faults.append(packs.fault_of(offer, reason))
            continue
        translations = importlib.import_module(offer.module).SAME
        found.update(translations)
        if not offer.own:
            owners.update(
                dict.fromkeys(translations, packs.printable(offer.distribution or offer.module, 60))
            )
    return Offered(found, tuple(faults), owners)
