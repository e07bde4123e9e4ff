"""The pictures of the templates on the start page: `python -m tests.thumbnails [NAME...]`, by default all.

Each is what the workflow makes with the practice model, with its own seeds. `made_from.json` beside them says of
which graph each was made, so that a test can tell when one is out of date.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from PIL import Image

from nodegraph import LocalEngine, Options, load
from nodegraph.support.atomic import write_text
from ui.app import specs
from ui.config.templates import THUMBNAILS, templates
from ui.runs.run_queries import identity

SIDE = 448
"""The longest side: twice as wide as a card, for fine screens."""
MADE_FROM = "made_from.json"


def made_from(path: Path) -> str:
    """A digest of what a template computes."""
    return identity(load(path), specs(), None)


def main(names: list[str]) -> None:
    """Run the templates and keep their pictures."""
    folder = templates()[0].parent / THUMBNAILS
    folder.mkdir(exist_ok=True)
    known = folder / MADE_FROM
    digests = json.loads(known.read_text("ascii")) if known.is_file() else {}
    with tempfile.TemporaryDirectory() as output, LocalEngine(options=Options(output=Path(output))) as engine:
        for path in templates():
            if names and path.stem not in names:
                continue
            result = engine.run(load(path), base=path.parent)
            if not result.ok:
                sys.exit(f"{path.name}: {result.error}")
            first = next(one for one in result.outputs if one.node == "save")
            with Image.open(first.path) as picture:
                small = picture.convert("RGB")
            small.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
            target = folder / f"{path.stem}.webp"
            small.save(target, quality=86, method=6)
            digests[path.stem] = made_from(path)
            write_text(known, json.dumps(dict(sorted(digests.items())), indent=1) + "\n")
            print(f"{target.name}: {small.width} x {small.height}, {target.stat().st_size / 1000:.1f} kB")


if __name__ == "__main__":
    main(sys.argv[1:])
