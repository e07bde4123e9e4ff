"""Words for other languages: every text a person reads goes through Qt's translation."""

from __future__ import annotations

import re
from html import escape

from PySide6.QtCore import QCoreApplication, QObject, QTranslator
from PySide6.QtGui import Qt as GuiQt

from nodegraph.support.errors import NodegraphError
from nodegraph.support.messages import translated

PARTS = re.compile(r"{{|}}|{[^{}]*}|[^{}]+|[{}]")
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
    shown = "".join(part if part[0] in "{}" else part.translate(ACCENTS) for part in PARTS.findall(text))
    return f"⟦{shown}{'·' * (len(text) // 3)}⟧"


def translate_message(text: str | NodegraphError) -> str:
    """A phrase of the core, or what an error says, in the user's language; any other text as it is."""
    phrase = text.phrase if isinstance(text, NodegraphError) else text
    return translated(phrase, lambda template: tr("Phrases", template))


def plain(text: str) -> str:
    """A tooltip's text as it is written: where a workflow's words look like HTML, they are not taken for it."""
    return f"<qt>{escape(text)}</qt>".replace("\n", "<br>") if GuiQt.mightBeRichText(text) else text


def tr(context: str, text: str) -> str:
    """The text in the user's language, for functions that belong to no QObject."""
    return QCoreApplication.translate(context, text)


def is_foreign() -> bool:
    """Whether a translation is shown; its translator writes here what the language is called."""
    return tr("Language", "English") != "English"


def capitalized(text: str) -> str:
    """The text as the beginning of a sentence."""
    return text[:1].upper() + text[1:]
