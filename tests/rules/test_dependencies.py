"""What is imported is declared, and what is declared is imported."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STANDARD = set(sys.stdlib_module_names)
SHIPPED = ("nodegraph", "nodes", "ui")
BESIDE = ("training", "benchmarks", "tests")
OWN = {*SHIPPED, *BESIDE}

MODULES = {
    "pillow": {"PIL"},
    "pyyaml": {"yaml"},
    "controlnet-aux": {"controlnet_aux"},
    "opencv-python-headless": {"cv2"},
    "pyside6-essentials": {"PySide6", "shiboken6"},
    "pytest-qt": {"pytestqt"},
}
"""What a distribution is imported as, where that differs from its name."""

TOOLS = {"ruff", "mypy", "pytest-xdist", "mkdocs-material", "mkdocstrings"}
"""Run and not imported."""

BY_OTHERS = {"accelerate": "peft imports it"}
"""Declared because a library needs it for what is used of it here."""

PRIVATE = {"torch", "diffusers"}
"""Libraries of which private parts are used, which may change with any release."""

DECLARED = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def names_of(requirements: Iterable[str]) -> set[str]:
    return {re.split(r"[^A-Za-z0-9._-]", text, maxsplit=1)[0].lower() for text in requirements}


def modules_of(names: Iterable[str]) -> set[str]:
    return {module for name in names for module in MODULES.get(name, {name.replace("-", "_")})}


RUNTIME = names_of(DECLARED["dependencies"])
EXTRAS = {extra: names_of(texts) for extra, texts in DECLARED["optional-dependencies"].items()}


def sources(packages: Iterable[str]) -> Iterator[Path]:
    for package in packages:
        yield from (ROOT / package).rglob("*.py")


def imported(packages: Iterable[str]) -> dict[str, str]:
    """Each foreign top-level module that is imported, also by name, and a file that does."""
    found: dict[str, str] = {}
    for path in sources(packages):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names = [node.module]
            elif isinstance(node, ast.Constant) and node.value in ("controlnet_aux",):
                # Loaded by name, so that the program starts without it.
                names = [str(node.value)]
            for name in names:
                top = name.partition(".")[0]
                if top not in STANDARD and top not in OWN:
                    found.setdefault(top, path.relative_to(ROOT).as_posix())
    return found


def test_what_the_program_imports_is_declared() -> None:
    allowed = modules_of(RUNTIME | EXTRAS["gguf"])
    assert {name: where for name, where in imported(SHIPPED).items() if name not in allowed} == {}


def test_what_is_declared_for_the_program_is_imported() -> None:
    used = imported(SHIPPED)
    idle = {name for name in RUNTIME | EXTRAS["gguf"] if not modules_of([name]) & used.keys()}
    assert idle == set()


@pytest.mark.parametrize("package", BESIDE)
def test_what_stands_beside_the_program_imports_what_is_declared(package: str) -> None:
    allowed = modules_of(RUNTIME | EXTRAS["dev"] | EXTRAS["gguf"])
    strays = {name: where for name, where in imported([package]).items() if name not in allowed}
    assert {name: where for name, where in strays.items() if name != "_typeshed"} == {}


def test_training_needs_only_its_extra() -> None:
    allowed = modules_of(RUNTIME | EXTRAS["training"])
    assert {name: where for name, where in imported(["training"]).items() if name not in allowed} == {}


@pytest.mark.parametrize("extra", ["dev", "training"])
def test_what_extras_declare_is_imported(extra: str) -> None:
    used = imported([*SHIPPED, *BESIDE])
    idle = {name for name in EXTRAS[extra] if not modules_of([name]) & used.keys()}
    assert idle - TOOLS - BY_OTHERS.keys() == set()


def private_parts(packages: Iterable[str]) -> dict[str, str]:
    """Libraries of whose dotted names a part begins with one underscore, and a file that uses it."""
    found: dict[str, str] = {}
    for path in sources(packages):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            dotted = node.module or "" if isinstance(node, ast.ImportFrom) else ""
            if isinstance(node, ast.Attribute):
                dotted = ast.unparse(node)
            top, _, rest = dotted.partition(".")
            if re.search(r"(^|\.)_[a-zA-Z]", rest) and top in modules_of(RUNTIME):
                found.setdefault(top, path.relative_to(ROOT).as_posix())
    return found


def test_libraries_of_which_private_parts_are_used_have_upper_bounds() -> None:
    assert private_parts(SHIPPED).keys() <= PRIVATE
    for text in DECLARED["dependencies"]:
        name = re.split(r"[^A-Za-z0-9._-]", text, maxsplit=1)[0].lower()
        assert name not in PRIVATE or "<" in text, text
