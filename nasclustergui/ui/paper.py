"""The strip chart's paper: a pixmap that is pulled to the left while only its newest part is drawn."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QLineF, QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap, QPolygonF

from nasclustergui.core.series import Times, Values, min_max
from nasclustergui.ui import theme as th

Span = tuple[float, float]  # from and to, Unix time
_HATCH = 6  # device independent pixels between hatch lines
_DASH = (4.0, 2.5)  # of the second and later lines, in pen widths
_RULE = (4.0, 3.0)  # of thresholds, in device independent pixels
_LINE = 1.4
_MARGIN = 2  # device pixels right of the newest point, so that its round end is not cut off
_ANTIALIASING = QPainter.RenderHint.Antialiasing


@dataclass(frozen=True)
class Scale:
    """What is ruled on the paper. `grid` and `thresholds` are values, `top` the value of the upper edge."""

    top: float
    grid: tuple[float, ...]
    thresholds: tuple[float, ...] = ()


def runs(times: Times, values: Values, gap_after: float) -> list[slice]:
    """Stretches to be joined by a line: no NaN inside, and no step longer than `gap_after` seconds."""
    good = np.flatnonzero(~np.isnan(values))
    if not len(good):
        return []
    breaks = np.flatnonzero((np.diff(good) > 1) | (np.diff(times[good]) > gap_after))
    firsts = [0, *(breaks + 1).tolist()]
    lasts = [*breaks.tolist(), len(good) - 1]
    return [slice(int(good[a]), int(good[b]) + 1) for a, b in zip(firsts, lasts, strict=True)]


def uncovered(covered: Sequence[Span], start: float, end: float) -> list[Span]:
    """The parts of [start, end] that no span covers."""
    out, at = [], start
    for a, b in sorted(covered):
        if a > at:
            out.append((at, min(a, end)))
        at = max(at, b)
    if at < end:
        out.append((at, end))
    return [(a, b) for a, b in out if b > a]


class Paper:
    """Draws lines over time. Positions count from a fixed moment, so nothing drifts while it moves.

    Args:
        width, height: device pixels. dpr: device pixels per device independent one.
        seconds: what the whole width shows.
    """

    def __init__(self, width: int, height: int, dpr: float, seconds: float, scale: Scale) -> None:
        self.width, self.height, self.dpr, self.scale = width, height, dpr, scale
        self.pixmap = QPixmap(width, height)
        self.pixmap.setDevicePixelRatio(dpr)
        self._per_second = (width - _MARGIN) / seconds
        self._origin = 0.0
        self._shift = 0  # device pixels between `_origin` and the left edge
        self._dash_at: dict[int, float] = {}  # line → length drawn so far, in pen widths
        self._pens: list[QPen] = []
        self._blank = th.c("surface")
        self._rule = QPen(th.c("line"), max(1.0, round(dpr)))
        self._threshold = QPen(th.c("warn"), max(1.0, round(dpr)))
        self._threshold.setCapStyle(Qt.PenCapStyle.FlatCap)
        self._threshold.setDashPattern([d * dpr / self._threshold.widthF() for d in _RULE])
        self._gap_fill, self._gap_line = th.c("unknown_bg"), QPen(th.c("button"), dpr)

    def redraw(self, lines: Sequence[tuple[Times, Values]], start: float, end: float, gap_after: float) -> None:
        """Draw everything from `start` to `end` (Unix time); `end` is the right edge."""
        self._origin, self._shift = end, 0
        self._shift = self._edge(end)
        self._dash_at.clear()
        covered: list[Span] = []
        p = self._painter()
        self._rule_columns(p, 0, self.width)
        stretches = [runs(times, values, gap_after) for times, values in lines]
        for (times, _values), found in zip(lines, stretches, strict=True):
            covered += [(float(times[s.start]), float(times[s.stop - 1])) for s in found]
        known = [float(times[0]) for times, _values in lines if len(times)]
        if known:
            for a, b in uncovered(covered, max(start, min(known)), end):
                self._hatch(p, a, b)
        p.setRenderHint(_ANTIALIASING)
        for k, (times, values) in enumerate(lines):
            for s in stretches[k]:
                self._draw_run(p, k, times[s], values[s])
        p.end()

    def advance(self, before: Span, values: Sequence[Span], gap_after: float) -> None:
        """Pull the paper to `before[1]` and draw what happened in that span (Unix time).

        `values` holds one (value before, value now) per line, NaN where nothing was read.
        """
        t0, t1 = before
        moved = self._edge(t1) - self._shift
        if moved > 0:
            self._shift += moved
            self.pixmap.scroll(-moved, 0, 0, 0, self.width, self.height)
        p = self._painter()
        if moved > 0:
            self._rule_columns(p, self.width - moved, self.width)
        joined = [k for k, (a, b) in enumerate(values) if t1 - t0 <= gap_after and not (math.isnan(a) or math.isnan(b))]
        if not joined:
            self._hatch(p, t0, t1)
        p.setRenderHint(_ANTIALIASING)
        x0, x1 = self._x(t0), self._x(t1)
        for k, (a, b) in enumerate(values):
            if k in joined:
                self._segment(p, k, QPointF(x0, self._y(a)), QPointF(x1, self._y(b)))
            elif not math.isnan(b):
                p.setPen(self._pen(k))
                p.drawPoint(QPointF(x1, self._y(b)))
        p.end()

    def _painter(self) -> QPainter:
        p = QPainter(self.pixmap)
        p.scale(1 / self.dpr, 1 / self.dpr)  # everything here counts device pixels
        return p

    def _edge(self, end: float) -> int:
        """The shift that puts `end` at the right edge."""
        return math.floor((end - self._origin) * self._per_second) - (self.width - _MARGIN - 1)

    def _x(self, t: float) -> float:
        return (t - self._origin) * self._per_second - self._shift

    def _y(self, value: float) -> float:
        inside = self.height - 1 - self.dpr
        return self.height - 1 - inside * min(max(value, 0.0), self.scale.top) / self.scale.top

    def _rule_columns(self, p: QPainter, left: int, right: int) -> None:
        """Empty paper with its rules in these columns."""
        p.fillRect(left, 0, right - left, self.height, self._blank)
        p.setPen(self._rule)
        for value in self.scale.grid:
            y = math.floor(self._y(value)) + 0.5
            p.drawLine(QLineF(left, y, right, y))
        self._draw_thresholds(p, left, right)

    def _draw_thresholds(self, p: QPainter, left: float, right: float) -> None:
        if not self.scale.thresholds:
            return
        self._threshold.setDashOffset((left + self._shift) / self._threshold.widthF())
        p.setPen(self._threshold)
        for value in self.scale.thresholds:
            y = math.floor(self._y(value)) + 0.5
            p.drawLine(QLineF(left, y, right, y))

    def _hatch(self, p: QPainter, t0: float, t1: float) -> None:
        """Mark a span in which nothing was read; the stripes go on from one span to the next."""
        left, right = max(0, round(self._x(t0))), min(self.width, round(self._x(t1)))
        if right <= left:
            return
        p.save()
        p.setClipRect(left, 0, right - left, self.height)
        p.fillRect(left, 0, right - left, self.height, self._gap_fill)
        p.setRenderHint(_ANTIALIASING)
        p.setPen(self._gap_line)
        step = round(_HATCH * self.dpr)
        first = left - self.height - (left - self.height + self._shift) % step
        p.drawLines([QLineF(x, self.height, x + self.height, 0) for x in range(first, right, step)])
        p.setRenderHint(_ANTIALIASING, False)
        self._draw_thresholds(p, left, right)
        p.restore()

    def _pen(self, line: int) -> QPen:
        while len(self._pens) <= line:
            pen = QPen(QColor(th.series(len(self._pens))), _LINE * self.dpr)
            pen.setJoinStyle(Qt.PenJoinStyle.BevelJoin)
            if not self._pens:
                pen.setCapStyle(Qt.PenCapStyle.SquareCap)  # round ends would cost Qt's fast way of drawing lines
            else:
                pen.setCapStyle(Qt.PenCapStyle.FlatCap)
                pen.setDashPattern(_DASH)
            self._pens.append(pen)
        pen = self._pens[line]
        if line:
            pen.setDashOffset(self._dash_at.get(line, 0.0))
        return pen

    def _segment(self, p: QPainter, line: int, a: QPointF, b: QPointF) -> None:
        p.setPen(self._pen(line))
        p.drawLine(a, b)
        if line:
            self._walk(line, math.hypot(b.x() - a.x(), b.y() - a.y()))

    def _walk(self, line: int, pixels: float) -> None:
        """Remember where in its dash a line ended, so that the next piece goes on from there."""
        period = sum(_DASH)
        self._dash_at[line] = (self._dash_at.get(line, 0.0) + pixels / (_LINE * self.dpr)) % period

    def _draw_run(self, p: QPainter, line: int, times: Times, values: Values) -> None:
        if len(times) > 2 * self.width:
            times, values = _thin_out(times, values, self.width)
        p.setPen(self._pen(line))
        xs = (times - self._origin) * self._per_second - self._shift
        inside = self.height - 1 - self.dpr
        ys = self.height - 1 - inside * np.clip(values, 0.0, self.scale.top) / self.scale.top
        if len(xs) == 1:
            p.drawPoint(QPointF(float(xs[0]), float(ys[0])))
            return
        p.drawPolyline(QPolygonF([QPointF(x, y) for x, y in zip(xs.tolist(), ys.tolist(), strict=True)]))
        if line:
            self._walk(line, float(np.hypot(np.diff(xs), np.diff(ys)).sum()))


def _thin_out(times: Times, values: Values, count: int) -> tuple[Times, Values]:
    """Lowest and highest of `count` parts, so that no peak is lost."""
    start, end = float(times[0]), float(np.nextafter(times[-1], np.inf))
    low, high = min_max(times, values, start, end, count)
    middles = start + (np.arange(count) + 0.5) * (end - start) / count
    filled = ~np.isnan(low)
    pairs = np.column_stack((low[filled], high[filled])).ravel()
    return np.repeat(middles[filled], 2), pairs
