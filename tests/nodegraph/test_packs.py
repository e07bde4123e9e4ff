"""Broken packages of nodes cost only themselves: each is a real distribution on the path, with its own code."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodegraph.cli import main
from nodegraph.formats.comfyui import node_mapping, reverse
from nodegraph.formats.native import load
from nodegraph.model.graph import Node
from nodegraph.model.spec import NodeSpec
from nodegraph.node_api import packs, runtime, translations
from nodegraph.node_api.catalogue import checked_entries, installed
from nodegraph.node_api.packs import own_module
from nodegraph.support.errors import DefinitionError

NODES = '''
from nodegraph import node

@node("{type}", title="Double", category="tests")
def double(number: float) -> float:
    """Double a number."""
    return number * 2
'''

SPEC: dict[str, Any] = {
    "module": "bad.nodes_",
    "type": "bad/Double",
    "title": "Double",
    "category": "tests",
    "sockets": [{"name": "number", "type": "Float"}],
    "outputs": [{"name": "float", "type": "Float"}],
    "help": "Double a number.",
}


@dataclass(frozen=True)
class Site:
    """A folder of installed packages."""

    folder: Path

    def install(
        self,
        name: str,
        code: str | None = None,
        *,
        catalogue: str | bytes | None = None,
        points: str = "",
        entry: str = "",
        package: str = "",
    ) -> None:
        """A distribution with a package of one module, or of none where `code` is None."""
        package = package or name
        if code is not None or catalogue is not None:
            place = self.folder / package
            place.mkdir(parents=True)
            (place / "__init__.py").write_text('"""A pack."""\n')
            (place / "nodes_.py").write_text(code or "")
            if catalogue is not None:
                data = catalogue if isinstance(catalogue, bytes) else catalogue.encode()
                (place / "catalogue.json").write_bytes(data)
        info = self.folder / f"{name}-1.0.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(points or f"[nodegraph.nodes]\n{entry or name} = {package}\n")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "user"))
    translations._offered.cache_clear()
    return Site(folder)


def catalogue(**changes: Any) -> str:
    return json.dumps({"bad/Double": {**SPEC, **changes}})


MADE = "from nodegraph.formats.comfyui.node_mapping import Converted, Part\n"

BROKEN: dict[str, Callable[[Site], None]] = {
    "raises": lambda s: s.install("bad", "raise RuntimeError('no GPU here')"),
    "raises a base exception": lambda s: s.install("bad", "raise BaseException('odd')"),
    "does not parse": lambda s: s.install("bad", "def ("),
    "lacks a module": lambda s: s.install("bad", "import not_installed_anywhere"),
    "exits": lambda s: s.install("bad", "import sys; sys.exit(0)"),
    "exits at once": lambda s: s.install("bad", "import os; os._exit(0)"),
    "crashes": lambda s: s.install("bad", "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"),
    "is interrupted": lambda s: s.install("bad", "raise KeyboardInterrupt"),
    "recurses": lambda s: s.install("bad", "def f(): f()\nf()"),
    "takes a built-in's id": lambda s: s.install("bad", NODES.format(type="KSampler")),
    "has no prefix": lambda s: s.install("bad", NODES.format(type="Double")),
    "has another's prefix": lambda s: s.install("bad", NODES.format(type="good/Double")),
    "declares badly": lambda s: s.install("bad", "from nodegraph import node\n@node('bad/X')\ndef x(a): ..."),
    "is not there": lambda s: s.install("bad"),
    "is a built-in's module": lambda s: s.install(
        "bad", package="nodes", points="[nodegraph.nodes]\nbad = nodes.definitions\n"
    ),
    "is a standard module": lambda s: s.install("bad", points="[nodegraph.nodes]\nbad = json.tool\n"),
    "names an object": lambda s: s.install("bad", "", points="[nodegraph.nodes]\nbad = bad:nodes\n"),
    "names nothing": lambda s: s.install("bad", "", points="[nodegraph.nodes]\nbad\n"),
    "names a path": lambda s: s.install("bad", "", points="[nodegraph.nodes]\nbad = ../bad\n"),
    "takes a name of the program": lambda s: s.install("bad", "", entry="builtin"),
    "takes the name of foreign types": lambda s: s.install("bad", NODES.format(type="comfyui/X"), entry="comfyui"),
    "takes the name of subgraphs": lambda s: s.install("bad", NODES.format(type="subgraph/X"), entry="subgraph"),
    "ships no JSON": lambda s: s.install("bad", catalogue="{"),
    "ships bytes": lambda s: s.install("bad", catalogue=b"\xff\xfe\x00"),
    "ships deep JSON": lambda s: s.install("bad", catalogue="[" * 50_000),
    "ships a list": lambda s: s.install("bad", catalogue="[]"),
    "ships no prefix": lambda s: s.install("bad", catalogue=catalogue().replace("bad/Double", "Double")),
    "ships a built-in": lambda s: s.install("bad", catalogue=json.dumps({"KSampler": {**SPEC, "type": "KSampler"}})),
    "ships another module": lambda s: s.install("bad", catalogue=catalogue(module="os")),
    "ships no module": lambda s: s.install("bad", catalogue=catalogue(module=None)),
    "ships another type": lambda s: s.install("bad", catalogue=catalogue(type="bad/Other")),
    "ships unknown fields": lambda s: s.install("bad", catalogue=catalogue(colour="red")),
    "ships no title": lambda s: s.install("bad", catalogue=catalogue(title=3)),
    "ships a text for a list": lambda s: s.install("bad", catalogue=catalogue(sockets="ab")),
    "ships nothing": lambda s: s.install("bad", catalogue=json.dumps({"bad/Double": 3})),
    "ships two inputs of one name": lambda s: s.install("bad", catalogue=catalogue(sockets=SPEC["sockets"] * 2)),
    "ships a default of another type": lambda s: s.install(
        "bad", catalogue=catalogue(params=[{"name": "times", "type": "Float", "default": "x"}])
    ),
    "ships an escape": lambda s: s.install("bad", catalogue=json.dumps({"\x1b[2J": SPEC})),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_pack_is_named_and_costs_only_itself(name: str, site: Site, tmp_path: Path) -> None:
    before = set(installed(tmp_path / "cache"))
    site.install("good", NODES.format(type="good/Twice"))
    BROKEN[name](site)
    found = installed(tmp_path / "cache")
    assert set(found) == before | {"good/Twice"}
    assert len(found.faults) == 1
    sentence = str(found.faults[0].sentence)
    assert "bad" in sentence and "skipped" in sentence and sentence.isprintable()
    assert len(sentence) < 600
    assert "bad" not in sys.modules, "no code of a package runs in this process"


def test_the_sentence_repeats_what_the_package_said(site: Site) -> None:
    site.install("bad", "raise RuntimeError('no GPU here')")
    assert "RuntimeError: no GPU here" in installed().faults[0].sentence


def test_two_packs_that_hang_are_ended_together_and_not_tried_again(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packs, "PROBE_SECONDS", 0.5)
    for name in ("bad", "worse"):
        site.install(name, "import threading; threading.Event().wait()")
    started: list[object] = []
    real = subprocess.Popen

    def counted(*args: Any, **more: Any) -> Any:
        started.append(args)
        return real(*args, **more)

    monkeypatch.setattr(subprocess, "Popen", counted)
    for _ in range(2):
        found = installed(tmp_path / "cache")
        assert [fault.pack for fault in found.faults] == ["bad", "worse"]
        assert "within" in found.faults[0].sentence
    assert len(started) == 2
    monkeypatch.setattr(packs, "RETRY_SECONDS", 0.0)
    installed(tmp_path / "cache")
    assert len(started) == 4, "after a while they are tried again"


def test_a_pack_that_failed_is_tried_again_once_it_is_repaired(site: Site, tmp_path: Path) -> None:
    site.install("bad", "raise ValueError")
    assert installed(tmp_path / "cache").faults
    (site.folder / "bad" / "nodes_.py").write_text(NODES.format(type="bad/Twice"))
    found = installed(tmp_path / "cache")
    assert not found.faults and "bad/Twice" in found


def test_a_shipped_catalogue_is_read_without_running_code(site: Site) -> None:
    site.install("bad", "raise ValueError", catalogue=catalogue())
    found = installed()
    assert not found.faults and found["bad/Double"].title == "Double"


def test_of_two_packs_with_one_name_the_second_is_named(site: Site) -> None:
    site.install("aaa", NODES.format(type="shared/One"), entry="shared")
    site.install("bbb", NODES.format(type="shared/Two"), entry="shared")
    found = installed()
    assert "shared/One" in found and "shared/Two" not in found
    assert "belongs to package aaa" in found.faults[0].sentence


@pytest.mark.parametrize("group", packs.OWN_GROUPS)
def test_no_other_package_replaces_the_engine_or_the_window(group: str, site: Site) -> None:
    site.install("aaa", "", points=f"[{group}]\naaa = aaa\nbuiltin = aaa\n")
    module, faults = own_module(group)
    assert module in ("nodes.runtime", "ui.app")
    assert len(faults) == 2 and all("aaa" in fault.sentence for fault in faults)
    assert runtime.installed().__class__ is not runtime.PlainRuntime
    assert len(installed().faults) == 2


@pytest.mark.parametrize(
    "code",
    [
        "raise OSError",
        "SAME = 3",
        "SAME = {1: len}",
        "",
        "import sys; sys.exit()",
        "SAME = {'KSampler': len}",
    ],
)
def test_broken_translations_are_named_and_skipped(code: str, site: Site) -> None:
    before = set(node_mapping.known())
    translations._offered.cache_clear()
    site.install("bad", code, points="[nodegraph.comfyui]\nbad = bad.nodes_\n")
    assert set(node_mapping.known()) == before
    assert [fault.pack for fault in translations.offered().faults] == ["bad"]
    assert len(installed().faults) == 1


def test_translations_of_other_packages_are_taken(site: Site) -> None:
    site.install("kind", "SAME = {'TheirNode': len}", points="[nodegraph.comfyui]\nkind = kind.nodes_\n")
    assert "TheirNode" in node_mapping.known()
    assert not installed().faults


FAILING = {
    "raises": "def theirs(old): raise KeyError('width')",
    "raises an error of its own": "class Odd(Exception): pass\ndef theirs(old): raise Odd('x' * 5000)",
    "ends the program": "import sys\ndef theirs(old): sys.exit(3)",
    "recurses": "def theirs(old): return theirs(old)",
    "takes no node": "def theirs(): return None",
    "gives nothing": "def theirs(old): return None",
    "gives no part": MADE + "def theirs(old): return Converted({}, {}, ())",
    "gives no Part": MADE + "def theirs(old): return Converted({'': 3}, {}, ())",
    "leads elsewhere": MADE
    + "def theirs(old): return Converted({'': Part('EmptyLatent')}, {'a': (('b', 'c'),)}, ())",
    "gives other outputs": MADE + "def theirs(old): return Converted({'': Part('EmptyLatent')}, {}, (3,))",
    "gives no text": MADE + "def theirs(old): return Converted({'': Part(3)}, {}, ())",
    "gives no JSON": MADE
    + "def theirs(old): return Converted({'': Part('EmptyLatent', extra={'a': old})}, {}, ())",
    "gives other remarks": MADE
    + "def theirs(old): return Converted({'': Part('EmptyLatent')}, {}, (), (1,))",
}


@pytest.mark.parametrize("fault", FAILING)
def test_a_translation_that_fails_is_named_and_the_file_opens(fault: str, site: Site, tmp_path: Path) -> None:
    code = f"{FAILING[fault]}\nSAME = {{'TheirNode': theirs}}"
    site.install("kind", code, package=f"kind_{list(FAILING).index(fault)}", points=points_of(fault))
    theirs = {"class_type": "TheirNode", "inputs": {"width": 64}}
    ours = {"class_type": "EmptyLatentImage", "inputs": {"width": 64, "height": 64, "batch_size": 1}}
    path = tmp_path / "theirs.json"
    path.write_text(json.dumps({"1": theirs, "2": ours}))
    graph = load(path)
    assert {node.type for node in graph.nodes.values()} == {"comfyui/TheirNode", "EmptyLatent"}
    (note,) = graph.notes.values()
    assert "TheirNode: its translation in package kind failed" in note.text and "cannot run" in note.text
    kept = next(node for node in graph.nodes.values() if node.type == "comfyui/TheirNode")
    assert kept.params == {"width": 64}


def points_of(fault: str) -> str:
    """The entry point of a package with a translation; each has a module of its own, as imports are kept."""
    return f"[nodegraph.comfyui]\nkind = kind_{list(FAILING).index(fault)}.nodes_\n"


def test_a_way_back_that_fails_leaves_the_node_as_it_is(site: Site) -> None:
    code = (
        "from nodegraph.formats.comfyui.node_mapping import BothWays, Converted, Part\n"
        "def back(values, linked): raise KeyError('width')\n"
        "def there(old): return Converted({'': Part('TestSource')}, {}, ())\n"
        "SAME = {'TheirNode': BothWays(there, 'TestSource', 'width', '', back)}\n"
    )
    site.install("way", code, points="[nodegraph.comfyui]\nway = way.nodes_\n")
    reverse._candidates.cache_clear()
    spec = NodeSpec("TestSource", "Source", "tests")
    found = reverse.reversed_node(Node("a", "TestSource"), spec)
    reverse._candidates.cache_clear()
    assert found.is_ours and found.type == "nodegraph/TestSource"


def test_the_commands_go_on_and_name_the_pack(
    site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site.install("bad", "raise RuntimeError('broken')")
    flow = tmp_path / "flow.json"
    nodes = [
        {"id": "color", "type": "SolidColor", "params": {"width": 8, "height": 8}},
        {"id": "save", "type": "SaveImage", "inputs": {"image": "color.image"}},
    ]
    flow.write_text(json.dumps({"format": "nodegraph", "version": 1, "nodes": nodes}))
    out = str(tmp_path / "out")
    for command in (["nodes"], ["check", str(flow)], ["plan", str(flow)], ["run", str(flow), "--out", out]):
        assert main(command) == 0
        said = capsys.readouterr()
        assert said.err.count("Node pack bad") == 1 and "Traceback" not in said.err
    assert list((tmp_path / "out").glob("*.png"))


def test_code_that_fails_only_while_a_node_runs_fails_that_node(site: Site, tmp_path: Path) -> None:
    site.install("late", "import sys; sys.exit(3)", catalogue=catalogue().replace("bad", "late"))
    with pytest.raises(DefinitionError, match="ended the program"):
        installed().declared("late/Double")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([*SPEC, "params", "version", "cache", "sink", "constant", "size", "keywords"]), JSON)
def test_any_catalogue_is_read_or_refused_in_a_sentence(key: str, value: object) -> None:
    try:
        found = checked_entries({"bad/Double": {**SPEC, key: value}}, "bad", "bad")
    except DefinitionError as error:
        assert str(error).isprintable()
        return
    _, spec = found["bad/Double"]
    assert type(spec).from_json(json.loads(json.dumps(spec.to_json()))) == spec


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(["sockets", "params", "outputs"]),
    st.dictionaries(
        st.sampled_from(
            ["name", "type", "default", "lazy", "choices", "minimum", "maximum", "optional", "many", "x"]
        ),
        JSON,
    ),
)
def test_any_input_or_output_is_read_or_refused_in_a_sentence(key: str, item: object) -> None:
    try:
        checked_entries({"bad/Double": {**SPEC, key: [item]}}, "bad", "bad")
    except DefinitionError as error:
        assert str(error).isprintable()


def test_a_damaged_list_of_another_package_is_passed_over(site: Site) -> None:
    info = site.folder / "plain-1.0.dist-info"
    info.mkdir()
    (info / "entry_points.txt").write_text("[console_scripts]\nno equals sign\n")
    assert "KSampler" in installed()
    assert not installed().faults
