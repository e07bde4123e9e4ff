"""Texts as Qt Linguist reads them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from xml.etree import ElementTree as xml

from ui.shell.translations.extracting import Text

HEAD = '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n'


def template(texts: Iterable[Text], language: str, kept: Mapping[tuple[str, str], str]) -> str:
    """A .ts file with all texts; those in `kept` (by context and text) bring their translation."""
    root = xml.Element(
        "TS", {"version": "2.1", "sourcelanguage": "en"} | ({"language": language} if language else {})
    )
    for context, group in groupby(sorted(texts), key=lambda text: text.context):
        part = xml.SubElement(root, "context")
        xml.SubElement(part, "name").text = context
        for text in group:
            message = xml.SubElement(part, "message")
            xml.SubElement(message, "extracomment").text = text.where
            xml.SubElement(message, "source").text = text.source
            done = kept.get((context, text.source), "")
            xml.SubElement(message, "translation", {} if done else {"type": "unfinished"}).text = done
    xml.indent(root)
    return HEAD + xml.tostring(root, "unicode") + "\n"


def merged(old: str) -> dict[tuple[str, str], str]:
    """What a .ts file has translated, by context and text. Raises ValueError for what is no such file."""
    if not old:
        return {}
    try:
        root = xml.fromstring(old.replace("<!DOCTYPE TS>", "", 1))
    except xml.ParseError as error:
        raise ValueError(f"it is no .ts file ({error})") from None
    found = {}
    for part in root.iter("context"):
        for message in part.iter("message"):
            done = message.findtext("translation", "")
            if done:
                found[part.findtext("name", ""), message.findtext("source", "")] = done
    return found
