"""Renders the component sheet in every theme, at 200 % and in German, into tests/output for the eye."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

sys.path.insert(0, str(Path(__file__).parent))

import sheet_parts
import sheet_states
import sheet_window

from nasclustergui.core.profile import Environment
from nasclustergui.ui import theme, tokens
from nasclustergui.ui.parts import Button, ElidedLabel, Label

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _theme(qapp: QApplication) -> None:
    theme.setup(qapp)
    theme.use("light")


def picture(qtbot: QtBot, page: QWidget, size: QSize, path: Path) -> QImage:
    qtbot.addWidget(page)
    page.resize(size)
    page.show()
    page.activateWindow()
    QApplication.processEvents()
    focus = page.findChild(QPushButton, "focus")
    if focus is not None:
        focus.setFocus(Qt.FocusReason.ShortcutFocusReason)
    QApplication.processEvents()
    image = page.grab().toImage()
    assert image.save(str(path))
    return image


def cut(page: QWidget) -> list[str]:
    """Texts of labels and buttons that have less room than they need."""
    shown = (w for w in page.findChildren(QWidget) if w.isVisible() and isinstance(w, (Button, Label)))
    one_line = (w for w in shown if not (isinstance(w, Label) and w.wordWrap()))
    return [w.text() for w in one_line if w.width() < w.sizeHint().width()]


@pytest.mark.parametrize("name", tokens.THEMES)
def test_the_sheet_in_every_theme(qtbot: QtBot, output: Path, name: str) -> None:
    theme.use(name)
    page = sheet_parts.sheet()
    image = picture(qtbot, page, QSize(1200, 1010), output / f"sheet-{name}.png")
    assert image.pixelColor(2, 2) == theme.c("canvas")
    assert cut(page) == []
    picture(qtbot, sheet_states.states(), QSize(1200, 720), output / f"sheet-states-{name}.png")


@pytest.mark.parametrize(("name", "width", "scale"), [("light", 1440, 1.0), ("dark", 1280, 1.0), ("dark", 1100, 1.25)])
def test_a_window_with_a_table(qtbot: QtBot, output: Path, name: str, width: int, scale: float) -> None:
    theme.use(name, scale)
    page = sheet_window.window(Environment.LAB if scale > 1 else Environment.PROD, width)
    image = picture(qtbot, page, QSize(width, 900), output / f"sheet-window-{name}-{width}.png")
    assert image.size() == QSize(width, 900)
    assert cut(page) == []


def test_german_at_150_percent(qtbot: QtBot, output: Path) -> None:
    theme.use("light", 1.5)
    page = sheet_parts.sheet("de")
    picture(qtbot, page, page.sizeHint().expandedTo(QSize(1280, 800)), output / "sheet-german-150.png")
    assert cut(page) == []


def test_at_twice_the_resolution_everything_is_drawn_anew(output: Path) -> None:
    path = output / "sheet-200.png"
    program = (
        "import sys; sys.path.insert(0, 'tests/gui');"
        "from PySide6.QtWidgets import QApplication; app = QApplication([]);"
        "from nasclustergui.ui import theme; theme.setup(app);"
        "import sheet_parts; page = sheet_parts.sheet(); page.resize(1200, 1010); page.show(); app.processEvents();"
        f"assert page.grab().save({str(path)!r})"
    )
    environment = {**os.environ, "QT_SCALE_FACTOR": "2", "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=environment, check=True, timeout=60)
    assert QImage(str(path)).size() == QSize(2400, 2020)


def test_live_switch_equals_a_fresh_start(qtbot: QtBot, output: Path) -> None:
    theme.use("light")
    switched = sheet_window.window()
    picture(qtbot, switched, QSize(1280, 900), output / "sheet-before-switch.png")
    theme.use("dark", 1.1)
    QApplication.processEvents()
    first = switched.grab().toImage()
    switched.hide()
    fresh = picture(qtbot, sheet_window.window(), QSize(1280, 900), output / "sheet-after-switch.png")
    assert first.size() == fresh.size()
    different = sum(
        first.pixel(x, y) != fresh.pixel(x, y) for x in range(0, first.width(), 3) for y in range(0, first.height(), 3)
    )
    assert different < 0.002 * first.width() * first.height() / 9


def test_elided_labels_give_way_before_the_window_does(qtbot: QtBot) -> None:
    page = sheet_window.window(width=1280)
    qtbot.addWidget(page)
    assert page.minimumSizeHint().width() <= 1280
    assert page.findChildren(ElidedLabel)
