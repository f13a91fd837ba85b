"""The theme: a live switch reaches everything on screen, sizes follow the text size, the desktop is followed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontDatabase, QFontInfo, QImage
from PySide6.QtWidgets import QApplication, QCheckBox, QFocusFrame, QLineEdit, QMenu, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from nasclustergui.ui import icons, theme, tokens
from nasclustergui.ui.parts import Badge, Button, Label, Panel, Tree, col
from nasclustergui.ui.theme import SEVERITY, STATES


@pytest.fixture(autouse=True)
def _theme(qapp: QApplication) -> Iterator[None]:
    theme.setup(qapp)
    theme.use("light")
    yield
    theme.use("light")


def colors_of(widget: QWidget) -> set[str]:
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    return {image.pixelColor(x, y).name() for x in range(0, image.width(), 2) for y in range(image.height())}


def test_fonts_are_the_bundled_ones() -> None:
    theme.font("mono")  # loaded when it is wanted first
    assert {tokens.SANS, tokens.MONO} <= set(QFontDatabase.families())
    assert QFontInfo(theme.font("body")).family() == tokens.SANS
    assert QFontInfo(theme.font("mono")).family() == tokens.MONO
    assert theme.font("title").pixelSize() == 20


def test_setup_twice_changes_nothing(qapp: QApplication) -> None:
    style = qapp.style()
    theme.setup(qapp)
    assert qapp.style() is style


@pytest.mark.parametrize("name", tokens.THEMES)
def test_a_live_switch_repaints_what_is_on_screen(qtbot: QtBot, name: str) -> None:
    text, badge = Label("Volume data", "heading"), Badge("critical", "Disk failed")
    card = Panel(col(text, badge, Button("Delete", "danger"), margins=(8, 8, 8, 8)))
    qtbot.addWidget(card)
    card.show()
    theme.use(name)
    seen = colors_of(card)
    colors = tokens.THEMES[name]
    for role in ("surface", "text", "critical", "critical_fill"):
        assert getattr(colors, role).lower() in seen, role


def test_text_size_scales_fonts_buttons_and_rows(qtbot: QtBot) -> None:
    button, text = Button("Edit…"), Label("Edit…")
    tree = Tree([("Name", -1), ("Size", 84)])
    for widget in (button, text, tree):
        qtbot.addWidget(widget)
    before = button.sizeHint(), text.sizeHint().height(), tree.header().height()
    theme.use("light", 1.5)
    assert button.sizeHint().height() == 48
    assert button.sizeHint().width() > before[0].width() * 1.25
    assert text.sizeHint().height() > before[1]
    assert (tree.header().height(), tree.columnWidth(1)) == (45, 126)
    theme.use("light", 9.0)
    assert theme.scale() == 1.5


def test_reduce_motion_stops_all_motion() -> None:
    assert theme.motion("normal") == 140
    theme.use("light", 1.0, reduce_motion=True)
    assert theme.motion("normal") == 0


def test_the_desktop_s_scheme_is_followed(monkeypatch: pytest.MonkeyPatch, qapp: QApplication) -> None:
    monkeypatch.setattr(theme, "system_theme", lambda: "dark")
    theme.use("system")
    assert theme.name() == "dark"
    monkeypatch.setattr(theme, "system_theme", lambda: "contrast-light")
    qapp.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Light)
    assert theme.name() == "contrast-light"
    theme.use("dark")
    qapp.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Light)
    assert theme.name() == "dark"


def test_others_hear_of_a_switch(qtbot: QtBot) -> None:
    with qtbot.waitSignal(theme.signals().changed):
        theme.use("dark")


def test_every_state_has_an_icon_colours_and_a_rank() -> None:
    assert set(STATES) == set(SEVERITY)
    for state, (icon, role) in STATES.items():
        assert icons.svg(icon)
        assert theme.fg(state).isValid()
        assert theme.bg(state) != theme.fg(state), role


def test_icons_of_menus_follow_the_theme(qtbot: QtBot) -> None:
    icon = theme.icon("trash-2", "text")
    light = icon.pixmap(QSize(32, 32)).toImage()
    theme.use("dark")
    dark = icon.pixmap(QSize(32, 32)).toImage()
    assert light.size() == dark.size()
    assert light != dark
    menu = QMenu()
    qtbot.addWidget(menu)
    menu.addAction(icon, "Delete…")
    assert tokens.DARK.text.lower() in colors_of(menu)


def test_an_icon_that_is_not_bundled_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        icons.pixmap("no-such-icon", "#000000", 16)


def test_the_focus_ring_comes_with_the_keyboard_and_not_with_the_mouse(qtbot: QtBot) -> None:
    window = QWidget()
    layout = QVBoxLayout(window)
    first, second, check = QPushButton("One"), QPushButton("Two"), QCheckBox("Three")
    for widget in (first, second, check):
        layout.addWidget(widget)
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.mouseClick(second, Qt.MouseButton.LeftButton)
    assert not [f for f in window.findChildren(QFocusFrame) if f.widget() is not None]
    second.setFocus()
    qtbot.keyClick(second, Qt.Key.Key_Tab)
    rings = [f for f in window.findChildren(QFocusFrame) if f.isVisible()]
    assert [ring.widget() for ring in rings] == [check]
    assert rings[0].geometry() == check.geometry().adjusted(-3, -3, 3, 3)


def test_an_invalid_field_is_outlined_in_red(qtbot: QtBot) -> None:
    field = QLineEdit("My Volume")
    qtbot.addWidget(field)
    field.setProperty("invalid", True)
    assert tokens.LIGHT.critical.lower() in colors_of(field)
