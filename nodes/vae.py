"""Between pictures and latents."""

from __future__ import annotations

from typing import Annotated

from nodegraph import Context, Help, node
from nodes.types import Image, Latent, Vae

TheVae = Annotated[Vae, Help("The autoencoder; that of the model the latent is for.")]


@node("VAEEncode", title="Encode picture", category="latent", keywords=("vae", "image to image", "img2img"))
def vae_encode(
    ctx: Context,
    image: Annotated[Image, Help("The picture; edges beyond a multiple of 8 pixels are cut.")],
    vae: TheVae,
) -> Latent:
    """Turn a picture into a latent, to let a sampler redraw it."""
    ctx.check()
    return Latent(ctx.models.get(vae).encode(image))


@node("VAEDecode", title="Decode picture", category="latent", keywords=("vae", "picture", "image"))
def vae_decode(
    ctx: Context,
    latent: Annotated[Latent, Help("The latent that a sampler made.")],
    vae: TheVae,
) -> Image:
    """Turn a latent into the picture that it stands for. The last node before saving."""
    ctx.check()
    image: Image = ctx.models.get(vae).decode(latent.samples)
    return image
