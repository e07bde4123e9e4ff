"""The table of keys in `docs/editor.md`, made from the actions: `python -m tests.keytable` writes it anew."""

from __future__ import annotations

from pathlib import Path

from ui.shell.actions.action import PRESETS
from ui.shell.actions.table import ACTIONS

PAGE = Path(__file__).parents[1] / "docs" / "editor.md"
BEGIN, END = "<!-- keys -->\n", "<!-- end of keys -->"


def table() -> str:
    """Every action that has a key in some preset, in the order of the menus."""
    lines = ["| Action | " + " | ".join(PRESETS) + " |", "| --- " * (len(PRESETS) + 1) + "|"]
    for action in ACTIONS:
        keys = [", ".join(f"`{key}`" for key in action.keys.of(preset)) for preset in PRESETS]
        if any(keys):
            title = action.plain.rstrip("…").replace("|", "\\|")
            lines.append(f"| {title} | " + " | ".join(keys) + " |")
    return "\n".join(lines) + "\n"


def page(text: str) -> str:
    """The page with the table as it is now."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")
