"""The pictures of a run, and those of earlier runs of the same graph: nothing runs twice to be seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage
from shiboken6 import isValid

from nodegraph.formats.native import carried
from nodegraph.jobs.job import Job
from nodegraph.model.diff import diff
from nodegraph.model.graph import Graph
from nodegraph.model.spec import NodeSpec
from nodegraph.node_api import events
from ui.runs.document_run import DocumentRun
from ui.runs.engine_client import EngineBridge
from ui.runs.images import image_of
from ui.runs.job_labels import of_result
from ui.runs.result_store import Result, Results
from ui.runs.run_queries import Spot, downstream, flat, result_spots, seen_output, upstream

SEEN_SIDE = 512
"""Pictures on nodes are at most this long."""
LARGE = 1 << 20
"""Pictures of more pixels are converted and made smaller by a thread."""
SEEN_MOST = 24
"""So many nodes are given a picture after a run; more would keep the engine busy with showing."""


class Collector(QObject):
    """Asks the engine what a run came to, keeps it, and brings it back."""

    resulted = Signal(object)
    """A Result was made, or one made before is what the run came to."""

    def __init__(
        self, bridge: EngineBridge, results: Results, specs: Mapping[str, NodeSpec], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._results = results
        self._specs = specs

    def collect(self, job: Job, sheet: DocumentRun | None, event: events.RunFinished) -> None:
        """Ask for the pictures of a run that is over, before another one starts."""
        job = replace(job, seconds=event.seconds)
        targets = None if job.live else job.targets
        take = _Take(job, sheet)
        graph = flat(job.graph)
        spots = {spot: target for target, spot in result_spots(graph, self._specs, targets)}
        seen = self._seen_spots(graph, event.ran[:SEEN_MOST], spots) if sheet is not None else []
        take.left = len(spots) + len(seen)
        for spot, target in spots.items():
            paths = [item.path for item in event.outputs if item.node == target]
            self._bridge.look(*spot, partial(self._keep, take, target, paths), document=job.document)
        for spot in seen:
            self._bridge.look(*spot, partial(self._seen, take), SEEN_SIDE, job.document)

    def recall(self, sheet: DocumentRun) -> None:
        """Show what was made of this graph before, if anything was: from the strip, and what the engine kept.

        Only the engine knows what a result is made of: files that were overwritten, and what it makes anew each time.
        """
        graph = sheet.editor.graph
        spots = [spot for _, spot in result_spots(flat(graph), self._specs, None)]
        nodes = list(dict.fromkeys([*(node for node, _ in spots), *sheet.previewed, *sheet.keys]))
        answer = partial(self._recalled, sheet, graph)
        allowed = sheet.editor.readable_files()
        self._bridge.recall(graph, sheet.base, answer, sheet.key, nodes, allowed)

    def _recalled(self, sheet: DocumentRun, graph: Graph, found: events.AtHand) -> None:
        if not isValid(sheet) or sheet.editor.graph is not graph:
            return
        before, keys = sheet.keys, dict(found.keys)
        sheet.keys = keys
        if sheet.ran is graph:
            # Nothing was edited; what would run again reads a file that was overwritten, or runs every time.
            changed = {node for node, key in keys.items() if before.get(node, key) != key}
            sheet.state.stale(changed | downstream(flat(graph), changed))
        newest: dict[Spot, Result] = {}
        targets: dict[Spot, str] = {}
        wanted = result_spots(flat(graph), self._specs, None)
        for target, spot in wanted:
            known = self._results.of(keys.get(spot[0], ""), spot[1])
            if known:
                newest[spot], targets[spot] = known[-1], target
        if newest and len(newest) == len(wanted):
            sheet.ran = graph
            sheet.state.stale(())
        for spot, result in newest.items():
            self._restore(sheet, result, targets[spot])
            self._announce(sheet, result)
        self._show_kept(sheet, graph, set(newest), found.nodes)

    def _seen_spots(self, graph: Graph, names: Sequence[str], but: Mapping[Spot, str]) -> list[Spot]:
        """The pictures that nodes make and no target shows.

        A latent's steps were seen while it grew, in truer colours than the numbers alone give.
        """
        found = []
        for name in names:
            node = graph.nodes.get(name)
            output = seen_output(node, self._specs) if node is not None else ""
            kind = self._specs[node.type].output(output) if node is not None and output else None
            if kind is not None and kind.type in ("Image", "Mask") and (name, output) not in but:
                found.append((name, output))
        return found

    def _keep(self, take: _Take, target: str, paths: Sequence[str], shown: events.Shown) -> None:
        picture, spot = shown.picture, (shown.node, shown.output)
        if picture is None:
            self._one_less(take)
        elif picture.width * picture.height <= LARGE:
            self._kept(take, target, spot, paths, shown.key, image_of(picture))
        else:
            self._results.files.make(
                lambda: image_of(picture).convertToFormat(QImage.Format.Format_RGB32),
                partial(self._kept, take, target, spot, paths, shown.key),
            )

    def _kept(
        self, take: _Take, target: str, spot: Spot, paths: Sequence[str], key: str, image: QImage
    ) -> None:
        job, sheet = take.job, take.alive
        if sheet is not None:
            sheet.arrived.emit(target, image)
            self._put(sheet, target, image)
        known = self._results.of(key, spot[1])
        if known:
            if sheet is not None:
                self._restore(sheet, known[-1], target, but=(target,))
            self._announce(sheet, known[-1])
        elif not job.coarse:
            self._add(take, target, spot, key, image, paths)
        self._one_less(take)

    def _add(
        self, take: _Take, target: str, spot: Spot, key: str, image: QImage, paths: Sequence[str]
    ) -> None:
        job = take.job
        first = paths[0] if paths else ""
        made = Result(
            of_result(job.label, job.graph, self._specs),
            job.document,
            *spot,
            target,
            key,
            carried(job.graph),
            job.seconds,
            first,
        )
        self._added(take, made, image)
        for path in paths[1:]:
            # The other pictures of a batch are in their files.
            self._results.files.read(Path(path), partial(self._added, take, replace(made, path=path)))

    def _added(self, take: _Take, made: Result, image: QImage) -> None:
        if not image.isNull():
            result = self._results.add(image, made)
            take.made.append(result)
            self._announce(take.alive, result)

    def _announce(self, sheet: DocumentRun | None, result: Result) -> None:
        self.resulted.emit(result)
        if sheet is not None:
            sheet.resulted.emit(result)

    def _seen(self, take: _Take, shown: events.Shown) -> None:
        if shown.picture is not None and take.alive is not None:
            take.alive.show(shown.node, image_of(shown.picture))
        self._one_less(take)

    def _one_less(self, take: _Take) -> None:
        """With the last picture of a run its results remember how all nodes looked."""
        take.left -= 1
        if take.left or take.alive is None:
            return
        targets = {result.target for result in take.made}
        part = upstream(flat(take.job.graph), targets) - targets
        pictures = {name: image for name, image in take.alive.shown.items() if name in part}
        for result in take.made:
            self._results.attach(result, pictures)

    def _put(self, sheet: DocumentRun, node: str, image: QImage) -> None:
        """Show a picture on a node; a large one is made smaller first."""

        def show(small: QImage) -> None:
            if isValid(sheet):
                sheet.show(node, small)

        if image.width() * image.height() > LARGE:
            self._results.files.fit(image, SEEN_SIDE, show)
        else:
            show(image)

    def _restore(self, sheet: DocumentRun, result: Result, target: str, but: Sequence[str] = ()) -> None:
        """`target` shows a result, and every node looks as it did for it, unless the graph has changed when the files
        are read. The nodes of another document may have other names."""
        graph = sheet.editor.graph

        def show(node: str, image: QImage) -> None:
            if isValid(sheet) and sheet.editor.graph is graph and not image.isNull():
                self._put(sheet, node, image)

        if result.document == sheet.key or result.workflow == carried(graph):
            self._results.previews(
                result, lambda node, image: None if node in (*but, target) else show(node, image)
            )
        if target not in but:
            self._results.picture(result, partial(show, target))

    def _show_kept(self, sheet: DocumentRun, graph: Graph, restored: set[Spot], nodes: Sequence[str]) -> None:
        """What the engine kept for a graph; pictures that the strip no longer has come from there."""
        spots = {spot: target for target, spot in result_spots(flat(graph), self._specs, None)}
        kept = set(nodes)
        if spots and all(spot[0] in kept for spot in spots):
            sheet.ran = graph
            sheet.state.stale(())
            sheet.state.known(nodes)
        for spot, target in spots.items():
            if spot[0] in kept and spot not in restored:
                self._bridge.look(*spot, partial(self._found, sheet, graph, target), document=sheet.key)
        for spot in [] if restored else self._seen_spots(flat(graph), nodes[:SEEN_MOST], spots):
            self._bridge.look(*spot, partial(self._found, sheet, graph, spot[0]), SEEN_SIDE, sheet.key)

    def _found(self, sheet: DocumentRun, graph: Graph, node: str, shown: events.Shown) -> None:
        if shown.picture is None or not isValid(sheet) or sheet.editor.graph is not graph:
            return
        image = image_of(shown.picture)
        self._put(sheet, node, image)
        if (shown.node, shown.output) in {spot for _, spot in result_spots(flat(graph), self._specs, None)}:
            sheet.arrived.emit(node, image)


class _Take:
    """What is under way for one run: pictures still to come, and results made."""

    def __init__(self, job: Job, sheet: DocumentRun | None) -> None:
        self.job = job
        self.sheet = sheet
        self.left = 0
        self.made: list[Result] = []

    @property
    def alive(self) -> DocumentRun | None:
        """The document, unless it was closed meanwhile."""
        return self.sheet if self.sheet is not None and isValid(self.sheet) else None


def changed_nodes(before: Graph, now: Graph) -> set[str]:
    """The nodes whose results may differ, and all that depend on them."""
    found = diff(before, now)
    if not found.computes:
        return set()
    computing = {"type", "params", "inputs", "mode"}
    touched = {name for name, aspects in found.changed.items() if aspects & computing}
    return downstream(now, touched | set(found.added))
