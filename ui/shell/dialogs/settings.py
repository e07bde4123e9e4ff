"""The settings dialog: every choice takes effect at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QFrame,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from ui.config.settings import CHOICES
from ui.i18n.language import languages, name_of
from ui.theme.style.buttons import keep_whole

if TYPE_CHECKING:
    from PySide6.QtGui import QShowEvent

    from ui.shell.command_context import AppCommands


class SettingsDialog(QDialog):
    """Looks, habits and keys."""

    def __init__(self, app: AppCommands, parent: QWidget) -> None:
        super().__init__(parent)
        self._app = app
        self.setWindowTitle(self.tr("Settings"))
        self.fields: dict[str, QComboBox | QCheckBox] = {}
        self._inner = inner = QWidget(self)
        form = self._form = QFormLayout(inner)
        form.setContentsMargins(0, 0, 0, 0)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        form.setHorizontalSpacing(24)
        form.setVerticalSpacing(10)
        self._combo(form, "theme", self.tr("Theme"), self._themes())
        self._combo(form, "scale", self.tr("Interface scale"), self._percents("scale"))
        if languages():
            self._combo(form, "language", self.tr("Language"), self._languages())
        self._restart(form)
        self._combo(form, "text_size", self.tr("Text size"), self._percents("text_size"))
        self._combo(form, "density", self.tr("Density"), self._densities())
        self._combo(form, "links", self.tr("Links"), self._links())
        self._combo(form, "keymap", self.tr("Keyboard"), {name: name for name in CHOICES["keymap"]})
        self._check(form, "snap", self.tr("Snap nodes to the grid"))
        self._check(form, "motion", self.tr("Show briefly where commands move nodes"))
        self._check(form, "shake", self.tr("Shake a node to pull it out of its links"))
        self._check(form, "minimap", self.tr("Show the minimap"))
        self._check(form, "selection_bar", self.tr("Show likely actions over what is selected"))
        self._buttons = buttons = QDialogButtonBox(self)
        close = buttons.addButton(self.tr("Close"), QDialogButtonBox.ButtonRole.AcceptRole)
        close.clicked.connect(self.accept)
        self._area = QScrollArea(self)
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setWidget(inner)
        box = QVBoxLayout(self)
        box.setContentsMargins(24, 24, 24, 16)
        box.setSpacing(20)
        box.addWidget(self._area, 1)
        box.addWidget(buttons)
        app.settings_changed.connect(self._fit_soon)
        self._fit()

    def showEvent(self, event: QShowEvent) -> None:
        """Show the whole words of the buttons."""
        super().showEvent(event)
        keep_whole(self)

    def _fit_soon(self) -> None:
        QTimer.singleShot(0, self, self._fit)

    def _fit(self) -> None:
        """As large as what it holds, now that text may be larger; what is too tall for the screen scrolls."""
        inner = self._inner
        self._form.invalidate()
        width = max(392, inner.minimumSizeHint().width())
        rows = (
            self._form.heightForWidth(width) if self._form.hasHeightForWidth() else inner.sizeHint().height()
        )
        room = self.screen().availableGeometry().size()
        wide = width + 48 + self._area.verticalScrollBar().sizeHint().width()
        tall = rows + 48 + 20 + self._buttons.sizeHint().height()
        self.resize(min(wide, room.width() - 32), min(tall, room.height() - 64))

    def _combo(self, form: QFormLayout, name: str, label: str, choices: dict[object, str]) -> None:
        combo = QComboBox(self)
        for value, text in choices.items():
            combo.addItem(text, value)
        combo.setCurrentIndex(combo.findData(getattr(self._app.settings, name)))
        combo.currentIndexChanged.connect(lambda _index: self._app.change(**{name: combo.currentData()}))
        combo.setAccessibleName(label)
        self.fields[name] = combo
        form.addRow(label, combo)

    def _check(self, form: QFormLayout, name: str, label: str) -> None:
        check = QCheckBox(label, self)
        check.setChecked(getattr(self._app.settings, name))
        check.toggled.connect(lambda on: self._app.change(**{name: on}))
        self.fields[name] = check
        form.addRow("", check)

    def _restart(self, form: QFormLayout) -> None:
        """Qt scales everything alike, to the last hairline, but only from its start, and words are made with what says
        them: so that is one press away."""
        text = self.tr("This needs a restart. Every tab comes back, with its undo steps and its view.")
        note = QLabel(text, self)
        note.setProperty("role", "small")
        note.setWordWrap(True)
        note.setMinimumWidth(320)
        button = QPushButton(self.tr("Restart now"), self)
        button.setAutoDefault(False)
        button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        button.clicked.connect(self._begin_again)
        form.addRow("", note)
        form.addRow("", button)

        def show() -> None:
            now, app = self._app.settings, self._app
            for widget in (note, button):
                form.setRowVisible(widget, (now.scale, now.language) != (app.scale, app.language))

        for name in ("scale", "language"):
            field = self.fields.get(name)
            if isinstance(field, QComboBox):
                field.currentIndexChanged.connect(show)
        show()

    def _begin_again(self) -> None:
        self.accept()
        QTimer.singleShot(0, self._app.qt, self._app.restart)

    def _themes(self) -> dict[object, str]:
        return {
            "system": self.tr("As the system"),
            "dark": self.tr("Dark"),
            "light": self.tr("Light"),
            "contrast": self.tr("High contrast"),
        }

    def _languages(self) -> dict[object, str]:
        found: dict[object, str] = {"system": self.tr("As the system"), "en": "English"}
        return found | {code: name_of(code) for code in languages()}

    def _percents(self, name: str) -> dict[object, str]:
        return {value: self.tr("{value} %").format(value=value) for value in CHOICES[name]}

    def _densities(self) -> dict[object, str]:
        return {"compact": self.tr("Compact"), "normal": self.tr("Normal"), "large": self.tr("Large")}

    def _links(self) -> dict[object, str]:
        return {
            "curved": self.tr("Curved"),
            "straight": self.tr("Straight"),
            "orthogonal": self.tr("Right angles"),
        }
