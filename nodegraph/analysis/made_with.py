"""What a picture was made with beyond its workflow, and what of it is different now."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from nodegraph.support.messages import Phrase

MAX_TEXT = 256 * 1024
"""A longer record is not read."""

UNMEASURED = "not yet measured"
"""Stands in a fact about the machine that no run has confirmed yet; such facts are not compared."""


@dataclass(frozen=True, slots=True)
class MadeWith:
    """`facts` are device, dtype, machine and versions by name; `files` the fingerprints of the contents of every file
    that took part, by `node.parameter`."""

    facts: Mapping[str, str]
    files: Mapping[str, str]

    def text(self) -> str:
        """One line of JSON, as pictures carry it."""
        return json.dumps({"facts": dict(self.facts), "files": dict(self.files)}, ensure_ascii=False)


def made_with(facts: list[tuple[str, str]], read: Mapping[str, Mapping[str, str]]) -> MadeWith:
    """The record of a run: what is known of the machine, and the fingerprints of the files that nodes read, by node
    and parameter."""
    files = {
        f"{name}.{param}": content
        for name, contents in read.items()
        for param, content in contents.items()
        if content
    }
    return MadeWith(dict(facts), dict(sorted(files.items())))


def parse_made_with(text: str) -> MadeWith | None:
    """Parse the record in a picture; None where the text is not a valid record. Never raises."""
    if not text or len(text) > MAX_TEXT:
        return None
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return None
    facts, files = (data.get(key) if isinstance(data, dict) else None for key in ("facts", "files"))
    if not isinstance(facts, dict) or not isinstance(files, dict):
        return None
    return MadeWith({str(k): str(v) for k, v in facts.items()}, {str(k): str(v) for k, v in files.items()})


def differences(then: MadeWith, now: MadeWith) -> list[Phrase]:
    """Why a picture may not come out the same, one sentence each; empty where all that is recorded is the same.

    Facts that are known on one side only are passed over.
    """
    found = []
    for name, before in then.files.items():
        after = now.files.get(name)
        if after is None:
            found.append(Phrase("{name} named a file that took part, and names none now.", name=name))
        elif after != before:
            found.append(Phrase("{name} names a file with another content now.", name=name))
    for name, before in then.facts.items():
        after = now.facts.get(name)
        if after is not None and after != before and UNMEASURED not in after:
            found.append(
                Phrase(
                    "{name} is {after} now and was {before}.",
                    name=name,
                    after=after or "nothing",
                    before=before or "nothing",
                )
            )
    return found
