"""The detail chart: everything that is stored, by mouse and by keyboard."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nasclustergui.core.series import Series
from nasclustergui.core.units import NB
from nasclustergui.ui import detail_chart
from nasclustergui.ui import theme as th
from nasclustergui.ui.axis import PERCENT, RATE
from nasclustergui.ui.detail_chart import DetailChart, preload
from nasclustergui.ui.detail_dialog import DetailDialog
from nasclustergui.ui.strip import Line, Strip

T0 = 1_700_000_000.0


@pytest.fixture(autouse=True)
def _theme(qapp: QApplication) -> Iterator[None]:
    th.setup(qapp)
    th.use("light")
    yield
    th.use("light")


def series(count: int = 3600, gap: slice = slice(0, 0)) -> Series:
    out = Series()
    for i in range(count):
        out.append(T0 + i, math.nan if gap.start <= i < gap.stop else 50 + 30 * math.sin(i / 50))
    return out


@pytest.fixture
def chart(qtbot: QtBot) -> DetailChart:
    preload()
    assert detail_chart._loaded.wait(60)
    chart = DetailChart()
    qtbot.addWidget(chart)
    chart.resize(800, 400)
    chart.show_lines("CPU of node1", [Line(series(gap=slice(3000, 3100)))], PERCENT, threshold=80.0)
    chart.show()
    QApplication.processEvents()
    return chart


def newest(chart: DetailChart) -> float:
    return chart.lines[0].series.last_time


def test_shows_the_newest_quarter_of_an_hour(chart: DetailChart) -> None:
    start, end = chart.range()
    assert end == pytest.approx(newest(chart))
    assert end - start == pytest.approx(900.0)


def test_waits_for_the_library_without_blocking(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    assert detail_chart._loaded.wait(60)
    monkeypatch.setattr(detail_chart, "_loaded", type(detail_chart._loaded)())
    chart = DetailChart()
    qtbot.addWidget(chart)
    chart.show_lines("CPU", [Line(series(10))], PERCENT)
    chart.refresh()
    for key in (Qt.Key.Key_Plus, Qt.Key.Key_Left, Qt.Key.Key_Home):
        qtbot.keyClick(chart, key)
    assert chart._plot is None
    detail_chart._loaded.set()
    qtbot.waitUntil(lambda: chart._plot is not None)
    assert chart.accessibleName().startswith("CPU")


def test_view_goes_along_with_new_values(chart: DetailChart) -> None:
    chart.lines[0].series.append(newest(chart) + 60, 10.0)
    chart.refresh()
    assert chart.range()[1] == pytest.approx(newest(chart))


def test_view_of_the_past_stays(chart: DetailChart, qtbot: QtBot) -> None:
    qtbot.keyClick(chart, Qt.Key.Key_PageUp)
    before = chart.range()
    assert before[1] < newest(chart) - 300
    chart.lines[0].series.append(newest(chart) + 1, 10.0)
    chart.refresh()
    assert chart.range() == pytest.approx(before)
    qtbot.keyClick(chart, Qt.Key.Key_End)
    assert chart.range()[1] == pytest.approx(newest(chart))


def test_keys_zoom_and_show_everything(chart: DetailChart, qtbot: QtBot) -> None:
    qtbot.keyClick(chart, Qt.Key.Key_Plus)
    start, end = chart.range()
    assert end - start == pytest.approx(450.0)
    qtbot.keyClick(chart, Qt.Key.Key_Minus)
    start, end = chart.range()
    assert end - start == pytest.approx(900.0, rel=0.1)
    qtbot.keyClick(chart, Qt.Key.Key_Home)
    start, end = chart.range()
    assert (start, end) == pytest.approx((T0, T0 + 3599))


def test_one_cannot_get_lost(chart: DetailChart, qtbot: QtBot) -> None:
    for key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
        for _ in range(20):
            qtbot.keyClick(chart, key)
        start, end = chart.range()
        assert start >= T0 - 200
        assert end <= T0 + 3599 + 200
    for _ in range(20):
        qtbot.keyClick(chart, Qt.Key.Key_Plus)
    start, end = chart.range()
    assert end - start >= 9.9


def test_buttons_choose_the_range(chart: DetailChart, qtbot: QtBot) -> None:
    qtbot.mouseClick(chart._ranges[0], Qt.MouseButton.LeftButton)
    start, end = chart.range()
    assert end - start == pytest.approx(300.0)
    assert [one.isChecked() for one in chart._ranges] == [True, False, False]


def test_cursor_reads_the_nearest_value(chart: DetailChart, qtbot: QtBot) -> None:
    chart.set_cursor(T0 + 3400.4)
    assert chart.cursor_at == T0 + 3400
    value = PERCENT.value(float(chart.lines[0].series.values[3400]))
    assert value in chart.accessibleName()
    assert value in chart._values.text()
    qtbot.keyClick(chart, Qt.Key.Key_Left)
    assert chart.cursor_at == T0 + 3399
    qtbot.keyClick(chart, Qt.Key.Key_Right)
    qtbot.keyClick(chart, Qt.Key.Key_Right)
    assert chart.cursor_at == T0 + 3401


def test_cursor_by_keyboard_brings_its_place_into_view(chart: DetailChart, qtbot: QtBot) -> None:
    chart.set_cursor(T0 + 100)
    qtbot.keyClick(chart, Qt.Key.Key_Left)
    start, end = chart.range()
    assert start <= T0 + 99 <= end


def test_pointer_moves_the_cursor(chart: DetailChart) -> None:
    assert chart._plot is not None
    box = chart._plot._box.sceneBoundingRect()
    chart._plot._on_mouse(QPointF(box.center()))
    start, end = chart.range()
    assert chart.cursor_at == pytest.approx((start + end) / 2, abs=2)
    chart._plot._on_mouse(QPointF(-50, -50))
    assert chart.cursor_at == pytest.approx((start + end) / 2, abs=2)


def test_thinned_out_curve_keeps_the_peaks(chart: DetailChart) -> None:
    values = chart.lines[0].series
    values.append(newest(chart) + 1, 99.0)
    values.append(newest(chart) + 1, 50.0)
    chart.show_all()
    assert chart._plot is not None
    _x, y = chart._plot._curves[0].getData()
    assert len(y) < 3000
    assert np.nanmax(y) == pytest.approx(99.0)


def test_gap_is_not_bridged(chart: DetailChart) -> None:
    chart.show_all()
    assert chart._plot is not None
    x, y = chart._plot._curves[0].getData()
    inside = (x > T0 + 3005) & (x < T0 + 3095)
    assert np.isnan(y[inside]).all()
    boxes = [gap.rect() for gap in chart._plot._gaps if gap.isVisible()]
    assert [(b.left(), b.right()) for b in boxes] == [pytest.approx((T0 + 2999, T0 + 3100), abs=1)]


def test_close_view_draws_every_value(chart: DetailChart) -> None:
    chart.show_newest(60.0)
    assert chart._plot is not None
    x, _y = chart._plot._curves[0].getData()
    assert len(x) >= 60


def test_without_values(qtbot: QtBot) -> None:
    preload()
    assert detail_chart._loaded.wait(60)
    chart = DetailChart()
    qtbot.addWidget(chart)
    chart.show()
    chart.show_lines("CPU", [Line(Series())], PERCENT)
    chart.set_cursor(T0)
    for key in (Qt.Key.Key_Home, Qt.Key.Key_Left, Qt.Key.Key_Plus):
        qtbot.keyClick(chart, key)
    assert chart.accessibleName() == "CPU, No values yet"


def test_two_lines_are_read_together(chart: DetailChart) -> None:
    read, write = Series(), Series()
    for i in range(10):
        read.append(T0 + i, 1e6)
        write.append(T0 + i, 2e6)
    chart.show_lines("Disk of node1", [Line(read, "read"), Line(write, "write")], RATE)
    assert f"read 1.0{NB}MB/s, write 2.0{NB}MB/s" in chart.accessibleName()


def test_dialog_follows_the_strip(qtbot: QtBot) -> None:
    preload()
    assert detail_chart._loaded.wait(60)
    strip = Strip("CPU", [Line(series(100))], threshold=80.0)
    qtbot.addWidget(strip)
    dialog = DetailDialog(strip, "node1", strip)
    qtbot.addWidget(dialog)
    dialog.show()
    assert dialog.windowTitle() == "node1: CPU"
    strip.lines[0].series.append(T0 + 200, 12.0)
    dialog._timer.timeout.emit()
    assert f"12{NB}%" in dialog.chart.accessibleName()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_screenshot(qtbot: QtBot, chart: DetailChart, output: Path, theme: str) -> None:
    th.use(theme)
    chart.show_all()
    chart.set_cursor(T0 + 1800)
    assert chart.grab().save(str(output / f"detail-chart-{theme}.png"))
