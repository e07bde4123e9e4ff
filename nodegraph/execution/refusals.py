"""What a run would refuse although every node by itself is sound: missing files, and what cannot be wired."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nodegraph.execution.plan import default_targets, ordered
from nodegraph.execution.resolve import ResolvedNode, resolve_graph
from nodegraph.model.graph import Graph
from nodegraph.model.spec import IMAGE_FOLDER, NodeSpec
from nodegraph.support.errors import GraphError, LoadError
from nodegraph.support.input_access import InputAccess
from nodegraph.support.messages import Phrase


def refusals(graph: Graph, specs: Mapping[str, NodeSpec], access: InputAccess) -> Iterator[str]:
    """Sentences for what keeps the default targets from running, besides `nodegraph.validation.problems`.

    The files that nodes name are looked for, and none of them is opened.
    """
    try:
        wiring = resolve_graph(graph, specs)
        order = ordered(wiring, default_targets(wiring))
    except GraphError as error:
        yield error.phrase
        return
    for item in order:
        yield from _files(item, access)


def _files(item: ResolvedNode, access: InputAccess) -> Iterator[Phrase]:
    for param in item.spec.params:
        value = item.params.get(param.name)
        if not param.file or param.file.startswith("model:") or not isinstance(value, str) or not value:
            continue
        folder = param.file == IMAGE_FOLDER
        try:
            path = access.require(value, folder=folder)
            found = path.is_dir() if folder else path.is_file()
            reason = Phrase("there is no file {value!r}", value=value)
            if folder:
                reason = Phrase("there is no folder {value!r}", value=value)
        except LoadError as error:
            found, reason = False, error.phrase
        except OSError as error:
            found, reason = False, Phrase("{value!r} cannot be read ({why})", value=value, why=error.strerror)
        if not found:
            yield Phrase(
                "Node {node} ({title}): {reason}",
                node=item.id,
                title=item.title,
                reason=_ended(reason, param.name),
            )


def _ended(reason: Phrase, name: str) -> Phrase:
    return (
        reason
        if reason.endswith(".")
        else Phrase("{reason}; choose another {name}.", reason=reason, name=name)
    )
