"""Numbered files appear whole or not at all, whatever ends the program that writes them."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from nodegraph.support import numbered_files
from nodegraph.support.numbered_files import LEFTOVER_AGE_S, write_numbered

SIZE = 200_000
WRITER = f"""
import sys
from pathlib import Path
from nodegraph.support import numbered_files
if sys.argv[2] == "named":
    numbered_files._open_unnamed = lambda folder: None
while True:
    numbered_files.write_numbered(Path(sys.argv[1]) / "a" / "p", "png", bytes({SIZE}))
"""
WAYS = ("unnamed", "named", "no links")


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The three ways of writing: without a name, with a temporary one, and on disks that know no second name."""

    def no_link(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    if request.param != "unnamed":
        monkeypatch.setattr(numbered_files, "_open_unnamed", lambda folder: None)
    if request.param == "no links":
        monkeypatch.setattr(os, "link", no_link)
    return str(request.param)


def test_numbers_follow_what_is_there(tmp_path: Path, way: str) -> None:
    stem = tmp_path / "a" / "p"
    assert write_numbered(stem, "png", b"1").name == "p_00001.png"
    (stem.parent / "p_00007.jpg").write_bytes(b"x")
    (stem.parent / "pp_00009.png").write_bytes(b"x")
    assert write_numbered(stem, "png", b"2").name == "p_00008.png"
    assert (stem.parent / "p_00008.png").read_bytes() == b"2"
    assert sorted(path.name for path in stem.parent.iterdir()) == [
        "p_00001.png", "p_00007.jpg", "p_00008.png", "pp_00009.png",
    ]  # fmt: skip
    mask = os.umask(0)
    os.umask(mask)
    assert (stem.parent / "p_00001.png").stat().st_mode & 0o777 == 0o666 & ~mask


def test_no_file_is_replaced_that_appears_meanwhile(
    tmp_path: Path, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stem = tmp_path / "p"
    (tmp_path / "p_00001.png").write_bytes(b"theirs")
    monkeypatch.setattr(numbered_files, "_prepared", lambda stem, suffix: 1)
    assert write_numbered(stem, "png", b"ours").name == "p_00002.png"
    assert (tmp_path / "p_00001.png").read_bytes() == b"theirs"
    assert (tmp_path / "p_00002.png").read_bytes() == b"ours"


@pytest.mark.parametrize("broken", ["write", "fsync"])
def test_a_full_disk_leaves_nothing(
    tmp_path: Path, way: str, broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, broken, full)
    with pytest.raises(OSError, match="No space left"):
        write_numbered(tmp_path / "p", "png", bytes(1000))
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="killing needs POSIX")
@pytest.mark.parametrize("kind", ["unnamed", "named"])
def test_a_killed_program_leaves_whole_files(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "a"
    for round_ in range(3):
        wanted = 4 * (round_ + 1)
        child = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path), kind])
        try:
            while child.poll() is None and sum(1 for _ in folder.glob("p_*")) < wanted:
                pass
        finally:
            child.kill()
            child.wait()
        assert child.returncode == -signal.SIGKILL
        assert all(path.stat().st_size == SIZE for path in folder.glob("p_*.png"))
        if kind == "unnamed":
            assert not list(folder.glob(".*"))
    for path in folder.glob(".*"):
        os.utime(path, (1, 1))
    write_numbered(folder / "p", "png", b"x")
    assert not list(folder.glob(".*"))


def test_leftovers_are_swept_and_nothing_else(tmp_path: Path) -> None:
    old = (".p.abcdefgh.tmp", ".p_00003.png.abcdefgh.tmp", "p_00004.png")
    kept = (".q.abcdefgh.tmp", ".p.tmp", "p_00002.jpg", ".p.ABCDEFGH.tmp", "q_00001.png")
    for name in (*old, *kept):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (1, 1))
    (tmp_path / "p_00001.png").write_bytes(b"a picture")
    os.utime(tmp_path / "p_00001.png", (1, 1))
    (tmp_path / ".p.newnewne.tmp").touch()
    (tmp_path / "p_00005.png").touch()
    assert write_numbered(tmp_path / "p", "png", b"x").name == "p_00006.png"
    there = {path.name for path in tmp_path.iterdir()}
    assert there == {*kept, "p_00001.png", ".p.newnewne.tmp", "p_00005.png", "p_00006.png"}
    assert LEFTOVER_AGE_S >= 600
