"""From a part of a file to a network in memory: empty first, then filled with the mapped file's tensors."""

from __future__ import annotations

from itertools import zip_longest
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch import nn
from torch.overrides import TorchFunctionMode

from nodegraph.support.errors import LoadError
from nodes.models.detection.leftovers import scales_of
from nodes.models.files.weight_files import open_stored
from nodes.models.memory.block_offload import plan_offload

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from torch import Tensor

    from nodes.models.files.parts import Part, Piece
    from nodes.models.files.tensor_info import TensorInfo
    from nodes.models.files.weight_files import Opened

FILLED = (torch.empty, torch.zeros, torch.ones, torch.rand, torch.randn, torch.full)
RANDOM = (torch.Tensor.normal_, torch.Tensor.uniform_)
BATCH = 2**27
"""How many bytes of a file are mapped at a time."""

STORED = {"F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}
"""What a file's names of precisions mean."""

NARROW = torch.float16
"""What numbers of eight bits or packed ones are kept as where no precision is asked for: it holds all of the former."""

HALVES = (torch.float16, torch.bfloat16)
PIECE = 2**19
"""How many numbers are cast at a time: their float32 copy stays in the processor's cache."""

BLOCK = 128
"""How many numbers a side of a block of eight-bit weights has where files do not say it otherwise."""

DEEPEST = 256
WIDEST = 1_000_000


class Unfilled(TorchFunctionMode):
    """Weights are not given the numbers that training starts from: for those on the meta device that alone loads
    torch's compiler."""

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """Leave a tensor that is to be initialised as it is."""
        given = kwargs or {}
        if func in RANDOM or getattr(func, "__module__", "") == "torch.nn.init":
            return args[0] if args else given["tensor"]
        return func(*args, **given)


class ParametersOnMeta(Unfilled):
    """Tensors that are only made to be filled take no memory; those that are computed are real."""

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """Make fillable tensors on the meta device."""
        given = dict(kwargs or {})
        if func in FILLED and given.get("device") is None:
            given["device"] = "meta"
        return super().__torch_function__(func, types, args, given)


def cast(tensor: Tensor, dtype: torch.dtype) -> Tensor:
    """A copy in another precision of sixteen bits, by way of float32: several times faster than at once."""
    made = torch.empty(tensor.shape, dtype=dtype)
    source, target, between = tensor.reshape(-1), made.view(-1), torch.empty(PIECE)
    for at in range(0, len(source), PIECE):
        piece = source[at : at + PIECE]
        target[at : at + PIECE].copy_(between[: len(piece)].copy_(piece))
    return made


class Place(NamedTuple):
    """Where weights go: device, precision (None as they are stored), and the layout of convolutions."""

    device: torch.device
    dtype: torch.dtype | None
    layout: torch.memory_format = torch.contiguous_format

    def put(self, tensor: Tensor) -> Tensor:
        """A tensor of the file as it belongs there; numbers that are no fractions keep their type."""
        dtype = self.dtype if tensor.is_floating_point() else None
        halves = tensor.dtype in HALVES and dtype in HALVES and tensor.dtype != dtype
        if halves and self.device.type == "cpu" and self.layout is torch.contiguous_format:
            return cast(tensor, dtype or tensor.dtype)
        if self.layout is torch.channels_last and tensor.ndim == 4:
            return tensor.to(device=self.device, dtype=dtype, memory_format=self.layout)
        return tensor.to(device=self.device, dtype=dtype)


def load_part(
    part: Part, build: Callable[[Mapping[str, Any]], nn.Module], place: Place, room: int | None = None
) -> tuple[nn.Module, Mapping[str, nn.Module]]:
    """The network of a part, ready to run, and those of its blocks that stay empty, by name: where it does not fit
    into `room` bytes.

    Raises `LoadError` naming a tensor that is missing or of another shape.
    """
    network = _empty(part, build)
    wanted = {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}
    _check_shapes(part, wanted)
    size = bytes_in(part, place.dtype)
    blocks = {} if room is None or size <= room else plan_offload(network, size // part.parameters, room)
    empty = {f"{lead}.{name}" for lead, block in blocks.items() for name, _ in block.named_parameters()}
    network.load_state_dict(
        dict(read(part, (name for name in wanted if name not in empty), place)), strict=False, assign=True
    )
    for name in empty:
        owner, _, last = name.rpartition(".")
        setattr(network.get_submodule(owner), last, nn.Parameter(_nothing(part, name, place), False))
    for module in network.modules():
        for name, buffer in module._buffers.items():
            if buffer is not None and buffer.device != place.device:
                module._buffers[name] = buffer.to(place.device)
    return network.eval().requires_grad_(False), blocks


def _check_shapes(part: Part, wanted: Mapping[str, tuple[int, ...]]) -> None:
    for name, shape in wanted.items():
        piece = part.pieces.get(name)
        if piece is None or piece.name not in part.tensors:
            raise LoadError("{place} is incomplete: {name!r} is missing.", place=part.place, name=name)
        found = piece.shape(part.tensors[piece.name].shape)
        if found != shape:
            raise LoadError(
                "{place} does not fit its own sizes: {name!r} is {found} where {shape} belongs.",
                place=part.place,
                name=piece.name,
                found=list(found),
                shape=list(shape),
            )


def _nothing(part: Part, name: str, place: Place) -> Tensor:
    """The place of a weight that is not there."""
    stored = part.tensors[part.pieces[name].name].dtype
    return torch.empty(0, dtype=place.dtype or STORED.get(stored, NARROW), device=place.device)


def bytes_in(part: Part, dtype: torch.dtype | None) -> int:
    """The memory that a part takes in a precision, None for that of each tensor."""
    if dtype is not None:
        return part.parameters * dtype.itemsize
    total = 0
    for name, shape in part.shapes.items():
        stored = part.tensors[part.pieces[name].name].dtype
        total += prod(shape) * STORED.get(stored, NARROW).itemsize
    return total


def _empty(part: Part, build: Callable[[Mapping[str, Any]], nn.Module]) -> nn.Module:
    check_config(part)
    try:
        with torch.device("meta"), Unfilled():
            network = build(part.config)
        lost = [name for name, buffer in network.named_buffers() if name not in network.state_dict()]
        computed = [
            (place, name)
            for place, module in network.named_modules()
            for name, value in vars(module).items()
            if _on_meta(value)
        ]
        if lost or computed:
            with ParametersOnMeta():
                made = build(part.config)
            for name in lost:
                owner, _, last = name.rpartition(".")
                network.get_submodule(owner)._buffers[last] = made.get_buffer(name)
            for place, name in computed:
                setattr(network.get_submodule(place), name, getattr(made.get_submodule(place), name))
        return network
    except (ArithmeticError, LookupError, RuntimeError, TypeError, ValueError) as why:
        raise LoadError("{at} has settings that make no network: {why}.", at=part.place, why=why) from why


def _on_meta(value: Any) -> bool:
    """Whether an attribute is a tensor, or a list of tensors, that was computed where nothing is."""
    items = value if isinstance(value, list | tuple) else [value]
    return any(isinstance(item, torch.Tensor) and item.is_meta for item in items)


def read(part: Part, names: Iterable[str], place: Place) -> Iterator[tuple[str, Tensor]]:
    """The values of parameters, by name, in the order of the file; only what is asked for is touched.

    Files are mapped anew after every few tensors: what has been copied to another type or device then takes
    no memory as part of the file as well.
    """
    for file, inside in _batches(part, names):
        with open_stored(file, part.tensors) as opened:
            for name in inside:
                value = stored(opened, part.pieces[name], part)
                if place.dtype is None and part.tensors[part.pieces[name].name].dtype not in STORED:
                    value = value.to(NARROW)
                yield name, place.put(value)


def _batches(part: Part, names: Iterable[str]) -> Iterator[tuple[Path, list[str]]]:
    """Parameters by file and in its order, `BATCH` bytes or a little more at a time."""
    places: list[tuple[str, int, str]] = []
    for name in names:
        piece = part.pieces.get(name)
        if piece is None or piece.name not in part.tensors:
            raise LoadError("{place} is incomplete: {name!r} is missing.", place=part.place, name=name)
        info = part.tensors[piece.name]
        places.append((str(info.path), info.start, name))
    batch: list[str] = []
    size = 0
    places.sort()
    for (file, _, name), (following, *_) in zip_longest(places, places[1:], fillvalue=("", 0, "")):
        info = part.tensors[part.pieces[name].name]
        batch.append(name)
        size += info.end - info.start
        if size >= BATCH or following != file:
            yield info.path, batch
            batch, size = [], 0


def stored(opened: Opened, piece: Piece, part: Part) -> Tensor:
    """What an open file holds of a parameter; eight-bit numbers as bfloat16, or times their scale where they have one.

    Rows are cut out of what takes memory: several parameters may lie in one tensor, and none keeps the others.
    """
    tensor, kind = opened.get_tensor(piece.name), part.tensors[piece.name].dtype
    rows = slice(*piece.rows) if piece.rows else slice(None)
    if piece.rows:
        tensor = tensor[rows]
    if kind.startswith("F8"):
        tensor = _widened(tensor, _scale(opened, piece.name, part), part.tensors[piece.name], rows)
    elif kind not in STORED and piece.rows:
        tensor = tensor.clone()
    return part_of(tensor, None, piece.form)


def _widened(tensor: Tensor, scale: Tensor | None, whole: TensorInfo, rows: slice) -> Tensor:
    """Rows of eight-bit numbers; `scale` is that of the whole tensor, of each of its rows, or of each block of it."""
    if scale is None:
        return tensor.to(torch.bfloat16)
    if scale.numel() == 1:
        return tensor.float() * scale.reshape(())
    if scale.numel() == whole.shape[0] == scale.shape[0]:
        return tensor.float() * scale.reshape(-1, *[1] * (tensor.ndim - 1))[rows]
    if scale.ndim == 2 == len(whole.shape):
        for axis in (0, 1):
            side = _block(whole, axis, scale.shape[axis])
            scale = scale.repeat_interleave(side, axis).narrow(axis, 0, whole.shape[axis])
        return tensor.float() * scale[rows]
    raise _odd_scale(whole)


def _block(whole: TensorInfo, axis: int, count: int) -> int:
    """How many numbers along an axis share one scale where there are `count` of them."""
    size = whole.shape[axis]
    if -(-size // BLOCK) == count:
        return BLOCK
    if not count or size % count:
        raise _odd_scale(whole)
    return size // count


def _odd_scale(whole: TensorInfo) -> LoadError:
    return LoadError(
        "The scales of the eight-bit weights of {path} do not fit their shapes: take the file in bf16 or fp16, or the "
        "GGUF file.",
        path=whole.path,
    )


def _scale(opened: Opened, name: str, part: Part) -> Tensor | None:
    """The scale of an eight-bit tensor, wherever it lies; None where there is none."""
    for scale in scales_of(name):
        info = part.tensors.get(scale)
        if info is None:
            continue
        if info.path == part.tensors[name].path:
            return opened.get_tensor(scale).float()
        with open_stored(info.path, part.tensors) as other:
            return other.get_tensor(scale).float()
    return None


def part_of(tensor: Tensor, rows: tuple[int, int] | None, form: str) -> Tensor:
    """The piece of a whole tensor that `rows` and `form` describe, as a view where it can be."""
    if rows:
        tensor = tensor[rows[0] : rows[1]]
    if form == "matrix":
        return tensor.flatten(1)
    if form == "turned":
        return tensor.t().contiguous()
    return torch.cat(tensor.chunk(2)[::-1]) if form == "swapped" else tensor


def check_config(part: Part) -> None:
    """Refuse sizes that no real network has: built as they stand they would take forever."""
    for name, value in part.config.items():
        items = value if isinstance(value, list | tuple) else [value]
        limit = DEEPEST if "layers" in name else WIDEST
        numbers = [n for item in items for n in (item if isinstance(item, list) else [item])]
        if len(numbers) > DEEPEST or any(isinstance(n, int | float) and n > limit for n in numbers):
            raise LoadError("{at}: the setting {name!r} is too large to be true.", at=part.place, name=name)


def first_bad(network: nn.Module) -> str | None:
    """The name of a parameter that holds a number that is none (NaN or infinite), if any."""
    for name, parameter in network.named_parameters():
        if not torch.isfinite(parameter.float().sum()):
            return name
    return None


def damage(part: Part, network: nn.Module) -> LoadError | None:
    """The sentence for a network whose own file holds numbers that are not finite; None where the file is sound."""
    bad = first_bad(network)
    if bad is None:
        return None
    return LoadError(
        "{place} is damaged: {bad!r} holds numbers that are none (NaN). Download it again.",
        place=part.place,
        bad=bad,
    )


def bytes_of(tensors: Iterable[Tensor]) -> int:
    """Memory behind tensors."""
    return sum(tensor.numel() * tensor.element_size() for tensor in tensors)
