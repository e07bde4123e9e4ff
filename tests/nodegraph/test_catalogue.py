from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import pytest

from nodegraph.cli.progress import Bar
from nodegraph.node_api import catalogue, events
from nodegraph.node_api.registry import GROUP

PACK = '''
from typing import Annotated
from nodegraph import Range, node

@node("{prefix}Double", title="Double", category="tests")
def double(number: float, *, times: Annotated[float, Range(0, 9)] = {default}) -> float:
    """Multiply a number."""
    return number * times
'''


@pytest.fixture
def pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A third-party package `mypack`, importable, offered under an entry point."""
    folder = tmp_path / "site" / "mypack"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text('"""A pack."""\n')
    (folder / "numbers_.py").write_text(PACK.format(prefix="mypack/", default=2.0))
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    info = tmp_path / "site" / "mypack-1.0.dist-info"
    info.mkdir()
    (info / "entry_points.txt").write_text(f"[{GROUP}]\nmypack = mypack\n")
    return folder


def forget(name: str) -> None:
    for module in [m for m in sys.modules if m.split(".")[0] == name]:
        del sys.modules[module]


def test_a_third_party_pack_is_read_once_and_again_when_its_sources_change(
    pack: Path, tmp_path: Path
) -> None:
    first = catalogue.installed(tmp_path / "cache")
    assert first["mypack/Double"].params[0].default == 2.0
    assert first.declared("mypack/Double").function(3.0, times=2.0) == 6.0
    forget("mypack")
    assert catalogue.installed(tmp_path / "cache")["mypack/Double"] == first["mypack/Double"]
    assert "mypack" not in sys.modules, "the kept catalogue needs no code"
    source = pack / "numbers_.py"
    source.write_text(PACK.format(prefix="mypack/", default=4.0))
    os.utime(source, (1, 1))
    assert catalogue.installed(tmp_path / "cache")["mypack/Double"].params[0].default == 4.0
    forget("mypack")


def test_a_pack_must_carry_its_prefix(pack: Path) -> None:
    (pack / "numbers_.py").write_text(PACK.format(prefix="", default=2.0))
    found = catalogue.installed()
    assert "Double" not in found
    assert "must be called mypack/Double" in found.faults[0].sentence


def test_the_progress_line_is_redrawn_in_place() -> None:
    stream = io.StringIO()
    bar = Bar(stream)
    bar.show(events.NodeStarted("s", "KSampler", ""))
    for step in (1, 2):
        bar.show(events.Progress("s", step, 2))
    bar.show(events.Message("s", "two keys fit nowhere"))
    bar.show(events.NodeFinished("s", 1.0, 0))
    text = stream.getvalue()
    assert "KSampler [##############..............] 1/2" in text and "2/2" in text
    assert text.count("\r") == 3 and "two keys fit nowhere\n" in text and text.endswith("\n")
