"""Who may import whom, and what starting loads: asked of fresh interpreters and of every source file."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STANDARD = set(sys.stdlib_module_names)
ALLOWED: dict[str, set[str]] = {
    "nodegraph": {"networkx", "platformdirs"},
    "nodes": {
        "nodegraph", "numpy", "PIL", "torch", "torchvision", "torchsde", "diffusers", "transformers", "safetensors",
        "regex", "scipy", "tokenizers", "yaml", "gguf", "spandrel", "cv2", "tifffile",
    },
    "ui": {"nodegraph", "PySide6", "shiboken6"},
}  # fmt: skip
"""What each package may import besides the standard library and itself."""


def imported(path: Path) -> set[str]:
    """The top-level names that a file imports anywhere, `if TYPE_CHECKING` included."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("package", ALLOWED)
def test_a_package_imports_only_what_it_may(package: str) -> None:
    strays = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in (ROOT / package).rglob("*.py")
        for name in imported(path) - STANDARD - ALLOWED[package] - {package}
    }
    assert not strays


def test_training_is_imported_by_nobody() -> None:
    packages = [path for name in ALLOWED for path in (ROOT / name).rglob("*.py")]
    assert not [path for path in packages if {"training", "tests", "benchmarks"} & imported(path)]


def test_only_two_places_catch_every_exception() -> None:
    found = []
    for name in ALLOWED:
        for path in (ROOT / name).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ExceptHandler) and (
                    node.type is None or (isinstance(node.type, ast.Name) and node.type.id == "Exception")
                ):
                    found.append(path.relative_to(ROOT).as_posix())
    assert set(found) <= {"nodegraph/execution/executor.py", "nodegraph/engine/worker.py"} and len(
        found
    ) == len(set(found))


def loaded(code: str) -> set[str]:
    """The top-level modules in memory after `code` ran in a fresh interpreter."""
    script = f"import sys\n{code}\nimport json\nprint(json.dumps(sorted({{m.split('.')[0] for m in sys.modules}})))"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


HELP = "from nodegraph.cli import main\ntry:\n    main(['--help'])\nexcept SystemExit:\n    pass"
PLAN = "from nodegraph.cli import main\nmain(['plan', 'workflows/text_to_image.json', '--cache-dir', CACHE])"
CHECK = "from nodegraph.cli import main\nmain(['check', 'workflows/text_to_image.json'])"
NODES = "from nodegraph.cli import main\nmain(['nodes'])"


LOOKING = """
from pathlib import Path
from nodes.models.files.folders import open_folders
files = open_folders([])
assert files.refused("checkpoints", "practice") is None and files.remark("loras", "practice/ink.safetensors") is None
files.beside("loras", Path("a/adapter_model.safetensors"))
files.unread("embeddings", "embedding:nothing <lora:a:1>")
"""
"""What `check` asks of model files."""


@pytest.mark.parametrize(
    ("code", "unwanted"),
    [
        ("import nodegraph", {"torch", "numpy", "networkx", "PySide6", "nodes", "ui"}),
        (HELP, {"torch", "numpy", "networkx", "PySide6", "nodes", "ui", "importlib_metadata"}),
        (NODES, {"torch", "numpy", "PySide6", "ui", "diffusers", "transformers"}),
        (CHECK, {"torch", "PySide6", "ui", "diffusers", "transformers"}),
        (PLAN, {"torch", "PySide6", "ui", "diffusers", "transformers"}),
        (
            "import nodegraph.engine.local, nodegraph.execution.plan",
            {"torch", "numpy", "PySide6", "nodes", "ui"},
        ),
        ("import nodes, nodes.runtime", {"torch", "diffusers", "transformers", "PySide6", "ui"}),
        ("import nodes.sampling.names", {"torch", "diffusers", "PySide6"}),
        (LOOKING, {"torch", "diffusers", "transformers", "PySide6", "ui"}),
        ("import nodes.types", {"torch", "diffusers", "PySide6", "ui"}),
    ],
)
def test_starting_loads_no_more_than_it_needs(code: str, unwanted: set[str], tmp_path: Path) -> None:
    assert not loaded(f"CACHE = {str(tmp_path)!r}\n{code}") & unwanted
