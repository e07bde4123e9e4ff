"""Pools with as much memory as a test says."""

from __future__ import annotations

from nodes.models import create_pool
from nodes.models.pool import Pool


def pool_of(limit: int) -> Pool:
    return create_pool(device="cpu", dtype="float32", ram=limit)
