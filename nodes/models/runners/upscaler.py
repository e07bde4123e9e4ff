"""Networks that enlarge or restore pictures, of every architecture that spandrel reads."""

from __future__ import annotations

import math
import warnings
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from nodegraph.support.errors import GraphError, LoadError
from nodes.images.light import colour_and_alpha
from nodes.images.sizing import scale as resized
from nodes.images.tiling import tiled
from nodes.models.files.header import read_header
from nodes.models.files.parts import Part
from nodes.models.files.pickles import readable
from nodes.models.memory.precision import DTYPES
from nodes.types import Image

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from nodes.models.memory.loading import Place
    from nodes.models.runners.weight_store import WeightStore
    from nodes.types import UpscaleModel

KIND = "upscaler"
PROBE = 64
"""The side of the tile whose memory is measured before a picture is worked on."""
LARGEST_TILE = 512
SMALLEST_TILE = 32
MOST_SIDE = 16384
LARGEST_WINDOW = 64
CONTEXT = 0.375
"""The share of the overlap at each edge of a tile that is read but not shown."""
SPARE = 1.5
"""What is planned for more than was measured: attention and the allocator do not grow evenly."""


class Restorer(nn.Module):
    """A network as spandrel describes it: pictures `[1, C, H, W]`, 0..1, to pictures `scale` times as large."""

    def __init__(self, described: Any) -> None:
        super().__init__()
        self.network: nn.Module = described.model
        self.described = described

    def forward(self, picture: Tensor) -> Tensor:
        """The picture enlarged or restored, clipped to 0..1."""
        done: Tensor = self.described(picture)
        return done


class Upscaler:
    """The network of one `UpscaleModel`, ready to run; its weights are read at the first use."""

    def __init__(self, pool: WeightStore, ref: UpscaleModel) -> None:
        self._pool = pool
        self._ref = ref
        path = readable(Path(ref.source.path))
        header = read_header(path)
        self._part = Part(KIND, {}, {}, header.tensors)
        self._path = path
        self._bytes = sum(info.end - info.start for info in header.tensors.values())
        self._dtype = DTYPES[ref.dtype] if ref.dtype != "auto" else torch.float32
        described = self._restorer(0).described
        if ref.dtype == "auto" and pool.device.type == "cuda":
            self._dtype = _fastest(described)
        elif pool.device.type == "cpu" and self._dtype == torch.float16:
            # Convolutions in float16 are hundreds of times slower on a processor.
            self._dtype = torch.float32
        self.scale: int = described.scale
        self.channels: int = described.input_channels
        needs = described.size_requirements
        self._step = math.lcm(max(needs.multiple_of, 1), window_of(described.model))
        self._square: bool = needs.square
        self._whole_only = needs.square or described.tiling.name == "INTERNAL"
        self._prefers_whole = described.tiling.name != "SUPPORTED"
        self._least = max(needs.minimum, needs.multiple_of)
        self._minimum = -(-max(needs.minimum, self._step) // self._step) * self._step

    @property
    def tiles_allowed(self) -> bool:
        """Whether the architecture may be given parts of a picture."""
        return not self._whole_only

    def enlarge(
        self,
        image: Image,
        tile: int,
        overlap: int,
        done: Callable[[int, int], None] = lambda step, total: None,
    ) -> Image:
        """Pictures `[B, H, W, C]` at `scale` times their size, in tiles of `tile` pixels that share `overlap`.

        A tile of 0 is as large as the memory allows, at most 512. Transparency is enlarged by the network as a grey
        picture. `done` is called after each tile and may stop the work. Raises MemoryError where not even the
        smallest tile fits, GraphError for a result that is too large.
        """
        self._check_result(image)
        colour, alpha = colour_and_alpha(image)
        jobs = [(picture, None if alpha is None else alpha[at]) for at, picture in enumerate(colour)]
        runs = [self._planes(picture, cut) for picture, cut in jobs]
        per_run = self._tile_side(tile, image.shape[1], image.shape[2])
        total, finished = sum(len(planes) for planes in runs), 0
        results = []
        for planes in runs:
            enlarged = []
            for plane in planes:

                def report(step: int, count: int, before: int = finished) -> None:
                    done(before * count + step, total * count)

                enlarged.append(self._one(plane[None], per_run, overlap, report))
                finished += 1
            results.append(self._joined(enlarged, alpha is not None))
        return Image(torch.stack(results))

    def _planes(self, colour: Tensor, alpha: Tensor | None) -> list[Tensor]:
        """The pictures `[C, H, W]` that the network is given for one picture."""
        planes = colour.movedim(-1, 0)
        cut = None if alpha is None else alpha.movedim(-1, 0)
        if self.channels == 1:
            return [*torch.split(planes, 1), *([] if cut is None else [cut])]
        if self.channels >= 4:
            return [torch.cat([planes, torch.ones_like(planes[:1]) if cut is None else cut])]
        return [planes, *([] if cut is None else [cut.expand(3, -1, -1)])]

    def _joined(self, enlarged: list[Tensor], has_alpha: bool) -> Tensor:
        """The picture `[H, W, C]` of what the network made of `_planes`."""
        if self.channels == 1:
            whole = torch.cat(enlarged)
        elif self.channels >= 4:
            whole = enlarged[0][: 4 if has_alpha else 3]
        else:
            first = enlarged[0] if len(enlarged[0]) == 3 else enlarged[0][:1].expand(3, -1, -1)
            whole = torch.cat([first, *(part.mean(0, keepdim=True) for part in enlarged[1:])])
        return whole.movedim(0, -1).contiguous()

    def _one(self, picture: Tensor, tile: int, overlap: int, report: Callable[[int, int], None]) -> Tensor:
        height, width = picture.shape[-2:]
        if self._whole_only or tile >= max(height, width):
            # spandrel continues a picture by a reflection that needs more pixels than small pictures have.
            small = self._square or min(height, width) < self._least
            found = self._call(self._padded(picture) if small else picture)
            report(1, 1)
        else:
            step = self._step
            side = max(tile // step * step, self._minimum)
            shared = min(-(-overlap // step) * step, side // 2 // step * step)
            found = tiled(
                self._padded(picture), self._call, side, shared, (self.scale * step, step), report, CONTEXT
            )
        return found[0, :, : height * self.scale, : width * self.scale].clamp(0, 1)

    def _padded(self, picture: Tensor) -> Tensor:
        """A picture continued to the right and below until its sides are whole steps of the tiles' grid."""
        height, width = picture.shape[-2:]
        high, wide = (max(-(-side // self._step) * self._step, self._minimum) for side in (height, width))
        if self._square:
            high = wide = max(high, wide)
        rows = _mirrored(height, high)
        columns = _mirrored(width, wide)
        return picture[..., rows, :][..., columns]

    def _call(self, planes: Tensor) -> Tensor:
        network = self._restorer(0)
        with torch.no_grad():
            found = network(planes.to(self._pool.device, self._dtype))
        made: Tensor = found.float().cpu().clone()
        return made

    def _tile_side(self, wanted: int, height: int, width: int) -> int:
        """The side of a tile in pixels that the memory allows; raises MemoryError where none fits."""
        longest = max(height, width)
        if self._whole_only:
            wanted = longest
        each = self._measure()
        room = self._pool.residents.most() - self._bytes_here
        side = min(wanted or (longest if self._prefers_whole else LARGEST_TILE), longest)
        while side > SMALLEST_TILE and each * side * side > room:
            side //= 2
        if each * side * side > room or (self._whole_only and side < longest):
            raise MemoryError(f"{int(each * side * side) >> 20} MB are needed for a part of the picture.")
        self._pool.residents.begin()
        self._restorer(int(each * side * side))
        return side

    def _measure(self) -> float:
        """Bytes that the network's work takes for each pixel of a tile, measured on a small one and remembered."""
        network = self._restorer(0)
        known = getattr(network, "bytes_per_pixel", None)
        if known is None:
            side = -(-max(PROBE, self._minimum) // self._step) * self._step
            probe = torch.zeros(1, self.channels, side, side, dtype=self._dtype, device=self._pool.device)
            with torch.no_grad(), PeakMemory() as peak:
                network(probe)
            known = SPARE * peak.most / side**2
            network.bytes_per_pixel = known  # a number kept with the network it is of
        return float(known)

    @property
    def _bytes_here(self) -> int:
        return sum(tensor.nbytes for tensor in self._restorer(0).state_dict().values())

    def _restorer(self, work: int) -> Restorer:
        resident = self._pool.residents.whole(
            self._ref.source, self._part, self._build, self._dtype, self._bytes, work
        )
        network = resident.network
        assert isinstance(network, Restorer)
        return network

    def _build(self, place: Place) -> nn.Module:
        return build(self._path, place)

    def _check_result(self, image: Image) -> None:
        height, width = (side * self.scale for side in image.shape[1:3])
        size = len(image) * height * width * 4 * max(image.shape[-1], 3)
        if max(height, width) > MOST_SIDE:
            raise GraphError(
                "The picture would become {width} x {height} pixels; {most} a side is the most. Make it smaller first.",
                width=width,
                height=height,
                most=MOST_SIDE,
            )
        # The tiles are added up in one copy, and joined with transparency in another.
        if 2 * size > self._pool.residents.ram:
            raise GraphError(
                "The result of {width} x {height} pixels needs {size} MB while it is made, more than the memory that "
                "is allowed. Enlarge fewer or smaller pictures at once, or raise --ram.",
                width=width,
                height=height,
                size=2 * size >> 20,
            )


def build(path: Path, place: Place) -> Restorer:
    """The network of a safetensors file, recognised by spandrel; raises LoadError for what it does not know."""
    import spandrel
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            state = spandrel.canonicalize_state_dict(load_file(path))
            described = spandrel.ModelLoader().load_from_state_dict(state)
    except (
        spandrel.UnsupportedModelError,
        SafetensorError,
        ArithmeticError,
        AssertionError,
        AttributeError,
        LookupError,
        NotImplementedError,
        OSError,
        RuntimeError,
        TypeError,
        ValueError,
    ) as error:
        raise LoadError(
            "{path} is no upscaler of a known architecture, or is damaged; choose another file.", path=path
        ) from error
    if not isinstance(described, spandrel.ImageModelDescriptor):
        raise LoadError(
            "{path} is a {kind} network that also takes a mask; it does not enlarge pictures. Choose another file.",
            path=path,
            kind=described.architecture.name,
        )
    described.model.eval().requires_grad_(False)
    described.to(place.device, place.dtype or torch.float32)
    return Restorer(described)


def window_of(network: nn.Module) -> int:
    """The grid in pixels on which a network divides pictures into windows of attention; 1 for others.

    Tiles begin on it, so that the windows in a tile are those of the whole picture.
    """
    found = 1
    for module in network.modules():
        for name in ("window_size", "split_size"):
            value = getattr(module, name, 1)
            sides = value if isinstance(value, list | tuple) else (value,)
            for side in sides:
                if isinstance(side, int) and not isinstance(side, bool) and 1 < side <= LARGEST_WINDOW:
                    found = min(math.lcm(found, side), LARGEST_WINDOW)
    return found


def _fastest(described: Any) -> torch.dtype:
    """The precision for an accelerator: half where the architecture stands it."""
    if described.supports_half:
        return torch.float16
    return torch.bfloat16 if described.supports_bfloat16 else torch.float32


def _mirrored(length: int, wanted: int) -> Tensor:
    """Which row each row of a picture continued by its mirror image shows."""
    places = torch.arange(wanted)
    if length == 1:
        return torch.zeros_like(places)
    turn = places % (2 * length - 2)
    return torch.minimum(turn, 2 * length - 2 - turn)


def to_factor(image: Image, factor: float, original: tuple[int, int]) -> Image:
    """Pictures `[B, H, W, C]` brought to `factor` times the original width and height by Lanczos resampling."""
    width, height = (max(round(side * factor), 1) for side in original)
    if (image.shape[2], image.shape[1]) == (width, height):
        return image
    planes = resized(image.movedim(-1, 1), (width, height), "lanczos")
    return Image(planes.clamp(0, 1).movedim(1, -1).contiguous())


class PeakMemory(TorchDispatchMode):  # type: ignore[no-untyped-call]  # torch leaves it unannotated
    """Counts the bytes of the tensors that are alive at once while it is entered; `most` is the largest count."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.most = 0
        self._now = 0
        self._held: dict[int, int] = {}

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Run the operation and count what it made."""
        result = func(*args, **(kwargs or {}))
        for tensor in tree_leaves(result):
            if isinstance(tensor, torch.Tensor):
                self._add(tensor)
        return result

    def _add(self, tensor: Tensor) -> None:
        storage = tensor.untyped_storage()
        place = storage.data_ptr()
        if self._held.setdefault(place, 0) == 0:
            self._now += storage.nbytes()
            self.most = max(self.most, self._now)
        self._held[place] += 1
        weakref.finalize(tensor, self._drop, place, storage.nbytes())

    def _drop(self, place: int, size: int) -> None:
        self._held[place] -= 1
        if not self._held[place]:
            del self._held[place]
            self._now -= size
