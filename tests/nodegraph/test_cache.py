from __future__ import annotations

import hashlib
import multiprocessing
import os
import signal
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodegraph.execution.disk_cache import DiskTier
from nodegraph.execution.memory_cache import Cache
from nodegraph.node_api import fingerprint
from nodegraph.node_api.codec import PlainCodec
from nodegraph.node_api.fingerprint import Fingerprints


class Sized(PlainCodec):
    """Every value weighs what it says; equal values share their memory."""

    def buffers(self, value: tuple[str, int]) -> dict[int, int]:
        return {hash(value[0]): value[1]}


def test_least_recently_used_leaves_first() -> None:
    cache = Cache(100, Sized())
    for name in "abc":
        cache.put(name, (name, 30))
    cache.get("a")
    cache.put("d", ("d", 30))
    assert [name in cache for name in "abcd"] == [True, False, True, True]
    assert cache.bytes == 90


def test_pinned_results_stay_whatever_the_budget_says() -> None:
    cache = Cache(50, Sized())
    cache.pin(["a", "b"])
    for name in "abc":
        cache.put(name, (name, 40))
    assert "a" in cache and "b" in cache and "c" not in cache
    cache.unpin(["a"])
    assert "a" not in cache and "b" in cache
    cache.pin(["b"])
    cache.unpin(["b"])
    assert "b" in cache


def test_shared_memory_counts_once() -> None:
    cache = Cache(100, Sized())
    cache.put("x", ("same", 60))
    cache.put("y", ("same", 60))
    assert cache.bytes == 60
    cache.drop(["x"])
    assert cache.bytes == 60
    cache.drop(["y"])
    assert cache.bytes == 0


def test_disk_finds_what_memory_let_go(tmp_path: Path) -> None:
    cache = Cache(0, PlainCodec(), DiskTier(tmp_path, PlainCodec()))
    cache.put("ab" * 20, 5)
    assert cache.bytes == 0 and cache.get("ab" * 20) == 5
    other = Cache(1000, PlainCodec(), DiskTier(tmp_path, PlainCodec()))
    assert other.get("ab" * 20) == 5
    with pytest.raises(KeyError):
        other.get("cd" * 20)


def test_disk_keeps_its_limit_oldest_first(tmp_path: Path) -> None:
    disk = DiskTier(tmp_path, PlainCodec(), limit=3000)
    for index in range(20):
        disk.put(f"{index:040}", "x" * 280)
        os.utime(disk.path(f"{index:040}"), (index, index))
    kept = [index for index in range(20) if f"{index:040}" in disk]
    assert kept == list(range(kept[0], 20)) and 5 <= len(kept) <= 10


def test_a_value_without_a_place_on_disk_stays_in_memory(tmp_path: Path) -> None:
    cache = Cache(10_000, PlainCodec(), DiskTier(tmp_path, PlainCodec()))
    marker = object()
    cache.put("ab" * 20, marker)
    assert cache.get("ab" * 20) is marker and not list(tmp_path.glob("??/*"))


def _write_for_ever(folder: Path) -> None:
    disk = DiskTier(folder, PlainCodec())
    index = 0
    while True:
        disk.put(f"{index:040}", "y" * 200_000)
        index += 1


def test_a_killed_process_leaves_no_half_written_entry(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    for round_ in range(3):
        child = context.Process(target=_write_for_ever, args=(tmp_path,))
        child.start()
        deadline = time.monotonic() + 20
        before = len(list(tmp_path.glob("??/*")))
        while len(list(tmp_path.glob("??/*"))) < before + 20 * (round_ + 1) and time.monotonic() < deadline:
            time.sleep(0.005)
        assert child.pid is not None
        os.kill(child.pid, signal.SIGKILL)
        child.join()
        child.close()
        disk = DiskTier(tmp_path, PlainCodec())
        entries = [path.stem for path in tmp_path.glob("??/*")]
        assert entries and all(disk.get(key) == "y" * 200_000 for key in entries)
        assert not list((tmp_path / "tmp").iterdir())


def _fill(folder: Path, start: int) -> None:
    disk = DiskTier(folder, PlainCodec())
    for index in range(start, start + 300):
        disk.put(f"{index:040}", index)
        disk.get(f"{index:040}")


def test_two_processes_share_a_folder(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    children = [context.Process(target=_fill, args=(tmp_path, start)) for start in (0, 100)]
    for child in children:
        child.start()
    for child in children:
        child.join()
        assert child.exitcode == 0
        child.close()
    disk = DiskTier(tmp_path, PlainCodec())
    assert all(disk.get(f"{index:040}") == index for index in range(400))


def test_a_fingerprint_follows_the_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fingerprint, "SETTLED_NS", 0)
    path = tmp_path / "model.bin"
    path.write_bytes(b"a" * 2_000_000)
    memory = tmp_path / "memory.json"
    first = Fingerprints(memory).of(path)
    assert memory.is_file() and Fingerprints(memory).of(path) == first
    path.write_bytes(b"b" * 2_000_000)
    assert Fingerprints(memory).of(path) != first
    path.write_bytes(b"a" * 2_000_000)
    assert Fingerprints(memory).of(path) == first


@settings(max_examples=8, deadline=None)
@given(
    st.lists(st.tuples(st.binary(min_size=4, max_size=4), st.sampled_from(["over", "beside"])), max_size=6)
)
def test_a_restored_size_and_time_hide_nothing(writes: list[tuple[bytes, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(fingerprint, "SETTLED_NS", 10_000_000)
        path, prints = Path(folder) / "model.bin", Fingerprints()
        path.write_bytes(b"past")
        os.utime(path, (1000, 1000))
        for content, how in writes:
            time.sleep(0.015)
            prints.of(path)
            target = path if how == "over" else path.with_suffix(".new")
            target.write_bytes(content)
            os.utime(target, (1000, 1000))
            target.replace(path)
            assert prints.of(path) == hashlib.sha256(content).hexdigest()[:40]


def test_a_fresh_file_is_not_trusted_by_its_time(tmp_path: Path) -> None:
    path = tmp_path / "image.png"
    path.write_bytes(b"one")
    stat = path.stat()
    prints = Fingerprints()
    first = prints.of(path)
    path.write_bytes(b"two")
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert prints.of(path) != first


def test_a_folder_counts_by_all_its_files(tmp_path: Path) -> None:
    (tmp_path / "unet").mkdir()
    (tmp_path / "unet" / "config.json").write_text("{}")
    first = Fingerprints().of(tmp_path)
    (tmp_path / "unet" / "more.json").write_text("{}")
    assert Fingerprints().of(tmp_path) != first
