"""Sections and limits of exposed parameters in files, written by us or by strangers."""

from __future__ import annotations

import json

import pytest

from nodegraph.edits.exposure import SetLimits, SetSection
from nodegraph.formats.native import dumps, loads
from nodegraph.support.errors import LoadError
from tests.nodegraph.test_exposure import exposed


def test_a_file_says_sections_and_limits_beside_the_ports_and_nothing_where_there_are_none() -> None:
    plain = exposed()
    assert '"exposed"' not in dumps(plain)
    graph = SetSection("Group", "steps", "Quality").apply(SetLimits("Group", "cfg", None, 9.5).apply(plain))
    text = dumps(graph)
    assert '"exposed": {"cfg": {"maximum": 9.5}, "steps": {"section": "Quality"}}' in text
    assert loads(text) == graph and dumps(loads(text)) == text
    assert dumps(loads(dumps(plain))) == dumps(plain)


BAD = {
    "the wrong way round": (
        {"steps": {"minimum": 9, "maximum": 4}},
        "w.json, subgraph 'Group', input 'steps': 'minimum' is 9 and 'maximum' is 4; "
        "write the smaller one as 'minimum'.",
    ),
    "text": (
        {"steps": {"minimum": "few"}},
        "w.json, subgraph 'Group', input 'steps': 'minimum' must be a number, not the text 'few'.",
    ),
    "true": (
        {"steps": {"maximum": True}},
        "w.json, subgraph 'Group', input 'steps': 'maximum' must be a number, not true.",
    ),
    "no object": (
        {"steps": 3},
        "w.json, subgraph 'Group', input 'steps': expected an object in braces, found the number 3.",
    ),
    "no such input": (
        {"stps": {"minimum": 3}},
        "w.json, subgraph 'Group': 'exposed' names 'stps', which is none of the inputs; remove it.",
    ),
    "unknown key": (
        {"steps": {"min": 3}},
        "w.json, subgraph 'Group', input 'steps': unknown key 'min'; known are section, minimum and maximum.",
    ),
    "a section of numbers": (
        {"steps": {"section": 4}},
        "w.json, subgraph 'Group', input 'steps': 'section' must be a text, not the number 4.",
    ),
    "a list": ([], "w.json, subgraph 'Group': 'exposed' must be an object in braces, not a list."),
}


@pytest.mark.parametrize("name", BAD)
def test_nonsense_in_a_file_gets_one_sentence(name: str) -> None:
    data = json.loads(dumps(exposed()))
    exposure, sentence = BAD[name]
    data["subgraphs"]["Group"]["exposed"] = exposure
    with pytest.raises(LoadError) as caught:
        loads(json.dumps(data), "w.json")
    assert str(caught.value) == sentence


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999", "9" * 30])
def test_a_limit_that_is_no_number_to_compute_with_gets_one_sentence(number: str) -> None:
    data = json.loads(dumps(exposed()))
    data["subgraphs"]["Group"]["exposed"] = {"steps": {"minimum": "HERE"}}
    with pytest.raises(LoadError) as caught:
        loads(json.dumps(data).replace('"HERE"', number), "w.json")
    assert str(caught.value).startswith("w.json: ") and str(caught.value).count(". ") == 0
