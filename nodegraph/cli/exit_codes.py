"""The exit codes of all commands."""

from __future__ import annotations

DONE, FAILED, BAD, CANCELLED = 0, 1, 2, 130
