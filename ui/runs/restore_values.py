"""Values of an earlier result, as an edit of the graph as it stands."""

from __future__ import annotations

from collections.abc import Mapping

from nodegraph.edits import Batch, SetParams
from nodegraph.model.graph import Graph
from nodegraph.model.spec import NodeSpec, Scalar
from nodegraph.support.messages import Phrase
from ui.runs.result_store import Result
from ui.runs.seeds import seeds_of


def restored(result: Result, now: Graph, specs: Mapping[str, NodeSpec], *, seeds_only: bool) -> Batch | None:
    """The edit that gives the nodes of `now` the values they had for this result; None where nothing differs.

    Nodes that are gone or of another type since are left out. Raises LoadError.
    """
    then = result.graph()
    seeds = {(node.id, param.name) for node, param in seeds_of(then, specs)}
    values: dict[str, dict[str, Scalar | None]] = {}
    for name, node in then.nodes.items():
        here = now.nodes.get(name)
        if here is None or here.type != node.type:
            continue
        for param in {*node.params, *here.params}:
            wanted = node.params.get(param)
            if seeds_only and (name, param) not in seeds:
                continue
            if here.params.get(param) != wanted or type(here.params.get(param)) is not type(wanted):
                values.setdefault(name, {})[param] = wanted
    if not values:
        return None
    what = Phrase("Restore seed") if seeds_only else Phrase("Restore parameters")
    return Batch((SetParams(values),), what)
