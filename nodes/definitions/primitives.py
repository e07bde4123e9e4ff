"""Values set by hand, a switch between branches, and notes."""

from __future__ import annotations

from typing import Annotated, Any

from nodegraph import Context, Help, Lazy, Multiline, Range, Seed, node


@node("PrimitiveInt", title="Integer", category="values", keywords=("number", "constant"))
def primitive_int(
    *,
    value: Annotated[int, Range(-(2**63), 2**64 - 1), Help("The number that every linked input gets.")] = 0,
) -> int:
    """A whole number. Link it to several inputs (a seed, a width) to change them all in one place."""
    return value


@node("PrimitiveSeed", title="Seed", category="values", keywords=("random", "number", "constant"))
def primitive_seed(
    *, seed: Annotated[int, Seed(), Help("The seed that every linked input gets.")] = 0
) -> int:
    """A seed for several nodes at once. Like any seed it can stay, be drawn for each run, or count up."""
    return seed


@node("PassThrough", title="Pass through", category="values", keywords=("reroute", "relay", "any"))
def pass_through(value: Annotated[Any, Help("What is passed on, of whatever type.")]) -> Any:
    """Give what comes in, unchanged. Inside a subgraph it lets one input feed several nodes."""
    return value


@node("PrimitiveFloat", title="Number", category="values", keywords=("float", "constant"))
def primitive_float(
    *, value: Annotated[float, Help("The number that every linked input gets.")] = 0.0
) -> float:
    """A number with a fraction. Link it to several inputs to change them all in one place."""
    return value


@node(
    "PrimitiveText",
    title="Text",
    category="values",
    constant="value",
    keywords=("string", "prompt", "constant"),
)
def primitive_text(
    *, value: Annotated[str, Multiline(), Help("The text that every linked input gets.")] = ""
) -> str:
    """A text. Link it to several prompts, or to a file name, to write it once."""
    return value


@node("PrimitiveBool", title="Yes or no", category="values", keywords=("boolean", "toggle", "constant"))
def primitive_bool(*, value: Annotated[bool, Help("Whether the linked inputs are on.")] = False) -> bool:
    """A yes or no. Link it to switches to turn whole branches of a workflow on and off together."""
    return value


@node("Switch", title="Switch", category="values", keywords=("if", "choose", "toggle", "branch"))
def switch(
    on_true: Annotated[Any, Lazy("condition", True), Help("Passed on while the condition is on.")] = None,
    on_false: Annotated[Any, Lazy("condition", False), Help("Passed on while the condition is off.")] = None,
    *,
    condition: Annotated[bool, Help("Which of the two inputs is passed on.")] = True,
) -> Any:
    """Pass on one of two inputs. Only the branch that is taken runs, so a costly one can wait its turn."""
    return on_true if condition else on_false


@node("Note", title="Note", category="values", keywords=("comment", "text"))
def note(*, text: Annotated[str, Multiline(), Help("What you want to remember.")] = "") -> None:
    """A remark inside the workflow, for whoever opens it next. It computes nothing."""


@node("PreviewText", title="Show text", category="output", sink=True, keywords=("print", "view", "value"))
def preview_text(
    ctx: Context, text: Annotated[Any, Help("A text or a number to read; other values are described.")]
) -> Any:
    """Show a text or a number and pass it on. Nothing is saved."""
    ctx.say("{text}", text=str(text))
    return text
