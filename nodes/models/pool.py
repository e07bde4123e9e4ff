"""The one place where weights are in memory: descriptions go in, networks that run come out."""

from __future__ import annotations


