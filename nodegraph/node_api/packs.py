"""What installed packages offer: found without importing them, and their code tried in a process of its own first.

A package that raises, hangs, ends the process, or declares what it may not costs only itself: it is skipped, and a
`PackFault` names it.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Self

from nodegraph.model.digest import digest
from nodegraph.support.atomic import write_text
from nodegraph.support.errors import DefinitionError, LoadError
from nodegraph.support.messages import Phrase

OWN = "nodegraph"
"""The distribution of this program: what it offers under an entry point no other package can take over."""

OWN_GROUPS = ("nodegraph.runtime", "nodegraph.editor")
"""What only this program may offer: another package there would replace its engine or its window."""

PROBE_SECONDS = 30.0
"""Time for all new packages together to be imported."""

RETRY_SECONDS = 3600.0
"""How long a package that took too long is not tried again, unless its files or the installation change."""

MAX_SOURCES = 20_000
"""Files of a package that are looked at to notice a change."""

MAX_TEXT_BYTES = 16 << 20
"""Size of a catalogue."""

_SECTION = re.compile(r"\[([^\]]*)\]")
_MODULE = re.compile(r"([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)\s*(?:\[.*\])?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Offer:
    """One entry point: its name, the module behind it, and the distribution that brings it."""

    name: str
    module: str
    distribution: str

    @property
    def own(self) -> bool:
        """Whether it belongs to this program."""
        return self.distribution == OWN


@dataclass(frozen=True, slots=True)
class PackFault:
    """A package that was skipped, and why, as one sentence with the remedy."""

    pack: str
    sentence: Phrase


def fault_of(offer: Offer, reason: str) -> PackFault:
    """The fault that skips an offer; `reason` is a clause."""
    sentence = Phrase(
        "Node pack {name} (package {package}) was skipped: {reason}; update or remove that package.",
        name=printable(offer.name, 60),
        package=printable(offer.distribution or offer.module, 60),
        reason=reason,
    )
    return PackFault(offer.name, sentence)


def offers(group: str) -> tuple[list[Offer], list[PackFault]]:
    """What is installed under an entry point group, this program's own first, the rest by name; no code is imported.

    Of two offers with one name the first counts, and the second is a fault.
    """
    found: dict[str, Offer] = {}
    faults: list[PackFault] = []
    for offer, fault in sorted(
        _entries(group), key=lambda pair: (not pair[0].own, pair[0].name, pair[0].distribution)
    ):
        known = found.get(offer.name)
        if fault:
            faults.append(fault_of(offer, fault))
        elif known is not None and known != offer:
            taken = Phrase(
                "its name {name} belongs to package {package}",
                name=offer.name,
                package=printable(known.distribution or known.module, 60),
            )
            faults.append(fault_of(offer, taken))
        else:
            found[offer.name] = offer
    return list(found.values()), faults


def own_module(group: str) -> tuple[str, list[PackFault]]:
    """This program's own module of a group that only it may offer, "" where it is not installed; others are faults."""
    found, faults = offers(group)
    strangers = [offer for offer in found if not offer.own]
    refused = Phrase("only the program itself may offer {group}", group=group)
    faults += [fault_of(offer, refused) for offer in strangers]
    return next((offer.module for offer in found if offer.own), ""), faults


class PackCall:
    """Context manager around a call into the code of another package.

    Whatever error that raises, or its request to end the program, ends the block, is kept in `error` and goes no
    further, but for those of the classes `passed`: the package costs only itself.
    """

    def __init__(self, *passed: type[Exception]) -> None:
        self.error: Exception | SystemExit | None = None
        self._passed = passed

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> bool:
        """Keep an error; True for one that is kept."""
        if not isinstance(error, Exception | SystemExit) or isinstance(error, self._passed):
            return False
        self.error = error
        return True

    @property
    def reason(self) -> str:
        """What was raised, as a clause for a sentence; "" without an error."""
        if self.error is None:
            return ""
        said = printable(" ".join(str(self.error).split()), 120)
        return f"{type(self.error).__name__}: {said}" if said else type(self.error).__name__


def folder_of(module: str) -> Path:
    """Where a package lies, found without importing any part of it; raises DefinitionError."""
    top, *inner = module.split(".")
    found = Path(_top_of(top), *inner)
    if found.is_dir():
        return found
    raise DefinitionError(f"{printable(module, 60)} is not an installed package")


def _top_of(name: str) -> Path:
    """The folder or file of a top-level package or module; raises DefinitionError."""
    try:
        spec = find_spec(name)
    except (ImportError, ValueError):
        spec = None
    places = list(spec.submodule_search_locations or ()) if spec is not None else []
    if places:
        return Path(places[0])
    if spec is not None and spec.has_location and spec.origin:
        return Path(spec.origin)
    raise DefinitionError(f"{printable(name, 60)} is not installed")


def probe(kind: str, wanted: Sequence[Offer], cache: Path | None) -> dict[Offer, str | PackFault]:
    """What the code of packages declares, as JSON, or why a package is skipped.

    Each is imported in a process of its own, all at the same time, within PROBE_SECONDS; what was found is kept in
    the folder `cache` until the files of the package change. `kind` is a key of `nodegraph.node_api.pack_probe.KINDS`.
    """
    found: dict[Offer, str | PackFault] = {}
    started: list[_Probe] = []
    for offer in wanted:
        try:
            sources = _sources(_top_of(offer.module.partition(".")[0]))
        except (DefinitionError, OSError) as error:
            found[offer] = fault_of(offer, _clause(str(error)))
            continue
        kept = (
            cache / "catalogues" / f"{digest(kind, offer.name, offer.module, sources)}.json"
            if cache
            else None
        )
        known = _recalled(offer, kept)
        if known is not None:
            found[offer] = known
        else:
            started.append(_Probe(kind, offer, kept))
    deadline = time.monotonic() + PROBE_SECONDS
    for running in started:
        found[running.offer] = running.conclude(max(deadline - time.monotonic(), 0.0))
    return found


class _Probe:
    """One process that imports a package and writes what it declares into a file."""

    def __init__(self, kind: str, offer: Offer, kept: Path | None) -> None:
        self.offer = offer
        self._kept = kept
        self._folder = tempfile.TemporaryDirectory(prefix="nodegraph-probe-", ignore_cleanup_errors=True)
        self._out, self._errors = Path(self._folder.name, "out"), Path(self._folder.name, "errors")
        path = os.pathsep.join([*filter(None, sys.path), str(Path(__file__).parents[1])])
        with self._errors.open("wb") as errors:
            self._child = subprocess.Popen(
                [
                    sys.executable,
                    "-P",
                    "-m",
                    "nodegraph.node_api.pack_probe",
                    kind,
                    offer.module,
                    offer.name,
                    str(self._out),
                ],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                env={**os.environ, "PYTHONPATH": path},
                start_new_session=True,
            )

    def conclude(self, seconds: float) -> str | PackFault:
        """Wait for the process, end it if need be, and read its file."""
        reason = late = ""
        try:
            code = self._child.wait(seconds)
        except subprocess.TimeoutExpired:
            late = reason = Phrase("it was not imported within {seconds:.0f} seconds", seconds=PROBE_SECONDS)
        self._end()
        text = ""
        if not reason:
            text, reason = self._read(code)
        self._folder.cleanup()
        if reason:
            _remember(self._kept, {"reason": reason, "late": bool(late)})
            return fault_of(self.offer, reason)
        _remember(self._kept, {"found": text})
        return text

    def _end(self) -> None:
        """End the process and what it has started."""
        if os.name == "posix":
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._child.pid, signal.SIGKILL)
        self._child.kill()
        self._child.wait()

    def _read(self, code: int) -> tuple[str, str]:
        """The text, and why there is none."""
        if code < 0:
            return "", Phrase("it crashed while it was imported (signal {number})", number=-code)
        try:
            if code == 0:
                return read_bounded(self._out), ""
            with self._errors.open("rb") as file:
                file.seek(max(self._errors.stat().st_size - 4096, 0))
                lines = [line for line in file.read().decode(errors="replace").splitlines() if line.strip()]
        except (OSError, LoadError):
            lines = []
        if code == 0 or not lines:
            return "", Phrase("it ended the process that imported it (exit code {code})", code=code)
        return "", _clause(lines[-1])


def read_bounded(path: Path) -> str:
    """The text of an ordinary file of at most MAX_TEXT_BYTES; raises OSError or LoadError."""
    if not path.is_file():
        raise LoadError("{name} is not an ordinary file.", name=path.name)
    with path.open("rb") as file:
        data = file.read(MAX_TEXT_BYTES + 1)
    if len(data) > MAX_TEXT_BYTES:
        raise LoadError("{name} is larger than {most} MB.", name=path.name, most=MAX_TEXT_BYTES >> 20)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise LoadError("{name} is not UTF-8 text.", name=path.name) from None


def printable(text: str, most: int = 300) -> str:
    """One line of `text` that no terminal takes for a command, shortened to `most` characters."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text[: 4 * most]).split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def _entries(group: str) -> Iterable[tuple[Offer, str]]:
    """Each entry of a group with its fault, "" where it can be used."""
    seen: set[str] = set()
    for found in distributions():
        try:
            text = found.read_text("entry_points.txt") or ""
        except (OSError, ValueError):
            continue
        if f"[{group}]" not in text:
            continue
        name = _name_of(found)
        if name in seen:
            # The first on the path is the one that is imported.
            continue
        seen.add(name)
        for line in _lines_of(text, group):
            entry, equals, value = (part.strip() for part in line.partition("="))
            module = _MODULE.fullmatch(value)
            offer = Offer(entry, module[1] if module else value, name)
            wrong = Phrase("its entry point {line!r} names no module", line=printable(line, 80))
            yield offer, "" if equals and entry and module else wrong


def _name_of(found: Distribution) -> str:
    """A distribution's name as registries spell it, without reading its metadata where the folder's name says it."""
    place = getattr(found, "_path", None)
    stem = Path(str(place)).name if place is not None else ""
    if stem.endswith((".dist-info", ".egg-info")):
        name = stem.rpartition(".")[0].partition("-")[0]
    else:
        name = found.metadata["Name"] or ""
    return re.sub(r"[-_.]+", "-", name).lower()


def _lines_of(text: str, group: str) -> Iterable[str]:
    inside = False
    for raw in text.splitlines():
        line = raw.strip()
        if section := _SECTION.fullmatch(line):
            inside = section[1].strip() == group
        elif inside and line and not line.startswith(("#", ";")):
            yield line


def _sources(place: Path) -> list[tuple[str, int, int]]:
    """Name, size and time of change of each source of a package or module; raises OSError or DefinitionError."""
    found = []
    for path in place.rglob("*.py") if place.is_dir() else (place,):
        stat = path.stat()
        found.append((str(path), stat.st_size, stat.st_mtime_ns))
        if len(found) > MAX_SOURCES:
            raise DefinitionError(f"it has more than {MAX_SOURCES} source files")
    return sorted(found)


def _installation() -> str:
    """What changes when packages are installed or removed."""
    stamps = []
    for entry in sys.path:
        with contextlib.suppress(OSError):
            stamps.append((entry, Path(entry).stat().st_mtime_ns) if entry else (entry, 0))
    return digest(stamps)


def _remember(kept: Path | None, what: dict[str, object]) -> None:
    if kept is not None:
        with contextlib.suppress(OSError):
            write_text(kept, json.dumps({**what, "time": time.time(), "installation": _installation()}))


def _recalled(offer: Offer, kept: Path | None) -> str | PackFault | None:
    """What was found about a package last time; None where it must be tried."""
    if kept is None:
        return None
    try:
        data = json.loads(read_bounded(kept))
        if isinstance(data.get("found"), str):
            return str(data["found"])
        same = data["installation"] == _installation()
        recent = 0 <= time.time() - data["time"] < RETRY_SECONDS
        if same and (recent or not data["late"]):
            return fault_of(offer, str(data["reason"]))
    except (OSError, LoadError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return None


def _clause(text: str) -> str:
    """A line of an exception as part of a sentence."""
    line = printable(text).rstrip(".;")
    return line.removeprefix("nodegraph.support.errors.DefinitionError: ")
