"""The sigma space of a network: its family's, what its folder says, or what an artist asks for."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, cast

from nodegraph.support.errors import LoadError
from nodes.sampling.catalogue import SIGMA_SPACES, space_from_scheduler
from nodes.sampling.distilled import DistilledSpace
from nodes.sampling.spaces import ContinuousSpace, DiscreteSpace

if TYPE_CHECKING:
    from collections.abc import Mapping

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
        space = _scheduled(facts.scheduler, SIGMA_SPACES[facts.space])
    else:
        space = SIGMA_SPACES[facts.space]
    if facts.levels is not None and isinstance(space, ContinuousSpace) and not name:
        space = replace(space, low=facts.levels[0], high=facts.levels[1])
    if isinstance(space, DiscreteSpace) and given.get("zsnr"):
        space = replace(space, zero_snr=True)
    if given.get("prediction") == "lcm":
        if not isinstance(space, DiscreteSpace):
            raise LoadError("This model's noise levels are not those of an LCM; choose another prediction.")
        space = DistilledSpace("eps", variances=space.variances, zero_snr=space.zero_snr)
    elif given.get("prediction"):
        space = replace(space, prediction=cast("PredictionKind", given["prediction"]))
    known = {field.name for field in fields(space)}
    for name in ("shift", "mu"):
        value = given.get(name)
        if value is not None:
            if name not in known:
                raise LoadError("This model's noise levels have no {name} to set.", name=name)
            space = cast("SigmaSpace", replace(cast("Any", space), **{name: float(value)}))
    return space


def _scheduled(scheduler: Mapping[str, Any], family: SigmaSpace) -> SigmaSpace:
    """The space that a folder's scheduler describes; raises LoadError for settings that describe none."""
    try:
        return space_from_scheduler(scheduler, family)
    except (ValueError, TypeError, ArithmeticError, LookupError, RuntimeError) as error:
        reason = str(error).partition("\n")[0][:200]
        raise LoadError(
            "The model's scheduler_config.json describes no noise levels ({reason}): take the file from the model's "
            "own repository.",
            reason=reason,
        ) from error
