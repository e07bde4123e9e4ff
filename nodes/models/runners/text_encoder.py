"""Text encoders at work: a prompt goes in, a condition comes out."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from nodegraph.support.errors import LoadError
from nodegraph.support.messages import Phrase
from nodes.models.architectures.encoders import LANGUAGE_KINDS, T5_KINDS, encoder_title, is_clip
from nodes.models.memory.loading import damage
from nodes.text.attention import attention_pieces, cut_at_commas
from nodes.text.chunks import LENGTH, cut, empty, prompt_pieces
from nodes.text_encoders.clip import ClipText
from nodes.text_encoders.config import ClipConfig, LanguageConfig, T5Config
from nodes.text_encoders.encode import Encoded, encode
from nodes.text_encoders.language import LanguageModel
from nodes.text_encoders.read_out import pile_t5, read_out
from nodes.text_encoders.t5 import T5Encoder, t5_chunk
from nodes.text_encoders.tokenizers.clip import clip_tokens
from nodes.text_encoders.tokenizers.files import tokenizer_for
from nodes.text_encoders.tokenizers.t5 import t5_tokens
from nodes.types import Condition, Conditioning

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from torch import Tensor, nn

    from nodes.models.architectures.family import Family, Use
    from nodes.models.files.embeddings import Width
    from nodes.models.files.parts import Part
    from nodes.models.runners.weight_store import WeightStore
    from nodes.text.chunks import Lookup, Token, Weighted
    from nodes.types import Clip


def build_encoder(use: Use) -> Callable[[Mapping[str, Any]], nn.Module]:
    """How to make the empty encoder that a family uses in this way, from a part's config."""

    def build(config: Mapping[str, Any]) -> nn.Module:
        if use.kind in T5_KINDS:
            return T5Encoder(T5Config(**config))
        if use.kind in LANGUAGE_KINDS:
            return LanguageModel(LanguageConfig(**config))
        known = {name: value for name, value in config.items() if name != "dropped"}
        return ClipText(ClipConfig(**known | ({} if use.projected else {"projection": 0})))

    return build


class TextEncoder:
    """The text encoders of one `Clip`, real while they encode."""

    def __init__(self, pool: WeightStore, ref: Clip, family: Family, parts: Mapping[str, Part]) -> None:
        self._pool = pool
        self._ref = ref
        self._parts = parts
        self.family = family
        self._missed: dict[str, None] = {}
        self._widths: dict[tuple[str, str], Width] = {}
        self._read_names: set[str] = set()

    @property
    def remarks(self) -> list[Phrase]:
        """What the prompts that were encoded name and no encoder, or not every CLIP model, has read."""
        found = [self._pool.folders.no_embedding(name) for name in self._missed]
        for (name, kind), width in self._widths.items():
            if name in self._read_names and not is_clip(kind):
                continue
            found.append(
                Phrase(
                    "The embedding {name!r} is left out for {encoder}, which reads {wanted} numbers a word: it was "
                    "made with {own}.",
                    name=name,
                    encoder=encoder_title(kind),
                    wanted=width.wanted,
                    own=" and ".join(map(str, width.own)),
                )
            )
        return found

    def encode(
        self, text: str, texts: Mapping[str, str] | None = None, *, multiplying: bool = False
    ) -> Conditioning:
        """The conditioning of a prompt; `texts` gives single encoders ("clip_l", "clip_g", "t5") their own.

        Weights are read and applied as ComfyUI does, or with `multiplying` as A1111's web interface does.
        """
        with torch.no_grad():
            said = {
                use.kind: self._say(use, (texts or {}).get(use.kind, text), multiplying)
                for use in self.family.encoders
                if use.kind in self._parts
            }
            if not said:
                raise LoadError(
                    "{path} holds no text encoder of {title}.",
                    path=self._ref.sources[0].path,
                    title=self.family.title,
                )
            if texts:
                said |= self._evened(said)
            try:
                joined = self.family.join(said)
            except KeyError as missing:
                raise LoadError(
                    "{title} reads prompts with {wanted}, and {missing} is missing: open it with Load text encoder and "
                    "join both.",
                    title=self.family.title,
                    wanted=" and ".join(encoder_title(use.kind) for use in self.family.encoders),
                    missing=encoder_title(str(missing.args[0])),
                ) from missing
        pooled = joined.pooled.cpu()
        return Conditioning((Condition(joined.cond.cpu(), pooled),))

    def _evened(self, said: Mapping[str, Encoded]) -> dict[str, Encoded]:
        """CLIP text models that were told different things: after the shorter ones come empty prompts."""
        clips = [use for use in self.family.encoders if use.kind in said and is_clip(use.kind)]
        longest = max((said[use.kind].cond.shape[1] for use in clips), default=0)
        found: dict[str, Encoded] = {}
        for use in clips:
            own = said[use.kind]
            missing = (longest - own.cond.shape[1]) // LENGTH
            if missing:
                blank = self._say(use, "", False).cond
                found[use.kind] = Encoded(torch.cat([own.cond, *[blank] * missing], 1), own.pooled)
        return found

    def _say(self, use: Use, text: str, multiplying: bool) -> Encoded:
        """What one encoder makes of a prompt; raises `LoadError` for numbers that are not finite."""
        part = self._parts[use.kind]
        network = self._pool.encoder(self._ref, use, part, len(self._parts) == 1)
        said = self._read(use, part, network, text, multiplying)
        if not torch.isfinite(said.cond.sum() + said.pooled.sum()):
            raise damage(part, network) or LoadError(
                "The text encoder {place} makes numbers without an end of this prompt: load it with dtype float32, or "
                "choose another file.",
                place=part.place,
            )
        return said

    def _read(self, use: Use, part: Part, network: nn.Module, text: str, multiplying: bool) -> Encoded:
        if use.kind in LANGUAGE_KINDS:
            return read_out(network, use, tokenizer_for(Path(part.place), use.kind), text)
        lookup = self._lookup(use.kind, int(part.config["width"]))
        if use.kind == "pile_t5":
            return pile_t5(
                network, use, tokenizer_for(Path(part.place), use.kind), text, lookup, self._missed.setdefault
            )
        if use.kind == "t5":
            pieces = [piece for piece in self._pieces(text, t5_tokens, lookup, multiplying) if piece]
            chunk = t5_chunk(pieces, use.minimum)
            blank, known = t5_chunk([], len(chunk)), self._pool.blanks(self._ref, use.kind)
            return encode(network, [chunk], blank, keep_mean=multiplying, known=known)
        found = self._pieces(text, clip_tokens, lookup, multiplying)
        whole = [piece for piece in found if piece is not None]
        chunks = cut_at_commas(found, use.pad) if multiplying else cut(whole, use.pad)
        encoder = partial(_clip, network, self._layer(use, part), use.norm)
        known = self._pool.blanks(self._ref, use.kind)
        return encode(encoder, chunks, empty(use.pad), keep_mean=multiplying, known=known)

    def _pieces(
        self, text: str, tokens: Callable[[str], list[int]], lookup: Lookup, multiplying: bool
    ) -> Sequence[list[Weighted] | None]:
        """The tokens of a prompt, None where a chunk ends, read by one of the two syntaxes."""
        missed = self._missed.setdefault
        if multiplying:
            return attention_pieces(text, tokens, lookup, missed, self._pool.folders.words)
        return prompt_pieces(text, tokens, lookup, missed)

    def _lookup(self, kind: str, width: int) -> Lookup:
        """Embeddings for an encoder; which of them it reads and which it cannot is remembered."""

        def other(found: Width) -> None:
            self._widths[found.name, kind] = found

        find = self._pool.embeddings(kind, width, other)

        def look(name: str) -> Sequence[Tensor] | None:
            rows = find(name)
            if rows:
                self._read_names.add(name)
            return rows

        return look

    def _layer(self, use: Use, part: Part) -> int:
        """The layer to read, fewer from the end where the file has the unused last layers cut off."""
        wanted = self._ref.last_layer or use.layer
        return min(wanted + int(part.config.get("dropped", 0)), -1)


def _clip(
    network: nn.Module, layer: int, norm: bool, chunks: Sequence[Sequence[Token]]
) -> tuple[Tensor, Tensor]:
    result: tuple[Tensor, Tensor] = network(chunks, layer, norm)
    return result
