"""The sigma space of a network: its family's, what its folder says, or what an artist asks for."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, cast

from nodegraph.support.errors import LoadError
from nodes.sampling.catalogue import SIGMA_SPACES, space_from_scheduler
from nodes.sampling.spaces import DiscreteSpace

if TYPE_CHECKING:
    from nodes.models.architectures.family import Facts
    from nodes.sampling.predictions import PredictionKind
    from nodes.sampling.spaces import SigmaSpace
    from nodes.types import Scalar


def space_of(facts: Facts, options: tuple[tuple[str, Scalar], ...] = ()) -> SigmaSpace:
    """The sigma space of a network; `options` are those of a `Model`: space, prediction, zsnr, shift, mu."""
    given = dict(options)
    name = given.get("space")
    if name:
        space = SIGMA_SPACES[str(name)]
    elif facts.scheduler is not None:
        space = space_from_scheduler(facts.scheduler, SIGMA_SPACES[facts.space])
    else:
        space = SIGMA_SPACES[facts.space]
    if isinstance(space, DiscreteSpace) and given.get("zsnr"):
        space = replace(space, zero_snr=True)
    if given.get("prediction"):
        space = replace(space, prediction=cast("PredictionKind", given["prediction"]))
    known = {field.name for field in fields(space)}
    for name in ("shift", "mu"):
        value = given.get(name)
        if value is not None:
            if name not in known:
                raise LoadError("This model's noise levels have no {name} to set.", name=name)
            space = cast("SigmaSpace", replace(cast("Any", space), **{name: float(value)}))
    return space
