"""What the nodes bring besides node types: how values are kept, where models lie, how weights become real."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, cast

from nodegraph.node_api.codec import Codec, PlainCodec
from nodegraph.node_api.events import Picture
from nodegraph.node_api.fingerprint import Fingerprints
from nodegraph.node_api.model_files import Adopted, Files, NoFiles
from nodegraph.node_api.packs import own_module
from nodegraph.support.errors import LoadError

GROUP = "nodegraph.runtime"
"""The entry point group of the one module that offers a Runtime."""


@dataclass(frozen=True, slots=True)
class Compute:
    """Where and how nodes compute.

    `device` and `dtype` may be "auto"; `remember` is a folder for what that was found to mean, or None. `vram` and
    `ram` are the bytes that models and their work may take on the device and in the machine's memory; None leaves
    the limits to the nodes.
    """

    device: str = "auto"
    dtype: str = "auto"
    vram: int | None = None
    ram: int | None = None
    remember: Path | None = None


class Runtime(Protocol):
    """A module or object; everything it does is asked for as late as possible."""

    def open_files(self, models: Sequence[Path]) -> Files:
        """The model folders; must not import torch."""

    def facts(self, compute: Compute, *, settle: bool = False) -> list[tuple[str, str]]:
        """What changes pixels besides the graph: device, precision, library versions.

        Only with `settle` may it import torch to find out for certain what "auto" means, and remember it. Without,
        what is remembered counts.
        """

    def open_models(self, files: Files, fingerprints: Fingerprints, compute: Compute) -> Any:
        """What nodes see as `ctx.models`."""

    def describe_models(self, files: Files) -> Iterable[Mapping[str, Any]]:
        """Rows of kind, name, family, bytes, fingerprint, path; reads headers only and must not import torch."""

    def prompt_chunks(self, text: str, reader: str = "") -> Sequence[tuple[int, int]]:
        """Where in a prompt each chunk that the text encoder reads begins (-1: not known), and its tokens.

        `reader` is the type of the node that reads it. Must not import torch.
        """

    def adopt(self, files: Files, path: Path) -> Adopted:
        """Make a model file known that lies anywhere.

        Must not import torch. Raises LoadError.
        """

    def adopt_folder(self, files: Files, folder: Path) -> int:
        """Look for models in a folder too, now and from the next start on: how many are found in it.

        Must not import torch. Raises LoadError.
        """

    def codec(self) -> Codec:
        """How results are measured, compared and kept."""

    def picture(self, value: Any, size: int) -> Any:
        """A value as uint8 rows x columns x 3, at most `size` long; None if it has no picture."""

    def describe(self, value: Any) -> list[tuple[str, str]]:
        """Facts for a look at a link: shape, dtype, device, range, memory."""

    def channels(
        self, value: Any, item: int, size: int
    ) -> tuple[Any, Sequence[tuple[float, ...]], int] | None:
        """The planes of a latent's item as uint8 `[C, h, w]`, the figures of each, and how many items there are.

        See events.Channels; None for a value that is no latent.
        """

    def animate(self, frames: Sequence[Picture], path: Path, seconds: float) -> None:
        """Write pictures of one size as one that moves, `seconds` each; raises OSError or LoadError."""

    def warm_up(self) -> None:
        """Import what the first run would otherwise wait for."""

    def device_memory(self) -> tuple[int, int]:
        """Bytes in use on the device, and in all; zeros without one."""


class PlainRuntime:
    """For node types that need no weights and pass plain values."""

    def open_files(self, models: Sequence[Path]) -> Files:
        """No folders."""
        return NoFiles()

    def facts(self, compute: Compute, *, settle: bool = False) -> list[tuple[str, str]]:
        """Nothing but what was asked for."""
        return [("device", compute.device), ("dtype", compute.dtype)]

    def adopt(self, files: Files, path: Path) -> Adopted:
        """Refuse."""
        raise LoadError("No installed node loads {name}.", name=path.name)

    def adopt_folder(self, files: Files, folder: Path) -> int:
        """Refuse."""
        raise LoadError("No installed node loads models of {name}.", name=folder.name)

    def open_models(self, files: Files, fingerprints: Fingerprints, compute: Compute) -> Any:
        """Nothing."""
        return None

    def describe_models(self, files: Files) -> Iterable[Mapping[str, Any]]:
        """Nothing."""
        return ()

    def prompt_chunks(self, text: str, reader: str = "") -> Sequence[tuple[int, int]]:
        """Nobody reads prompts."""
        return ()

    def codec(self) -> Codec:
        """Plain values."""
        return PlainCodec()

    def picture(self, value: Any, size: int) -> Any:
        """None."""
        return None

    def describe(self, value: Any) -> list[tuple[str, str]]:
        """The value itself."""
        return [("value", PlainCodec().summary(value))]

    def channels(
        self, value: Any, item: int, size: int
    ) -> tuple[Any, Sequence[tuple[float, ...]], int] | None:
        """None."""
        return None

    def animate(self, frames: Sequence[Picture], path: Path, seconds: float) -> None:
        """Plain nodes make no pictures."""
        raise LoadError("These nodes cannot write moving pictures.")

    def warm_up(self) -> None:
        """Nothing to import."""

    def device_memory(self) -> tuple[int, int]:
        """No device."""
        return 0, 0


def installed() -> Runtime:
    """The runtime of this program's own nodes, or a plain one; no other package can take its place."""
    module, _ = own_module(GROUP)
    return cast("Runtime", importlib.import_module(module)) if module else PlainRuntime()
