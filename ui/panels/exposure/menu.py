"""What can be done with an exposed parameter: rename, put under a section, limit, hide."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from PySide6.QtWidgets import QMenu, QWidget

from nodegraph.edits.exposure import SetLimits, SetSection
from nodegraph.edits.ports import RenamePort
from ui.i18n.labels import label_of
from ui.i18n.translate import tr
from ui.panels.exposure.dialogs import EditDialog, LimitsDialog, NameDialog

if TYPE_CHECKING:
    from ui.document.exposed_parameter import Exposed

CONTEXT = "Exposure"
D = TypeVar("D", bound=EditDialog)


def add_exposure(to: QMenu, exposed: Exposed, owner: QWidget) -> QMenu:
    """Add the menu of an exposed parameter as its subgraph has it; what is chosen changes every use of that."""
    name = exposed.subgraph.replace("&", "&&")
    menu = to.addMenu(tr(CONTEXT, "On subgraph {name}").format(name=name))
    menu.addAction(tr(CONTEXT, "Rename…"), lambda: ask_name(exposed, owner))
    fill_shown(menu, exposed, owner)
    menu.addSeparator()
    menu.addAction(tr(CONTEXT, "Hide from outside"), exposed.hide)
    return menu


def fill_shown(menu: QMenu, exposed: Exposed, owner: QWidget) -> None:
    """The entries for section and limits; none for a socket."""
    if exposed.param is None:
        return
    port = exposed.port
    now = port.section if port is not None else ""
    part = menu.addMenu(tr(CONTEXT, "Section"))
    for title in ("", *exposed.sections):
        entry = part.addAction(title.replace("&", "&&") if title else tr(CONTEXT, "None"))
        entry.setCheckable(True)
        entry.setChecked(title == now)
        entry.triggered.connect(lambda _on, title=title: put_under(exposed, title))
    part.addSeparator()
    part.addAction(tr(CONTEXT, "New section…"), lambda: ask_section(exposed, owner))
    if exposed.numeric:
        menu.addAction(tr(CONTEXT, "Limits…"), lambda: ask_limits(exposed, owner))
        lift = menu.addAction(tr(CONTEXT, "Lift limits"), lambda: lift_limits(exposed))
        lift.setEnabled(port is not None and port.limited)


def put_under(exposed: Exposed, section: str) -> bool:
    """Show it under a heading, or under none."""
    return exposed.apply(SetSection(exposed.subgraph, exposed.name, section))


def lift_limits(exposed: Exposed) -> bool:
    """Give it the range that it has inside."""
    return exposed.apply(SetLimits(exposed.subgraph, exposed.name, None, None))


def ask_name(exposed: Exposed, owner: QWidget) -> NameDialog:
    """Call it otherwise."""
    return _opened(
        NameDialog(
            exposed,
            tr(CONTEXT, "Rename {name}").format(name=label_of(exposed.name)),
            tr(CONTEXT, "Rename"),
            exposed.name,
            lambda name: RenamePort(exposed.subgraph, exposed.name, name),
            owner.window(),
        )
    )


def ask_section(exposed: Exposed, owner: QWidget) -> NameDialog:
    """Put it under a new heading."""
    return _opened(
        NameDialog(
            exposed,
            tr(CONTEXT, "New section for {name}").format(name=label_of(exposed.name)),
            tr(CONTEXT, "Add section"),
            "",
            lambda name: SetSection(exposed.subgraph, exposed.name, name),
            owner.window(),
        )
    )


def ask_limits(exposed: Exposed, owner: QWidget) -> LimitsDialog | None:
    """Narrow its range; None for what is no number."""
    param = exposed.param
    return _opened(LimitsDialog(exposed, param, owner.window())) if param is not None else None


def _opened(dialog: D) -> D:
    dialog.open()
    return dialog
