"""Saving replaces a file whole or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from nodegraph.formats.native import load, save
from nodegraph.model.graph import Graph
from nodegraph.support.errors import SaveError
from tests.nodegraph.strategies import chain


def test_saving_replaces_the_file_and_keeps_its_permissions(tmp_path: Path) -> None:
    path = tmp_path / "w.json"
    save(chain(), path)
    path.chmod(0o640)
    save(Graph(), path)
    assert load(path) == Graph()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert os.listdir(tmp_path) == ["w.json"]


def test_saving_through_a_link_writes_what_it_points_to(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    real = tmp_path / "real" / "w.json"
    save(chain(), real)
    link = tmp_path / "link.json"
    link.symlink_to(real)
    save(Graph(), link)
    assert link.is_symlink()
    assert load(real) == Graph()


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "w.json"
    save(chain(), path)
    before = path.read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(
        SaveError, match=r"could not be saved: no space left on device; nothing .* has changed"
    ):
        save(Graph(), path)
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["w.json"]


def test_a_place_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "w.json").write_text("", encoding="utf-8")
    with pytest.raises(SaveError, match="could not be saved"):
        save(chain(), tmp_path / "w.json" / "below a file")
