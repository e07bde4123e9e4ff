"""The style sheet of the chrome: three surfaces, hairlines, one accent for focus and selection."""

from __future__ import annotations

from PySide6.QtGui import QColor

from ui.theme import Theme
from ui.theme.style.marks import mark
from ui.theme.style.metrics import Metrics


def style_sheet(theme: Theme, metrics: Metrics) -> str:
    """The sheet for the whole application."""
    rows = metrics.row
    names = {
        "canvas": theme.canvas,
        "surface": theme.node,
        "raised": theme.raised,
        "field": theme.field,
        "hover": theme.field_hover,
        "line": theme.hairline,
        "outline": theme.outline,
        "text": theme.text,
        "muted": theme.muted,
        "accent": theme.accent,
        "on_accent": theme.on_accent,
        "chosen": mixed(theme.accent, theme.node, 0.24 if theme.dark else 0.16),
        "error": theme.error,
        "warning": theme.warning,
        "row": str(rows),
        "control": str(rows + 4),
        "tab": str(rows + 8),
        "body": str(metrics.px(metrics.body)),
        "small": str(metrics.px(metrics.small)),
        "large": str(metrics.px(metrics.large)),
        "close": mark("close", theme.muted),
        "close_hover": mark("close", theme.text),
        "down": mark("chevron-down", theme.muted),
        "up": mark("chevron-up", theme.muted),
        "right": mark("chevron-right", theme.muted),
        "tick": mark("check", theme.on_accent, 2.6),
        "menu_tick": mark("check", theme.text),
    }
    sheet = SHEET
    for name, value in names.items():
        sheet = sheet.replace(f"${name};", f"{value};").replace(f"${name}px", f"{value}px")
    return sheet


def mixed(one: str, other: str, share: float) -> str:
    """A colour between two: `share` of the one."""
    a, b = QColor(one), QColor(other)
    parts = zip((a.red(), a.green(), a.blue()), (b.red(), b.green(), b.blue()), strict=True)
    return QColor(*(round(x * share + y * (1 - share)) for x, y in parts)).name()


SHEET = """
* { outline: 0; }
QMainWindow, QDialog, QMessageBox { background: $surface; }
QMainWindow::separator { background: $line; width: 1px; height: 1px; }
QMainWindow::separator:hover { background: $accent; }
QWidget { color: $text; font-size: $bodypx; }
QWidget:disabled { color: $muted; }
QLabel { background: transparent; }
QLabel[role="title"] { font-size: $largepx; font-weight: 600; }
QLabel[role="heading"] { font-size: $smallpx; font-weight: 600; color: $muted; }
QLabel[role="quiet"] { color: $muted; }
QLabel[role="small"] { color: $muted; font-size: $smallpx; }
QLabel[role="error"] { color: $error; }
QToolTip { background: $raised; color: $text; border: 1px solid $line; padding: 6px 8px; }

QMenuBar { background: $surface; border: 0; border-bottom: 1px solid $line; padding: 2px 4px; }
QMenuBar::item { background: transparent; padding: 4px 8px; border-radius: 4px; }
QMenuBar::item:selected, QMenuBar::item:pressed { background: $hover; }
QMenu { background: $raised; border: 1px solid $line; border-radius: 6px; padding: 4px; }
QMenu::item { padding: 5px 24px 5px 26px; border-radius: 4px; }
QMenu::item:selected { background: $accent; color: $on_accent; }
QMenu::item:disabled { color: $muted; background: transparent; }
QMenu::separator { height: 1px; background: $line; margin: 4px 8px; }
QMenu::indicator { width: 14px; height: 14px; left: 6px; }
QMenu::indicator:checked { image: $menu_tick; }
QMenu::right-arrow { image: $right; width: 14px; height: 14px; }

QTabWidget::pane { border: 0; }
QTabBar { background: $surface; qproperty-drawBase: 0; }
QTabBar::tab { background: transparent; color: $muted; border: 0; border-right: 1px solid $line;
  border-top: 2px solid transparent; padding: 0 8px 0 14px; height: $tabpx; }
QTabBar::tab:selected { background: $canvas; color: $text; border-top-color: $accent; }
QTabBar::tab:hover:!selected { background: $hover; color: $text; }
QTabBar::close-button { image: $close; width: 16px; height: 16px; border-radius: 4px; margin: 2px; }
QTabBar::close-button:hover { image: $close_hover; background: $line; }
QTabBar QToolButton { background: $surface; border: 0; }
#TabStrip { background: $surface; border-bottom: 1px solid $line; }

QDockWidget { color: $muted; titlebar-close-icon: none; }
#DockTitle { background: $surface; border-bottom: 1px solid $line; }
#DockTitle QLabel { font-weight: 600; color: $text; }
QDockWidget > QWidget { background: $surface; }
QStatusBar { background: $surface; border-top: 1px solid $line; color: $muted; }
QStatusBar::item { border: 0; }
QStatusBar QLabel { color: $muted; padding: 0 8px; }

QPushButton { background: $raised; border: 1px solid $outline; border-radius: 6px; padding: 0 14px;
  min-height: $controlpx; min-width: 56px; }
QPushButton:hover { background: $hover; }
QPushButton:pressed { background: $field; }
QPushButton:focus { border-color: $accent; }
QPushButton:default, QPushButton[role="primary"] { background: $accent; color: $on_accent;
  border-color: $accent; font-weight: 600; }
QPushButton:disabled { color: $muted; background: $surface; border-color: $line; font-weight: 400; }
QPushButton[role="link"] { background: transparent; border: 0; color: $accent; padding: 0 4px; min-width: 0; }
QToolButton { background: transparent; border: 1px solid transparent; border-radius: 4px; padding: 3px; }
QToolButton:hover { background: $hover; }
QToolButton:pressed { background: $field; }
QToolButton:checked { background: $chosen; }
QToolButton:focus { border-color: $accent; }
QToolButton::menu-indicator { image: none; }

QLineEdit, QPlainTextEdit, QTextEdit, QSpinBox, QDoubleSpinBox, QKeySequenceEdit QLineEdit {
  background: $field; border: 1px solid $line; border-radius: 6px; padding: 0 8px;
  min-height: $controlpx; selection-background-color: $accent; selection-color: $on_accent; }
QLineEdit:focus, QPlainTextEdit:focus, QSpinBox:focus { border-color: $accent; }
QComboBox { background: $raised; border: 1px solid $outline; border-radius: 6px; padding: 0 8px 0 10px;
  min-height: $controlpx; }
QComboBox:hover { background: $hover; }
QComboBox:focus { border-color: $accent; }
QComboBox::drop-down { border: 0; width: 22px; }
QComboBox::down-arrow { image: $down; width: 14px; height: 14px; }
QComboBox QAbstractItemView { background: $raised; border: 1px solid $line; padding: 4px; }
QCheckBox { spacing: 8px; min-height: $rowpx; }
QCheckBox::indicator { width: 14px; height: 14px; border: 1px solid $outline; border-radius: 4px;
  background: $field; }
QCheckBox::indicator:focus { border-color: $accent; }
QCheckBox::indicator:checked { background: $accent; border-color: $accent; image: $tick; }

QAbstractItemView { background: $surface; border: 0; alternate-background-color: $surface;
  selection-background-color: $chosen; selection-color: $text; }
QTreeView::item, QListView::item, QTableView::item { min-height: $rowpx; padding: 0 4px; border: 0; }
QTreeView::item:hover, QListView::item:hover { background: $hover; }
QTreeView::item:selected, QListView::item:selected, QTableView::item:selected { background: $chosen;
  color: $text; }
QTreeView::branch { background: transparent; }
QTreeView::branch:has-children:closed { image: $right; }
QTreeView::branch:has-children:open { image: $down; }
QHeaderView::section { background: $surface; color: $muted; border: 0; border-bottom: 1px solid $line;
  padding: 4px 8px; font-size: $smallpx; font-weight: 600; }
QTableView { gridline-color: $line; }

QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: $outline; border-radius: 3px; margin: 2px; min-height: 24px; min-width: 24px; }
QScrollBar::handle:hover { background: $muted; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QScrollArea { background: transparent; border: 0; }

#Popup { background: $raised; border: 1px solid $line; border-radius: 8px; }
#Popup QAbstractItemView { background: $raised; }
#Popup QAbstractItemView::item:hover { background: $hover; }
#Popup QAbstractItemView::item:selected { background: $chosen; }
#Popup QLineEdit { background: transparent; border: 0; border-radius: 0; border-bottom: 1px solid $line;
  font-size: $largepx; padding: 4px 12px; }
#Card { background: transparent; border-left: 1px solid $line; }
#SelectionBar { background: $raised; border: 1px solid $line; border-radius: 8px; }
#SelectionBar QToolButton { padding: 4px; border-radius: 5px; }
#Bar { background: $raised; border-bottom: 1px solid $line; }
#StartPage { background: $canvas; }
#StartCard { background: $surface; border: 1px solid $line; border-radius: 8px; text-align: left;
  padding: 0; }
#StartCard:hover, #StartCard:focus { border-color: $accent; }
"""
"""Names after a dollar sign are filled in from the theme and the metrics."""
