"""The name that was probably meant."""

from __future__ import annotations

from collections.abc import Iterable

from nodegraph.support.messages import Phrase


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The closest of `names`, case aside; None if none is close."""
    from difflib import get_close_matches

    known = {candidate.lower(): candidate for candidate in list(names)[:5000]}
    found = get_close_matches(name[:200].lower(), known, 1)
    return known[found[0]] if found else None


def meant(name: str, names: Iterable[str], otherwise: str = "") -> Phrase:
    """ "; did you mean x?", or `otherwise` as the end of the sentence, or a full stop."""
    found = nearest(name, names)
    if found:
        return Phrase("; did you mean {name}?", name=found)
    return Phrase("; {remedy}.", remedy=otherwise) if otherwise else Phrase(".")
