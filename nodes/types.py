"""The values that travel on wires.

Pictures and latents are tensors; weights are not: a `Model`, `Clip`, `Vae` or `ControlNet` only
describes which file, at which precision, with which patches, and the pool makes it real. All values
are read-only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, NewType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

Image = NewType("Image", "Tensor")
"""float32 `[B, H, W, C]`, 0..1, on the CPU."""

Mask = NewType("Mask", "Tensor")
"""float32 `[B, H, W]`, 0..1; 1 is where something happens."""

Sigmas = NewType("Sigmas", "Tensor")
"""float32 `[n + 1]`, falling noise levels for n steps."""

Scalar = str | int | float | bool | None

NOTHING: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True)
class BatchPlaces:
    """Which pictures of a batch of `count` were taken out of it, counted from 0, in their order."""

    index: tuple[int, ...]
    count: int


@dataclass(frozen=True, eq=False)
class Latent:
    """Raw, unscaled samples `[B, C, h, w]`, as the autoencoder made them.

    `noise_mask` `[B or 1, H, W]` says what to repaint (1) and what to keep (0); `batch_index` says
    which picture of a larger batch each item is, so that its noise can be drawn again, and `places` out of which
    batch they were taken, so that noise added on the way is drawn again too. A side of a latent pixel is `pixel`
    pixels of the picture.
    """

    samples: Tensor
    noise_mask: Tensor | None = None
    batch_index: tuple[int, ...] | None = None
    extras: Mapping[str, object] = field(default_factory=lambda: NOTHING)
    pixel: int = 8
    places: BatchPlaces | None = None


@dataclass(frozen=True)
class Source:
    """A weights file or diffusers folder: where it is, and the fingerprint of its content."""

    path: str
    fingerprint: str


@dataclass(frozen=True)
class Patch:
    """A LoRA (of any kind) over a network, at a strength; `blocks` scales single blocks by name."""

    source: Source
    strength: float = 1.0
    blocks: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Model:
    """A denoising network: source, precision ("auto", "float32", "bfloat16", "float16"), patches, options.

    `options` replaces facts of the family by name: `prediction`, `shift`, `zsnr` and the like.
    """

    source: Source
    dtype: str = "auto"
    patches: tuple[Patch, ...] = ()
    options: tuple[tuple[str, Scalar], ...] = ()


@dataclass(frozen=True)
class Clip:
    """One or more text encoders that together condition a family of networks.

    `kind` names the family when files of single encoders are combined ("" takes it from the file).
    `last_layer` is -1 for the last layer, -2 for the one before it and so on; 0 leaves the family's
    own choice.
    """

    sources: tuple[Source, ...]
    kind: str = ""
    dtype: str = "auto"
    patches: tuple[Patch, ...] = ()
    last_layer: int = 0


@dataclass(frozen=True)
class Vae:
    """An autoencoder between pictures and latents."""

    source: Source
    dtype: str = "auto"


@dataclass(frozen=True)
class ControlNet:
    """A network that steers a denoising network with a picture."""

    source: Source
    dtype: str = "auto"
    options: tuple[tuple[str, Scalar], ...] = ()


@dataclass(frozen=True)
class UpscaleModel:
    """A network that enlarges or restores pictures."""

    source: Source
    dtype: str = "auto"


@dataclass(frozen=True, eq=False)
class Control:
    """A control network applied to a hint picture `[B, H, W, 3]`, between two fractions of the sampling.

    A `shared` one on the positive side steers the negative side too, where that has none of its own.
    """

    net: ControlNet
    hint: Tensor
    strength: float = 1.0
    start: float = 0.0
    end: float = 1.0
    shared: bool = False


@dataclass(frozen=True)
class Area:
    """Where a condition holds: in pixels, or in fractions of the picture where `relative`."""

    x: float
    y: float
    width: float
    height: float
    relative: bool = False


@dataclass(frozen=True, eq=False)
class Condition:
    """What a prompt says to a network.

    `cond` is `[B, L, D]`, `pooled` `[B, P]`. The condition holds between the fractions `start` and
    `end` of the sampling, at `strength`, inside `area` and `mask` `[B or 1, H, W]` where given.
    `guidance` is for networks that take guidance as an input. `extras` holds what else a family
    reads, such as `width`, `height`, `crop_w`. `spans`, where given, are the shares of the sampler's
    steps during which it holds, from the first of each pair to before the second. A `summed` condition's
    strength counts by itself, not against that of the others on its side. A `bounded` one holds in the rectangle
    around its mask alone, in whole latent pixels.
    """

    cond: Tensor
    pooled: Tensor | None = None
    strength: float = 1.0
    area: Area | None = None
    mask: Tensor | None = None
    mask_strength: float = 1.0
    start: float = 0.0
    end: float = 1.0
    controls: tuple[Control, ...] = ()
    guidance: float | None = None
    extras: Mapping[str, object] = field(default_factory=lambda: NOTHING)
    spans: tuple[tuple[float, float], ...] = ()
    summed: bool = False
    bounded: bool = False


Conditioning = NewType("Conditioning", tuple[Condition, ...])
"""All the conditions on one side of the guidance."""


@dataclass(frozen=True, eq=False)
class Noise:
    """The noise that a sampler starts from.

    `kind` is "seed" (one for the batch), "same" (that of the seed's first picture for every picture), "seeds"
    (one seed for each picture of the batch), "none" or "given" (`samples`, of unit variance). Each of
    `variations` then turns it toward another seed by a strength of 0..1.
    """

    kind: str = "seed"
    seeds: tuple[int, ...] = (0,)
    variations: tuple[tuple[int, float], ...] = ()
    samples: Tensor | None = None


@dataclass(frozen=True, eq=False)
class Guider:
    """How the predictions for several conditionings become one.

    `kind` is "none", "cfg", "dual", "nested" or "perpendicular"; `sides` are its conditionings and `scales`
    its strengths, in the order in which the kind names them.
    """

    model: Model
    kind: str
    sides: tuple[Conditioning, ...]
    scales: tuple[float, ...] = ()


@dataclass(frozen=True)
class Solver:
    """A solver by name, with options of its own such as eta."""

    name: str
    options: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, eq=False)
class Crop:
    """Where a part of `image` `[B, H, W, C]` was cut out around `mask` `[B, H, W]`: in pixels."""

    image: Tensor
    mask: Tensor
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, eq=False)
class Layer:
    """A picture `[B, H, W, C]` to lay over another: its left top corner at `x`, `y` in pixels of that one.

    `mask` `[B or 1, h, w]` says where it shows, `opacity` 0..1 how much. `mode` is a blend mode of
    `nodes.images.blending`, `operator` one of `nodes.images.layers`.
    """

    image: Tensor
    mask: Tensor | None = None
    x: int = 0
    y: int = 0
    mode: str = "normal"
    operator: str = "over"
    opacity: float = 1.0
    name: str = ""
