"""Colours: what "red" is, how it is shaded, and how each light tints sky and land."""

from __future__ import annotations

from dataclasses import dataclass

Rgb = tuple[int, int, int]

PAINT: dict[str, Rgb] = {
    "red": (222, 52, 54),
    "orange": (245, 134, 36),
    "yellow": (252, 207, 58),
    "green": (48, 158, 82),
    "blue": (46, 108, 218),
    "purple": (128, 72, 190),
    "pink": (246, 134, 182),
    "brown": (130, 80, 48),
    "white": (250, 249, 246),
    "black": (42, 42, 50),
}
CREAM: Rgb = (255, 244, 222)
WOOD: Rgb = (122, 82, 58)
INK: Rgb = (38, 34, 52)
SHADE: Rgb = (46, 34, 84)
LEAF: Rgb = (74, 150, 92)
WHITE: Rgb = (255, 255, 255)


def mix(one: Rgb, other: Rgb, share: float) -> Rgb:
    """`one` with `share` (0..1) of `other` in it."""
    return (
        round(one[0] + (other[0] - one[0]) * share),
        round(one[1] + (other[1] - one[1]) * share),
        round(one[2] + (other[2] - one[2]) * share),
    )


@dataclass(frozen=True)
class Tones:
    """One paint in the shades a shape is built from, light to deep."""

    light: Rgb
    main: Rgb
    dark: Rgb
    deep: Rgb


def tones(colour: str, light: str) -> Tones:
    """The shades of a named colour; only slightly tinted by the light so that it stays unmistakable."""
    tint, share = SUBJECT_TINT[light]
    main = mix(PAINT[colour], tint, share)
    lift = 0.16 if colour == "black" else 0.24
    return Tones(mix(main, WHITE, lift), main, mix(main, SHADE, 0.2), mix(main, SHADE, 0.42))


SUBJECT_TINT: dict[str, tuple[Rgb, float]] = {
    "day": (WHITE, 0.0),
    "sunset": ((255, 120, 60), 0.05),
    "night": ((36, 40, 110), 0.13),
    "dawn": ((255, 214, 220), 0.06),
    "rain": ((96, 112, 134), 0.1),
}

SKY: dict[str, tuple[Rgb, Rgb, Rgb]] = {  # at the top, half way, at the horizon
    "day": ((94, 178, 236), (150, 210, 244), (224, 242, 246)),
    "sunset": ((104, 62, 140), (232, 96, 100), (255, 190, 96)),
    "night": ((18, 22, 62), (34, 40, 98), (64, 68, 138)),
    "dawn": ((168, 176, 228), (236, 190, 214), (255, 232, 204)),
    "rain": ((96, 110, 132), (126, 142, 162), (166, 180, 194)),
}
LAND_TINT: dict[str, tuple[Rgb, float]] = {
    "day": (WHITE, 0.0),
    "sunset": ((186, 70, 84), 0.25),
    "night": ((24, 28, 90), 0.46),
    "dawn": ((236, 190, 216), 0.32),
    "rain": ((92, 106, 128), 0.28),
}
LAND: dict[str, tuple[Rgb, Rgb, Rgb]] = {  # far, middle, near
    "meadow": ((158, 206, 128), (132, 194, 98), (110, 178, 82)),
    "desert": ((246, 214, 150), (240, 196, 120), (230, 178, 98)),
    "snow": ((214, 230, 244), (232, 242, 250), (246, 250, 254)),
    "sea": ((64, 156, 196), (44, 136, 184), (30, 116, 168)),
    "city": ((178, 174, 192), (142, 140, 164), (112, 112, 136)),
}


def land(ground: str, light: str) -> tuple[Rgb, Rgb, Rgb]:
    """The three layers of a ground in a light, far to near."""
    far, middle, near = LAND[ground]
    return tinted(far, light), tinted(middle, light), tinted(near, light)


def tinted(colour: Rgb, light: str) -> Rgb:
    """A colour of the surroundings as it looks in a light."""
    tint, share = LAND_TINT[light]
    return mix(colour, tint, share)
