"""`python -m ui.shell.translations FILE.ts` writes every text for Qt Linguist.

`pyside6-lrelease` makes the .qm file of it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from nodegraph.support.atomic import write_text
from ui.shell.translations.extracting import texts
from ui.shell.translations.template import merged, template


def main(arguments: list[str]) -> int:
    """Write the template, keeping what the file has translated already; 2 for anything else than one .ts file."""
    if len(arguments) != 1 or not arguments[0].endswith(".ts"):
        print(
            "Name one file to write, as in: python -m ui.shell.translations nodegraph_de.ts", file=sys.stderr
        )
        return 2
    path = Path(arguments[0])
    found = texts()
    try:
        old = path.read_text("utf-8") if path.is_file() else ""
        kept = merged(old)
        write_text(path, template(found, path.stem.partition("_")[2], kept))
    except (OSError, ValueError) as error:
        print(f"{path} cannot be read or written: {error}.", file=sys.stderr)
        return 2
    done = sum(1 for text in found if (text.context, text.source) in kept)
    print(f"{path}: {len(found)} texts, {done} of them translated.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
