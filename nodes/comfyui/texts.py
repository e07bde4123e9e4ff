"""Texts and numbers that are joined, changed, compared and computed."""

from __future__ import annotations

from collections.abc import Mapping

from nodegraph.expressions.arithmetic import FormulaError, evaluate
from nodegraph.formats.comfyui.node_mapping import (
    Converted,
    NodeMapping,
    Part,
    Translation,
    Untranslatable,
    read_widgets,
)
from nodegraph.formats.comfyui.source_graph import SourceNode
from nodes.definitions.numbers import NAMES

FLAGS = "case_insensitive=ignore_case multiline=lines dotall=dot_all"
SENSITIVE = {True: False, False: True}
WANTED = {name: name.lower() for name in ("First Match", "All Matches", "First Group", "All Groups")}
CASES = {"UPPERCASE": "upper", "lowercase": "lower", "Capitalize": "capitalised", "Title Case": "title"}


def _formula(old: SourceNode) -> Converted:
    """A sum of linked values, as far as our formulas know its functions."""
    values, _ = read_widgets(old, "expression")
    text = str(values.get("expression", "a + b"))
    names = {name: name.removeprefix("values.") for name in {**old.input_types, **old.links}}
    names = {theirs: ours for theirs, ours in names.items() if ours in NAMES}
    try:
        evaluate(text, lambda name: 1)
    except FormulaError as error:
        if "divides" not in str(error):
            raise Untranslatable(f"its expression {text[:60]!r} has no equal") from None
    remarks = ("halves are rounded up here, and to even numbers there",) if "round(" in text else ()
    ports = {theirs: (("", ours),) for theirs, ours in names.items()} | {"expression": (("", "formula"),)}
    outputs = (("", "number"), ("", "whole"), ("", "truth"))
    return Converted({"": Part("NumberFormula", {"formula": text})}, ports, outputs, remarks)


def _combo(old: SourceNode) -> Converted:
    """One of the node's own words, and its number."""
    values, _ = read_widgets(old, "choice index")
    choice = values.get("choice", "")
    options = [str(each) for each in old.listed[2:]]
    number = options.index(str(choice)) if choice in options else 0
    parts = {"": Part("PrimitiveText", {"value": choice}), "number": Part("PrimitiveInt", {"value": number})}
    return Converted(parts, {"choice": (("", "value"),)}, (("", "text"), ("number", "int")))


def _concatenate(old: SourceNode) -> Converted:
    """WAS' Text Concatenate: texts in their order, those that are empty left out."""
    values, _ = read_widgets(old, "delimiter clean_whitespace")
    delimiter = str(values.get("delimiter", ", ")).replace("\\n", "\n")
    names = [f"text_{letter}" for letter in "abcd"]
    part = Part("TextJoin", {"separator": delimiter, "skip_empty": True})
    return Converted({"": part}, dict.fromkeys(names, (("", "texts"),)), (("", "text"),))


SAME: Mapping[str, Translation] = {
    "StringConcatenate": NodeMapping(
        "TextJoin", "string_a=first string_b=second delimiter=separator", "", "text"
    ),
    "StringReplace": NodeMapping("TextReplace", "string=text find replace", "", "text"),
    "RegexReplace": NodeMapping(
        "TextReplacePattern", f"string=text regex_pattern=pattern replace {FLAGS} count", "", "text"
    ),
    "RegexExtract": NodeMapping(
        "TextExtract",
        f"string=text regex_pattern=pattern mode=wanted {FLAGS} group_index=group",
        "",
        "text",
        {"mode": WANTED},
    ),
    "RegexMatch": NodeMapping("TextMatches", f"string=text regex_pattern=pattern {FLAGS}", "", "bool"),
    "StringContains": NodeMapping(
        "TextCompare",
        "string=text substring=other case_sensitive=ignore_case",
        "",
        "bool",
        {"case_sensitive": SENSITIVE},
        {"how": "contains"},
    ),
    "StringCompare": NodeMapping(
        "TextCompare",
        "string_a=text string_b=other mode=how case_sensitive=ignore_case",
        "",
        "bool",
        {
            "case_sensitive": SENSITIVE,
            "mode": {"Starts With": "starts with", "Ends With": "ends with", "Equal": "equals"},
        },
    ),
    "StringSubstring": NodeMapping("TextPart", "string=text start end", "", "text"),
    "StringLength": NodeMapping("TextLength", "string=text", "", "int"),
    "StringTrim": NodeMapping(
        "TextTidy",
        "string=text mode=trim",
        "",
        "text",
        {"mode": {"Both": "both", "Left": "left", "Right": "right"}},
    ),
    "CaseConverter": NodeMapping(
        "TextTidy", "string=text mode=case", "", "text", {"mode": CASES}, {"trim": "none"}
    ),
    "JsonExtractString": NodeMapping("TextFromJson", "json_string=text key", "", "text"),
    "ComfyMathExpression": _formula,
    "ComfyNumberConvert": NodeMapping("NumberFrom", "", "value", "number whole"),
    "CustomCombo": _combo,
    "Text Concatenate": _concatenate,
}
