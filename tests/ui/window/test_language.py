"""Translations: written out, made, chosen, shown; one that is wrong does no harm."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import PySide6
import pytest
from PySide6.QtCore import QLocale, Qt, QTranslator
from PySide6.QtWidgets import QApplication, QComboBox, QPushButton

from tests.ui.window.hand import crash, furnish
from ui.config import paths
from ui.i18n.language import chosen_of, fits, languages, speak
from ui.i18n.translate import pseudo, tr
from ui.search.add_node.popup import AddNodePopup
from ui.shell.application import Application
from ui.shell.dialogs.settings import SettingsDialog
from ui.shell.translations.__main__ import main
from ui.shell.translations.extracting import texts
from ui.shell.translations.template import merged, template

RELEASE = Path(PySide6.__file__).parent / "lrelease"
WRONG = ("{name} is gone", "{namen} ist weg", "{name} ist weg {", "{name.__class__} ist weg")


class Derived(AddNodePopup):
    """Of no context of its own."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A translation of everything, as a translator makes it."""
    folder = tmp_path_factory.mktemp("made")
    source, result = folder / "nodegraph_de.ts", folder / "nodegraph_de.qm"
    kept = {(text.context, text.source): pseudo(text.source) for text in texts()}
    kept["Documents", "Saved {name}"] = "Gesichert: {nome}"
    source.write_text(template(texts(), "de", kept), "utf-8")
    subprocess.run([RELEASE, source, "-qm", result, "-silent"], check=True)
    return result


@pytest.fixture
def german(qapp: QApplication, made: Path) -> Iterator[str]:
    folder = paths.translations_folder()
    folder.mkdir(parents=True)
    (folder / "nodegraph_de.qm").write_bytes(made.read_bytes())
    yield speak(qapp, "de")
    for translator in qapp.findChildren(QTranslator):
        qapp.removeTranslator(translator)
        translator.setParent(None)
    qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


@pytest.fixture
def app(german: str, qapp: QApplication, tmp_path: Path) -> Iterator[Application]:
    found = furnish(qapp, tmp_path)
    yield found
    crash(found)


def test_a_translation_is_shown_everywhere(german: str, app: Application) -> None:
    window = app.windows[0]
    assert german == "de"
    assert all("⟦" in action.text() for action in window.menus.actions.values())
    popup = Derived(window, app.look, app.specs, app.usage)
    assert "⟦" in popup.foot.text(), "a class says what the one it was derived from says"
    popup.deleteLater()


def test_nodes_are_found_by_their_words_and_by_the_english_ones(german: str, app: Application) -> None:
    window = app.windows[0]
    window.documents.new()
    window.popups.add_node()
    popup = window.popups.current
    assert popup is not None
    for query in ("ksampler", pseudo("Empty latent"), "empty latent"):
        popup.line.setText(query)
        row = popup.current()
        assert row is not None and "⟦" in row.title and "⟦" in row.hint
        assert row.id == ("KSampler" if query == "ksampler" else "EmptyLatent")
    popup.give_up()


def test_a_translation_that_names_other_values_is_left_alone(german: str) -> None:
    assert tr("Documents", "Saved {name}") == "Saved {name}"
    assert fits("{name} is gone", "weg ist {name}") and fits("Save", "Sichern")
    assert not any(fits("{name} is gone", said) for said in WRONG[1:])


def test_a_file_that_is_no_translation_leaves_english(qapp: QApplication) -> None:
    folder = paths.translations_folder()
    folder.mkdir(parents=True)
    (folder / "nodegraph_fr.qm").write_bytes(b"\x3c\xb8\x64\x18\xca\xef\x9c\x95" + b"\xff" * 300)
    (folder / "nodegraph_it.qm").write_bytes(b"")
    assert set(languages()) == {"fr", "it"}
    assert speak(qapp, "fr") == "" and speak(qapp, "it") == "" and speak(qapp, "xx") == ""
    assert not qapp.findChildren(QTranslator)


@pytest.mark.parametrize(
    ("asked", "system", "there", "shown"),
    [
        ("system", ["de-AT", "de", "en-US"], ("de",), "de"),
        ("system", ["pt-BR", "pt"], ("pt", "pt_BR"), "pt_BR"),
        ("system", ["nl-NL", "nl", "de"], ("de",), "de"),
        ("system", ["en-GB", "en", "de"], ("de",), ""),
        ("system", ["ja-JP", "ja"], ("de",), ""),
        ("en", ["de"], ("de",), ""),
        ("de", ["en"], ("de",), "de"),
        ("de", ["de"], (), ""),
    ],
)
def test_the_language_asked_for_or_the_systems(
    monkeypatch: pytest.MonkeyPatch, asked: str, system: list[str], there: tuple[str, ...], shown: str
) -> None:
    monkeypatch.setattr(QLocale, "uiLanguages", lambda _self: system)
    assert chosen_of(asked, {code: Path() for code in there}) == shown


def test_the_choice_is_in_the_settings_and_asks_for_a_restart(german: str, app: Application) -> None:
    window = app.windows[0]
    dialog = SettingsDialog(app, window)
    dialog.show()
    field = dialog.fields["language"]
    assert isinstance(field, QComboBox)
    assert [field.itemData(at) for at in range(field.count())] == ["system", "en", "de"]
    assert field.itemText(2) == "Deutsch"
    again = next(b for b in dialog.findChildren(QPushButton) if pseudo("Restart now") == b.text())
    assert not again.isVisible()
    field.setCurrentIndex(1)
    assert app.settings.language == "en" and again.isVisible()
    field.setCurrentIndex(0)
    assert not again.isVisible()
    dialog.close()
    dialog.deleteLater()


def test_the_texts_are_written_out_and_what_is_translated_is_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "nodegraph_de.ts"
    assert main([str(path)]) == 0
    first = path.read_text("utf-8")
    assert 'language="de"' in first and len(merged(first)) == 0
    done = first.replace(
        '<source>Load checkpoint</source>\n      <translation type="unfinished" />',
        "<source>Load checkpoint</source>\n      <translation>Modell laden</translation>",
    )
    path.write_text(done, "utf-8")
    assert main([str(path)]) == 0
    assert merged(path.read_text("utf-8")) == {("Nodes", "Load checkpoint"): "Modell laden"}
    assert "1 of them translated" in capsys.readouterr().out
    for wrong in ([], ["a.json"], [str(path), "b.ts"]):
        assert main(wrong) == 2
    path.write_text("<TS", "utf-8")
    assert main([str(path)]) == 2 and "no .ts file" in capsys.readouterr().err
