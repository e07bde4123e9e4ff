"""Which languages the editor can be read in, and the one that was chosen."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from ui.config import paths

SHIPPED = Path(__file__).parents[1] / "shell" / "translations"
NAME = "nodegraph_"
LARGEST = 32 << 20
"""Bytes of the largest file that is read."""
FIELD = re.compile(r"{[^{}]*}")


class CheckedTranslator(QTranslator):
    """A translation from a file. What names other values than the English text does is said in English."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.sound = path.stat().st_size <= LARGEST and self.load(str(path))
        self._found = lru_cache(maxsize=8192)(self._find)

    def translate(self, context: str, text: str, disambiguation: str | None = None, n: int = -1) -> str:
        """The text in this language; None, and so English, where there is none that can be used."""
        return self._found(context, text, disambiguation, n)  # type: ignore[return-value]  # None is Qt's null string

    def _find(self, context: str, text: str, disambiguation: str | None, n: int) -> str | None:
        said = super().translate(context, text, disambiguation, n)
        return said if said and fits(text, said) else None


def fits(text: str, said: str) -> bool:
    """Whether a translation can take the values of the text: it has the same names in braces and no other brace."""
    if "{" not in text and "}" not in text:
        return True
    names = set(FIELD.findall(text))
    return set(FIELD.findall(said)) == names and not re.search(r"[{}]", FIELD.sub("", said))


def languages() -> dict[str, Path]:
    """The languages there are translations for, by their code: those that ship, and those the user put in."""
    found = {}
    for folder in (SHIPPED, paths.translations_folder()):
        for path in sorted(folder.glob(f"{NAME}*.qm")):
            code = path.stem.removeprefix(NAME)
            if QLocale(code).language() != QLocale.Language.C:
                found[code] = path
    return found


def name_of(code: str) -> str:
    """A language as those who speak it call it."""
    name = QLocale(code).nativeLanguageName()
    return name[:1].upper() + name[1:] if name else code


def chosen_of(asked: str, there: Mapping[str, Path]) -> str:
    """The code of the language to show: the one asked for, or ("system") the system's first; empty for English."""
    wanted = QLocale.system().uiLanguages() if asked == "system" else [asked]
    for name in wanted:
        code = name.replace("-", "_")
        short = code.partition("_")[0]
        if short == "en":
            return ""
        found = next((one for one in (code, short) if one in there), "")
        if found:
            return found
    return ""


def speak(qt: QApplication, asked: str) -> str:
    """Show everything in the language asked for; its code, empty for English. Called before anything is made."""
    there = languages()
    code = chosen_of(asked, there)
    if not code:
        return ""
    words = CheckedTranslator(there[code])
    if not words.sound:
        return ""
    own = QTranslator(qt)
    if own.load(QLocale(code), "qtbase", "_", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        qt.installTranslator(own)
    words.setParent(qt)
    qt.installTranslator(words)
    qt.setLayoutDirection(QLocale(code).textDirection())
    return code
