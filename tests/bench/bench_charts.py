"""Live charts: the strip against pyqtgraph's plain setData, 50 series × 3,600 points, painting included."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pyqtgraph as pg
from PySide6.QtWidgets import QApplication, QGridLayout, QWidget

from nasclustergui.core.series import Series
from nasclustergui.ui.axis import PERCENT
from nasclustergui.ui.strip import Line, Strip
from tests.bench.measure import Figure, application, cpu_ms, fraction

SERIES, POINTS, COLUMNS = 50, 3600, 10
SIZE = (1600, 900)
ROUNDS = 12


def values() -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Plausible loads, 0 … 100; shape (SERIES, POINTS)."""
    steps = np.random.default_rng(1).normal(0, 2, (SERIES, POINTS))
    return np.abs(np.cumsum(steps, axis=1)) % 100


def filled() -> list[Series]:
    out = []
    for row in values():
        series = Series(POINTS)
        for i, value in enumerate(row.tolist()):
            series.append(float(i), value)
        out.append(series)
    return out


def grid(make: Callable[[int], QWidget]) -> QWidget:
    board = QWidget()
    layout = QGridLayout(board)
    layout.setSpacing(4)
    for i in range(SERIES):
        layout.addWidget(make(i), i // COLUMNS, i % COLUMNS)
    board.resize(*SIZE)
    return board


def strips(app: QApplication) -> float:
    """50 cards as the app shows them; one new sample each."""
    series = filled()
    cards = [Strip(f"node{i}", [Line(one)], PERCENT, threshold=80.0, seconds=POINTS) for i, one in enumerate(series)]
    board = grid(cards.__getitem__)
    board.show()
    app.processEvents()

    def step() -> None:
        for one, card in zip(series, cards, strict=True):
            one.append(one.last_time + 1, (one.last + 7) % 100)
            card.refresh()

    took = cpu_ms(step, 5 * ROUNDS)
    board.close()
    return took


def plots(app: QApplication) -> float:
    """50 PlotWidgets with pyqtgraph's defaults; one new sample each."""
    y, x = values(), np.arange(POINTS, dtype=float)
    widgets = [pg.PlotWidget() for _ in range(SERIES)]
    curves = [widget.plot(x, y[i]) for i, widget in enumerate(widgets)]
    board = grid(widgets.__getitem__)
    board.show()
    app.processEvents()

    def step() -> None:
        y[:, :-1] = y[:, 1:]
        y[:, -1] = (y[:, -2] + 7) % 100
        for i, curve in enumerate(curves):
            curve.setData(x, y[i])

    took = cpu_ms(step, ROUNDS)
    board.close()
    return took


def one_strip(app: QApplication) -> float:
    """The same 50 series as lines of one card."""
    series = filled()
    card = Strip("CPU", [Line(one, str(i)) for i, one in enumerate(series)], PERCENT, seconds=POINTS)
    card.resize(1180, 700)
    card.show()
    app.processEvents()

    def step() -> None:
        for one in series:
            one.append(one.last_time + 1, (one.last + 7) % 100)
        card.refresh()

    took = cpu_ms(step, 5 * ROUNDS)
    card.close()
    return took


def one_plot(app: QApplication) -> float:
    """The same 50 series in one PlotWidget: as kind to pyqtgraph as it gets."""
    y, x = values(), np.arange(POINTS, dtype=float)
    widget = pg.PlotWidget()
    widget.resize(1180, 700)
    curves = [widget.plot(x, row, pen=pg.intColor(i)) for i, row in enumerate(y)]
    widget.show()
    app.processEvents()

    def step() -> None:
        y[:, :-1] = y[:, 1:]
        y[:, -1] = (y[:, -2] + 7) % 100
        for i, curve in enumerate(curves):
            curve.setData(x, y[i])

    took = cpu_ms(step, ROUNDS)
    widget.close()
    return took


def run() -> Iterator[Figure]:
    """CPU of one refresh of everything, with its painting."""
    app = application()
    ours, peer = one_strip(app), one_plot(app)
    yield fraction(
        "50 series × 3,600 points, strip / pyqtgraph setData",
        ours,
        peer,
        25,
        f"{ours:.2f} ms / {peer:.1f} ms for one refresh, all in one chart",
    )
    ours, peer = strips(app), plots(app)
    yield Figure(
        "the same as 50 cards / 50 PlotWidgets",
        f"1/{peer / ours:.1f}",
        detail=f"{ours:.2f} ms / {peer:.1f} ms; cards have title, value, ticks and threshold, the plots only axes",
    )
