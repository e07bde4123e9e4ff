"""The engine in this process: keeps its cache and its models between runs."""

from __future__ import annotations

import gc
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Event
from types import TracebackType
from typing import Any, Protocol

from nodegraph.analysis.made_with import MadeWith, made_with
from nodegraph.engine import looking
from nodegraph.engine.memory import resident_bytes
from nodegraph.engine.options import Options as Options
from nodegraph.engine.result import Result
from nodegraph.execution.disk_cache import DiskTier
from nodegraph.execution.executor import Executor
from nodegraph.execution.input_files import Contents
from nodegraph.execution.memory_cache import Cache
from nodegraph.execution.output_files import Sinks
from nodegraph.execution.plan import Keyed, Plan, make_plan
from nodegraph.execution.prepare import Prepared, prepare
from nodegraph.execution.run_history import MAX_DOCUMENTS, DocumentHistory, History
from nodegraph.model import digest
from nodegraph.model.graph import Graph
from nodegraph.node_api import catalogue, events, runtime
from nodegraph.node_api.codec import Codec, DeferredCodec
from nodegraph.node_api.context import Context, Places
from nodegraph.node_api.fingerprint import Fingerprints
from nodegraph.node_api.registry import Registry
from nodegraph.support.errors import Cancelled, NodeFailed
from nodegraph.support.input_access import InputAccess
from nodegraph.support.logs import details_of
from nodegraph.support.messages import Phrase

LOG = logging.getLogger(__name__)

Listener = Callable[[events.Event], None]


class Engine(Protocol):
    """Runs graphs and tells how it goes; another process or machine may stand behind it."""

    def run(
        self, graph: Graph, targets: Sequence[str] | None = None, *, on_event: Listener | None = None
    ) -> Result:
        """Run what the targets need; a node's failure is in the result, a graph that cannot run raises GraphError."""

    def cancel(self) -> None:
        """Stop the run under way within one step."""

    def close(self) -> None:
        """Give everything back."""


class LocalEngine:
    """See Engine. `library` defaults to the installed node types, `nodes` to what they bring along."""

    def __init__(
        self,
        cache_bytes: int = 1 << 30,
        models: Sequence[str | Path] = (),
        device: str = "auto",
        *,
        options: Options | None = None,
        library: catalogue.Catalogue | Registry | None = None,
        nodes: runtime.Runtime | None = None,
    ) -> None:
        self.options = options or Options(cache_bytes, tuple(map(Path, models)), device)
        self.node_types = library if library is not None else catalogue.installed(self.options.remember)
        plain = isinstance(library, Registry)
        self._nodes = nodes or (runtime.PlainRuntime() if plain else runtime.installed())
        self.files = self._nodes.open_files(self.options.models)
        codec = DeferredCodec(self._nodes.codec)
        self._cache_refusal: OSError | None = None
        self.cache = Cache(self.options.cache_bytes, codec, self._open_disk(codec))
        self._codec = codec
        memory = self.options.remember or self.options.cache_dir
        self._compute = self.options.compute(memory)
        self._facts = self._nodes.facts(self._compute)
        self._prefix = digest.prefix(self._facts)
        self._settled = False
        self._fingerprints = Fingerprints(memory / "fingerprints.json" if memory else None)
        self.history = History(self.options.cache_dir / "history.json" if self.options.cache_dir else None)
        self._models: Any = None
        self._last: OrderedDict[str, dict[str, Keyed]] = OrderedDict()
        self._makeshift: set[str] = set()
        self._stop = Event()

    def __enter__(self) -> LocalEngine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Forget results and models in memory."""
        self.history.save()
        self.cache.clear()
        self._models = None

    def cancel(self) -> None:
        """Stop the run under way within one step; safe from any thread or signal handler."""
        self._stop.set()

    def plan(
        self,
        graph: Graph,
        targets: Sequence[str] | None = None,
        *,
        base: Path | None = None,
        document: str = "",
    ) -> Plan:
        """What a run of a document would do, and why; nothing runs. Raises GraphError."""
        prepared = self._prepare(graph, targets, self._access(base))
        return self._plan(prepared, prepared.targets, self.history.of(document))

    def made_with(self, graph: Graph, *, base: Path | None = None) -> MadeWith:
        """What a run of a graph would be made with here; nothing runs. Raises GraphError, also for missing files."""
        prepared = self._prepare(graph, None, self._access(base))
        return made_with(self._facts, _files_of(prepared))

    def run(
        self,
        graph: Graph,
        targets: Sequence[str] | None = None,
        *,
        on_event: Listener | None = None,
        base: Path | None = None,
        workflow: str = "",
        document: str = "",
        allowed: Sequence[Path] | None = None,
    ) -> Result:
        """Run what the targets need. `base` is the folder relative input files start from.

        With `allowed`, nodes may read these files and folders, and what lies in `base` and the output folder, instead
        of what the options of the engine allow.

        A node's failure is in the result; a graph that cannot run raises GraphError. `workflow` is the text that
        saved pictures carry. `document` names the workflow whose earlier runs say why a node runs, and to whose
        results `look` answers.
        """
        started = time.perf_counter()
        self._stop.clear()
        if not self.options.cache:
            self.cache.clear()
        emit = on_event or (lambda event: None)
        self.cache.drop(self._makeshift)
        self._makeshift = set()
        access = self._access(base, allowed)
        prepared = self._prepare(graph, targets, access)
        history = self.history.of(document)
        plan = self._plan(prepared, prepared.targets, history)
        if plan.steps and self._settle():
            prepared = self._prepare(graph, targets, access)
            plan = self._plan(prepared, prepared.targets, history)
        self._remember(document, prepared)
        history.keep_only(prepared.wiring.nodes)
        executor = self._executor(prepared, plan, history, emit, access, workflow)
        failed: events.NodeFailed | None = None
        cancelled = False
        try:
            executor.run()
        except NodeFailed as error:
            details = details_of(error.__cause__) if error.__cause__ is not None else ""
            failed = events.NodeFailed(error.node, error.title, error.message, error.inputs, details)
            LOG.error("%s (%s) failed: %s", error.title, error.node, error.message, exc_info=error.__cause__)
            emit(failed)
        except Cancelled:
            cancelled = True
        made = [prepared.keyed[name] for name in executor.makeshift]
        self._makeshift = {node.result(output.name) for node in made for output in node.item.spec.outputs}
        self._makeshift |= executor.volatile_results()
        self._distrust(prepared, executor, access, emit)
        result = self._result(prepared, executor, started, failed, cancelled)
        self.history.save()
        self._report_refusal(emit)
        emit(result.finished())
        return result

    def look(self, node: str, output: str, size: int = 512, document: str = "") -> events.Shown:
        """The result `node.output` of a document's last run as a picture and facts; "gone" if it is no longer kept."""
        shown = looking.look(self._nodes, node, output, self._held(node, output, document), size)
        found = self._last_of(document).get(node)
        return replace(shown, key=found.key if found is not None else "", document=document)

    def channels(
        self, node: str, output: str, item: int = 0, size: int = 256, document: str = ""
    ) -> events.Channels:
        """The channels of one item of a latent of the last run, each at most `size` long; empty for other values."""
        held = self._held(node, output, document)
        return replace(looking.channels(self._nodes, node, output, held, item, size), document=document)

    def _held(self, node: str, output: str, document: str) -> tuple[Any, ...]:
        """The result `node.output` of the last run, of a list its first; nothing where it is not kept."""
        found = self._last_of(document).get(node)
        key = found.result(output) if found else ""
        kept = self.cache.find(key)
        return looking.first(kept[0]) if kept else ()

    def recall(
        self,
        graph: Graph,
        targets: Sequence[str] | None = None,
        *,
        base: Path | None = None,
        document: str = "",
        allowed: Sequence[Path] | None = None,
    ) -> tuple[str, ...]:
        """The nodes whose results of an earlier run are kept; from now on `look` finds them. Raises GraphError.

        `allowed` is as for `run`: no other file is opened, not even to see whether it has changed.
        """
        prepared = self._prepare(graph, targets, self._access(base, allowed))
        self._remember(document, prepared)
        return tuple(name for name, node in prepared.keyed.items() if self._kept(node))

    def keys_of(self, nodes: Iterable[str], document: str = "") -> tuple[tuple[str, str], ...]:
        """Nodes of the document's last run or recall with their keys; those that took no part are left out."""
        last = self._last_of(document)
        return tuple((node, last[node].key) for node in nodes if node in last)

    def _last_of(self, document: str) -> Mapping[str, Keyed]:
        """What a document ran or recalled last; without a name, the document that did so last."""
        if not document and self._last:
            return next(reversed(self._last.values()))
        return self._last.get(document, {})

    def _remember(self, document: str, prepared: Prepared) -> None:
        """Let looks find what this run or recall is about, and of its other nodes what they came to before."""
        before = self._last.pop(document, {})
        kept = {name: node for name, node in before.items() if name in prepared.wiring.nodes}
        self._last[document] = {**kept, **prepared.keyed}
        while len(self._last) > MAX_DOCUMENTS:
            self._last.popitem(last=False)

    def _kept(self, node: Keyed) -> bool:
        outputs = node.item.spec.outputs
        return bool(outputs) and all(node.result(output.name) in self.cache for output in outputs)

    def gauge(self) -> events.Gauge:
        """How much memory is in use."""
        used, total = self._nodes.device_memory()
        disk = self.cache.disk
        kept, limit = (disk.bytes, disk.limit) if disk is not None else (0, 0)
        return events.Gauge(self.cache.bytes, self.cache.budget, resident_bytes(), used, total, kept, limit)

    def free(self, *, disk: bool = False) -> None:
        """Give back memory: results and models; if asked, also the results on disk. The next run makes them again."""
        self.cache.clear(disk=disk)
        self._models = None
        gc.collect()

    def animate(self, frames: Sequence[events.Picture], path: Path, seconds: float) -> None:
        """Write pictures as one that moves, `seconds` each; raises OSError or LoadError."""
        self._nodes.animate(frames, path, seconds)

    def warm_up(self) -> None:
        """Import what the first run would otherwise wait for."""
        self._nodes.warm_up()

    def _open_disk(self, codec: Codec) -> DiskTier | None:
        """The folder of results; None where none is wanted, or where it cannot be made, which costs only the cache."""
        folder = self.options.cache_dir
        try:
            return DiskTier(folder, codec, self.options.disk_bytes) if folder else None
        except OSError as error:
            self._cache_refusal = error
            return None

    def _report_refusal(self, emit: Listener) -> None:
        """Emit a message if results could not be kept in the folder of results."""
        disk = self.cache.disk
        error, self._cache_refusal = self._cache_refusal or (disk.refused if disk else None), None
        if disk is not None:
            disk.refused = None
        if error is not None:
            text = Phrase(
                "Results could not be kept in {folder} ({reason}); they stay in memory. Free space there or choose "
                "another folder.",
                folder=self.options.cache_dir,
                reason=error.strerror or str(error),
            )
            emit(events.Message("", text))

    def _settle(self) -> bool:
        """Before anything is computed, make certain of what the keys say of this machine; True if they must change."""
        if self._settled:
            return False
        self._settled = True
        before = self._prefix
        self._facts = self._nodes.facts(self._compute, settle=True)
        self._prefix = digest.prefix(self._facts)
        return self._prefix != before

    def _prepare(self, graph: Graph, targets: Sequence[str] | None, access: InputAccess) -> Prepared:
        return prepare(graph, self.node_types, self.files, self._fingerprints, self._prefix, targets, access)

    def _access(self, base: Path | None, allowed: Sequence[Path] | None = None) -> InputAccess:
        """What nodes may read: by a request of the editor where `allowed` is given, else by the options."""
        by_option = allowed is None
        allowed = self.options.allowed if by_option else allowed
        places = None if allowed is None else (self.options.output, *allowed)
        return InputAccess(base or Path(), places, by_option=by_option)

    def _plan(self, prepared: Prepared, targets: Iterable[str], history: DocumentHistory) -> Plan:
        sinks = Sinks(self.cache, self.options.output)

        def at_hand(node: Keyed, outputs: Iterable[str]) -> bool:
            if node.item.spec.sink and not sinks.done(node):
                return False
            digest = [node.result(output) for output in outputs]
            return all(key in self.cache and key not in self._makeshift for key in digest)

        return make_plan(
            prepared.wiring,
            targets,
            prepared.keyed,
            prepared.order,
            at_hand,
            history.reason,
            rerun=self.options.verify,
        )

    def _distrust(self, prepared: Prepared, executor: Executor, access: InputAccess, emit: Listener) -> None:
        """Forget results that may have been made from a file while it was being written to."""
        contents = Contents(self.files, self._fingerprints, access, prepared.wiring.nodes)
        changed = [name for name in executor.ran if contents.changed(prepared.keyed[name])]
        if changed:
            emit(
                events.Message(
                    changed[0], Phrase("A file that it reads changed during the run; run it again.")
                )
            )
            for name in executor.ran:
                node = prepared.keyed[name]
                self.cache.drop((node.result(o.name) for o in node.item.spec.outputs), disk=True)

    def _executor(
        self,
        prepared: Prepared,
        plan: Plan,
        history: DocumentHistory,
        emit: Listener,
        access: InputAccess,
        workflow: str,
    ) -> Executor:
        record = made_with(self._facts, _files_of(prepared))
        places = Places(self.options.output, access.base, workflow, self.options.metadata, record.text())

        def context(node: str) -> Context:
            if self._models is None:
                self._models = self._nodes.open_models(self.files, self._fingerprints, self._compute)
            return Context(node, places, emit, self._stop, self._models)

        return Executor(
            plan=plan,
            replan=lambda names: self._plan(prepared, names, history),
            node_types=self.node_types,
            cache=self.cache,
            codec=self._codec,
            sinks=Sinks(self.cache, self.options.output),
            history=history,
            context=context,
            emit=emit,
            access=access,
            verify=self.options.verify,
        )

    def _result(
        self,
        prepared: Prepared,
        executor: Executor,
        started: float,
        failed: events.NodeFailed | None,
        cancelled: bool,
    ) -> Result:
        error = f"{failed.title} ({failed.node}): {failed.message}" if failed else ""
        return Result(
            ok=not failed and not cancelled,
            ran=executor.ran,
            cached=executor.cached,
            outputs=executor.outputs,
            seconds=time.perf_counter() - started,
            cancelled=cancelled,
            error=error,
            failed=failed,
            skipped=prepared.wiring.skipped,
            values=executor.results,
        )


def _files_of(prepared: Prepared) -> Mapping[str, Mapping[str, str]]:
    return {name: node.parts.files for name, node in prepared.keyed.items()}
