"""The films of the last runs: a result that comes back brings the steps it grew in."""

from __future__ import annotations

from collections.abc import Iterable

from nodegraph.jobs.job import Job
from nodegraph.node_api import events
from ui.panels.results.film import Film

MAX_FILMS = 8
MAX_RESULTS = 500


class Films:
    """Films by the engine's key of the node that grew, so that one is found for whatever computes the same."""

    def __init__(self) -> None:
        self._films: dict[str, Film] = {}
        self._growing = ("", "")
        self._of_results: dict[str, str] = {}

    def of(self, keys: Iterable[str]) -> Film | None:
        """The newest film of a node with one of these keys; None where none is kept."""
        found = self._newest(set(keys))
        return self._films[found] if found else None

    def of_result(self, result: str) -> Film | None:
        """The film of a result by its id; None where none is kept, or it did not grow."""
        return self._films.get(self._of_results.get(result, ""))

    def attach(self, result: str, keys: Iterable[str]) -> Film | None:
        """The newest film of these keys is that of a result from now on; without one it keeps its own."""
        found = self._newest(set(keys))
        if found:
            self._of_results.pop(result, None)
            self._of_results[result] = found
            if len(self._of_results) > MAX_RESULTS:
                del self._of_results[next(iter(self._of_results))]
        return self.of_result(result)

    def growing(self, job: Job, event: events.Preview, key: str) -> Film | None:
        """The film that a run begins with this picture of a node with `key`; None where it continues one."""
        if self._growing == (job.id, event.node):
            return None
        self._growing = (job.id, event.node)
        film = Film(event.node)
        self._films.pop(key, None)
        self._films[key] = film
        if len(self._films) > MAX_FILMS:
            del self._films[next(iter(self._films))]
        return film

    def _newest(self, keys: set[str]) -> str:
        return next((key for key in reversed(self._films) if key and key in keys), "")
