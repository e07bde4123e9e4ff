"""Texts joined, changed, searched and compared."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Annotated, Any

from nodegraph import Advanced, Choice, GraphError, Help, Multiline, Range, node
from nodes.text.patterns import found_in, groups_in, replaced_in

CATEGORY = "values/text"
TheText = Annotated[str, Multiline(), Help("The text to read.")]
Pattern = Annotated[str, Help("A regular expression, as in Python: \\d+ is a number, (a|b) a choice.")]
IgnoreCase = Annotated[bool, Help("On takes small and capital letters as the same.")]
Lines = Annotated[bool, Advanced(), Help("On lets ^ and $ stand for the ends of each line.")]
DotAll = Annotated[bool, Advanced(), Help("On lets a dot stand for the end of a line too.")]
LONGEST = 1_000_000


def _bearable(text: str) -> str:
    if len(text) > LONGEST:
        raise GraphError(
            "The text would become {count:,} characters long and {most:,} is the most; make it shorter.",
            count=len(text),
            most=LONGEST,
        )
    return text


@node(
    "TextJoin", title="Join texts", category=CATEGORY, keywords=("concatenate", "append", "combine", "prompt")
)
def text_join(
    texts: Annotated[tuple[str, ...], Help("Texts that follow the two below, in their order.")] = (),
    *,
    first: Annotated[str, Multiline(), Help("The first text.")] = "",
    second: Annotated[str, Multiline(), Help("The second text.")] = "",
    separator: Annotated[str, Help("What stands between two texts.")] = "",
    skip_empty: Annotated[
        bool, Help("On leaves empty texts out, with what would stand beside them.")
    ] = False,
) -> str:
    """Put texts together: a style behind a prompt, or a name from its parts."""
    parts = [first, second, *texts]
    if skip_empty:
        parts = [part for part in parts if part.strip()]
    return _bearable(separator.join(parts))


@node("TextReplace", title="Replace in text", category=CATEGORY, keywords=("substitute", "regex", "find"))
def text_replace(
    *,
    text: TheText = "",
    find: Annotated[str, Help("What is looked for.")] = "",
    replace: Annotated[str, Multiline(), Help("What stands there afterwards.")] = "",
) -> str:
    """Replace every place of a text that holds some words by others."""
    return _bearable(text.replace(find, replace))


@node(
    "TextReplacePattern", title="Replace pattern", category=CATEGORY, keywords=("regex", "substitute", "find")
)
def text_replace_pattern(
    *,
    text: TheText = "",
    pattern: Pattern = "",
    replace: Annotated[str, Multiline(), Help("What stands there afterwards; \\1 is the first group.")] = "",
    ignore_case: IgnoreCase = True,
    lines: Lines = False,
    dot_all: DotAll = False,
    count: Annotated[int, Range(0, 100), Advanced(), Help("How many places at most; 0 is all.")] = 0,
) -> str:
    """Replace every place of a text that a regular expression matches."""
    flags = (ignore_case, lines, dot_all)
    return _bearable(replaced_in(text, pattern, replace, flags, count))


@node(
    "TextExtract", title="Extract from text", category=CATEGORY, keywords=("regex", "find", "match", "group")
)
def text_extract(
    *,
    text: TheText = "",
    pattern: Pattern = "",
    wanted: Annotated[
        str,
        Choice(("first match", "all matches", "first group", "all groups")),
        Help("What is given: matches whole, or a group in brackets; all stand one a line."),
    ] = "first match",
    ignore_case: IgnoreCase = True,
    lines: Lines = False,
    dot_all: DotAll = False,
    group: Annotated[int, Range(0, 100), Advanced(), Help("Which group; 0 is the whole match.")] = 1,
) -> str:
    """Give the part of a text that a regular expression matches; nothing where there is none."""
    found = groups_in(text, pattern, (ignore_case, lines, dot_all), 0 if "match" in wanted else group)
    return "\n".join(found) if wanted.startswith("all") else next(iter(found), "")


@node("TextMatches", title="Text matches", category=CATEGORY, keywords=("regex", "test", "contains", "if"))
def text_matches(
    *,
    text: TheText = "",
    pattern: Pattern = "",
    ignore_case: IgnoreCase = True,
    lines: Lines = False,
    dot_all: DotAll = False,
) -> bool:
    """Say whether a regular expression matches anywhere in a text, to switch by it."""
    return found_in(text, pattern, (ignore_case, lines, dot_all))


@node("TextCompare", title="Compare texts", category=CATEGORY, keywords=("equal", "contains", "starts", "if"))
def text_compare(
    *,
    text: TheText = "",
    other: Annotated[str, Multiline(), Help("What it is compared with.")] = "",
    how: Annotated[
        str, Choice(("equals", "contains", "starts with", "ends with")), Help("What has to be so.")
    ] = "equals",
    ignore_case: IgnoreCase = False,
) -> bool:
    """Say whether a text equals another, holds it, or begins or ends with it, to switch by it."""
    if ignore_case:
        text, other = text.lower(), other.lower()
    match how:
        case "contains":
            return other in text
        case "starts with":
            return text.startswith(other)
        case "ends with":
            return text.endswith(other)
    return text == other


@node("TextPart", title="Part of text", category=CATEGORY, keywords=("substring", "slice", "cut"))
def text_part(
    *,
    text: TheText = "",
    start: Annotated[
        int, Range(-LONGEST, LONGEST), Help("The first letter, from 0; below 0 from the end.")
    ] = 0,
    end: Annotated[
        int, Range(-LONGEST, LONGEST), Help("The letter before which it ends; as in Python.")
    ] = 100,
) -> str:
    """Cut a part out of a text by the numbers of its letters."""
    return text[start:end]


@node("TextTidy", title="Tidy text", category=CATEGORY, keywords=("trim", "strip", "upper", "lower", "case"))
def text_tidy(
    *,
    text: TheText = "",
    trim: Annotated[
        str, Choice(("none", "both", "left", "right")), Help("Where blanks at the ends go.")
    ] = "both",
    case: Annotated[
        str, Choice(("as it is", "upper", "lower", "capitalised", "title")), Help("Capital or small letters.")
    ] = "as it is",
) -> str:
    """Take blanks from the ends of a text, and write it in capital or small letters."""
    trims: dict[str, Callable[[str], str]] = {"both": str.strip, "left": str.lstrip, "right": str.rstrip}
    text = trims[trim](text) if trim in trims else text
    change = {"upper": str.upper, "lower": str.lower, "capitalised": str.capitalize, "title": str.title}
    return change[case](text) if case in change else text


@node("TextLength", title="Length of text", category=CATEGORY, keywords=("count", "characters", "size"))
def text_length(*, text: TheText = "") -> int:
    """Count the letters of a text, with blanks and line ends."""
    return len(text)


@node("TextFromJson", title="Text from JSON", category=CATEGORY, keywords=("read", "key", "object", "value"))
def text_from_json(
    *,
    text: Annotated[str, Multiline(), Help('JSON, as in {"style": "oil"}.')] = "",
    key: Annotated[str, Help("Whose value is given; dots lead inwards, as in style.name.")] = "",
) -> str:
    """Read a value out of JSON as a text; nothing where the key is missing or the text is no JSON."""
    try:
        found: Any = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    if isinstance(found, dict) and key in found:
        found = found[key]
    else:
        for part in key.split("."):
            found = _member(found, part)
    if found is None:
        return ""
    return found if isinstance(found, str) else json.dumps(found, ensure_ascii=False)


def _member(value: Any, key: str) -> Any:
    if isinstance(value, dict):
        return value.get(key)
    if isinstance(value, list) and key.lstrip("-").isdecimal() and -len(value) <= int(key[:9]) < len(value):
        return value[int(key[:9])]
    return None
