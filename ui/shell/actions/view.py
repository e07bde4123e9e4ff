"""What is seen: framing, docks, bookmarks, focus mode."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ui.i18n.translate import QT_TRANSLATE_NOOP
from ui.panels.bookmarks import go_or_set
from ui.panels.problems.going import go_to_next
from ui.shell.actions.action import Action, keys
from ui.shell.actions.edit import has_document, has_nodes, on_canvas

if TYPE_CHECKING:
    from ui.shell.command_context import CommandContext

DOCKS = (
    ("outline", QT_TRANSLATE_NOOP("Actions", "&Outline"), "Ctrl+Shift+O", "tree nodes ports links"),
    ("history", QT_TRANSLATE_NOOP("Actions", "&History"), "Ctrl+Shift+H", "undo steps branches"),
    ("bookmarks", QT_TRANSLATE_NOOP("Actions", "&Bookmarks"), "Ctrl+Shift+B", "marks places"),
    ("viewer", QT_TRANSLATE_NOOP("Actions", "&Viewer"), "F3", "picture zoom pixels film"),
    ("queue", QT_TRANSLATE_NOOP("Actions", "&Queue"), "F4", "jobs waiting runs"),
    ("results", QT_TRANSLATE_NOOP("Actions", "&Results"), "F6", "gallery pictures history strip"),
    ("inspector", QT_TRANSLATE_NOOP("Actions", "&Inspector"), "Ctrl+Shift+I", "properties parameters values"),
    ("problems", QT_TRANSLATE_NOOP("Actions", "&Problems"), "Ctrl+Shift+P", "errors issues fix validation"),
    ("help", QT_TRANSLATE_NOOP("Actions", "Node &help"), "F1", "documentation manual explain"),
    ("explain", QT_TRANSLATE_NOOP("Actions", "E&xplain workflow"), "Shift+F1", "words walk text steps share"),
)
"""The docks: name, title, keys, words."""


@dataclass(frozen=True)
class Numbered(Action):
    """One of nine actions that share a title."""

    number: int = 0

    @property
    def text(self) -> str:
        """The title with its number."""
        return super().text.format(number=self.number)


def toggle_app(window: CommandContext) -> None:
    """Change between the graph and its app view."""
    from ui.shell.app_view_switch import toggle

    toggle(window)


def _docks() -> Iterator[Action]:
    for name, title, sequence, words in DOCKS:
        yield Action(
            f"view.{name}",
            title,
            _toggle(name),
            "View",
            keys(sequence, Blender=f"Shift+{sequence}") if sequence == "F3" else keys(sequence),
            words=f"panel dock {words}",
            checked=_shown(name),
            group=2,
        )


def _toggle(name: str) -> Callable[[CommandContext], object]:
    return lambda window: window.docks.toggle(name)


def _shown(name: str) -> Callable[[CommandContext], bool]:
    return lambda window: window.docks.shown(name)


def _bookmarks() -> Iterator[Action]:
    titles = (
        ("set", QT_TRANSLATE_NOOP("Actions", "Set bookmark {number}"), "Ctrl+{number}"),
        ("go", QT_TRANSLATE_NOOP("Actions", "Go to bookmark {number}"), "{number}"),
    )
    for verb, title, sequence in titles:
        for number in range(1, 10):
            yield Numbered(
                f"bookmark.{verb}.{number}",
                title,
                _bookmark(verb, number),
                "View/Bookmarks",
                keys(sequence.format(number=number)),
                words="mark place",
                enabled=has_nodes if verb == "set" else has_document,
                scope="canvas",
                group=1 if verb == "set" else 2,
                number=number,
            )


def _bookmark(verb: str, number: int) -> Callable[[CommandContext], object]:
    return lambda window: go_or_set(window, verb, number)


ACTIONS = (
    Action(
        "view.frame_selected",
        QT_TRANSLATE_NOOP("Actions", "&Frame selected"),
        on_canvas(lambda c: c.frame_selected()),
        "View",
        keys("F", ComfyUI=".", Blender="."),
        words="zoom fit focus",
        enabled=has_document,
        scope="canvas",
    ),
    Action(
        "view.frame_all",
        QT_TRANSLATE_NOOP("Actions", "Frame &all"),
        on_canvas(lambda c: c.frame_all()),
        "View",
        keys("A / Home", Blender="Home"),
        words="zoom fit home everything",
        enabled=has_document,
        scope="canvas",
    ),
    Action(
        "view.previous",
        QT_TRANSLATE_NOOP("Actions", "&Previous view"),
        on_canvas(lambda c: c.previous_view()),
        "View",
        keys("Shift+F"),
        words="back zoom",
        enabled=has_document,
        scope="canvas",
    ),
    Action(
        "view.actual_size",
        QT_TRANSLATE_NOOP("Actions", "Actual &size"),
        on_canvas(lambda c: c.zoom_to(1.0)),
        "View",
        keys("Ctrl+0"),
        words="zoom 100 %",
        enabled=has_document,
        scope="canvas",
    ),
    *_docks(),
    Action(
        "view.app",
        QT_TRANSLATE_NOOP("Actions", "A&pp view"),
        toggle_app,
        "View",
        keys("Alt+M"),
        words="form linear simple panel stars",
        enabled=has_document,
        checked=lambda w: w.view is not None and w.view.app is not None,
        group=2,
    ),
    Action(
        "view.minimap",
        QT_TRANSLATE_NOOP("Actions", "&Minimap"),
        lambda w: w.app.change(minimap=not w.app.settings.minimap),
        "View",
        keys("Shift+M", ComfyUI="Alt+Shift+M"),
        words="overview map",
        checked=lambda w: w.app.settings.minimap,
        scope="canvas",
        group=2,
    ),
    Action(
        "view.focus",
        QT_TRANSLATE_NOOP("Actions", "F&ocus mode"),
        lambda w: w.docks.toggle_focus(),
        "View",
        keys("F11"),
        words="full screen hide panels distraction",
        checked=lambda w: w.docks.focused,
        group=3,
    ),
    Action(
        "view.theme_dark",
        QT_TRANSLATE_NOOP("Actions", "&Dark"),
        lambda w: w.app.change(theme="dark"),
        "View/Theme",
        words="theme colours night",
        checked=lambda w: w.app.settings.theme == "dark",
    ),
    Action(
        "view.theme_light",
        QT_TRANSLATE_NOOP("Actions", "&Light"),
        lambda w: w.app.change(theme="light"),
        "View/Theme",
        words="theme colours day",
        checked=lambda w: w.app.settings.theme == "light",
    ),
    Action(
        "view.theme_contrast",
        QT_TRANSLATE_NOOP("Actions", "&High contrast"),
        lambda w: w.app.change(theme="contrast"),
        "View/Theme",
        words="theme colours accessibility",
        checked=lambda w: w.app.settings.theme == "contrast",
    ),
    Action(
        "view.theme_system",
        QT_TRANSLATE_NOOP("Actions", "As the &system"),
        lambda w: w.app.change(theme="system"),
        "View/Theme",
        words="theme colours automatic",
        checked=lambda w: w.app.settings.theme == "system",
    ),
    Action(
        "problems.next",
        QT_TRANSLATE_NOOP("Actions", "Next pro&blem"),
        go_to_next,
        "View",
        keys("F8"),
        words="errors issues fix validation",
        enabled=has_document,
        group=4,
    ),
    Action(
        "bookmark.next",
        QT_TRANSLATE_NOOP("Actions", "&Next bookmark"),
        lambda w: go_or_set(w, "next", 0),
        "View/Bookmarks",
        keys("F2", Blender="Ctrl+F2"),
        words="cycle mark place",
        enabled=has_document,
    ),
    *_bookmarks(),
)
"""What the View menu holds."""
