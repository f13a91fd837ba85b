"""The plot inside the detail chart. Imports pyqtgraph, so it is itself imported only when it is needed."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QPen
from PySide6.QtWidgets import QGraphicsRectItem, QWidget

from nasclustergui.core.series import Times, Values, min_max
from nasclustergui.ui import theme as th
from nasclustergui.ui.axis import PERCENT, Axis, Quantity
from nasclustergui.ui.paper import Span, runs, uncovered
from nasclustergui.ui.strip import Line

_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400)
_TICK_ROOM = 90  # pixels for a time below the plot
_SHORTEST = 10.0  # seconds; the closest look
_GRID = 150  # opacity of the rules, 0 … 255
_LINE = 1  # wider lines cost pyqtgraph many times more


class DetailPlot:
    """Curves over time with zoom, pan and a cursor. Not a widget: `widget` is.

    Attributes:
        widget: goes into a layout.
        on_range: called with (from, to), Unix time, when the view moved.
        on_cursor: called with the Unix time below the pointer.
    """

    def __init__(self) -> None:
        self.on_range: Callable[[float, float], None] = lambda start, end: None
        self.on_cursor: Callable[[float], None] = lambda t: None
        self._lines: tuple[Line, ...] = ()
        self._quantity, self._gap_after = PERCENT, 15.0
        self._axis: Axis | None = None
        self._curves: list[Any] = []
        self._gaps: list[QGraphicsRectItem] = []
        self._plot = pg.PlotWidget(background=None)
        self.widget: QWidget = self._plot
        item = self._plot.getPlotItem()
        item.setMenuEnabled(False)
        item.hideButtons()
        item.setContentsMargins(0, 4, 4, 0)
        self._box = item.getViewBox()
        self._box.setMouseEnabled(x=True, y=False)
        self._box.disableAutoRange()
        self._box.sigXRangeChanged.connect(self._on_range)
        self._left, self._bottom = item.getAxis("left"), item.getAxis("bottom")
        self._rule = pg.InfiniteLine(angle=0)
        self._cursor = pg.InfiniteLine(angle=90)
        for line in (self._rule, self._cursor):
            item.addItem(line, ignoreBounds=True)
            line.hide()
        self._plot.scene().sigMouseMoved.connect(self._on_mouse)
        self.restyle()

    def show(self, lines: Sequence[Line], quantity: Quantity, threshold: float | None, gap_after: float) -> None:
        """Show these series; the range of time stays."""
        self._lines, self._quantity, self._gap_after = tuple(lines), quantity, gap_after
        self._axis = None
        for curve in self._curves:
            self._plot.removeItem(curve)
        self._curves = [pg.PlotCurveItem(connect="finite", skipFiniteCheck=True, antialias=True) for _line in lines]
        for curve in self._curves:
            self._plot.addItem(curve, ignoreBounds=True)
        self._rule.setVisible(threshold is not None)
        if threshold is not None:
            self._rule.setValue(threshold)
        self.restyle()

    def restyle(self) -> None:
        """Colours and fonts of the moment."""
        for k, curve in enumerate(self._curves):
            style = Qt.PenStyle.SolidLine if k == 0 else Qt.PenStyle.DashLine
            curve.setPen(pg.mkPen(th.series(k), width=_LINE, style=style))
        self._rule.setPen(pg.mkPen(th.c("warn"), width=1, style=Qt.PenStyle.DashLine))
        self._cursor.setPen(pg.mkPen(th.c("text3"), width=1))
        for axis in (self._left, self._bottom):
            axis.setPen(pg.mkPen(th.c("line")))
            axis.setTextPen(pg.mkPen(th.c("text3")))
            axis.setStyle(tickFont=th.font("tick"), tickLength=0)
        self._left.setGrid(_GRID)
        for gap in self._gaps:
            self._paint_gap(gap)
        self.redraw()

    def set_range(self, start: float, end: float) -> None:
        """Show that stretch of Unix time."""
        self._box.setXRange(start, max(end, start + _SHORTEST), padding=0)
        self.redraw()

    def set_limits(self, first: float, last: float) -> None:
        """How far one may look."""
        span = max(last - first, _SHORTEST)
        self._box.setLimits(xMin=first - span * 0.02, xMax=first + span * 1.02, minXRange=_SHORTEST)

    def range(self) -> Span:
        """From and to, Unix time."""
        start, end = self._box.viewRange()[0]
        return float(start), float(end)

    def set_cursor(self, t: float | None) -> None:
        """Put the cursor at that Unix time; None takes it away."""
        self._cursor.setVisible(t is not None)
        if t is not None:
            self._cursor.setValue(t)

    def redraw(self) -> None:
        """Fill the curves with what lies in the range, thinned out to the pixels there are."""
        start, end = self.range()
        width = max(self._plot.width(), 50)
        highest, covered, known = float("nan"), [], []
        for line, curve in zip(self._lines, self._curves, strict=True):
            times, values = line.series.since(start - self._gap_after)
            stop = int(np.searchsorted(times, end + self._gap_after)) + 1
            times, values = times[:stop], values[:stop]
            if len(times):
                highest = float(np.fmax(highest, np.fmax.reduce(values)))
                known.append(float(times[0]))
            found = runs(times, values, self._gap_after)
            covered += [(float(times[s.start]), float(times[s.stop - 1])) for s in found]
            curve.setData(*_joined(times, values, found, start, end, width), connect="finite", skipFiniteCheck=True)
        self._fit_axis(highest)
        newest = max((line.series.last_time for line in self._lines if len(line.series)), default=end)
        self._show_gaps(uncovered(covered, max(start, min(known)), min(end, newest)) if known else [])
        self._bottom.setTicks([_ticks(start, end, max(2, width // th.px(_TICK_ROOM)))])

    def _fit_axis(self, highest: float) -> None:
        axis = self._quantity.axis(highest, self._axis)
        if axis is not self._axis:
            self._axis = axis
            self._box.setYRange(0, axis.top, padding=0.02)
            self._left.setTicks([[(axis.top * k / 2, label) for k, label in enumerate(axis.labels)]])

    def _show_gaps(self, spans: Sequence[Span]) -> None:
        while len(self._gaps) < len(spans):
            item = QGraphicsRectItem()
            item.setZValue(-10)
            self._paint_gap(item)
            self._plot.addItem(item, ignoreBounds=True)
            self._gaps.append(item)
        top = self._axis.top if self._axis else 1.0
        for k, item in enumerate(self._gaps):
            item.setVisible(k < len(spans))
            if k < len(spans):
                item.setRect(QRectF(spans[k][0], 0, spans[k][1] - spans[k][0], top))

    def _paint_gap(self, item: QGraphicsRectItem) -> None:
        item.setPen(QPen(Qt.PenStyle.NoPen))
        item.setBrush(QBrush(th.c("unknown_bg")))

    def _on_range(self, _box: object, view: tuple[float, float]) -> None:
        self.redraw()
        self.on_range(float(view[0]), float(view[1]))

    def _on_mouse(self, at: QPointF) -> None:
        if self._box.sceneBoundingRect().contains(at):
            self.on_cursor(float(self._box.mapSceneToView(at).x()))


def _joined(
    times: Times, values: Values, found: Sequence[slice], start: float, end: float, width: int
) -> tuple[Times, Values]:
    """One curve for all runs, NaN between them; lowest and highest per pixel where there are more values."""
    if len(times) > 2 * width:
        low, high = min_max(times, values, start, end, width)
        middles = start + (np.arange(width) + 0.5) * (end - start) / width
        return np.repeat(middles, 2), np.column_stack((low, high)).ravel()
    xs: list[Times] = []
    ys: list[Values] = []
    for s in found:
        xs += [times[s], times[s.stop - 1 : s.stop]]
        ys += [values[s], np.full(1, np.nan, np.float32)]
    if not xs:
        return np.empty(0), np.empty(0, np.float32)
    return np.concatenate(xs), np.concatenate(ys)


def _ticks(start: float, end: float, count: int) -> list[tuple[float, str]]:
    """Round local times, at most about `count` of them."""
    step = next((s for s in _STEPS if (end - start) / s <= count), _STEPS[-1])
    offset = time.localtime(end).tm_gmtoff
    first = int(-(-(start + offset) // step)) * step - offset
    form = "%H:%M:%S" if step < 60 else "%H:%M"
    return [(float(t), time.strftime(form, time.localtime(t))) for t in range(first, int(end) + 1, step)]
