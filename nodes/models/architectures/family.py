"""What a family of models is: how its files look, and how its networks are made, conditioned and called."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from torch import Tensor, nn

    from nodes.models.files.parts import Part, Piece, Shapes
    from nodes.text_encoders.encode import Encoded


@dataclass(frozen=True)
class LatentFormat:
    """What the network sees of a latent: `(latent - shift) * scale`, at 1/`downscale` of the picture.

    `scales` and `shifts`, where given, are those of the single channels and take the place of the one for all.
    `patch` says that the channels hold squares of so many latent pixels a side of a finer latent.
    """

    channels: int = 4
    scale: float = 0.18215
    shift: float = 0.0
    downscale: int = 8
    scales: tuple[float, ...] = ()
    shifts: tuple[float, ...] = ()
    patch: int = 1

    def scaled(self, samples: Tensor) -> Tensor:
        """Raw latents `[B, C, h, w]` as the network knows them."""
        return (samples - self._all(samples, self.shift, self.shifts)) * self._all(
            samples, self.scale, self.scales
        )

    def raw(self, samples: Tensor) -> Tensor:
        """The inverse of `scaled`."""
        return samples / self._all(samples, self.scale, self.scales) + self._all(
            samples, self.shift, self.shifts
        )

    def _all(self, like: Tensor, one: float, many: tuple[float, ...]) -> float | Tensor:
        return like.new_tensor(many)[:, None, None] if len(many) == like.shape[1] else one


def normed(latent: LatentFormat, means: Sequence[float], spreads: Sequence[float]) -> LatentFormat:
    """A format whose channels are also brought to zero mean and unit spread, by those of each channel."""
    scales = tuple(latent.scale / float(spread) for spread in spreads)
    return replace(latent, scales=scales, shifts=tuple(map(float, means)))


@dataclass(frozen=True)
class Facts:
    """What sampling needs to know of a network.

    `space` names its sigma space; `scheduler`, where a diffusers folder has one, describes it instead.
    `inputs` counts the channels the network takes, more than the latent's where it also sees a mask or another
    picture; `raw_beside` says that it sees that picture's latent unscaled. `levels`, where given, are the least and the
    largest noise level of the file's own.
    """

    family: str
    latent: LatentFormat
    space: str
    inputs: int
    scheduler: Mapping[str, Any] | None = None
    raw_beside: bool = False
    levels: tuple[float, float] | None = None


@dataclass(frozen=True)
class Use:
    """How a family uses one text encoder.

    `prefixes` say where single files keep it and `folder` where diffusers folders do. `layer` counts from
    the end; `norm` asks for the final norm on the states; `pad` fills chunks; `projected` keeps the pooled
    projection; `minimum` is the least length of encoders that do not read in chunks.

    Language models read the text in place of "{}" in `template`, whose first `skip` tokens are left out of what
    they say; `layers`, counted from the first, are those whose states stand side by side.
    """

    kind: str
    folder: str
    prefixes: tuple[str, ...] = ()
    layer: int = -1
    norm: bool = True
    pad: int = 49407
    projected: bool = False
    minimum: int = 0
    template: str = "{}"
    skip: int = 0
    layers: tuple[int, ...] = ()


@dataclass(frozen=True, eq=False)
class Inputs:
    """One call of a network: everything batched alike and in the network's own precision.

    `x` is the scaled input, `time` float32 `[B]`, `context` `[B, L, D]`, `pooled` `[B, P]`; `extras` are the
    conditions' own, of which each has an equal share of the batch, in order. `residuals` are what control networks
    add, by the name of the network's argument.
    """

    x: Tensor
    time: Tensor
    context: Tensor
    pooled: Tensor | None
    guidance: Tensor | None
    extras: Sequence[Mapping[str, Any]]
    residuals: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Family:
    """A family of models.

    `recognise` gets the names and shapes of a bare network and returns it, or None if it is no such network.
    `facts` says what sampling must know, `build` makes the empty network from a part's config and `call`
    runs it. `encoders` are its text encoders in order; `join` makes one of what they said, by kind (an
    encoder that is missing is missing there). `original` says where each parameter lies in files of the
    original project, whatever file the part is from: patches name them so. `repeats` says that a context
    may be repeated without changing its meaning, so that prompts of different lengths share a call. `tiny` is how
    the TAESD for its latents is called, which no shape tells. `side` is that of the pictures it was trained on, in
    pixels.
    """

    name: str
    title: str
    recognise: Callable[[Shapes], Part | None]
    facts: Callable[[Part], Facts]
    build: Callable[[Mapping[str, Any]], nn.Module]
    call: Callable[[nn.Module, Inputs], Tensor]
    encoders: tuple[Use, ...]
    join: Callable[[Mapping[str, Encoded]], Encoded]
    original: Callable[[Part], Mapping[str, Piece]]
    repeats: bool = False
    tiny: str = ""
    side: int = 1024
    control: Callable[[nn.Module, Inputs, Tensor, float], Mapping[str, Any]] | None = None
