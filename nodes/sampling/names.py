"""Names of solvers, schedules and sigma spaces: plain strings, so that node specs need no torch."""

SAMPLERS: tuple[str, ...] = (
    "euler",
    "euler_cfg_pp",
    "euler_ancestral",
    "euler_ancestral_cfg_pp",
    "heun",
    "heunpp2",
    "exp_heun_2_x0",
    "exp_heun_2_x0_sde",
    "dpm_2",
    "dpm_2_ancestral",
    "lms",
    "dpm_fast",
    "dpm_adaptive",
    "dpmpp_2s_ancestral",
    "dpmpp_2s_ancestral_cfg_pp",
    "dpmpp_sde",
    "dpmpp_sde_gpu",
    "dpmpp_2m",
    "dpmpp_2m_cfg_pp",
    "dpmpp_2m_sde",
    "dpmpp_2m_sde_gpu",
    "dpmpp_2m_sde_heun",
    "dpmpp_2m_sde_heun_gpu",
    "dpmpp_3m_sde",
    "dpmpp_3m_sde_gpu",
    "ddpm",
    "lcm",
    "tcd",
    "ipndm",
    "ipndm_v",
    "deis",
    "res_multistep",
    "res_multistep_cfg_pp",
    "res_multistep_ancestral",
    "res_multistep_ancestral_cfg_pp",
    "gradient_estimation",
    "gradient_estimation_cfg_pp",
    "er_sde",
    "seeds_2",
    "seeds_3",
    "sa_solver",
    "sa_solver_pece",
    "ddim",
    "uni_pc",
    "uni_pc_bh2",
)

SCHEDULES: tuple[str, ...] = (
    "normal",
    "karras",
    "exponential",
    "sgm_uniform",
    "simple",
    "ddim_uniform",
    "beta",
    "linear_quadratic",
    "kl_optimal",
)

SPACES: tuple[str, ...] = (
    "sd15",
    "sd2",
    "sd2_v",
    "sdxl",
    "zsnr",
    "zsnr_v",
    "edm",
    "playground",
    "svd",
    "stable_audio",
    "cascade",
    "cascade_b",
    "sd3",
    "auraflow",
    "lumina2",
    "z_image",
    "flux",
    "flux_schnell",
    "flux2",
    "chroma",
    "qwen_image",
)


def needs_unconditional(sampler: str) -> bool:
    """Whether the solver steers by the unconditional prediction, so that cfg 1 must not skip it (CFG++)."""
    return "cfg_pp" in sampler


def drops_penultimate_sigma(sampler: str) -> bool:
    """Whether KSampler leaves out the last sigma before zero, which these solvers step across badly."""
    return sampler in ("dpm_2", "dpm_2_ancestral", "uni_pc", "uni_pc_bh2")


INVERTIBLE: tuple[str, ...] = (
    "euler",
    "ddim",
    "heun",
    "dpm_2",
    "lms",
    "ipndm",
    "ipndm_v",
    "dpmpp_2m",
    "res_multistep",
    "gradient_estimation",
)
"""Solvers that can also run from a picture back to noise: those that follow the ODE in either direction."""
