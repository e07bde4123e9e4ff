"""Every solver by name, with what it needs besides the denoiser."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from nodes.sampling.solvers import dpmpp, euler, heun, one_step

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Solver:
    """A solver function and how it must be called.

    `noise`: fresh at each step, or one Brownian path on the CPU or on the latent's device. `starts_below_one`: it works
    in ln(alpha / sigma), so that a flow's first sigma of 1 is moved to just below. `last_sigma`: where it stops
    instead of at 0.
    """

    solve: "Callable[..., Tensor]"
    noise: Literal["fresh", "brownian", "brownian_on_device"] = "fresh"
    starts_below_one: bool = False
    last_sigma: float = 0.0

    @property
    def options(self) -> tuple[str, ...]:
        """The solver's own keywords."""
        parameters = inspect.signature(self.solve).parameters.values()
        return tuple(p.name for p in parameters if p.kind is p.KEYWORD_ONLY)


SOLVERS: Mapping[str, Solver] = MappingProxyType(
    {
        "euler": Solver(euler.euler),
        "euler_cfg_pp": Solver(euler.euler_cfg_pp),
        "euler_ancestral": Solver(euler.euler_ancestral),
        "euler_ancestral_cfg_pp": Solver(euler.euler_ancestral_cfg_pp),
        "heun": Solver(heun.heun),
        "heunpp2": Solver(heun.heunpp2),
        "dpm_2": Solver(heun.dpm_2),
        "dpm_2_ancestral": Solver(heun.dpm_2_ancestral),
        "dpmpp_2s_ancestral": Solver(dpmpp.dpmpp_2s_ancestral),
        "dpmpp_2s_ancestral_cfg_pp": Solver(dpmpp.dpmpp_2s_ancestral_cfg_pp),
        "dpmpp_2m": Solver(dpmpp.dpmpp_2m),
        "dpmpp_2m_cfg_pp": Solver(dpmpp.dpmpp_2m_cfg_pp),
        "ddpm": Solver(one_step.ddpm),
        "lcm": Solver(one_step.lcm),
        "tcd": Solver(one_step.tcd),
        "gradient_estimation": Solver(euler.gradient_estimation),
        "gradient_estimation_cfg_pp": Solver(euler.gradient_estimation_cfg_pp),
        "ddim": Solver(euler.euler),
    }
)
