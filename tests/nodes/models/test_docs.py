"""The table of families in docs/models.md is true."""

import json
import re
from pathlib import Path

from nodes.definitions.loaders import FAMILIES
from nodes.models.architectures.families import families, names
from nodes.models.architectures.family import Family
from nodes.models.files.model_dirs import FOLDERS
from nodes.text_encoders.tokenizers.files import TITLES

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs" / "models.md").read_text(encoding="utf-8")
NAMES = {"clip_l": "CLIP-L", "clip_h": "CLIP-H", "clip_g": "CLIP-G", "t5": "T5"}
NAMES |= {kind: f"{title} *" for kind, title in TITLES.items()}


def test_every_family_has_its_row() -> None:
    lines = TEXT.split("| name | family | text encoders |")[1].splitlines()[2:]
    rows = lines[: lines.index("")]
    wanted = [f"| `{family.name}` | {family.title} | {_told(family)} |" for family in families().values()]
    assert rows == wanted


def _told(family: Family) -> str:
    """The encoders of a family; those that lie in one place of a folder are alternatives."""
    names = [NAMES[use.kind] for use in family.encoders]
    return (", " if len({use.folder for use in family.encoders}) == len(names) else " or ").join(names)


def test_every_family_is_called_as_its_file_is() -> None:
    assert names() == tuple(families())


def test_the_previews_that_are_named_are_those_of_families() -> None:
    told = TEXT.split("TAESD's decoders `")[1].split(", with or without")[0]
    assert set(re.findall(r"\w+", told)) - {"and"} == {f.tiny for f in families().values() if f.tiny}


def test_every_node_that_is_named_is_one() -> None:
    table = TEXT.split("| sub-folder | holds | node |")[1].split("\n\n")[0].splitlines()[2:]
    nodes = {word for row in table for word in re.findall(r"\b[A-Z]\w+(?:Loader|Join)\b", row.split("|")[3])}
    known = json.loads((ROOT / "nodes" / "definitions" / "catalogue.json").read_text(encoding="utf-8"))
    assert len(nodes) == 8 and nodes <= set(known)


def test_the_loaders_offer_every_family() -> None:
    assert ("auto", *families()) == FAMILIES


def test_every_folder_is_one_that_is_looked_for() -> None:
    named = [
        name
        for line in TEXT.splitlines()
        if line.startswith("| `")
        for name in line.split("|")[1].split("`")[1::2]
    ]
    known = {name for names in FOLDERS.values() for name in names} | set(families())
    assert set(named) <= known
