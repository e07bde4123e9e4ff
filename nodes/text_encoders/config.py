"""Sizes of text encoders: plain data, so that a file is recognised without loading torch."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ClipConfig:
    """Sizes of a CLIP text model; `projection` is 0 where there is none. The defaults are CLIP-L's."""

    width: int = 768
    hidden: int = 3072
    layers: int = 12
    heads: int = 12
    activation: str = "quick_gelu"
    projection: int = 0
    vocabulary: int = 49408
    positions: int = 77


@dataclass(frozen=True)
class T5Config:
    """Sizes of a T5 encoder. `gated` is the feed-forward of version 1.1; `every_layer` gives each layer its
    own position bias, as umT5 does. The defaults are those of T5 v1.1 XXL."""

    width: int = 4096
    inner: int = 4096
    hidden: int = 10240
    layers: int = 24
    heads: int = 64
    vocabulary: int = 32128
    buckets: int = 32
    gated: bool = True
    every_layer: bool = False


@dataclass(frozen=True)
class LanguageConfig:
    """Sizes of a language model of a kind: "gemma2", "qwen3", "qwen25" or "mistral".

    `shared_heads` are those of keys and values. `normed` says whether the file has the norm after the last layer.
    """

    kind: str
    width: int
    hidden: int
    layers: int
    heads: int
    shared_heads: int
    head: int
    vocabulary: int
    normed: bool = True
