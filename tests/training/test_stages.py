"""`python -m training` runs stages whose commands exist and take the options given to them."""

from __future__ import annotations

import argparse
import importlib
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from training import __main__ as stages


class ParsedError(Exception):
    """The command line was understood."""


def commands(monkeypatch: pytest.MonkeyPatch, *options: str) -> list[list[str]]:
    """What is run, without running it: module and options."""
    found: list[list[str]] = []

    def run(command: list[str], **_: Any) -> SimpleNamespace:
        found.append(command[2:])
        return SimpleNamespace(returncode=0)

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr("sys.argv", ["training", *options])
    assert stages.main() == 0
    return found


@pytest.mark.parametrize("start", [(), ("--from-nothing",)])
def test_every_stage_takes_its_options(monkeypatch: pytest.MonkeyPatch, start: tuple[str, ...]) -> None:
    found = commands(monkeypatch, "--runs", "elsewhere", *start)
    parse = argparse.ArgumentParser.parse_args

    def only_parse(self: argparse.ArgumentParser, *given: Any) -> None:
        parse(self, *given)
        raise ParsedError

    monkeypatch.setattr(argparse.ArgumentParser, "parse_args", only_parse)
    for module, *options in found:
        monkeypatch.setattr("sys.argv", [module, *options])
        with pytest.raises(ParsedError):
            importlib.import_module(module).main()


def test_shipped_weights_are_restored_unless_it_starts_from_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert next(one[0] for one in commands(monkeypatch)) == "training.restore"
    fresh = [one[0] for one in commands(monkeypatch, "--from-nothing")]
    assert fresh[:2] == ["training.autoencoder", "training.text"]
    assert "training.restore" not in fresh


def test_a_failed_stage_ends_it_all(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: SimpleNamespace(returncode=3))
    monkeypatch.setattr("sys.argv", ["training", "--runs", str(tmp_path)])
    assert stages.main() == 3
