"""The films of the last runs: a result that comes back brings the steps it grew in."""

from __future__ import annotations

from collections.abc import Mapping

from nodegraph.jobs.job import Job
from nodegraph.model.graph import Graph
from nodegraph.model.spec import NodeSpec
from nodegraph.node_api import events
from ui.panels.results.film import Film
from ui.runs.run_queries import identity

KEPT = 8


class Films:
    """Knows a film by what its node computes, so that it is found for any graph that computes the same."""

    def __init__(self, specs: Mapping[str, NodeSpec]) -> None:
        self._specs = specs
        self._films: dict[str, Film] = {}
        self._growing = ("", "")

    def of(self, graph: Graph) -> Film | None:
        """The newest film that is of this graph; None where none is kept."""
        return next(
            (film for key, film in reversed(self._films.items()) if self._key(graph, film) == key), None
        )

    def growing(self, job: Job, event: events.Preview) -> Film | None:
        """The film that a run begins with this picture; None where the picture continues one."""
        if self._growing == (job.id, event.node):
            return None
        self._growing = (job.id, event.node)
        film = Film(event.node)
        key = self._key(job.graph, film)
        self._films.pop(key, None)
        self._films[key] = film
        if len(self._films) > KEPT:
            del self._films[next(iter(self._films))]
        return film

    def _key(self, graph: Graph, film: Film) -> str:
        # A node inside a subgraph is told by the node that stands for it.
        node = film.node.partition("/")[0]
        return identity(graph, self._specs, [node]) if node in graph.nodes else ""
