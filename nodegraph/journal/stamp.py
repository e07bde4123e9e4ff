"""What a file on disk looked like when it was last read or written."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Stamp:
    """Size, modification time in nanoseconds, and a digest of the contents."""

    size: int
    mtime: int
    digest: str

    @staticmethod
    def of(path: Path) -> Stamp | None:
        """The file as it is now; None where it cannot be read."""
        try:
            status = path.stat()
            digest = hashlib.blake2b(path.read_bytes(), digest_size=16).hexdigest()
        except OSError:
            return None
        return Stamp(status.st_size, status.st_mtime_ns, digest)

    def holds(self, path: Path) -> bool:
        """Whether the file still has these contents; they are read only where size or time differ."""
        try:
            status = path.stat()
        except OSError:
            return False
        if (status.st_size, status.st_mtime_ns) == (self.size, self.mtime):
            return True
        now = Stamp.of(path)
        return now is not None and now.digest == self.digest
