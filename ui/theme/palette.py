"""Colours by what they mean, for three themes; every pair that carries text is held to its contrast by a test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from PySide6.QtGui import QColor, QPalette


@dataclass(frozen=True, eq=False)
class Theme:
    """One set of colours, all as `#rrggbb`.

    `canvas`, `node` and `raised` are the three surfaces, `field` is a well in a node; `hues` belong to socket
    types, `categories` to the line under a node's title. `shadow` is the opacity of the one soft shadow.
    """

    name: str
    dark: bool
    canvas: str
    node: str
    raised: str
    field: str
    field_hover: str
    hairline: str
    outline: str
    far: str
    grid: str
    text: str
    muted: str
    accent: str
    on_accent: str
    error: str
    warning: str
    done: str
    bypass: str
    frame: str
    note: str
    shadow: float
    hues: Mapping[str, str]
    categories: Mapping[str, str]

    def color(self, name: str, alpha: float = 1.0) -> QColor:
        """The colour of that name, with an opacity from 0 to 1."""
        found = QColor(getattr(self, name))
        found.setAlphaF(alpha)
        return found

    def qt_palette(self) -> QPalette:
        """The same colours for Qt's own widgets."""
        palette = QPalette()
        role = QPalette.ColorRole
        for names, value in (
            ((role.Window, role.AlternateBase), self.node),
            ((role.Base,), self.field),
            ((role.Button, role.ToolTipBase), self.raised),
            ((role.WindowText, role.Text, role.ButtonText, role.ToolTipText), self.text),
            ((role.PlaceholderText,), self.muted),
            ((role.Highlight, role.Accent, role.Link), self.accent),
            ((role.HighlightedText, role.BrightText), self.on_accent),
            ((role.Mid, role.Dark, role.Shadow), self.hairline),
            ((role.Light, role.Midlight), self.raised),
        ):
            for name in names:
                palette.setColor(name, QColor(value))
        for name in (role.WindowText, role.Text, role.ButtonText):
            palette.setColor(QPalette.ColorGroup.Disabled, name, QColor(self.muted))
        return palette


def _map(**values: str) -> Mapping[str, str]:
    return MappingProxyType(values)


DARK = Theme(
    name="Dark",
    dark=True,
    canvas="#18181a",
    node="#27272a",
    raised="#323236",
    field="#1d1d20",
    field_hover="#2f2f33",
    hairline="#3a3a3f",
    outline="#404046",
    far="#34343a",
    grid="#2c2c30",
    text="#ececef",
    muted="#a3a3ab",
    accent="#6d8cff",
    on_accent="#0d0f16",
    error="#ff5a52",
    warning="#f0a830",
    done="#7f9f8a",
    bypass="#b58cff",
    frame="#8a8a94",
    note="#2d2c27",
    shadow=0.34,
    hues=_map(
        Model="#b39ddb",
        Clip="#ffd500",
        Conditioning="#ffa931",
        Latent="#ff9cf9",
        Image="#64b5f6",
        Mask="#81c784",
        Vae="#ff6e6e",
        ControlNet="#6ee7b7",
        Sigmas="#cddc74",
        Noise="#b0a090",
        Int="#9fb4c7",
        Float="#a9c2a4",
        Text="#c9b79c",
        Bool="#b3a3b8",
    ),
    categories=_map(
        loaders="#b39ddb",
        conditioning="#e0983a",
        latent="#d987d4",
        sampling="#7f8cc9",
        image="#5a9fd6",
        mask="#74b077",
        output="#7d9a8f",
        control="#62c9a1",
        utility="#8b8b95",
    ),
)

LIGHT = Theme(
    name="Light",
    dark=False,
    canvas="#e8e8ea",
    node="#f9f9fa",
    raised="#ffffff",
    field="#ececef",
    field_hover="#e2e2e6",
    hairline="#d3d3d8",
    outline="#bfbfc6",
    far="#fbfbfc",
    grid="#d6d6da",
    text="#1c1c1f",
    muted="#5f5f67",
    accent="#3d5be0",
    on_accent="#ffffff",
    error="#c9271e",
    warning="#9a6200",
    done="#3f7352",
    bypass="#7a46d1",
    frame="#7b7b85",
    note="#fbf6e4",
    shadow=0.14,
    hues=_map(
        Model="#7e5fc4",
        Clip="#967a00",
        Conditioning="#b86800",
        Latent="#c2489f",
        Image="#1f7ac2",
        Mask="#3b8a42",
        Vae="#d04545",
        ControlNet="#12875f",
        Sigmas="#6f7d12",
        Noise="#7d6c5a",
        Int="#547089",
        Float="#567a50",
        Text="#86693a",
        Bool="#75607c",
    ),
    categories=_map(
        loaders="#8a6fc9",
        conditioning="#cf8426",
        latent="#c763b2",
        sampling="#5f6fb8",
        image="#3787c7",
        mask="#539a58",
        output="#5f8577",
        control="#2f9c74",
        utility="#8b8b95",
    ),
)

CONTRAST = Theme(
    name="High contrast",
    dark=True,
    canvas="#000000",
    node="#0c0c0c",
    raised="#1a1a1a",
    field="#000000",
    field_hover="#2a2a2a",
    hairline="#8c8c8c",
    outline="#e0e0e0",
    far="#3a3a3a",
    grid="#262626",
    text="#ffffff",
    muted="#d6d6d6",
    accent="#4de1ff",
    on_accent="#000000",
    error="#ff8a80",
    warning="#ffc94d",
    done="#8dffb1",
    bypass="#dcb8ff",
    frame="#e0e0e0",
    note="#1c1a08",
    shadow=0.0,
    hues=_map(
        **{
            **DARK.hues,
            "Model": "#cbb8ff",
            "Vae": "#ff8c8c",
            "Noise": "#d9c7b3",
            "Bool": "#dcc8e2",
            "Int": "#c4dbf0",
        }
    ),
    categories=DARK.categories,
)

THEMES: tuple[Theme, ...] = (DARK, LIGHT, CONTRAST)
"""Every theme, the default first."""
