"""What an action is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QCoreApplication

if TYPE_CHECKING:
    from ui.shell.command_context import CommandContext

Scope = Literal["window", "canvas"]
"""Where its keys work: in the whole window, or while the canvas has the focus (single letters)."""

PRESETS = ("Default", "ComfyUI", "Blender", "Nuke")


def always(window: CommandContext) -> bool:
    """For actions that can be called at any time."""
    return True


@dataclass(frozen=True)
class Keys:
    """Key sequences, in Qt's portable words; a preset without its own has those of Default."""

    default: tuple[str, ...] = ()
    presets: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))

    def of(self, preset: str) -> tuple[str, ...]:
        """The sequences of a preset."""
        return self.presets.get(preset, self.default)


def keys(default: str = "", **presets: str) -> Keys:
    """`keys("M", ComfyUI="Ctrl+M")`; alternatives are separated by ` / `, an empty text is no key."""
    return Keys(_split(default), MappingProxyType({name: _split(text) for name, text in presets.items()}))


def _split(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split(" / ") if part)


@dataclass(frozen=True)
class Action:
    """One thing to do. `title` is the English source text; `menu` the path of its menu, `File/Recent`.

    `needs_values` actions are not done while an invalid value is open in a field: they run or write the document.
    `words` are further words under which the palette finds it; `group` separates within a menu; with
    `checked` the action is a switch.
    """

    id: str
    title: str
    run: Callable[[CommandContext], object]
    menu: str = ""
    keys: Keys = Keys()
    words: str = ""
    enabled: Callable[[CommandContext], bool] = always
    checked: Callable[[CommandContext], bool] | None = None
    scope: Scope = "window"
    group: int = 0
    needs_values: bool = False

    @property
    def text(self) -> str:
        """The title in the user's language, with the mnemonic mark."""
        return QCoreApplication.translate("Actions", self.title)

    @property
    def plain(self) -> str:
        """The title in the user's language, as read aloud."""
        return self.text.replace("&&", "\0").replace("&", "").replace("\0", "&")
