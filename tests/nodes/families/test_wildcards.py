"""Wildcards: lines of text files in prompts, chosen by a seed, part of the key, and never out of their folder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph import Graph, Node, Source
from nodegraph.cli import main
from nodegraph.engine.local import LocalEngine, Options
from nodegraph.node_api.registry import Registry
from nodegraph.support.errors import GraphError, LoadError
from nodegraph.validation import problems
from nodes import runtime
from nodes.models.files.folders import ModelFolders
from nodes.models.files.model_dirs import places_of
from nodes.prompt_choices import wildcard_files
from nodes.prompt_choices.wildcards import resolved, wildcards_in


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("NODEGRAPH_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("NODEGRAPH_MODELS", raising=False)


@pytest.fixture(scope="module")
def library() -> Registry:
    found = Registry()
    found.add_package("nodes.definitions")
    return found


class Shelf:
    """A folder of models with wildcards in it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "wildcards").mkdir()

    def write(self, files: Mapping[str, str]) -> Shelf:
        for name, text in files.items():
            path = self.root / "wildcards" / f"{name}.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return self

    @property
    def folders(self) -> ModelFolders:
        return ModelFolders(places_of([self.root]))

    def said(self, text: str, seed: int = 0) -> str:
        wildcards = self.folders.wildcards
        wildcards.checked(text)
        return resolved(text, seed, wildcards.lines)

    def all(self, text: str, seeds: int = 200) -> Counter[str]:
        wildcards = self.folders.wildcards
        wildcards.checked(text)
        return Counter(resolved(text, seed, wildcards.lines) for seed in range(seeds))

    def refuses(self, text: str) -> str:
        with pytest.raises(LoadError) as refused:
            self.said(text)
        return str(refused.value)


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    (tmp_path / "models").mkdir()
    yield Shelf(tmp_path / "models")


def test_a_line_is_chosen_and_remarks_are_not(shelf: Shelf) -> None:
    shelf.write({"colour": "\ufeffred\n# warm ones end here\n\n  blue  \n\t# no\ngreen # dark\n"})
    assert set(shelf.all("a __colour__ house")) == {f"a {c} house" for c in ("red", "blue", "green # dark")}
    assert shelf.said("__colour__", 3) == shelf.said("__colour__", 3)


def test_folders_letters_of_any_case_and_spaces(shelf: Shelf) -> None:
    shelf.write({"animals/Big Cats": "lion", "animals/dogs": "pug", "hair_colour": "black"})
    assert shelf.said("__animals/Big Cats__, __ANIMALS/big cats__, __dogs__, __hair_colour__") == (
        "lion, lion, pug, black"
    )
    assert set(shelf.all("__animals/*__")) == {"lion", "pug"} == set(shelf.all("__*s__"))


def test_lines_hold_choices_weights_and_other_wildcards(shelf: Shelf) -> None:
    shelf.write({"pet": "3::{small|big} __kind__\nfish", "kind": "cat\ndog"})
    found = shelf.all("__pet__", 1000)
    assert set(found) == {"small cat", "small dog", "big cat", "big dog", "fish"}
    assert 200 < found["fish"] < 300


def test_several_are_chosen_and_none_twice(shelf: Shelf) -> None:
    shelf.write({"colour": "red\nblue\n5::green"})
    assert set(shelf.all("{2$$a|b|c}")) == {f"{x}, {y}" for x in "abc" for y in "abc" if x != y}
    assert set(shelf.all("{1-2$$ and $$a|b}")) == {"a", "b", "a and b", "b and a"}
    assert set(shelf.all("{-2$$+$$a|b}")) == {"a", "b", "a+b", "b+a"} == set(shelf.all("{1-$$+$$a|b}"))
    assert set(shelf.all("{9$$ $$a|b}")) == {"a b", "b a"} and shelf.said("{0$$a|b}") == ""
    found = shelf.all("{2$$-$$__colour__}", 600)
    assert len(found) == 6 and found["green-red"] + found["green-blue"] > 350
    assert set(shelf.all("{2$$ $$x|__colour__}")) >= {"x red", "red blue", "green x"}


def test_what_only_looks_like_a_wildcard_stays(shelf: Shelf) -> None:
    for text in ("_a_", "__ a __", "___a___", "@__@", "a__b", "\\__a__".removeprefix("\\")[:3]):
        assert shelf.said(text) == text
    assert shelf.said(r"\__a__") == "__a__"
    assert shelf.said("# __gone__\nx /* __gone__ */") == "x "


def test_a_missing_file_is_told_with_the_nearest_name_and_mended(shelf: Shelf) -> None:
    shelf.write({"colours/warm": "red", "pet": "cat\n__colour/warm__ dog"})
    said = shelf.refuses("a __colours/wram__ house")
    assert said == (
        "There is no wildcard file colours/wram.txt. Did you mean __colours/warm__? "
        f"Put it into {shelf.root / 'wildcards'}."
    )
    assert "Line 2 of pet.txt names it." in shelf.refuses("__pet__")
    assert shelf.folders.mistaken("wildcards", "a __colours/wram__ x __colours/wram__") == (
        said,
        "a __colours/warm__ x __colours/warm__",
    )
    assert shelf.folders.mistaken("wildcards", "a __colours/warm__") is None
    assert "__warm__" in shelf.refuses("__wam__")


@pytest.mark.parametrize(
    "name", ["../secret", "a/../../secret", "/etc/secret", "~/secret", "..", "C:/secret"]
)
def test_no_name_leads_out_of_the_folder(shelf: Shelf, name: str) -> None:
    (shelf.root / "secret.txt").write_text("secret", encoding="utf-8")
    text = f"__{name}__"
    if any(wildcards_in(text)):
        assert "secret.txt" in shelf.refuses(text) or "leads out" in shelf.refuses(text)
        assert not any(shelf.folders.wildcards.reached(text).files.values())
    else:
        assert shelf.said(text) == text


def test_circles_and_rows_too_long_are_refused_whatever_the_seed(shelf: Shelf) -> None:
    shelf.write({"a": "x\n" * 500 + "__b__", "b": "__c__", "c": "{y|__a__}", "self": "x\nvery __self__"})
    for seed in range(5):
        with pytest.raises(LoadError, match=r"in a circle: .*a.txt.*; take one"):
            shelf.folders.wildcards.checked("{1|__a__}")
            shelf.said("__a__", seed)
    assert "self.txt -> self.txt" in shelf.refuses("__self__")
    shelf.write({f"n{i}": f"__n{i + 1}__" for i in range(40)} | {"n40": "end"})
    assert shelf.said("__n10__") == "end"
    assert "name each other; shorten the row" in shelf.refuses("__n0__")


def test_sizes_and_counts_have_ends(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf.write({"big": "x" * 100, "none": "# nothing\n\n", **{f"many/{i}": "a" for i in range(30)}})
    assert "none.txt holds no choice" in shelf.refuses("__none__")
    monkeypatch.setattr(wildcard_files, "LARGEST", 99)
    assert "big.txt has 100 bytes, more than 99" in shelf.refuses("__big__")
    assert shelf.folders.wildcards.reached("__big__").files == {"big.txt": None}
    monkeypatch.setattr(wildcard_files, "MOST", 20)
    assert "reaches more than 20 files" in shelf.refuses("__many/*__")
    (shelf.root / "wildcards" / "latin.txt").write_bytes(b"caf\xe9")
    assert "latin.txt is no UTF-8 text" in shelf.refuses("__latin__")


def test_a_text_that_doubles_with_each_file_is_stopped(shelf: Shelf) -> None:
    shelf.write({f"n{i}": f"__n{i + 1}__ __n{i + 1}__" for i in range(30)} | {"n30": "a"})
    assert "make more than 100000 characters" in shelf.refuses("__n0__")


def test_a_pipe_that_is_called_like_a_file_is_not_waited_for(shelf: Shelf) -> None:
    import os

    os.mkfifo(shelf.root / "wildcards" / "pipe.txt")
    assert "pipe.txt" in shelf.refuses("__pipe__")


LETTERS = st.sampled_from(
    ["__", "_", "a", "b", "/", "*", " ", "{", "}", "|", "\\", "2$$", "#", "\n", "/*", "*/"]
)


@given(st.lists(LETTERS, max_size=20).map("".join), st.integers(0, 5))
def test_all_that_is_asked_for_is_in_the_key(text: str, seed: int) -> None:
    asked: set[str] = set()

    def lines(name: str) -> list[str]:
        asked.add(name)
        return ["x"]

    resolved(text, seed, lines)
    assert asked <= set(wildcards_in(text))


def choices(text: str, linked: bool = False) -> Graph:
    if not linked:
        return Graph.of(Node("choices", "PromptChoices", params={"text": text}))
    link = {"text": (Source("words", "text"),)}
    return Graph.of(
        Node("words", "PrimitiveText", params={"value": text}), Node("choices", "PromptChoices", inputs=link)
    )


@pytest.mark.parametrize("linked", [False, True])
def test_files_behind_a_prompt_are_part_of_its_key(
    shelf: Shelf, library: Registry, tmp_path: Path, linked: bool
) -> None:
    shelf.write({"pet": "__kind/*__", "kind/a": "cat", "other": "x"})
    options = Options(
        models=(shelf.root,), device="cpu", cache_dir=tmp_path / "cache", output=tmp_path / "out"
    )
    graph = choices("a __pet__", linked)
    with LocalEngine(options=options, library=library, nodes=runtime) as engine:

        def run() -> tuple[bool, str]:
            result = engine.run(graph, ["choices"])
            return "choices" in result.ran, str(result.value("choices"))

        assert run() == (True, "a cat") and run() == (False, "a cat")
        shelf.write({"other": "y"})
        assert run() == (False, "a cat")
        shelf.write({"kind/a": "dog"})
        assert run() == (True, "a dog")
        shelf.write({"kind/b": "dog"})
        assert run() == (True, "a dog")
        shelf.write({"kind/b": "__kind/*__"})
        # What is linked is seen only when the node runs.
        if linked:
            assert "circle" in str(engine.run(graph, ["choices"]).error)
        else:
            with pytest.raises(GraphError, match=r"Node choices .*in a circle"):
                engine.run(graph, ["choices"])


def test_a_problem_stands_at_the_text_with_what_mends_it(shelf: Shelf, library: Registry) -> None:
    shelf.write({"colour": "red"})
    [problem] = problems(choices("a __color__ house"), dict(library.items()), shelf.folders)
    assert (problem.node, problem.field) == (
        "choices",
        "text",
    ) and "no wildcard file color.txt" in problem.sentence
    assert problem.fix is not None
    mended = problem.fix.apply(choices("a __color__ house"))
    assert mended.nodes["choices"].params["text"] == "a __colour__ house"
    assert problems(mended, dict(library.items()), shelf.folders) == []


def test_the_command_line_says_it_in_a_sentence(
    shelf: Shelf, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.write({"colour": "red"})
    monkeypatch.setenv("NODEGRAPH_MODELS", str(shelf.root))
    file = tmp_path / "flow.json"
    file.write_text(
        '{"format": "nodegraph", "version": 1, "nodes": [{"id": "choices", "type": "PromptChoices", "version": 1, '
        '"params": {"text": "a __colour__ house"}, "inputs": {}, "pos": [0, 0]}]}',
        encoding="utf-8",
    )
    assert main(["check", str(file)]) == 0
    capsys.readouterr()
    assert main(["run", str(file), "--to", "choices", "--set", "choices.text=a __colur__ house"]) == 2
    said = capsys.readouterr().err
    assert "There is no wildcard file colur.txt. Did you mean __colour__?" in said and "Traceback" not in said
    assert main(["models", "--json"]) == 0
    assert '"name": "colour.txt"' in capsys.readouterr().out
