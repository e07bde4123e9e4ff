"""The colours of one picture brought to those of another."""

from __future__ import annotations

import torch
from torch import Tensor

from nodes.images.colour import RGB_TO_XYZ
from nodes.images.light import to_display, to_linear

METHODS = ("mkl", "reinhard", "histogram")
BINS = 4096
_EPSILON, _KAPPA = 216 / 24389, 24389 / 27


def matched(colour: Tensor, reference: Tensor, method: str) -> Tensor:
    """One picture `[H, W, 3]` with the colours of another of any size, display values; not clipped.

    "reinhard" moves mean and spread of each CIE Lab channel (Reinhard et al. 2001, in Lab), "mkl" mean and covariance
    of red, green and blue at once by the linear map that moves colours least (Pitie and Kokaram 2007), "histogram"
    the whole distribution of each channel.
    """
    if method == "reinhard":
        return from_lab(_moments(to_lab(colour), to_lab(reference)))
    if method == "mkl":
        return _linear_map(colour, reference)
    return torch.stack([_by_rank(colour[..., c], reference[..., c]) for c in range(3)], dim=-1)


def to_lab(colour: Tensor) -> Tensor:
    """CIE Lab, white D65, of display values `[..., 3]`."""
    matrix = torch.tensor(RGB_TO_XYZ)
    xyz = to_linear(colour) @ matrix.T / matrix.sum(1)
    bent = torch.where(xyz > _EPSILON, xyz.clamp(min=1e-12).pow(1 / 3), (_KAPPA * xyz + 16) / 116)
    x, y, z = bent.unbind(-1)
    return torch.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], dim=-1)


def from_lab(lab: Tensor) -> Tensor:
    """Display values of CIE Lab; colours that a display cannot show are clipped."""
    lightness, a, b = lab.unbind(-1)
    y = (lightness + 16) / 116
    bent = torch.stack([y + a / 500, y, y - b / 200], dim=-1)
    xyz = torch.where(bent.pow(3) > _EPSILON, bent.pow(3), (116 * bent - 16) / _KAPPA)
    matrix = torch.tensor(RGB_TO_XYZ)
    return to_display((xyz * matrix.sum(1)) @ torch.linalg.inv(matrix).T)


def _moments(values: Tensor, reference: Tensor) -> Tensor:
    """Each channel with the mean and the standard deviation of the reference's; a flat channel only moves."""
    flat, other = values.reshape(-1, 3), reference.reshape(-1, 3)
    spread, wanted = flat.std(0, correction=0), other.std(0, correction=0)
    factor = torch.where(spread > 1e-6, wanted / spread.clamp(min=1e-6), 1.0)
    return (values - flat.mean(0)) * factor + other.mean(0)


def _linear_map(colour: Tensor, reference: Tensor) -> Tensor:
    flat, other = colour.reshape(-1, 3).double(), reference.reshape(-1, 3).double()
    mean, wanted_mean = flat.mean(0), other.mean(0)
    # A little of the identity keeps pictures of one hue, whose covariance has no inverse, where they are.
    small = 1e-8 * torch.eye(3, dtype=torch.float64)
    root = _square_root(_covariance(flat) + small)
    inverse = torch.linalg.inv(root)
    middle = _square_root(root @ (_covariance(other) + small) @ root)
    matrix = inverse @ middle @ inverse
    done: Tensor = ((colour - mean.float()) @ matrix.T.float()) + wanted_mean.float()
    return done


def _covariance(flat: Tensor) -> Tensor:
    centred = flat - flat.mean(0)
    return centred.T @ centred / len(flat)


def _square_root(matrix: Tensor) -> Tensor:
    """The symmetric square root of a symmetric matrix without negative eigenvalues."""
    values, vectors = torch.linalg.eigh((matrix + matrix.T) / 2)
    root: Tensor = vectors @ torch.diag(values.clamp(min=0).sqrt()) @ vectors.T
    return root


def _by_rank(plane: Tensor, reference: Tensor) -> Tensor:
    """Each value replaced by the reference's of the same rank; equal values stay equal."""
    places = torch.linspace(0, 1, BINS)
    own = _shares(plane)
    wanted = _shares(reference)
    at = torch.searchsorted(wanted, own).clamp(1, BINS - 1)
    low, high = wanted[at - 1], wanted[at]
    share = ((own - low) / (high - low).clamp(min=1e-9)).clamp(0, 1)
    table = torch.lerp(places[at - 1], places[at], share)
    index = plane.clamp(0, 1).mul(BINS - 1).round().long()
    return table[index]


def _shares(plane: Tensor) -> Tensor:
    """`[BINS]`: the share of a plane's values that lie below the middle of each bin's own values."""
    counts = torch.bincount(plane.clamp(0, 1).mul(BINS - 1).round().long().flatten(), minlength=BINS).double()
    return ((counts.cumsum(0) - counts / 2) / plane.numel()).float()
