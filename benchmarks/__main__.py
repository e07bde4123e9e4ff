"""`python -m benchmarks NAME [--json]`: medians and ratios of one run; the last line is one JSON object of figures."""

from __future__ import annotations

import importlib
import json
import pkgutil
import sys
from pathlib import Path

HELPERS = {"__main__", "headless", "rival", "timing"}


def names() -> list[str]:
    """The benchmarks there are."""
    folder = str(Path(__file__).parent)
    return sorted(m.name for m in pkgutil.iter_modules([folder]) if m.name not in HELPERS)


def main(argv: list[str]) -> int:
    """Run one benchmark by name."""
    if not argv or argv[0] not in names():
        print(
            f"usage: python -m benchmarks NAME [--json]\nNAME is one of: {', '.join(names())}",
            file=sys.stderr,
        )
        return 2
    figures = importlib.import_module(f"benchmarks.{argv[0]}").main([a for a in argv[1:] if a != "--json"])
    if "--json" not in argv:
        for name, figure in figures.items():
            print(f"{name:44} {figure:12.4g}" if isinstance(figure, float) else f"{name:44} {figure!s:>12}")
    print(json.dumps({"benchmark": argv[0], **figures}))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
