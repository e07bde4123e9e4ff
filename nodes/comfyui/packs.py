"""Nodes of common packages that only hold a value, show one or join texts; their names are those of the packages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from nodegraph.formats.comfyui.node_mapping import Converted, NodeMapping, Part, Translation, read_widgets
from nodegraph.formats.comfyui.source_graph import SourceNode

SPECIAL = {-1: "new", -2: "next", -3: "next"}
"""rgthree's seeds below 0: drawn for each run, counted up, counted down."""


def _seed(old: SourceNode) -> Converted:
    """rgthree's seed, whose values below 0 say how it changes."""
    values, _ = read_widgets(old, "seed")
    seed = values.get("seed", 0)
    mode = SPECIAL.get(seed) if isinstance(seed, int) else None
    extra = {"seed_mode": {"seed": mode}} if mode else {}
    part = Part("PrimitiveSeed", {"seed": 0 if mode else seed}, extra=extra)
    remarks = ("its number counts down after each run there, and up here",) if seed == -3 else ()
    return Converted({"": part}, {"seed": (("", "seed"),)}, (("", "int"),), remarks)


def _plain(kind: str, output: str, widget: str = "value", outputs: int = 1) -> NodeMapping:
    """A node of one value."""
    return NodeMapping(
        kind, f"{widget}=value" if widget != "value" else widget, "", " ".join([output] * outputs)
    )


def _in_outputs(translation: NodeMapping, count: int) -> NodeMapping:
    """The same value from each of several outputs."""
    return replace(translation, outputs=" ".join([translation.outputs] * count))


SEED = NodeMapping("PrimitiveSeed", "seed!", "", "int")
INT, FLOAT = _plain("PrimitiveInt", "int"), _plain("PrimitiveFloat", "float")
TEXT, BOOL = _plain("PrimitiveText", "text"), _plain("PrimitiveBool", "bool")


def _named(kind: NodeMapping, widget: str) -> NodeMapping:
    return replace(kind, widgets=f"{widget}=value")


def _shown(taken: str) -> Translation:
    """A node that shows what it takes; what it showed last stands in its file and is no value."""

    def translate(old: SourceNode) -> Converted:
        return NodeMapping("PreviewText", "", f"{taken}=text", "any")(replace(old, listed=(), values={}))

    return translate


SAME: Mapping[str, Translation] = {
    "Seed (rgthree)": _seed,
    "easy seed": SEED,
    "Seed": _in_outputs(SEED, 4),
    "CR Seed": SEED,
    "Seed Generator": SEED,
    "INTConstant": INT,
    "FloatConstant": FLOAT,
    "BOOLConstant": BOOL,
    "StringConstant": _named(TEXT, "string"),
    "StringConstantMultiline": NodeMapping("PrimitiveText", "string=value strip_newlines=", "", "text"),
    "easy int": INT,
    "easy float": FLOAT,
    "easy string": TEXT,
    "easy boolean": BOOL,
    "easy positive": _named(TEXT, "positive"),
    "easy negative": _named(TEXT, "negative"),
    "JWInteger": INT,
    "JWFloat": FLOAT,
    "JWString": _named(TEXT, "text"),
    "Int": _named(INT, "Number"),
    "Float": _named(FLOAT, "Number"),
    "String": _named(TEXT, "String"),
    "ImpactInt": INT,
    "ImpactFloat": FLOAT,
    "ImpactBoolean": BOOL,
    "Primitive integer [Crystools]": _named(INT, "int"),
    "Primitive float [Crystools]": _named(FLOAT, "float"),
    "Primitive boolean [Crystools]": _named(BOOL, "boolean"),
    "Primitive string [Crystools]": _named(TEXT, "string"),
    "Primitive string multiline [Crystools]": _named(TEXT, "string"),
    "Text Multiline": _named(TEXT, "text"),
    "Text String": NodeMapping("PrimitiveText", "text=value text_b= text_c= text_d=", "", "text"),
    "CR Prompt Text": _named(TEXT, "prompt"),
    "CR Text": _named(TEXT, "text"),
    "ShowText|pysssss": _shown("text"),
    "easy showAnything": _shown("anything"),
    "Display Any (rgthree)": _shown("source"),
    "Display Int (rgthree)": _shown("input"),
    "Text to Console": _shown("text"),
}
