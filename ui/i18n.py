"""Words for other languages: every text a person reads goes through Qt's translation."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QObject, QTranslator

from nodegraph.phrases import translated

ACCENTS = str.maketrans("aceinosuyACEINOSUY", "áçéíñóšúýÁÇÉÍÑÓŠÚÝ")


def QT_TRANSLATE_NOOP(context: str, text: str) -> str:
    """Mark a text for the translators; it is translated where it is shown."""
    return text


class PseudoTranslator(QTranslator):
    """Answers every text with itself in accents and brackets, a third longer: what stays plain was missed."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)

    def isEmpty(self) -> bool:
        """There is always an answer."""
        return False

    def translate(self, context: str, text: str, disambiguation: str | None = None, n: int = -1) -> str:
        """The text as a foreigner might see it; names in braces stay as they are."""
        return pseudo(text)


def pseudo(text: str) -> str:
    """`Save` gives `⟦Šávé··⟧`."""
    if not text:
        return text
    parts = text.split("{")
    shown = parts[0].translate(ACCENTS)
    for part in parts[1:]:
        name, _, rest = part.partition("}")
        shown += "{" + name + "}" + rest.translate(ACCENTS)
    return f"⟦{shown}{'·' * (len(text) // 3)}⟧"


def said(text: str) -> str:
    """A phrase of the core in the user's language; any other text as it is."""
    return translated(text, lambda template: tr("Phrases", template))


def tr(context: str, text: str) -> str:
    """The text in the user's language, for functions that belong to no QObject."""
    return QCoreApplication.translate(context, text)
