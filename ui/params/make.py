"""Which editor edits which parameter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nodegraph.model.spec import Param
from ui.look import Look
from ui.params.base import ParamEditor
from ui.params.binding import Binding
from ui.params.choice import ChoiceEditor
from ui.params.color import ColorEditor
from ui.params.file import FileEditor
from ui.params.number import NumberEditor
from ui.params.numbers import is_number
from ui.params.seed import SeedEditor
from ui.params.text import PromptEditor, TextEditor
from ui.params.toggle import ToggleEditor

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


def make_editor(binding: Binding, look: Look, parent: QWidget | None = None) -> ParamEditor:
    """The editor of a binding."""
    return kind_for(binding.param)(binding, look, parent)
