"""One file for each kind of autoencoder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nodes.models.architectures.vaes import flux2, kl, wan

if TYPE_CHECKING:
    from nodes.models.architectures.vaes.kind import VaeKind
    from nodes.models.files.parts import Part, Shapes

KINDS: tuple[VaeKind, ...] = (wan.KIND, flux2.KIND, kl.KIND)
"""Every kind; the more special ones first."""


def vae_in(shapes: Shapes) -> Part | None:
    """The autoencoder that a bare network is, if any."""
    return next((part for kind in KINDS if (part := kind.recognise(shapes))), None)


def kind_of(part: Part) -> VaeKind:
    """The kind of a recognised autoencoder, which its settings and parameters tell."""
    if "z_dim" in part.config:
        return wan.KIND
    return flux2.KIND if "bn.running_mean" in part.pieces else kl.KIND
