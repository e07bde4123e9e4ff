"""The one place where weights are in memory: descriptions go in, networks that run come out."""

from __future__ import annotations

from collections import OrderedDict
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, overload

import torch

from nodegraph.node_api.fingerprint import Fingerprints
from nodegraph.support.errors import LoadError
from nodegraph.support.messages import Phrase
from nodes.models.architectures.encoders import NO_ENCODERS, cast_encoders, encoder_title, is_clip
from nodes.models.architectures.families import families
from nodes.models.architectures.vaes import tiny
from nodes.models.detection.detect import recognise
from nodes.models.detection.file_kinds import has, refusal
from nodes.models.files.embeddings import Embeddings
from nodes.models.files.pickles import readable
from nodes.models.memory.compiled import running
from nodes.models.memory.loading import Place, load_part
from nodes.models.memory.precision import encoder_dtype
from nodes.models.memory.residents import Residents
from nodes.models.patches.apply import Fit, Patching, fit
from nodes.models.patches.targets import Table, encoder_targets, is_of_text, network_targets
from nodes.models.runners.autoencoder import Autoencoder
from nodes.models.runners.controlnet import ControlRunner
from nodes.models.runners.denoiser import Denoiser
from nodes.models.runners.text_encoder import TextEncoder, build_encoder
from nodes.models.runners.upscaler import Upscaler
from nodes.types import Clip, ControlNet, Model, Patch, Source, UpscaleModel, Vae

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager

    from torch import Tensor, nn

    from nodes.models.architectures.family import Family, Use
    from nodes.models.detection.recognised import Recognised
    from nodes.models.files.embeddings import Width
    from nodes.models.files.folders import ModelFolders
    from nodes.models.files.parts import Part
    from nodes.models.memory.device_facts import Choices
    from nodes.models.memory.resident import Resident
    from nodes.text.chunks import Lookup, Token


class Pool:
    """Makes `Model`, `Clip`, `Vae` and `ControlNet` real on one device, within the limits `vram` and `ram`.

    What was used last stays; two descriptions over one file share it. `folders` are the model folders.
    `dtype` is the precision of denoising networks that do not ask for one.
    """

    def __init__(
        self,
        folders: ModelFolders,
        choices: Choices,
        dtype: str = "auto",
        *,
        vram: int | None = None,
        ram: int | None = None,
        fingerprints: Fingerprints | None = None,
    ) -> None:
        self.folders = folders
        self.choices = choices
        self.device = torch.device(choices.device)
        self.dtype = dtype
        self.residents = Residents(choices, vram, ram)
        self._fingerprints = fingerprints or Fingerprints()
        self._recognised: dict[Source, Recognised] = {}
        self._embeddings = Embeddings(folders)
        self._tiny: dict[Source, nn.Module] = {}
        self._blanks: OrderedDict[tuple[Clip, str], dict[tuple[Token, ...], Tensor]] = OrderedDict()

    def source(self, kind: str, name: str) -> Source:
        """The file or folder that `name` of a kind means, with its fingerprint; `LoadError` if there is none."""
        path = self.folders.find(kind, name)
        if path is None:
            raise LoadError(self.folders.missing(kind, name))
        own = self._fingerprints.of(path)
        beside = (
            [self._fingerprints.of(file) for file in self.folders.beside(kind, path)]
            if kind == "loras"
            else []
        )
        return Source(str(path), " ".join([own, *beside]))

    def recognised(self, source: Source) -> Recognised:
        """What a source is; remembered."""
        if source not in self._recognised:
            self._recognised[source] = recognise(readable(Path(source.path)))
        return self._recognised[source]

    @overload
    def get(self, ref: Model) -> Denoiser: ...
    @overload
    def get(self, ref: Clip) -> TextEncoder: ...
    @overload
    def get(self, ref: Vae) -> Autoencoder: ...
    @overload
    def get(self, ref: ControlNet) -> ControlRunner: ...
    @overload
    def get(self, ref: UpscaleModel) -> Upscaler: ...
    def get(
        self, ref: Model | Clip | Vae | ControlNet | UpscaleModel
    ) -> Denoiser | TextEncoder | Autoencoder | ControlRunner | Upscaler:
        """What a description describes, ready to run; weights are read when it first runs."""
        if isinstance(ref, UpscaleModel):
            return Upscaler(self, ref)
        if isinstance(ref, Clip):
            family, parts = self.encoders(ref)
            return TextEncoder(self, ref, family, parts)
        found = self.recognised(ref.source)
        if isinstance(ref, Vae):
            return Autoencoder(self, ref, need(found, "vae"))
        if isinstance(ref, ControlNet):
            return ControlRunner(self, ref, need(found, "controlnet"))
        part = need(found, "network")
        family = families()[found.family]
        self.residents.reconsider()
        return Denoiser(self, ref, family, found.facts or family.facts(part), part)

    def chosen(self, source: Source, wanted: str) -> Recognised:
        """What a source is that was chosen where `wanted` is loaded: "network", "text", "vae" or "controlnet".

        Raises `LoadError` for one that has nothing of the kind.
        """
        found = self.recognised(source)
        if not has(found, wanted):
            raise refusal(found, wanted, chosen=True)
        return found

    def encoders(self, ref: Clip) -> tuple[Family, Mapping[str, Part]]:
        """The family that text encoders condition, and each of them by kind; `LoadError` for one of no use to it."""
        found = [self.recognised(source) for source in ref.sources]
        lists = [[part for kind, part in each.parts.items() if kind not in NO_ENCODERS] for each in found]
        for each, parts in zip(found, lists, strict=True):
            if not parts:
                raise refusal(each, "text")
        all_parts = [part for parts in lists for part in parts]
        names = [ref.kind, *(each.family for each in found), default_family(all_parts)]
        family = families()[next(name for name in names if name)]
        cast = cast_encoders(family, all_parts)
        used = {place_of(part) for part in cast.values()}
        for each, parts in zip(found, lists, strict=True):
            if len(found) > 1 and not any(place_of(part) in used for part in parts):
                raise unused(each, family, parts, cast)
            used -= {place_of(part) for part in parts}
        if not cast:
            raise unused(found[0], family, all_parts, cast)
        return family, cast

    def fit(self, source: Source, model: Model | None, clip: Clip | None) -> Fit:
        """How a LoRA fits; raises `LoadError` where not one of its changes does."""
        tables: list[Table] = []
        titles: list[str] = []
        if model is not None:
            found = self.recognised(model.source)
            family, part = families()[found.family], need(found, "network")
            tables.append(network_targets(part.pieces, family.original(part)))
            titles.append(family.title)
        if clip is not None:
            family, parts = self.encoders(clip)
            folders = {use.kind: use.folder for use in family.encoders}
            tables += [
                encoder_targets(part.pieces, kind, len(parts) == 1, folders.get(kind, ""))
                for kind, part in parts.items()
            ]
            titles.append(family.title)
        result = fit(source, tables)
        if not result.used and clip is None and all(map(is_of_text, result.unused)):
            raise LoadError(
                "{path} changes text encoders alone: link the text encoder (clip) to it.", path=source.path
            )
        if not result.used:
            raise LoadError(
                "{path} was made for another model: nothing in it fits {titles}.",
                path=source.path,
                titles=titles[0],
            )
        return result

    def network(self, ref: Model, family: Family, part: Part, dtype: torch.dtype, work: int = 0) -> nn.Module:
        """The denoising network of a model, wearing its patches, with `work` bytes left for a call."""
        resident = self.residents.get(ref.source, part, family.build, dtype, work)
        return self._dressed(
            resident, ref.source, ref.patches, lambda: network_targets(part.pieces, family.original(part))
        )

    def compiled(self, network: nn.Module, scope: str) -> AbstractContextManager[None]:
        """A context in which a denoising network runs compiled."""
        return running(self.residents.holding(network).compiled(scope))

    def encoder(self, ref: Clip, use: Use, part: Part, alone: bool) -> nn.Module:
        """A text encoder, wearing its patches."""
        source = next((s for s in ref.sources if part.place.startswith(s.path)), ref.sources[0])
        self.residents.begin()
        dtype = encoder_dtype(ref.dtype, self.choices, use.kind, part.stored)
        resident = self.residents.get(source, part, build_encoder(use), dtype)
        return self._dressed(
            resident, source, ref.patches, lambda: encoder_targets(part.pieces, use.kind, alone, use.folder)
        )

    def tiny_decoder(self, family: str, channels: int) -> nn.Module | None:
        """The small decoder for previews of a family's latents, where the model folders have one that can be read."""
        wanted = families()[family].tiny
        for name in self.folders.names("vae_approx") if wanted else ():
            if PurePosixPath(name).stem.lower() not in (wanted, f"{wanted}_decoder"):
                continue
            try:
                source = self.source("vae_approx", name)
                part = self.recognised(source).parts.get("tiny")
                if part and part.config["latent_channels"] == channels:
                    if source not in self._tiny:
                        self._tiny[source] = load_part(part, tiny.build, Place(self.device, torch.float32))[0]
                    return self._tiny[source]
            except LoadError:
                continue
        return None

    def blanks(self, ref: Clip, kind: str) -> dict[tuple[Token, ...], Tensor]:
        """What an encoder said of the empty prompt, to be kept there; that of the last few encoders."""
        found = self._blanks.setdefault((ref, kind), {})
        self._blanks.move_to_end((ref, kind))
        while len(self._blanks) > BLANKS:
            self._blanks.popitem(last=False)
        return found

    def embeddings(self, kind: str, width: int, other: Callable[[Width], object]) -> Lookup:
        """Textual inversions for an encoder, by name; one of another width is handed to `other`."""
        return self._embeddings.lookup(kind, width, other)

    @property
    def bytes(self) -> int:
        """Memory of all weights that are held, patched ones included."""
        return self.residents.bytes

    def release(self) -> None:
        """Make all the room there is: let go of weights, and give the device's spare memory back."""
        self.clear()
        if self.device.type == "cuda":
            torch.cuda.empty_cache()

    def clear(self) -> None:
        """Let go of all weights."""
        self.residents.clear()
        self._blanks.clear()

    def _dressed(
        self, resident: Resident, source: Source, patches: tuple[Patch, ...], table: Callable[[], Table]
    ) -> nn.Module:
        if not patches:
            resident.wear({})
            return resident.network
        changed = self.residents.patched(resident, patches, lambda: Patching(patches, table(), resident))
        resident.wear(changed)
        return resident.network


BLANKS = 8
"""How many encoders' empty prompts are kept, a few megabytes at most each."""


def place_of(part: Part) -> tuple[str, tuple[str, ...]]:
    """What tells an encoder from others: its file, and the tensors of its first parameters."""
    return part.place, tuple(piece.name for piece in islice(part.pieces.values(), 2))


def unused(found: Recognised, family: Family, parts: Sequence[Part], cast: Mapping[str, Part]) -> LoadError:
    """The sentence for a text encoder that has no place among those of a family."""
    own = ", ".join(encoder_title(part.kind) for part in parts)
    wanted = [use.kind for use in family.encoders]
    missing = ", ".join(encoder_title(kind) for kind in wanted if kind not in cast)
    return LoadError(
        "{path} ({own}) has no place among the text encoders of {title}, which reads with {wanted}{missing}.",
        path=found.path,
        own=own,
        title=family.title,
        wanted=", ".join(map(encoder_title, wanted)),
        missing=Phrase(": link {missing} instead", missing=missing) if missing else "",
    )


def default_family(parts: list[Part]) -> str:
    """The family that a set of single encoders most likely conditions."""
    kinds = {part.kind for part in parts}
    readers = [
        (len(family.encoders), name)
        for name, family in families().items()
        if any(use.kind in kinds and not is_clip(use.kind) and use.kind != "t5" for use in family.encoders)
    ]
    if readers:
        return min(readers)[1]
    if "t5" in kinds:
        return "sd3" if "clip_g" in kinds else "flux"
    if "clip_g" in kinds or len(parts) > 1:
        return "sdxl"
    return "sd2" if "clip_h" in kinds else "sd1"


def need(found: Recognised, kind: str) -> Part:
    """A part of a source; `LoadError` says what the file is instead and what to do."""
    part = found.parts.get(kind)
    if part is None:
        raise refusal(found, kind)
    return part
