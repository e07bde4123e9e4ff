"""What the files contain that a node reads: those its parameters name, or mention within a text."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from nodegraph.execution.plan import Keyed
from nodegraph.execution.resolve import ResolvedNode
from nodegraph.model.digest import digest
from nodegraph.model.spec import IMAGE_FOLDER, Param
from nodegraph.node_api.fingerprint import Fingerprints, stamp
from nodegraph.node_api.model_files import Files
from nodegraph.support.errors import GraphError, LoadError
from nodegraph.support.file_names import require_file_name
from nodegraph.support.image_metadata.folders import pictures_in
from nodegraph.support.input_access import InputAccess

READ = 512
"""So many pictures of a folder are read for their key; of more, the times of their changes count."""


@dataclass(frozen=True, slots=True)
class Contents:
    """Model files lie in `files`, others are found through `access`; `nodes` are all that take part."""

    files: Files
    fingerprints: Fingerprints
    access: InputAccess
    nodes: Mapping[str, ResolvedNode]

    def of(self, item: ResolvedNode, name: str) -> str | None:
        """What the files behind a parameter contain; None where that is not known before the run.

        A linked parameter may name any file of its kind: then all of them count, those that may be large by the
        times of their changes.
        Raises GraphError for a file that is missing or unreadable.
        """
        param = item.spec.param(name)
        assert param is not None
        value = self._value(item, name)
        if value is not None:
            return self._mentioned(param, value) if param.mentions else self._named(item, param, value)
        if param.mentions:
            return self._any(param.mentions, self._content)
        kind = param.file.removeprefix("model:")
        return None if kind == param.file else self._any(kind, lambda path: self._states(kind, path))

    def _value(self, item: ResolvedNode, name: str) -> str | None:
        """What a parameter says, by itself or over a link from a node that always says the same."""
        if name in item.params:
            return str(item.params[name])
        source = self.nodes[item.inputs[name][0].node] if item.inputs.get(name) else item
        said = source.params.get(source.spec.constant)
        return None if said is None else str(said)

    def changed(self, node: Keyed) -> bool:
        """Whether the files of a node are no longer what its key says."""
        try:
            return any(self.of(node.item, name) != known for name, known in node.parts.files.items())
        except GraphError:
            return True

    def _named(self, item: ResolvedNode, param: Param, value: str) -> str:
        kind = param.file.removeprefix("model:")
        if not value:
            return ""
        try:
            if kind == param.file:
                path = self.access.require(value, folder=kind == IMAGE_FOLDER)
            else:
                require_file_name(value, inside=True)
                found = self.files.find(kind, value)
                if found is None:
                    raise GraphError(f"Node {item.id} ({item.title}): {self.files.missing(kind, value)}")
                path = found
            return self._whole(kind, path) if kind != param.file else self._input(kind, path)
        except LoadError as error:
            raise GraphError(f"Node {item.id} ({item.title}): {error}") from None
        except OSError as error:
            reason, what = error.strerror or str(error), "folder" if kind == IMAGE_FOLDER else "file"
            raise GraphError(
                f"Node {item.id} ({item.title}): the {what} {value!r} cannot be read ({reason}); "
                f"choose another {param.name}."
            ) from None

    def _whole(self, kind: str, path: Path) -> str:
        """What a file contains, and those that are read along with it; raises OSError."""
        own, beside = self.fingerprints.of(path), self.files.beside(kind, path)
        return digest(own, [(file.name, self._content(file)) for file in beside]) if beside else own

    def _input(self, kind: str, path: Path) -> str:
        """What a file that the artist names contains; of a folder only the pictures right in it."""
        if kind == IMAGE_FOLDER:
            found = pictures_in(path)
            few = len(found) <= READ
            return digest([(p.name, self.fingerprints.of(p) if few else stamp(p)) for p in found])
        if path.is_dir():
            raise OSError(errno.EISDIR, "it is a folder")
        return self.fingerprints.of(path)

    def _mentioned(self, param: Param, text: str) -> str:
        found = self.files.mentioned(param.mentions, text)
        contents = {name: self._content(path) for name, path in found.items() if path is not None}
        return digest(contents) if contents else ""

    def _content(self, path: Path) -> str:
        try:
            return self.fingerprints.of(path)
        except OSError:
            return "unreadable"

    def _states(self, kind: str, path: Path) -> object:
        return [_stamps(path), *map(_stamps, self.files.beside(kind, path))]

    def _any(self, kind: str, state: Callable[[Path], object]) -> str:
        paths = ((name, self.files.find(kind, name)) for name in self.files.names(kind))
        return digest([(name, str(path), state(path)) for name, path in paths if path is not None])


def _stamps(path: Path) -> list[tuple[int, ...]]:
    """The states of a file, or of all files under a folder."""
    inside: Iterable[Path] = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else (path,)
    found = []
    for file in inside:
        try:
            found.append(tuple(stamp(file)))
        except OSError:
            found.append(())
    return found
