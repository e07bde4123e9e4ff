"""Refusals of the numerical functions as refusals of a node."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from nodegraph import GraphError


@contextmanager
def plain_sentences() -> Iterator[None]:
    """A ValueError within becomes a GraphError, whose sentence is shown as it is."""
    try:
        yield
    except ValueError as error:
        raise GraphError(str(error)) from error
