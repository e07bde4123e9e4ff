"""The one loop that calls node functions."""

from __future__ import annotations

import contextlib
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from nodegraph.execution.call import arguments, call, taken_inputs
from nodegraph.execution.memory_cache import Cache
from nodegraph.execution.output_files import Sinks
from nodegraph.execution.plan import Keyed, Plan, Read
from nodegraph.execution.run_history import DocumentHistory
from nodegraph.execution.verify import Watch, written_into
from nodegraph.model.spec import IMAGE_FOLDER, NodeSpec
from nodegraph.node_api import events
from nodegraph.node_api.codec import Codec, Items
from nodegraph.node_api.context import Context
from nodegraph.node_api.declare import Declared
from nodegraph.support.errors import NodeFailed, NodegraphError
from nodegraph.support.input_access import InputAccess
from nodegraph.support.messages import Phrase

WANT_OF_MEMORY = ("out of memory", "can't allocate memory", "cannot allocate memory")
"""What drivers and torch say of it, in an exception of a general class."""


class Library(Protocol):
    """Where functions come from."""

    def declared(self, type_id: str) -> Declared:
        """The spec with its function."""


@dataclass
class Executor:
    """Runs a plan. `replan` gives the steps for nodes whose results turn out to be needed after all."""

    plan: Plan
    replan: Callable[[Iterable[str]], Plan]
    node_types: Library
    cache: Cache
    codec: Codec
    sinks: Sinks
    history: DocumentHistory
    context: Callable[[str], Context]
    emit: Callable[[events.Event], None]
    access: InputAccess
    verify: bool = False
    ran: list[str] = field(default_factory=list)
    cached: list[str] = field(default_factory=list)
    outputs: list[events.Written] = field(default_factory=list)
    results: dict[str, Any] = field(default_factory=dict)
    makeshift: set[str] = field(default_factory=set)
    """The nodes whose results the next run makes anew, and those that read them."""

    def run(self) -> None:
        """Run every step; raises NodeFailed, GraphError or Cancelled and leaves the cache valid."""
        self.watch = Watch(self.cache, self.codec, self.plan) if self.verify else None
        steps = tuple(step.node for step in self.plan.steps)
        keys = tuple((name, self.plan.keyed[name].key) for name in dict.fromkeys((*steps, *self.plan.cached)))
        self.emit(events.RunStarted(steps, self.plan.cached, keys))
        held = [self.plan.keyed[t].result(o.name) for t in self.plan.targets for o in self._spec_outputs(t)]
        self.cache.pin(held)
        self._reasons: dict[str, str] = {}
        self._at_hand: set[str] = set()
        self._provisional: set[str] = set()
        self._queue: deque[str] = deque()
        try:
            self._take_in(self.plan)
            self._drain()
            # What stood in the folder of results may have been damaged: it is dropped when it is read.
            if lost := self._lost_targets():
                self._take_in(self.replan(lost))
                self._drain()
            if self.watch:
                self.watch.conclude()
            self._keep_results()
        finally:
            for name in self._queue:
                self.cache.unpin(self._read_keys(name))
            self.cache.unpin(held)

    def _drain(self) -> None:
        while self._queue:
            self._advance(self._queue.popleft())

    def _lost_targets(self) -> list[str]:
        """The targets whose results were there when the run was planned and cannot be read."""
        lost = []
        for target in self.plan.targets:
            try:
                for output in self._spec_outputs(target):
                    self.cache.get(self.plan.keyed[target].result(output.name))
            except KeyError:
                lost.append(target)
        return lost

    def _take_in(self, plan: Plan) -> None:
        """Put a plan's steps in front; a node that waits further back is moved, not run twice."""
        self._reasons.update((step.node, step.reason) for step in plan.steps)
        names = [step.node for step in plan.steps]
        waiting = set(self._queue)
        for name in names:
            if name in waiting:
                self._queue.remove(name)
            else:
                self.cache.pin(self._read_keys(name))
            if name in self._at_hand:
                self._at_hand.discard(name)
                self.cached.remove(name)
        self._queue.extendleft(reversed(names))
        for name in plan.cached:
            if name not in self._at_hand and name not in self._reasons:
                self._at_hand.add(name)
                self.cached.append(name)
                self.outputs += self.sinks.written(plan.keyed[name])
                self.history.record(name, plan.keyed[name].parts)

    def _advance(self, name: str) -> None:
        """Run a node, or put the nodes in front of it whose results it lacks."""
        node = self.plan.keyed[name]
        reads = self._needed_reads(node)
        missing = dict.fromkeys(read.node for read in reads if read.key not in self.cache)
        values: list[tuple[Read, Any]] = []
        for read in () if missing else reads:
            try:
                values.append((read, self.cache.get(read.key)))
            except KeyError:
                missing[read.node] = None
        if missing:
            self._queue.appendleft(name)
            self._take_in(self.replan(missing))
        else:
            self._step(node, values)
            self.cache.unpin(self._read_keys(name))

    def _needed_reads(self, node: Keyed) -> list[Read]:
        if not node.item.open_choice:
            return list(node.reads)
        choosing = {s.lazy.param for s in node.item.spec.sockets if s.lazy}
        deciders = [read for read in node.reads if read.input in choosing]
        if any(read.key not in self.cache for read in deciders):
            return deciders
        taken = taken_inputs(node.item, {read.input: self.cache.get(read.key) for read in deciders})
        return [read for read in node.reads if (read.input, read.position) in taken]

    def _step(self, node: Keyed, values: list[tuple[Read, Any]]) -> None:
        item = node.item
        context = self.context(item.id)
        context.check()
        self.emit(events.NodeStarted(item.id, item.title, self._reasons[item.id]))
        started = time.perf_counter()
        gathered: dict[str, dict[int, Any]] = {}
        for read, value in values:
            gathered.setdefault(read.input, {})[read.position] = value
        before = self.watch.inputs(values) if self.watch else None
        stamps = [self.codec.stamp(value) for _, value in values]
        results = self._call(node, context, gathered)
        if self.watch and before is not None:
            self.watch.check(node, values, before, results)
        for (read, value), stamp in zip(values, stamps, strict=True):
            if self.codec.stamp(value) != stamp:
                # The copy on disk was made before.
                self.cache.drop([read.key])
                raise written_into(node, read)
        if context.makeshift or any(read.key in self._provisional for read, _ in values):
            self.makeshift.add(item.id)
            self._provisional.update(node.result(output) for output in results)
        lasting = not node.passing and item.id not in self.makeshift
        size = 0
        for output, value in results.items():
            size += self.cache.put(node.result(output), value, persist=lasting)
        if item.spec.sink:
            self.outputs += self.sinks.record(node, context.written, keep=lasting)
        self.ran.append(item.id)
        self.history.record(item.id, node.parts)
        self.emit(events.NodeFinished(item.id, time.perf_counter() - started, size))

    def _call(self, node: Keyed, context: Context, gathered: dict[str, dict[int, Any]]) -> dict[str, Any]:
        item = node.item
        try:
            found = arguments(item, gathered)
            self._check_files(item.spec, found)
            return call(self.node_types.declared(item.spec.type), context, found)
        except Exception as error:
            inputs = tuple(
                f"{name} = {', '.join(self.codec.summary(v) for v in values.values())}"
                for name, values in gathered.items()
            )
            raise NodeFailed(item.id, item.title, sentence(error), inputs) from error

    def _check_files(self, spec: NodeSpec, found: Mapping[str, Any]) -> None:
        """Raise LoadError for a file that a node may not read, whether its name was set or came over a link."""
        for param in spec.params:
            if param.file and not param.file.startswith("model:"):
                value = found[param.name]
                for name in value.values if isinstance(value, Items) else (value,):
                    if name:
                        self.access.require(name, folder=param.file == IMAGE_FOLDER)

    def _keep_results(self) -> None:
        for target in self.plan.targets:
            for output in self._spec_outputs(target):
                with contextlib.suppress(KeyError):
                    value = self.cache.get(self.plan.keyed[target].result(output.name))
                    self.results[f"{target}.{output.name}"] = (
                        list(value.values) if isinstance(value, Items) else value
                    )

    def _read_keys(self, name: str) -> list[str]:
        return [read.key for read in self.plan.keyed[name].reads]

    def _spec_outputs(self, name: str) -> Iterable[Any]:
        return self.plan.keyed[name].item.spec.outputs

    def volatile_results(self) -> set[str]:
        """The keys of results that no later run can use; they stay until the next one, to be looked at."""
        volatile = (self.plan.keyed[name] for name in self.ran if self.plan.keyed[name].passing)
        return {node.result(output.name) for node in volatile for output in node.item.spec.outputs}


def sentence(error: BaseException) -> str:
    """An exception as one plain sentence; foreign ones keep their class name when they say too little."""
    text = " ".join(str(error).split())
    if isinstance(error, NodegraphError) and text:
        return error.phrase if text == error.phrase else text
    if isinstance(error, MemoryError) or any(words in text.lower() for words in WANT_OF_MEMORY):
        return Phrase("there is not enough memory; make the picture or the batch smaller, or free memory.")
    return f"{type(error).__name__}: {text[:400]}" if text else type(error).__name__
