"""Entries of the folder of results that are damaged, exchanged or cannot be written."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodegraph.execution.disk_cache import DiskTier
from nodegraph.execution.run_history import History
from nodegraph.node_api import events
from nodegraph.node_api.codec import PLAIN_START, DeferredCodec, Items, PlainCodec
from tests.nodegraph.counting import chain, engine

FIRST, SECOND = "ab" * 20, "cd" * 20


def entry(disk: DiskTier, key: str = FIRST) -> Path:
    return disk.path(key)


@pytest.mark.skipif(os.name != "posix", reason="other systems keep no modes")
def test_only_the_owner_may_read_results_and_history(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "cache"
    old_results = tmp_path / "old" / FIRST[:2]
    old_results.mkdir(parents=True)
    old_results.chmod(0o755)
    for place in (folder, tmp_path / "old"):
        disk = DiskTier(place, PlainCodec())
        disk.put(FIRST, "a prompt")
        disk.put(SECOND, [1, 2])
        History(place / "history.json").save()
        for path in (disk.path(FIRST), disk.path(SECOND), place / "history.json"):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
        for path in (disk.path(FIRST).parent, disk.path(SECOND).parent, place / "tmp"):
            assert stat.S_IMODE(path.stat().st_mode) == 0o700
    assert stat.S_IMODE(folder.stat().st_mode) == stat.S_IMODE(folder.parent.stat().st_mode) == 0o700


def test_an_entry_under_another_key_is_dropped(tmp_path: Path) -> None:
    disk = DiskTier(tmp_path, PlainCodec())
    disk.put(FIRST, 1)
    disk.put(SECOND, 2)
    first, second = entry(disk).read_bytes(), entry(disk, SECOND).read_bytes()
    entry(disk).write_bytes(second)
    entry(disk, SECOND).write_bytes(first)
    for key in (FIRST, SECOND):
        with pytest.raises(KeyError):
            disk.get(key)
        assert key not in disk
    disk.put(FIRST, 1)
    assert disk.get(FIRST) == 1


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from([7, "text", [1, 2.5, None], {"a": True}, Items((1, "b"))]),
    st.integers(0, 10_000),
    st.one_of(st.none(), st.binary(max_size=4)),
)
def test_a_changed_entry_gives_the_same_value_or_none(
    tmp_path_factory: pytest.TempPathFactory, value: Any, at: int, put_in: bytes | None
) -> None:
    disk = DiskTier(tmp_path_factory.mktemp("cache"), PlainCodec())
    disk.put(FIRST, value)
    data = entry(disk).read_bytes()
    at %= len(data)
    entry(disk).write_bytes(
        data[:at] if put_in is None else data[:at] + put_in + data[at + max(len(put_in), 1) :]
    )
    try:
        found = disk.get(FIRST)
    except KeyError:
        assert FIRST not in disk
    else:
        assert found == value and type(found) is type(value)


def test_a_run_computes_again_what_was_damaged(tmp_path: Path) -> None:
    with engine(tmp_path / "out", cache_dir=tmp_path / "cache") as run:
        run.run(chain())
        expected = run.run(chain()).values
    for path in (tmp_path / "cache").glob("??/*"):
        path.write_bytes(path.read_bytes().replace(b"1", b"2"))
    with engine(tmp_path / "out", cache_dir=tmp_path / "cache") as run:
        result = run.run(chain())
        assert result.ok and result.values == expected and result.ran


class Full(PlainCodec):
    """A disk that is full after the first bytes."""

    def dump(self, value: Any, path: Path, key: str) -> bool:
        path.write_bytes(b"half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_full_disk_costs_only_the_cache_and_leaves_nothing(tmp_path: Path) -> None:
    disk = DiskTier(tmp_path, Full())
    disk.put(FIRST, 1)
    assert FIRST not in disk and disk.refused is not None
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert disk.bytes == 0


@pytest.mark.parametrize("place", ["a_file", "a_file/below", "/proc/1/cache"])
def test_a_folder_that_cannot_be_made_costs_only_the_cache(tmp_path: Path, place: str) -> None:
    (tmp_path / "a_file").write_text("x")
    said: list[events.Event] = []
    with engine(tmp_path / "out", cache_dir=tmp_path / place) as run:
        result = run.run(chain(), on_event=said.append)
        assert result.ok and run.run(chain()).ran == []
    messages = [event.text for event in said if isinstance(event, events.Message)]
    assert len(messages) == 1 and "could not be kept" in messages[0]


def test_a_disk_that_fills_up_is_named_once_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[events.Event] = []
    with engine(tmp_path / "out", cache_dir=tmp_path / "cache") as run:
        assert run.cache.disk is not None
        monkeypatch.setattr(run.cache.disk, "_codec", Full())
        assert run.run(chain(), on_event=said.append).ok
    messages = [event.text for event in said if isinstance(event, events.Message)]
    assert len(messages) == 1 and os.strerror(errno.ENOSPC) in messages[0]


def test_plain_values_need_no_codec_that_loads_anything(tmp_path: Path) -> None:
    def refuse() -> PlainCodec:
        raise AssertionError("made")

    disk = DiskTier(tmp_path, DeferredCodec(refuse))
    for number, value in enumerate(("text", 1, 1.5, True)):
        key = f"{number:040}"
        disk.put(key, value)
        assert disk.get(key) == value
        assert entry(disk, key).read_bytes().startswith(PLAIN_START)
    with pytest.raises(AssertionError, match="made"):
        disk.put(FIRST, [1])


def test_a_look_at_a_damaged_result_finds_nothing(tmp_path: Path) -> None:
    with engine(tmp_path / "out", cache_dir=tmp_path / "cache") as run:
        run.run(chain())
    with engine(tmp_path / "out", cache_dir=tmp_path / "cache") as run:
        run.recall(chain())
        for path in (tmp_path / "cache").glob("??/*"):
            path.write_bytes(b"{}")
        assert run.look("c", "number").facts[0][0] == "gone"
