"""Opening and checking a file takes work in proportion to it: counted in lines of Python, not in seconds."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodegraph.analysis.sizes import MAX_INNER_SPOTS, Sizes
from nodegraph.formats.native import loads
from nodegraph.formats.native.reading import graph_of
from nodegraph.model.graph import Note, Source
from nodegraph.model.json_text import _Hooks
from nodegraph.model.note_images import NotePicture
from nodegraph.model.notes import together_fault
from nodegraph.model.spec import NodeSpec, Output, Socket
from nodegraph.subgraphs.expand import MAX_CHARACTERS, MAX_NODES, flatten
from nodegraph.support.errors import LoadError
from nodegraph.support.image_metadata.png import MIN_UNPACKED, inflated
from nodegraph.support.suggestions import Suggestions
from tests.nodegraph.growth import GROWING, flow, node, opened_and_checked, operations, subgraph
from tests.nodegraph.specs import SPECS

PASS = NodeSpec(
    "LatentPass",
    "Pass",
    "latent",
    sockets=(Socket("latent", "Latent"),),
    outputs=(Output("latent", "Latent"),),
    size="latent",
)
ALL = {**SPECS, PASS.type: PASS}
SMALL = 150
FACTOR = 2.4
"""Twice the file may take this much more: sorting and dictionaries that grow are not exactly linear."""
FIXED = 5000
"""Lines that no file of any size goes without."""


def work(make: Callable[[int], str], n: int) -> int:
    text = make(n)
    return operations(lambda: opened_and_checked(text, ALL))


@pytest.mark.parametrize("name", GROWING)
def test_a_file_twice_as_long_takes_twice_the_work(name: str) -> None:
    make = GROWING[name]
    work(make, 2)  # what is done only once
    once, twice = work(make, SMALL), work(make, 2 * SMALL)
    assert twice <= FACTOR * once + FIXED


@pytest.mark.parametrize("name", GROWING)
def test_memory_grows_with_the_file(name: str) -> None:
    peaks = []
    for n in (SMALL, 2 * SMALL):
        text = GROWING[name](n)
        tracemalloc.start()
        opened_and_checked(text, ALL)
        peaks.append(tracemalloc.get_traced_memory()[1] / len(text))
        tracemalloc.stop()
    assert peaks[1] <= 1.5 * peaks[0] + 50


@dataclass(frozen=True)
class Kind:
    """Nodes that differ only in their number: where `{i}` stands, and what else a made-up file holds."""

    item: dict[str, Any]
    inside: bool
    ports: bool

    def text(self, n: int) -> str:
        names = {"i": 0, "before": 0, "half": 0, "last": n - 1}
        nodes = []
        for i in range(n):
            names |= {"i": i, "before": max(i - 1, 0), "half": i // 2}
            text = json.dumps(self.item)
            for key, value in names.items():
                text = text.replace(f"<{key}>", str(value))
            nodes.append({"id": f"n{i}", **json.loads(text)})
        if not self.inside:
            return flow(nodes)
        ports = {f"p{i}": f"n{i}.width" for i in range(n)} if self.ports else {}
        outputs = {f"o{i}": f"n{i}.latent" for i in range(n)} if self.ports else {}
        return flow(
            [node("i", "subgraph/s"), node("r", expressions={"width": "i.p0"})],
            subgraphs={"s": subgraph(nodes, ports, outputs)},
        )


NUMBER = st.sampled_from(["<i>", "<before>", "<half>", "<last>", "0", "x<i>"])
NAME = st.one_of(
    st.sampled_from(["width", "height", "latent", "text", "widht", "clip", "model", "file"]),
    NUMBER.map("p{}".format),
)
LINK = st.builds("n{}.{}".format, NUMBER, st.sampled_from(["latent", "conditioning", "latnet", "o<i>"]))
FORMULA = st.lists(
    st.one_of(st.builds("n{}.{}".format, NUMBER, NAME), st.sampled_from(["width", "height", "2"])),
    min_size=1,
    max_size=4,
).map("+".join)
KINDS = st.builds(
    Kind,
    st.fixed_dictionaries(
        {"type": st.sampled_from([*ALL, "Unknown<i>", "EmptyLatnt", "subgraph/<i>", "comfyui/X<i>"])},
        optional={
            "params": st.dictionaries(NAME, st.sampled_from([64, -1, 1.5, "a", "word<i>", True]), max_size=4),
            "inputs": st.dictionaries(NAME, st.one_of(LINK, st.lists(LINK, max_size=4)), max_size=4),
            "expressions": st.dictionaries(NAME, FORMULA, max_size=3),
            "mode": st.sampled_from(["run", "mute", "bypass"]),
            "title": st.text(max_size=5),
        },
    ),
    st.booleans(),
    st.booleans(),
)


@settings(max_examples=40, deadline=None)
@given(KINDS)
def test_files_of_any_kind_take_work_in_proportion(kind: Kind) -> None:
    work(kind.text, 2)
    once, twice = work(kind.text, 60), work(kind.text, 120)
    assert twice <= FACTOR * once + FIXED


class Counted(str):
    """A text that counts how often it is compared."""

    compared = 0

    def __eq__(self, other: object) -> bool:
        Counted.compared += 1
        return str.__eq__(self, other)

    __hash__ = str.__hash__


def test_a_repeated_key_is_found_with_few_comparisons() -> None:
    Counted.compared = 0
    pairs: list[tuple[str, Any]] = [(Counted(f"k{i}"), 1) for i in range(2000)]
    with pytest.raises(LoadError, match="'k1999' stands twice"):
        _Hooks("here").members([*pairs, (Counted("k1999"), 2)])
    assert Counted.compared < 100


def test_the_modes_of_a_frame_are_looked_up_with_few_comparisons() -> None:
    names = [Counted(f"n{i}") for i in range(2000)]
    frame = {"id": "f", "members": names, "own": {Counted(name): "mute" for name in names}}
    data = {"nodes": [node(f"n{i}") for i in range(2000)], "frames": [frame]}
    Counted.compared = 0
    graph_of(data, "here")
    assert Counted.compared < 30_000


def test_searches_for_near_names_share_what_they_may_compare() -> None:
    suggestions = Suggestions()
    names = [f"name_{i}" for i in range(500)]
    assert suggestions.nearest("name_12x", names) is not None
    found = [suggestions.nearest(f"nam_{i}", names) for i in range(500)]
    assert found[0] is not None and found[-1] is None
    assert suggestions.used_up


def test_nested_subgraphs_are_bounded_by_nodes_and_by_the_length_of_ids() -> None:
    def nested(width: int, depth: int, name: str) -> str:
        levels = {
            f"s{k}": subgraph(node(f"{name}{i}", f"subgraph/s{k + 1}") for i in range(width))
            for k in range(depth)
        }
        return flow([node("i", "subgraph/s0")], subgraphs={**levels, f"s{depth}": subgraph([node("x")])})

    flatten(loads(nested(2, 12, "a")))
    with pytest.raises(LoadError, match="unfolds to more than"):
        loads(nested(2, 20, "a"))
    long = "a" * 190
    assert MAX_NODES > 2**13 and MAX_CHARACTERS < 2**13 * 190 * 12
    with pytest.raises(LoadError, match="unfolds to more than"):
        loads(nested(2, 13, long))


def test_sizes_inside_subgraphs_are_bounded() -> None:
    depth, width = 7, 4
    subgraphs = {
        f"s{k}": subgraph(
            (
                node(f"a{i}", f"subgraph/s{k + 1}", inputs={"latent": f"a{i - 1}.latent"} if i else {})
                for i in range(width)
            ),
            {"latent": "a0.latent"},
            {"latent": f"a{width - 1}.latent"},
        )
        for k in range(depth)
    }
    subgraphs[f"s{depth}"] = subgraph(
        [node("x", "LatentPass")], {"latent": "x.latent"}, {"latent": "x.latent"}
    )
    nodes = [node("e"), node("i", "subgraph/s0", inputs={"latent": "e.latent"})]
    graph = loads(flow(nodes, subgraphs=subgraphs))
    count = operations(lambda: Sizes(graph, ALL).of(Source("i", "latent")))
    assert count < MAX_INNER_SPOTS * 300


def test_a_packed_text_may_not_grow_a_thousandfold(tmp_path: Path) -> None:
    import zlib

    assert inflated(zlib.compress(b"x" * MIN_UNPACKED)) == b"x" * MIN_UNPACKED
    text = json.dumps(
        [{"id": i, "type": "KSampler", "pos": [i * 7 % 1000, i]} for i in range(60_000)]
    ).encode()
    assert inflated(zlib.compress(text)) == text
    with pytest.raises(ValueError, match="unpacks to more than"):
        inflated(zlib.compress(b"[]," * 5_000_000))


def test_pictures_of_a_few_kilobytes_may_not_claim_hundreds_of_megabytes() -> None:
    class Claimed(NotePicture):
        """A picture of few bytes that claims a size."""

    dense = Note("n", pictures={f"p{i}": Claimed(b"x" * 4000, (2048, 2048)) for i in range(16)})
    assert together_fault([dense]) is not None
    usual = Note("n", pictures={f"p{i}": Claimed(b"x" * 800_000, (2048, 2048)) for i in range(16)})
    assert together_fault([usual]) is None
    assert together_fault([Note("n", pictures={"p": Claimed(b"x" * 4000, (2048, 2048))})]) is None
