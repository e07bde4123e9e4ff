"""Every solver by name, with what it needs besides the denoiser."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from nodes.sampling.solvers import (
    dpm_solver,
    dpmpp,
    dpmpp_sde,
    er_sde,
    euler,
    heun,
    multistep,
    one_step,
    res,
    sa,
    seeds,
    unipc,
)

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Solver:
    """A solver function and how it must be called.

    `noise`: fresh at each step, or one Brownian path on the CPU or on the latent's device.
    `starts_below_one`: it works in ln(alpha / sigma), so that a flow's first sigma of 1 is moved to just
    below. `last_sigma`: where it stops instead of at 0.
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


def _in_log_snr(
    solve: "Callable[..., Tensor]", noise: Literal["fresh", "brownian", "brownian_on_device"] = "fresh"
) -> Solver:
    return Solver(solve, noise, starts_below_one=True)


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
        "lms": Solver(multistep.lms),
        "ipndm": Solver(multistep.ipndm),
        "ipndm_v": Solver(multistep.ipndm_v),
        "deis": Solver(multistep.deis),
        "dpm_fast": Solver(dpm_solver.dpm_fast),
        "dpm_adaptive": Solver(dpm_solver.dpm_adaptive),
        "res_multistep": Solver(res.res_multistep),
        "res_multistep_cfg_pp": Solver(res.res_multistep_cfg_pp),
        "res_multistep_ancestral": Solver(res.res_multistep_ancestral),
        "res_multistep_ancestral_cfg_pp": Solver(res.res_multistep_ancestral_cfg_pp),
        "exp_heun_2_x0": _in_log_snr(seeds.exp_heun_2_x0),
        "exp_heun_2_x0_sde": _in_log_snr(seeds.exp_heun_2_x0_sde),
        "dpmpp_sde": _in_log_snr(dpmpp_sde.dpmpp_sde, "brownian"),
        "dpmpp_sde_gpu": _in_log_snr(dpmpp_sde.dpmpp_sde, "brownian_on_device"),
        "dpmpp_2m_sde": _in_log_snr(dpmpp_sde.dpmpp_2m_sde, "brownian"),
        "dpmpp_2m_sde_gpu": _in_log_snr(dpmpp_sde.dpmpp_2m_sde, "brownian_on_device"),
        "dpmpp_2m_sde_heun": _in_log_snr(dpmpp_sde.dpmpp_2m_sde_heun, "brownian"),
        "dpmpp_2m_sde_heun_gpu": _in_log_snr(dpmpp_sde.dpmpp_2m_sde_heun, "brownian_on_device"),
        "dpmpp_3m_sde": _in_log_snr(dpmpp_sde.dpmpp_3m_sde, "brownian"),
        "dpmpp_3m_sde_gpu": _in_log_snr(dpmpp_sde.dpmpp_3m_sde, "brownian_on_device"),
        "er_sde": _in_log_snr(er_sde.er_sde),
        "seeds_2": _in_log_snr(seeds.seeds_2),
        "seeds_3": _in_log_snr(seeds.seeds_3),
        "sa_solver": _in_log_snr(sa.sa_solver),
        "sa_solver_pece": _in_log_snr(sa.sa_solver_pece),
        "ddim": Solver(euler.euler),
        "uni_pc": Solver(unipc.uni_pc, last_sigma=0.001),
        "uni_pc_bh2": Solver(unipc.uni_pc_bh2, last_sigma=0.001),
    }
)
