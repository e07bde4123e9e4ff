"""What the tokenizers library refuses, as sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nodegraph.support.errors import LoadError

if TYPE_CHECKING:
    from types import TracebackType


class Refusals:
    """A context in which a refusal of the tokenizers library becomes a `LoadError` that begins with `whose`.

    Its core raises bare Exceptions and panics, which no type of its own tells from others: only exactly these count.
    """

    def __init__(self, whose: str) -> None:
        self._whose = whose

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        """Raise the sentence."""
        if kind is Exception or (kind is not None and kind.__name__ == "PanicException"):
            raise LoadError(
                "{whose} cannot be used: {error}. Take the file from the model's own repository.",
                whose=self._whose,
                error=error,
            ) from error
