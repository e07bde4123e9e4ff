"""Comparing sigmas with borders. Borders count as inside.

Sigmas of a schedule and borders made by `percent_to_sigma` are the same by design at many places (with sgm_uniform at
50 steps, the fifth step begins at 10 %) and differ there by the rounding of float32, so that they are compared with a
relative tolerance, here and nowhere else.
"""

import math

BORDER = 1e-5
"""Relative difference below which two sigmas are one. Rounding of float32 timesteps makes 1e-6; neighbouring sigmas
come so close only in schedules of more than 10,000 steps."""


def same_sigma(sigma: float, other: float) -> bool:
    """Whether two sigmas are one but for rounding."""
    return math.isclose(sigma, other, rel_tol=BORDER)


def at_or_above(sigma: float, border: float) -> bool:
    """Whether a sigma is at a border or above it."""
    return sigma >= border or same_sigma(sigma, border)


def is_within(sigma: float, start: float, end: float) -> bool:
    """Whether a sigma lies from `start` down to `end`."""
    return at_or_above(start, sigma) and at_or_above(sigma, end)
