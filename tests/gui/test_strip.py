"""The live chart: draws only what is new, and honestly."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QGridLayout, QWidget
from pytestqt.qtbot import QtBot

from nasclustergui.core.series import Series
from nasclustergui.core.units import NB
from nasclustergui.ui import theme as th
from nasclustergui.ui.axis import PERCENT, RATE, memory
from nasclustergui.ui.paper import Paper, runs, uncovered
from nasclustergui.ui.strip import Line, Strip

T0 = 1_700_000_000.0
NAN = math.nan


@pytest.fixture(autouse=True)
def _theme(qapp: QApplication) -> Iterator[None]:
    th.setup(qapp)
    th.use("light")
    yield
    th.use("light")


@pytest.fixture
def redraws(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One entry per full redraw."""
    counted: list[int] = []
    real = Paper.redraw

    def redraw(self: Paper, *args: object) -> None:
        counted.append(1)
        real(self, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(Paper, "redraw", redraw)
    return counted


def series(*values: float, step: float = 1.0) -> Series:
    out = Series()
    for i, value in enumerate(values):
        out.append(T0 + i * step, value)
    return out


def shown(qtbot: QtBot, strip: Strip) -> Strip:
    qtbot.addWidget(strip)
    strip.resize(400, 160)
    strip.show()
    strip.grab()
    return strip


def feed(strip: Strip, value: float, step: float = 1.0) -> None:
    """One more sample for every line."""
    for line in strip.lines:
        line.series.append(line.series.last_time + step, value)
    strip.refresh()


def paper_of(strip: Strip) -> Paper:
    strip.grab()
    assert strip._paper is not None
    return strip._paper


def pixel(strip: Strip, t: float, value: float) -> QColor:
    """The paper's colour where that value of that time belongs."""
    paper = paper_of(strip)
    return paper.pixmap.toImage().pixelColor(round(paper._x(t)), round(paper._y(value) - 0.5))


def has_color_near(image: QImage, x: int, y: int, color: QColor) -> bool:
    around = [image.pixelColor(x + dx, y + dy) for dx in (-1, 0, 1) for dy in (-2, -1, 0, 1, 2)]
    return any(_close(found, color) for found in around)


def _close(a: QColor, b: QColor) -> bool:
    return max(abs(a.red() - b.red()), abs(a.green() - b.green()), abs(a.blue() - b.blue())) < 60


def test_runs_break_at_nan_and_at_long_steps() -> None:
    values = np.array([1, 2, NAN, 4, 5, 6], np.float32)
    times = np.array([0, 1, 2, 3, 4, 50], float)
    assert runs(times, values, 10.0) == [slice(0, 2), slice(3, 5), slice(5, 6)]
    assert runs(times, np.full(6, NAN, np.float32), 10.0) == []


def test_uncovered() -> None:
    assert uncovered([], 0.0, 5.0) == [(0.0, 5.0)]
    assert uncovered([(1.0, 2.0), (1.5, 3.0), (4.0, 9.0)], 0.0, 5.0) == [(0.0, 1.0), (3.0, 4.0)]
    assert uncovered([(-5.0, 9.0)], 0.0, 5.0) == []


def test_only_the_newest_is_drawn(qtbot: QtBot, redraws: list[int]) -> None:
    strip = shown(qtbot, Strip("CPU", [Line(series(*[20.0] * 50))], seconds=100.0))
    redraws.clear()
    for _ in range(200):
        feed(strip, 40.0)
        strip.grab()
    assert redraws == []
    assert strip._paper is not None
    assert strip.value_text == f"40{NB}%"


def test_pulled_paper_shows_what_a_redraw_shows(qtbot: QtBot) -> None:
    random.seed(4)
    strip = shown(qtbot, Strip("CPU", [Line(series(*[random.uniform(10, 90) for _ in range(30)], step=7.3))]))
    for i in range(60):
        feed(strip, NAN if 20 < i < 30 else random.uniform(10, 90), step=7.3)
    color = th.series(0)
    times, values = strip.lines[0].series.since(strip._end() - 850.0)
    for _attempt in ("pulled", "redrawn"):
        paper = paper_of(strip)
        image = paper.pixmap.toImage()
        for t, value in zip(times.tolist(), values.tolist(), strict=True):
            x = round(paper._x(t))
            if not math.isnan(value) and x < paper.width - 3:
                assert has_color_near(image, x, round(paper._y(value)), color)
        strip.restyle()


def test_nothing_drifts(qtbot: QtBot) -> None:
    strip = shown(qtbot, Strip("CPU", [Line(series(10.0, 10.0))], seconds=300.0))
    for _ in range(3000):
        feed(strip, 10.0, step=0.37)
    paper = paper_of(strip)
    assert paper.width - 4 <= paper._x(strip._end()) <= paper.width


def test_gap_is_hatched_and_has_no_line(qtbot: QtBot) -> None:
    strip = shown(qtbot, Strip("CPU", [Line(series(50.0, 50.0, 50.0, step=10.0))]))
    for value in (NAN, NAN, NAN, 50.0, 50.0):
        feed(strip, value, step=10.0)
    for _attempt in ("pulled", "redrawn"):
        image = paper_of(strip).pixmap.toImage()
        inside = {pixel(strip, T0 + 45 + k, 25.0).name() for k in range(-12, 12)}
        assert th.c("unknown_bg").name() in inside
        x, y = round(paper_of(strip)._x(T0 + 45)), round(paper_of(strip)._y(50.0))
        assert not has_color_near(image, x, y, th.series(0))
        assert pixel(strip, T0 + 5, 25.0) == th.c("surface")
        strip.restyle()


def test_long_silence_is_a_gap_too(qtbot: QtBot) -> None:
    """The laptop slept: no NaN was ever stored."""
    strip = shown(qtbot, Strip("CPU", [Line(series(50.0, 50.0))], gap_after=15.0))
    feed(strip, 50.0, step=300.0)
    inside = {pixel(strip, T0 + 150 + k, 25.0).name() for k in range(20)}
    assert th.c("unknown_bg").name() in inside


@pytest.mark.parametrize("count", [0, 1, 2, 3600])
def test_any_amount_of_data(qtbot: QtBot, count: int) -> None:
    strip = shown(qtbot, Strip("CPU", [Line(series(*[30.0] * count))], seconds=3600.0))
    assert not strip.grab().isNull()
    feed(strip, 31.0) if count else None
    assert not strip.grab().isNull()


def test_many_new_samples_are_drawn_anew(qtbot: QtBot, redraws: list[int]) -> None:
    strip = shown(qtbot, Strip("CPU", [Line(series(1.0, 2.0))]))
    redraws.clear()
    for i in range(100):
        strip.lines[0].series.append(T0 + 2 + i, 50.0)
    strip.refresh()
    strip.grab()
    assert redraws == [1]


def test_clock_set_back_is_drawn_anew(qtbot: QtBot, redraws: list[int]) -> None:
    strip = shown(qtbot, Strip("CPU", [Line(series(*[5.0] * 60))]))
    redraws.clear()
    feed(strip, 50.0, step=-30.0)
    strip.grab()
    assert redraws == [1]


def test_hidden_costs_nothing_and_catches_up(qtbot: QtBot, redraws: list[int]) -> None:
    strip = shown(qtbot, Strip("CPU", [Line(series(1.0, 2.0))]))
    strip.hide()
    redraws.clear()
    for _ in range(10):
        feed(strip, 60.0)
    assert redraws == []
    strip.show()
    strip.grab()
    assert redraws == [1]
    assert strip.value_text == f"60{NB}%"


@pytest.mark.parametrize("theme", ["dark", "contrast-light", "contrast-dark"])
def test_theme_switch_redraws(qtbot: QtBot, redraws: list[int], theme: str) -> None:
    strip = shown(qtbot, Strip("CPU", [Line(series(1.0, 2.0))]))
    redraws.clear()
    th.use(theme)
    assert pixel(strip, T0 - 500, 75.0) == th.c("surface")
    assert redraws


def test_text_size_redraws(qtbot: QtBot) -> None:
    strip = shown(qtbot, Strip("CPU", [Line(series(1.0, 2.0))]))
    height = paper_of(strip).height
    th.use("light", 1.5)
    assert paper_of(strip).height < height


def test_resize_redraws(qtbot: QtBot, redraws: list[int]) -> None:
    strip = shown(qtbot, Strip("CPU", [Line(series(1.0, 2.0))]))
    width = paper_of(strip).width
    strip.resize(500, 200)
    assert paper_of(strip).width == width + 100


def test_high_resolution_screen(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    strip = shown(qtbot, Strip("CPU", [Line(series(1.0, 2.0))]))
    width = paper_of(strip).width
    monkeypatch.setattr(strip, "devicePixelRatioF", lambda: 2.0)
    QApplication.sendEvent(strip, QEvent(QEvent.Type.DevicePixelRatioChange))
    paper = paper_of(strip)
    assert paper.width == 2 * width
    assert paper.pixmap.devicePixelRatio() == 2.0
    feed(strip, 50.0)
    assert paper_of(strip) is paper


def test_axis_grows_with_the_values(qtbot: QtBot, redraws: list[int]) -> None:
    strip = shown(qtbot, Strip("Disk", [Line(series(1e6, 2e6), "read"), Line(series(1e6, 1e6), "write")], RATE))
    redraws.clear()
    feed(strip, 3e6)
    strip.grab()
    assert redraws == [1]
    assert strip._axis is not None
    assert strip._axis.labels[2] == f"4{NB}MB/s"


def test_threshold_is_drawn(qtbot: QtBot) -> None:
    strip = shown(qtbot, Strip("CPU", [Line(series(1.0, 2.0))], threshold=80.0))
    paper = paper_of(strip)
    row = math.floor(paper._y(80.0))
    colors = {paper.pixmap.toImage().pixelColor(x, row).name() for x in range(20)}
    assert colors == {th.c("warn").name(), th.c("surface").name()}  # dashed


def test_names_metric_and_value_for_screen_readers(qtbot: QtBot) -> None:
    strip = shown(qtbot, Strip("Disk", [Line(series(1e6), "read"), Line(series(2e6), "write")], RATE))
    assert strip.accessibleName() == f"Disk: read 1.0{NB}MB/s, write 2.0{NB}MB/s"
    feed(strip, NAN)
    assert "Seen" in strip.accessibleName()
    assert strip.value_text.startswith("Seen")


def test_never_read(qtbot: QtBot) -> None:
    assert shown(qtbot, Strip("CPU", [Line(Series())])).value_text == "—"
    assert shown(qtbot, Strip("CPU")).accessibleName() == "CPU: no values yet"
    assert shown(qtbot, Strip("CPU", [Line(series(NAN))])).value_text == "No answer"


def test_other_lines(qtbot: QtBot) -> None:
    strip = shown(qtbot, Strip("Memory", [Line(series(10.0, 10.0))]))
    strip.set_lines([Line(series(50.0, 50.0))], memory(32 * 2**30))
    strip.grab()
    assert strip.value_text == f"16.0{NB}GiB"
    assert strip._axis is not None
    assert strip._axis.labels[2] == f"32{NB}GiB"


def test_opens_by_mouse_and_keyboard(qtbot: QtBot) -> None:
    strip = shown(qtbot, Strip("CPU", [Line(series(1.0))]))
    opened: list[int] = []
    strip.activated.connect(lambda: opened.append(1))
    qtbot.mouseDClick(strip, Qt.MouseButton.LeftButton, pos=QPointF(50, 50).toPoint())
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Space, Qt.Key.Key_X):
        qtbot.keyClick(strip, key)
    assert len(opened) == 3


def test_short_windows_say_how_long_ago(qtbot: QtBot) -> None:
    strip = shown(qtbot, Strip("CPU", [Line(series(1.0))], seconds=120.0))
    assert strip._time_labels() == (f"2{NB}min ago", f"1{NB}min ago", "now")


def wave(seed: int, base: float, spread: float) -> Series:
    rng, value, out = random.Random(seed), base, Series()
    for i in range(900):
        value += (base - value) * 0.08 + rng.gauss(0, spread * 0.1) + spread * 0.02 * math.sin(i / 70 + seed)
        out.append(T0 + i, NAN if 480 <= i < 560 else max(0.5, value))
    return out


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_screenshot(qtbot: QtBot, output: Path, theme: str) -> None:
    th.use(theme)
    board = QWidget()
    qtbot.addWidget(board)
    th.set_colors(board, Window="canvas")
    disk = [Line(wave(8, 390e6, 90e6), "read"), Line(wave(9, 150e6, 56e6), "write")]
    network = [Line(wave(12, 21e6, 6e6), "in"), Line(wave(14, 12e6, 4e6), "out")]
    strips = [
        Strip("CPU", [Line(wave(3, 30, 9))], PERCENT, threshold=80.0),
        Strip("Memory", [Line(wave(5, 55, 3))], memory(32 * 2**30), threshold=85.0),
        Strip("Disk", disk, RATE),
        Strip("Network", network, RATE),
    ]
    grid = QGridLayout(board)
    grid.setSpacing(12)
    for i, strip in enumerate(strips):
        grid.addWidget(strip, i // 2, i % 2)
    board.resize(780, 350)
    board.show()
    board.grab()
    for strip in strips:
        for i in range(40):
            for line in strip.lines:
                line.series.append(T0 + 900 + i, float(line.series.values[i + 100]))
            strip.refresh()
    feed(strips[0], NAN)
    assert board.grab().save(str(output / f"strip-{theme}.png"))
