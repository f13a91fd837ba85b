"""The window's pieces: navigation, page head, status bar, band, and F6 between regions."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from nasclustergui.core.profile import Environment
from nasclustergui.ui import theme
from nasclustergui.ui.parts import ElidedLabel, Label, button, col, row
from nasclustergui.ui.shell import Band, PageEntry, PageHeader, Regions, Sidebar, StatusBar, environment_tag

PAGES = [
    PageEntry("overview", "layout-dashboard", "Overview"),
    PageEntry("nodes", "server", "Nodes"),
    PageEntry(""),
    PageEntry("jobs", "list-checks", "Jobs"),
]


@pytest.fixture(autouse=True)
def _theme(qapp: QApplication) -> None:
    theme.setup(qapp)
    theme.use("light")


@pytest.fixture
def side(qtbot: QtBot) -> Sidebar:
    out = Sidebar(PAGES)
    qtbot.addWidget(out)
    out.resize(224, 500)
    out.show()
    return out


def test_choosing_a_page_by_mouse_or_arrow_keys(qtbot: QtBot, side: Sidebar) -> None:
    chosen: list[str] = []
    side.current_changed.connect(chosen.append)
    side.set_current("overview")
    at = side.view.visualRect(side.view.model().index(1, 0)).center()
    qtbot.mouseClick(side.view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    qtbot.keyClick(side.view, Qt.Key.Key_Down)
    assert chosen == ["overview", "nodes", "jobs"]
    assert side.current() == "jobs"
    with pytest.raises(KeyError):
        side.set_current("ceph")


def test_badges_are_told_to_readers_and_repaint_only_their_row(side: Sidebar) -> None:
    told: list[int] = []
    side.view.model().dataChanged.connect(lambda a, b: told.append(a.row()))
    side.set_badge("jobs", 2, "busy")
    side.set_badge("jobs", 2, "busy")
    assert told == [3]
    role = Qt.ItemDataRole.AccessibleTextRole
    assert side.view.model().index(3, 0).data(role) == "Jobs, 2 busy"
    side.set_badge("jobs", 0, "ok")
    assert side.view.model().index(3, 0).data(role) == "Jobs"


def test_a_narrow_window_gets_icons_only(side: Sidebar) -> None:
    side.adapt(1440)
    assert side.width() == 224
    side.adapt(1100)
    assert side.width() == 56
    assert side.view.model().index(1, 0).data(Qt.ItemDataRole.ToolTipRole) == "Nodes"
    theme.use("light", 1.5)
    side.adapt(1440)
    assert side.width() == 84


def test_the_cluster_s_name_is_a_button(qtbot: QtBot, side: Sidebar) -> None:
    side.set_cluster("fra-storage", Environment.TEST, "7 nodes · Frankfurt")
    assert side.head.accessibleName() == "Cluster fra-storage, TEST"
    with qtbot.waitSignal(side.cluster_clicked):
        qtbot.mouseClick(side.head, Qt.MouseButton.LeftButton)
    side.head.setFocus()
    with qtbot.waitSignal(side.cluster_clicked):
        qtbot.keyClick(side.head, Qt.Key.Key_Space)


def test_the_page_head_changes_in_place_and_folds_its_actions(qtbot: QtBot) -> None:
    create, scan = button("Create volume…", "primary", "plus"), button("Import…", "quiet", "download")
    head = PageHeader("Distributed Storage", "5 volumes", [QComboBox(), scan, create])
    qtbot.addWidget(head)
    head.resize(900, 60)
    head.show()
    assert create.isVisible()
    assert scan.isVisible()
    head.set_facts("6 volumes")
    assert (head.title(), head.facts()) == ("Distributed Storage", "6 volumes")
    head.resize(head.minimumSizeHint())
    assert create.isVisible()
    assert not scan.isVisible()
    head.set_actions([])
    assert create.parent() is None


def texts(widget: QWidget) -> list[str]:
    return [w.text() for w in widget.findChildren(Label) if w.isVisible()]


def test_the_status_bar_tells_fresh_from_stale(qtbot: QtBot) -> None:
    bar = StatusBar()
    qtbot.addWidget(bar)
    bar.show()
    bar.set_live(0.0, 5.0)
    assert texts(bar) == ["Live"]
    bar.set_stale(0.0)
    assert texts(bar)[0].startswith("Stale since ")
    bar.set_stale(None)
    assert texts(bar) == ["Not read yet"]


def test_hints_of_the_status_bar_can_be_clicked(qtbot: QtBot) -> None:
    bar = StatusBar()
    qtbot.addWidget(bar)
    bar.resize(800, 28)
    bar.show()
    bar.set_hints([("Ctrl+K", "Find or run"), ("Ctrl+J", "Jobs")])
    hint = next(w for w in bar.findChildren(ElidedLabel) if w.text() == "Ctrl+J  Jobs")
    qtbot.waitUntil(hint.isVisible)
    with qtbot.waitSignal(bar.hint_clicked) as clicked:
        qtbot.mouseClick(hint, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    assert clicked.args == ["Ctrl+J"]


def test_running_jobs_open_the_jobs(qtbot: QtBot) -> None:
    bar = StatusBar()
    qtbot.addWidget(bar)
    bar.resize(800, 28)
    bar.show()
    bar.set_jobs("1 job: heal data 78 %")
    with qtbot.waitSignal(bar.jobs_clicked):
        qtbot.mouseClick(bar._jobs, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    bar.set_jobs("")
    assert not bar._jobs.isVisible()


@pytest.mark.parametrize("environment", list(Environment))
def test_the_band_shows_the_environment_and_hatches_what_is_not_production(
    qtbot: QtBot, environment: Environment
) -> None:
    band = Band(environment, height=12)
    qtbot.addWidget(band)
    band.resize(60, 12)
    image = band.grab().toImage()
    seen = {image.pixelColor(x, 6).name() for x in range(60)}
    assert theme.c(f"band_{environment}").name() in seen
    assert (len(seen) == 1) == (environment is Environment.PROD)


def test_a_band_of_a_profile_s_own_colour_keeps_its_tag_readable(qtbot: QtBot) -> None:
    band = Band(Environment.PROD, "#FFE066")
    qtbot.addWidget(band)
    band.resize(60, 4)
    assert band.grab().toImage().pixelColor(5, 2) == QColor("#FFE066")
    tag = environment_tag(Environment.PROD, "#FFE066")
    qtbot.addWidget(tag)
    image = tag.grab().toImage()
    seen = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
    assert theme.c("text").name() in seen


def test_f6_walks_through_the_regions_and_skips_hidden_ones(qtbot: QtBot) -> None:
    first, second, third = QPushButton("a"), QLineEdit(), QPushButton("c")
    boxes = [QWidget(), QWidget(), QWidget()]
    for widget, inner in zip(boxes, (first, second, third), strict=True):
        widget.setLayout(row(inner))
    window = QWidget()
    window.setLayout(col(*boxes))
    qtbot.addWidget(window)
    regions = Regions(window, boxes)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    first.setFocus()
    qtbot.keyClick(first, Qt.Key.Key_F6)
    assert QApplication.focusWidget() is second
    boxes[2].hide()
    regions.next()
    assert QApplication.focusWidget() is first
    boxes[2].show()
    qtbot.keyClick(first, Qt.Key.Key_F6, Qt.KeyboardModifier.ShiftModifier)
    assert QApplication.focusWidget() is third
