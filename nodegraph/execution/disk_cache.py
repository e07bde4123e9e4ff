"""Results in a folder: one file a result, whole or absent, shared by any number of processes."""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path
from typing import Any

from nodegraph.node_api.codec import Codec
from nodegraph.support.errors import LoadError
from nodegraph.support.private_files import make_private, make_private_folder

SUFFIX = ".safetensors"
STALE_SECONDS = 3600.0


class DiskTier:
    """A folder of results, least recently used first out beyond `limit` bytes.

    Writers work on a private file and rename it, so a reader never sees a part and a killed process leaves none.
    Each file holds its key and a checksum; one that is damaged, exchanged or cannot be read is dropped and counts as
    absent. Only the owner may read them: they hold prompts and pictures. `refused` is the last error of a disk that is
    full or may not be written to, which costs only this cache.
    Raises OSError if the folder cannot be made.
    """

    def __init__(self, folder: Path, codec: Codec, limit: int = 10 << 30) -> None:
        self.folder = folder
        self.limit = limit
        self.refused: OSError | None = None
        self._codec = codec
        self._work = folder / "tmp"
        for private in (self._work, *folder.glob("??")):
            make_private_folder(private)
        self._sweep()
        self._bytes = sum(size for _, size, _ in self._files())

    @property
    def bytes(self) -> int:
        """What the results on disk take."""
        return self._bytes

    def path(self, key: str) -> Path:
        """Where the result of that key lies or would lie."""
        return self.folder / key[:2] / f"{key}{SUFFIX}"

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and self.path(key).is_file()

    def get(self, key: str) -> Any:
        """The result; raises KeyError if it is absent or unreadable."""
        path = self.path(key)
        try:
            value = self._codec.load(path, key)
        except FileNotFoundError:
            raise KeyError(key) from None
        except (OSError, ValueError, LoadError):
            self.drop(key)
            raise KeyError(key) from None
        with contextlib.suppress(OSError):
            os.utime(path)
        return value

    def put(self, key: str, value: Any) -> None:
        """Keep a result; a full or unwritable disk is no error, the result is then only in memory."""
        if key in self:
            return
        path = self.path(key)
        temporary = self._work / f"{os.getpid()}.{key}{SUFFIX}"
        try:
            make_private_folder(path.parent)
            if self._codec.dump(value, temporary, key):
                make_private(temporary)
                self._bytes += temporary.stat().st_size
                os.replace(temporary, path)
        except OSError as error:
            self.refused = error
        finally:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
        if self._bytes > self.limit:
            self._trim()

    def drop(self, key: str) -> None:
        """Drop one result."""
        with contextlib.suppress(OSError):
            size = self.path(key).stat().st_size
            self.path(key).unlink()
            self._bytes -= size

    def clear(self) -> None:
        """Drop every result."""
        for path, _, _ in self._files():
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
        self._bytes = 0

    def _files(self) -> list[tuple[Path, int, float]]:
        found = []
        for path in self.folder.glob(f"??/*{SUFFIX}"):
            with contextlib.suppress(OSError):
                stat = path.stat()
                found.append((path, stat.st_size, stat.st_mtime))
        return found

    def _trim(self) -> None:
        files = sorted(self._files(), key=lambda item: item[2])
        self._bytes = sum(size for _, size, _ in files)
        for path, size, _ in files:
            if self._bytes <= self.limit * 9 // 10:
                break
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
            self._bytes -= size

    def _sweep(self) -> None:
        """Remove what killed processes left behind."""
        for path in self._work.iterdir():
            with contextlib.suppress(OSError, ValueError):
                if (
                    not _alive(int(path.name.split(".")[0]))
                    or time.time() - path.stat().st_mtime > STALE_SECONDS
                ):
                    path.unlink(missing_ok=True)


def _alive(process: int) -> bool:
    if os.name != "posix":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
