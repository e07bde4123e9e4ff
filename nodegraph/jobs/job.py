"""One run that was asked for, and what became of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Literal

from nodegraph.formats.native import carried, loads
from nodegraph.model.graph import Graph

JOB_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
JobState = Literal["waiting", "running", "done", "failed", "stopped"]
Seeds = Mapping[str, int]
"""`node.parameter` -> the seed that was drawn for it."""


@dataclass(frozen=True)
class Job:
    """A graph to run, with its seeds drawn. `targets` None means every node that saves or shows.

    `document` names the tab it came from, `base` is the folder relative files start from. `allowed`
    are the files outside it that its nodes may read; None allows all. `live` jobs come from
    dragging: they are not listed and not remembered; `coarse` ones are a first look with few steps.
    """

    id: str
    graph: Graph
    label: str
    document: str = ""
    base: str = "."
    targets: tuple[str, ...] | None = None
    seeds: Seeds = field(default_factory=lambda: MappingProxyType({}))
    state: JobState = "waiting"
    seconds: float = 0.0
    error: str = ""
    ran: int = 0
    cached: int = 0
    outputs: tuple[str, ...] = ()
    live: bool = False
    coarse: bool = False
    allowed: tuple[str, ...] | None = None

    @property
    def over(self) -> bool:
        """Whether it has ended, well or not."""
        return self.state in ("done", "failed", "stopped")

    def again(self, id: str) -> Job:
        """The same job, not run yet."""
        blank: dict[str, Any] = {"seconds": 0.0, "error": "", "ran": 0, "cached": 0, "outputs": ()}
        return replace(self, id=id, state="waiting", **blank)

    def to_json(self) -> dict[str, Any]:
        """What is needed to run it later."""
        return {
            "id": self.id,
            "label": self.label,
            "document": self.document,
            "base": self.base,
            "allowed": None if self.allowed is None else list(self.allowed),
            "targets": None if self.targets is None else list(self.targets),
            "seeds": dict(self.seeds),
            "graph": carried(self.graph),
        }

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Job:
        """The job that `to_json` wrote, waiting. Raises KeyError, TypeError, ValueError or LoadError."""
        targets, allowed = data["targets"], data.get("allowed")
        texts = [data[name] for name in ("id", "label", "document", "base", "graph")]
        if not isinstance(allowed, list | None):
            raise TypeError("the files that a job may read are no list")
        if not all(isinstance(text, str) for text in (*texts, *(targets or ()), *(allowed or ()))):
            raise TypeError("a job with a field that is no text")
        if not JOB_ID.fullmatch(data["id"]) or any(
            "\0" in place for place in (data["base"], *(allowed or ()))
        ):
            raise ValueError("a job whose id or folder cannot be one")
        seeds = data["seeds"].items()
        if any(type(value) is not int for _, value in seeds):
            raise TypeError("a seed that is no whole number")
        return Job(
            id=data["id"],
            graph=loads(data["graph"], "a waiting job"),
            label=data["label"],
            document=data["document"],
            base=data["base"],
            allowed=None if allowed is None else tuple(allowed),
            targets=None if targets is None else tuple(targets),
            seeds=MappingProxyType(dict(seeds)),
        )
