"""English phrases that remember what they were made of, so that an editor can say them in another language."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence


class Phrase(str):
    """A text with its `template` and the `values` put into it, which may be phrases themselves."""

    template: str
    values: Mapping[str, object]

    __slots__ = ("template", "values")

    def __new__(cls, template: str, /, **values: object) -> Phrase:
        """The template with the values in their places."""
        made = super().__new__(cls, template.format(**values))
        # An exception would keep everything alive that its traceback has seen.
        kept = {name: str(v) if isinstance(v, BaseException) else v for name, v in values.items()}
        made.template, made.values = template, kept
        return made

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, object]]:
        """Copies and pickles are made of the same."""
        return (self.template,), dict(self.values)

    def having(self, **values: object) -> Phrase:
        """The same phrase with some of its values replaced."""
        return Phrase(self.template, **{**self.values, **values})


def phrase(sentence: str, /, **values: object) -> Phrase:
    """The sentence with its values; without values it may be any text, or a phrase already."""
    if isinstance(sentence, Phrase):
        return sentence
    if not values and ("{" in sentence or "}" in sentence):
        return Phrase("{text}", text=sentence)
    return Phrase(sentence, **values)


def joined(parts: Sequence[str], template: str) -> str:
    """One after the other, each still a phrase, as `template` puts its `first` and `next` together."""
    found = parts[0] if parts else ""
    for part in parts[1:]:
        found = Phrase(template, first=found, next=part)
    return found


def translated(text: str, translate: Callable[[str], str]) -> str:
    """The phrase by its translated template; any other text as it is."""
    if not isinstance(text, Phrase):
        return text
    values = {
        name: translated(value, translate) if isinstance(value, str) else value
        for name, value in text.values.items()
    }
    return translate(text.template).format(**values)
