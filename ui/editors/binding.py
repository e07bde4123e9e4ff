"""One parameter of one node in one document: what it holds, and ways to change it that undo as one step."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import cast

from nodegraph.edits import Edit, SetExpression, SetParam, SetParams
from nodegraph.expressions.arithmetic import FormulaError
from nodegraph.expressions.evaluate import evaluate_expressions
from nodegraph.model.expression_refs import expressions_of
from nodegraph.model.graph import Node
from nodegraph.model.spec import NodeSpec, Param, Scalar
from nodegraph.support.errors import EditError
from ui.canvas.scene.specs import spec_of
from ui.document.editor import Editor
from ui.document.numbers import limited
from ui.document.undo import GraphCommand
from ui.i18n.translate import capitalized, translate_message

_numbers = count(1)


@dataclass(frozen=True, eq=False)
class Binding:
    """`param` of node `node`, which is there as long as `alive`."""

    editor: Editor
    node: str
    param: Param

    @staticmethod
    def of(editor: Editor, node: str, name: str) -> Binding | None:
        """The binding of that name, or None where there is no such parameter."""
        found = editor.graph.nodes.get(node)
        param = spec_of(found, editor.graph, editor.specs)[0].param(name) if found else None
        return Binding(editor, node, param) if param is not None else None

    @property
    def alive(self) -> bool:
        """Whether the node still stands in the graph."""
        return self.node in self.editor.graph.nodes

    @property
    def found(self) -> Node:
        """The node as it stands; raises KeyError once it is gone."""
        return self.editor.graph.nodes[self.node]

    @property
    def spec(self) -> NodeSpec:
        """The node's type."""
        return spec_of(self.found, self.editor.graph, self.editor.specs)[0]

    @property
    def value(self) -> Scalar:
        """What it holds: the node's own value or the default."""
        node = self.editor.graph.nodes.get(self.node)
        return node.params.get(self.param.name, self.param.default) if node else self.param.default

    @property
    def own(self) -> bool:
        """Whether the node has a value of its own, so that there is something to reset."""
        return self.alive and self.param.name in self.found.params

    @property
    def formula(self) -> str:
        """The expression that computes it, without the `=`; empty for none."""
        return expressions_of(self.found).get(self.param.name, "") if self.alive and not self.linked else ""

    @property
    def linked(self) -> bool:
        """Whether the value comes over a link."""
        return self.alive and bool(self.found.inputs.get(self.param.name))

    @property
    def flag(self) -> str:
        """The value as an option of the command line."""
        value = self.value
        shown = ("true" if value else "false") if isinstance(value, bool) else str(value)
        return f"--set {quoted(f'{self.node}.{self.param.name}={shown}')}"

    def alike(self) -> list[Binding]:
        """The same parameter of the other selected nodes: of one name and kind, set there and not computed."""
        chosen = self.editor.selection.nodes
        if self.node not in chosen:
            return []
        found = (Binding.of(self.editor, node, self.param.name) for node in chosen if node != self.node)
        kind = (self.param.type, self.param.widget, self.param.choices)
        return [
            other
            for other in found
            if other is not None
            and (other.param.type, other.param.widget, other.param.choices) == kind
            and not other.linked
            and not other.formula
        ]

    def set(self, value: Scalar, merge: str = "") -> bool:
        """Make it hold `value`, as one step of undo; a value that it holds already is no step."""
        same = type(value) is type(self.value) and value == self.value
        if not self.alive or (same and not self.formula):
            return self.alive
        return self.editor.apply(SetParam(self.node, self.param.name, value), merge)

    def compute(self, text: str | None, merge: str = "") -> bool:
        """Compute it from others; None keeps the value and forgets the expression."""
        edit = SetExpression(self.node, self.param.name, text)
        return self.alive and self.editor.apply(edit, merge)

    def outlook(self, text: str) -> tuple[Scalar | None, str]:
        """What an expression would come to, or None and why it has no value."""
        try:
            tried = SetExpression(self.node, self.param.name, text).apply(self.editor.graph)
        except EditError as error:
            return None, translate_message(error)
        found = evaluate_expressions(tried, self.editor.specs)
        mine = (f for f in found.faults if (f.node, f.name) == (self.node, self.param.name))
        fault = next(mine, None)
        if fault is not None:
            return None, capitalized(translate_message(fault.reason))
        return found.graph.nodes[self.node].params.get(self.param.name), ""

    def named(self, name: str) -> int | float:
        """The number that a name in a sum stands for; raises FormulaError."""
        itself = name in (self.param.name, f"{self.node}.{self.param.name}")
        value, why = (self.value, "") if itself else self.outlook(name)
        if not isinstance(value, int | float):
            raise FormulaError(why) if why else FormulaError("“{name}” is no number.", name=name)
        return value

    def reset(self) -> bool:
        """Make it hold the default."""
        return (self.own or bool(self.formula)) and self.editor.apply(
            SetParam(self.node, self.param.name, None)
        )


class EditTransaction:
    """Changes of one value, made one after the other, that are one step of undo and can be taken back."""

    def __init__(self, binding: Binding) -> None:
        self._binding = binding
        self._key = f"try {next(_numbers)} {binding.node} {binding.param.name}"
        self._before: Scalar | None = binding.found.params.get(binding.param.name) if binding.alive else None
        self._formula = binding.formula

    def set(self, value: Scalar) -> bool:
        """Change the value."""
        return self._binding.set(value, self._key)

    def compute(self, text: str) -> bool:
        """Compute the value from others."""
        return self._binding.compute(text, self._key)

    def apply(self, edit: Edit) -> bool:
        """Make another edit part of the step."""
        return self._binding.editor.apply(edit, self._key)

    def spread(self) -> int:
        """Set the value at the other selected nodes too, within their limits; how many there are."""
        others, value = self._binding.alike(), self._binding.value
        name = self._binding.param.name
        values = {other.node: {name: _taken(other.param, value)} for other in others}
        if values and not self._binding.formula:
            self.apply(SetParams(values))
        return len(values)

    def take_back(self) -> None:
        """Leave the value as it was before the first change."""
        stack = self._binding.editor.stack
        top = cast("GraphCommand", stack.command(stack.index() - 1)) if stack.index() else None
        if top is not None and top.merge == self._key:
            stack.undo()
        elif self._binding.alive and not self._formula:
            self._binding.editor.apply(SetParam(self._binding.node, self._binding.param.name, self._before))


def _taken(param: Param, value: Scalar) -> Scalar:
    """A value as another parameter of its kind takes it."""
    return value if isinstance(value, str | bool) else limited(param, value)


def quoted(text: str) -> str:
    """A word for a command line: in quotes where it has blanks or signs that a shell reads."""
    plain = all(letter.isalnum() or letter in "._-=/:,+@%#" for letter in text)
    return text if plain and text else "'" + text.replace("'", "'\\''") + "'"
