"""File names that come out of files."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph.support.errors import LoadError
from nodegraph.support.file_names import (
    MAX_PART_BYTES,
    MAX_PATH_CHARACTERS,
    file_name_fault,
    is_absolute_name,
    is_network_name,
    leads_upward,
    posix_name,
    require_file_name,
    shortened,
)

BAD = [
    "",
    ".",
    "./",
    "/",
    "..",
    "a/..",
    "a\0.png",
    "\0",
    "a\x1b[2J.png",
    "a\n.png",
    "x" * 5000,
    "x" * (MAX_PART_BYTES + 1),
    "ä" * (MAX_PART_BYTES // 2 + 1),
    "a/" * (MAX_PATH_CHARACTERS // 2) + "a",
    "half\ud800.png",
    "\udcff",
    "con",
    "CON.png",
    "folder/NUL",
    "folder\\nul.txt",
    "aux .png",
    "COM1",
    "com¹.safetensors",
    "LPT³",
    "CONIN$",
    "conout$.png",
    "nul:",
]
GOOD = [
    "a.png",
    "./a.png",
    "../a.png",
    "/home/x/a.png",
    "C:\\pictures\\a.png",
    "console.png",
    "com10.png",
    "my con.png",
    "Ünï çödé 🦊.png",
    "12:30.png",
    "x" * MAX_PART_BYTES,
    "...a",
]


@pytest.mark.parametrize("name", BAD)
def test_names_that_cannot_be_a_file_are_refused_in_a_short_sentence(name: str) -> None:
    with pytest.raises(LoadError) as refused:
        require_file_name(name)
    text = str(refused.value)
    assert text.endswith("; choose another file.")
    assert len(text) < 300
    assert text.isprintable()


@pytest.mark.parametrize("name", GOOD)
def test_names_that_files_have_are_taken(name: str) -> None:
    assert require_file_name(name) == name


@pytest.mark.parametrize(
    "name", ["../a", "a/../../b", "/a", "\\a", "C:a", "c:/a", "\\\\server\\a", "//server/a"]
)
def test_names_that_leave_their_folder_are_refused_where_they_must_stay_in_it(name: str) -> None:
    assert file_name_fault(name, inside=True) is not None
    with pytest.raises(LoadError):
        posix_name(name)


def test_a_folder_may_be_the_one_it_is_named_from() -> None:
    assert file_name_fault(".", folder=True) is None
    assert file_name_fault("..", folder=True) is None
    assert file_name_fault("..", folder=True, inside=True) is not None
    assert file_name_fault("", folder=True) is not None


def test_backslashes_divide_a_name_too() -> None:
    assert posix_name("sub\\a.safetensors").as_posix() == "sub/a.safetensors"


def test_absolute_network_and_climbing_names_are_told_apart() -> None:
    assert is_absolute_name("C:\\a")
    assert not is_absolute_name("a/b")
    assert is_network_name("\\\\server\\share\\a.png")
    assert is_network_name("//server/share/a.png")
    assert not is_network_name("/a")
    assert leads_upward("a/../../b")
    assert leads_upward("..\\b")
    assert not leads_upward("a/../b")


def test_a_long_name_is_shown_by_its_beginning() -> None:
    assert len(shortened("x" * 5000)) == 60
    assert shortened("a.png") == "a.png"


@given(st.text(st.characters(exclude_categories=()), max_size=300), st.booleans(), st.booleans())
def test_any_name_is_taken_or_refused_and_what_is_taken_the_system_can_look_for(
    name: str, inside: bool, folder: bool
) -> None:
    if file_name_fault(name, inside=inside, folder=folder) is None:
        path = Path("/nonexistent") / name
        path.exists()
        path.is_dir()
        name.encode()
