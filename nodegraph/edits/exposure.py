"""Edits of how an exposed parameter is shown outside its subgraph: under which heading, within which limits."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from nodegraph.edits.base import check_text
from nodegraph.edits.ports import MAX_NAME, port_of, subgraph_of, with_ports
from nodegraph.model.graph import Graph, Port
from nodegraph.model.limits import scalar_fault
from nodegraph.support.errors import EditError
from nodegraph.support.messages import Phrase


@dataclass(frozen=True, slots=True)
class SetSection:
    """Show an input of subgraph `name` last under a heading; an empty `section` shows it under none."""

    name: str
    port: str
    section: str

    @property
    def title(self) -> str:
        """Put steps under Quality."""
        if not self.section:
            return Phrase("Take {port} out of its section", port=self.port)
        return Phrase("Put {port} under {section}", port=self.port, section=self.section)

    def apply(self, graph: Graph) -> Graph:
        """The graph with the input there; raises EditError for one that is not there and a name too long."""
        found = subgraph_of(graph, self.name)
        port = port_of(found, self.port, False)
        check_section(self.section)
        if port.section == self.section:
            return graph
        rest = [other for other in found.inputs if other.name != self.port]
        last = max((i for i, other in enumerate(rest) if other.section == self.section), default=None)
        rest.insert(len(rest) if last is None else last + 1, replace(port, section=self.section))
        return with_ports(graph, found, tuple(rest), False)


@dataclass(frozen=True, slots=True)
class RenameSection:
    """Call a section of subgraph `name` otherwise; an empty name takes the heading away and leaves what it holds."""

    name: str
    section: str
    to: str

    @property
    def title(self) -> str:
        """Rename section Quality."""
        if not self.to:
            return Phrase("Remove section {section}", section=self.section)
        return Phrase("Rename section {section}", section=self.section)

    def apply(self, graph: Graph) -> Graph:
        """The graph with the heading; raises EditError where there is no such section and for a name too long."""
        found = subgraph_of(graph, self.name)
        check_section(self.to)
        if not self.section or all(port.section != self.section for port in found.inputs):
            raise EditError(
                "Subgraph {subgraph} has no section called {name!r}.", subgraph=found.name, name=self.section
            )
        if self.to == self.section:
            return graph
        renamed = (replace(p, section=self.to) if p.section == self.section else p for p in found.inputs)
        return with_ports(graph, found, tuple(renamed), False)


@dataclass(frozen=True, slots=True)
class SetLimits:
    """Narrow the range of an input of subgraph `name`; None leaves that end as it is inside."""

    name: str
    port: str
    minimum: float | None
    maximum: float | None

    @property
    def title(self) -> str:
        """Limit steps."""
        if self.minimum is None and self.maximum is None:
            return Phrase("Lift the limits of {port}", port=self.port)
        return Phrase("Limit {port}", port=self.port)

    def apply(self, graph: Graph) -> Graph:
        """The graph with the limits; raises EditError where they are no numbers or the wrong way round."""
        found = subgraph_of(graph, self.name)
        port = port_of(found, self.port, False)
        low, high = self.minimum, self.maximum
        if any(bound is not None and not _is_number(bound) for bound in (low, high)):
            raise EditError("The limits of {port} must be numbers.", port=self.port)
        if low is not None and high is not None and low > high:
            raise EditError(
                "The limits of {port} are {low} to {high}; the smaller number comes first.",
                port=self.port,
                low=low,
                high=high,
            )
        if (port.minimum, port.maximum) == (low, high):
            return graph
        limited = replace(port, minimum=low, maximum=high)
        return with_ports(graph, found, _with(found.inputs, limited), False)


def check_section(section: str) -> None:
    """Raise EditError unless a heading can be called so; an empty text is none."""
    check_text(Phrase("name of the section"), section)
    if len(section) > MAX_NAME:
        raise EditError("The name of a section has at most {most} characters.", most=MAX_NAME)


def _is_number(value: object) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and math.isfinite(value) and scalar_fault(value) is None  # type: ignore[arg-type]


def _with(ports: tuple[Port, ...], changed: Port) -> tuple[Port, ...]:
    return tuple(changed if port.name == changed.name else port for port in ports)
