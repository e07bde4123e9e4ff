"""White balance, hue and saturation, vibrance and split toning."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from nodes.images.light import luma

NEUTRAL_KELVIN = 6500.0
RANGES = ("all", "reds", "yellows", "greens", "cyans", "blues", "magentas")
"""The middle of each range of hues after "all" lies 60 degrees after the one before, reds at 0."""

RGB_TO_XYZ = (
    (0.4123907993, 0.3575843394, 0.1804807884),
    (0.2126390059, 0.7151686788, 0.0721923154),
    (0.0193308187, 0.1191947798, 0.9505321522),
)
"""Linear sRGB to CIE XYZ of D65 (IEC 61966-2-1, from its primaries and white point)."""

BRADFORD = ((0.8951, 0.2664, -0.1614), (-0.7502, 1.7135, 0.0367), (0.0389, -0.0685, 1.0296))
"""CIE XYZ to the responses of the Bradford adaptation."""


def _planck(kelvin: float) -> tuple[float, float]:
    """CIE 1960 u, v of a black body (Krystek 1985, valid for 1000 to 15000 K)."""
    square = kelvin * kelvin
    u = (0.860117757 + 1.54118254e-4 * kelvin + 1.28641212e-7 * square) / (
        1 + 8.42420235e-4 * kelvin + 7.08145163e-7 * square
    )
    v = (0.317398726 + 4.22806245e-5 * kelvin + 4.20481691e-8 * square) / (
        1 - 2.89741816e-5 * kelvin + 1.61456053e-7 * square
    )
    return u, v


def white_of(kelvin: float, tint: float) -> tuple[float, float, float]:
    """CIE XYZ, Y = 1, of light at a colour temperature; `tint` moves it 0.0005 in CIE 1960 u, v at right angles to the
    black bodies, above 0 toward green."""
    u, v = _planck(kelvin)
    before, after = _planck(kelvin - 1), _planck(kelvin + 1)
    du, dv = after[0] - before[0], after[1] - before[1]
    length = math.hypot(du, dv)
    # The locus runs to lower u as it becomes bluer; the normal with a rising v points toward green.
    u, v = u + 5e-4 * tint * dv / length, v - 5e-4 * tint * du / length
    x, y = 3 * u / (2 * u - 8 * v + 4), 2 * v / (2 * u - 8 * v + 4)
    return x / y, 1.0, (1 - x - y) / y


def balance_matrix(kelvin: float, tint: float) -> Tensor:
    """`[3, 3]` in linear sRGB that makes light of a temperature and tint look as 6500 K (Bradford adaptation)."""
    to_xyz = torch.tensor(RGB_TO_XYZ, dtype=torch.float64)
    bradford = torch.tensor(BRADFORD, dtype=torch.float64)
    source = bradford @ torch.tensor(white_of(kelvin, tint), dtype=torch.float64)
    target = bradford @ torch.tensor(white_of(NEUTRAL_KELVIN, 0), dtype=torch.float64)
    adapted = torch.linalg.inv(bradford) @ torch.diag(target / source) @ bradford
    matrix: Tensor = torch.linalg.inv(to_xyz) @ adapted @ to_xyz
    return matrix.float()


def balanced(light: Tensor, kelvin: float, tint: float) -> Tensor:
    """Linear light taken under light of `kelvin` and `tint`, as it would be under 6500 K: above 6500 it turns warmer.

    `tint` is in steps of 0.0005 away from the black bodies; above 0 the picture turns toward magenta.
    """
    return light @ balance_matrix(kelvin, tint).T


def to_hsl(colour: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Hue in degrees, 0..360, saturation and lightness, 0..1, each `[...]`, of display values `[..., 3]`."""
    red, green, blue = colour.unbind(-1)
    high, low = colour.amax(-1), colour.amin(-1)
    chroma = high - low
    safe = torch.where(chroma > 0, chroma, 1.0)
    hue = torch.where(
        high == red,
        ((green - blue) / safe) % 6,
        torch.where(high == green, (blue - red) / safe + 2, (red - green) / safe + 4),
    )
    lightness = (high + low) / 2
    room = 1 - (high + low - 1).abs()
    saturation = torch.where(chroma > 0, chroma / torch.where(room > 0, room, 1.0), 0.0)
    return torch.where(chroma > 0, hue * 60, 0.0), saturation.clamp(0, 1), lightness


def from_hsl(hue: Tensor, saturation: Tensor, lightness: Tensor) -> Tensor:
    """Display values `[..., 3]` of what `to_hsl` gives."""
    reach = saturation * torch.minimum(lightness, 1 - lightness)

    def channel(offset: float) -> Tensor:
        place = (hue / 30 + offset) % 12
        return lightness - reach * torch.minimum(place - 3, 9 - place).clamp(-1, 1)

    return torch.stack([channel(0), channel(8), channel(4)], dim=-1)


def range_weight(hue: Tensor, chroma: Tensor, name: str) -> Tensor:
    """How far a hue in degrees belongs to a range: 1 within 15 degrees of its middle, 0 beyond 45; all add up to 1.

    Greys have no hue: below a chroma of 0.05 the weight falls to 0.
    """
    if name == "all":
        return torch.ones_like(hue)
    middle = 60.0 * (RANGES.index(name) - 1)
    distance = ((hue - middle + 180) % 360 - 180).abs()
    return ((45 - distance) / 30).clamp(0, 1) * (chroma / 0.05).clamp(0, 1)


def shifted_hsl(colour: Tensor, name: str, hue: float, saturation: float, lightness: float) -> Tensor:
    """Display values with hue turned by degrees, saturation and lightness changed by -1..1, in one range of hues.

    Saturation above 0 is scaled up, lightness above 0 mixed with white and below 0 with black.
    """
    h, s, lit = to_hsl(colour)
    share = range_weight(h, colour.amax(-1) - colour.amin(-1), name)
    h = h + hue * share
    s = (s * (1 + saturation * share)).clamp(0, 1)
    lit = lit + lightness * share * ((1 - lit) if lightness > 0 else lit)
    return from_hsl(h, s, lit)


def vibrant(colour: Tensor, vibrance: float, saturation: float) -> Tensor:
    """Display values further from their brightness, or nearer to it: `vibrance` changes weak colours most.

    Both are -1..1. The factor is `(1 + saturation) * (1 + vibrance * (1 - chroma))`, chroma being max - min.
    """
    grey = luma(colour)
    chroma = colour.amax(-1, keepdim=True) - colour.amin(-1, keepdim=True)
    factor = (1 - chroma).mul_(vibrance).add_(1).mul_(1 + saturation)
    return torch.addcmul(grey, colour - grey, factor)


def split_toned(
    colour: Tensor,
    shadows: tuple[float, float, float],
    highlights: tuple[float, float, float],
    shadow_amount: float,
    highlight_amount: float,
    balance: float,
) -> Tensor:
    """Display values with the shadows' and the highlights' colour added, brightness kept.

    `balance`, -1..1, moves the tone where the two meet. What is added has a luma of 0; it fades to nothing at black
    and white, which cannot take a colour.
    """
    brightness = luma(colour)
    bright = (
        ((brightness + balance / 2).clamp(0, 1)).pow(2).mul(3 - 2 * (brightness + balance / 2).clamp(0, 1))
    )
    room = (4 * brightness * (1 - brightness)).clamp(0, 1)
    tints = [torch.tensor(tint) for tint in (shadows, highlights)]
    low, high = (tint - luma(tint) for tint in tints)
    return colour + room * (low * ((1 - bright) * shadow_amount) + high * (bright * highlight_amount))
