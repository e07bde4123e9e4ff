from __future__ import annotations

import pytest

from ui.config.settings import Settings
from ui.shell.actions.action import PRESETS
from ui.shell.actions.keymap import Conflict, bindings, conflicts, portable
from ui.shell.actions.table import ACTIONS, BY_ID


@pytest.mark.parametrize("preset", PRESETS)
def test_no_preset_binds_the_same_keys_twice(preset: str) -> None:
    assert conflicts(ACTIONS, bindings(ACTIONS, Settings(keymap=preset))) == []


@pytest.mark.parametrize("preset", PRESETS)
def test_every_declared_key_is_one_that_qt_knows(preset: str) -> None:
    declared = [key for action in ACTIONS for key in action.keys.of(preset)]
    assert [key for key in declared if not portable(key)] == []
    assert len(declared) > 30


def test_every_preset_named_by_an_action_exists() -> None:
    assert {name for action in ACTIONS for name in action.keys.presets} <= set(PRESETS)


def test_actions_have_ids_of_their_own_and_words_to_be_found_by() -> None:
    assert len(BY_ID) == len(ACTIONS)
    assert all(action.plain and "&" not in action.plain for action in ACTIONS)


def test_the_users_own_keys_stand_over_the_preset_and_collisions_are_told() -> None:
    chosen = Settings(keys={"edit.undo": ("ctrl+s",), "edit.redo": ("Ctrl+K, Z",)})
    bound = bindings(ACTIONS, chosen)
    assert bound["edit.undo"] == ("Ctrl+S",)
    assert Conflict("Ctrl+S", "file.save", "edit.undo") in conflicts(ACTIONS, bound)
    assert Conflict("Ctrl+K", "edit.redo", "edit.keys") in conflicts(ACTIONS, bound)


def test_presets_answer_to_the_hands_they_are_named_after() -> None:
    def key(preset: str, action: str) -> tuple[str, ...]:
        return bindings(ACTIONS, Settings(keymap=preset))[action]

    assert key("ComfyUI", "node.bypass") == ("Ctrl+B",)
    assert "Shift+A" in key("Blender", "node.add")
    assert key("Nuke", "node.mute") == ("D",)
    assert "Tab" in key("Default", "node.enter") and "Shift+A" in key("Default", "node.add")
