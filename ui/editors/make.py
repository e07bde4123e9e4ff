"""Which editor edits which parameter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nodegraph.model.spec import Param
from ui.document.numbers import is_number
from ui.editors.base import ParamEditor
from ui.editors.binding import Binding
from ui.editors.choice import ChoiceEditor
from ui.editors.color import ColorEditor
from ui.editors.file import FileEditor
from ui.editors.number import NumberEditor
from ui.editors.seed import SeedEditor
from ui.editors.text import PromptEditor, TextEditor
from ui.editors.toggle import ToggleEditor
from ui.theme.appearance import Appearance

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget


def kind_for(param: Param) -> type[ParamEditor]:
    """The class of editor for a parameter."""
    if param.choices or param.choices_from:
        return ChoiceEditor
    if param.type == "Bool":
        return ToggleEditor
    if is_number(param):
        return SeedEditor if param.widget == "seed" else NumberEditor
    named = {"multiline": PromptEditor, "color": ColorEditor, "file": FileEditor}
    return named.get(param.widget, FileEditor if param.file else TextEditor)


def make_editor(binding: Binding, look: Appearance, parent: QWidget | None = None) -> ParamEditor:
    """The editor of a binding."""
    return kind_for(binding.param)(binding, look, parent)
