"""What a file on disk looked like when it was last read or written."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from nodegraph.model.json_text import MAX_BYTES
from nodegraph.support.regular_files import open_regular


@dataclass(frozen=True)
class Stamp:
    """Size, modification time in nanoseconds, and a digest of the contents."""

    size: int
    mtime: int
    digest: str

    @staticmethod
    def of(path: Path) -> Stamp | None:
        """The file as it is now; None where it cannot be read, is no regular file or larger than any workflow."""
        try:
            with open_regular(path) as file:
                status = os.fstat(file.fileno())
                if status.st_size > MAX_BYTES:
                    return None
                digest = hashlib.blake2b(file.read(MAX_BYTES), digest_size=16).hexdigest()
        except OSError:
            return None
        return Stamp(status.st_size, status.st_mtime_ns, digest)

    def holds(self, path: Path) -> bool:
        """Whether the file still has these contents; they are read only where size or time differ."""
        try:
            status = path.stat()
        except (OSError, ValueError):
            return False
        if (status.st_size, status.st_mtime_ns) == (self.size, self.mtime):
            return True
        now = Stamp.of(path)
        return now is not None and now.digest == self.digest
