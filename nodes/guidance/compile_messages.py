"""What is said of a network that is compiled while a sampler runs it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import TYPE_CHECKING

from nodegraph.support.messages import Phrase
from nodes.guidance.weakened_network import FREEU
from nodes.models.memory.compiled import OPTION

if TYPE_CHECKING:
    from nodegraph import Context
    from nodes.types import Model


@contextmanager
def compiling(ctx: Context, model: Model, total: int, done: Callable[[], int]) -> Iterator[None]:
    """Says when torch compiles and how long it took in all; between two compilations Cancelled may be raised.

    `total` and `done` are the steps of the sampler.
    """
    names = [name for name, value in model.options if value]
    if OPTION not in names:
        yield
        return
    if any(name.startswith(FREEU) for name in names):
        ctx.say("FreeU changes this network in every call, so that it runs as it is and not compiled.")
    from torch._dynamo.callback import callback_handler

    spent: list[float] = []

    def begin(_: object) -> None:
        spent.append(-perf_counter())
        ctx.progress(done(), total, Phrase("compiling the network"))

    def end(_: object) -> None:
        spent[-1] += perf_counter()

    callback_handler.register_start_callback(begin)
    callback_handler.register_end_callback(end)
    try:
        yield
    finally:
        callback_handler.remove_start_callback(begin)
        callback_handler.remove_end_callback(end)
    if spent:
        ctx.say(
            "Compiling the network took {seconds} s of this run; other sizes of picture and batch may need it again.",
            seconds=f"{sum(spent):.1f}",
        )
