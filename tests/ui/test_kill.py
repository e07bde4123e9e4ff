"""A few of the kills of `python -m benchmarks kill`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from nodegraph.formats import native
from tests.ui.killing import moment, oldest_letter_lost, oldest_lost

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


@pytest.mark.parametrize("seed", range(4))
def test_a_killed_session_loses_nothing_older_than_a_second(qtbot: QtBot, tmp_path: Path, seed: int) -> None:
    assert oldest_lost(tmp_path, seed, moment(seed)) <= 1.0


def test_one_killed_at_its_first_edits_loses_no_more(qtbot: QtBot, tmp_path: Path) -> None:
    assert oldest_lost(tmp_path, 113, 0.03) <= 1.0


@pytest.mark.parametrize("kind", ["large", "saving"])
def test_large_documents_and_those_being_saved_lose_no_more(qtbot: QtBot, tmp_path: Path, kind: str) -> None:
    assert oldest_lost(tmp_path, 7, 1.1, kind) <= 1.0
    for file in tmp_path.glob("[01].json"):
        native.load(file)


@pytest.mark.parametrize("kind", ["prompt", "seed", "note"])
def test_the_real_editor_killed_while_it_is_typed_into_brings_the_words_back(
    qtbot: QtBot, tmp_path: Path, kind: str
) -> None:
    """A third of a second is lost at most; on a machine with too much to do, what it could not write in time."""
    assert oldest_letter_lost(tmp_path / "home", kind, 0.9) <= 1.0
