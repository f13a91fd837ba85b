"""One metric in large: zoom and pan over everything that is stored, with a cursor that reads the values."""

from __future__ import annotations

import importlib
import math
import sys
import threading
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QSize, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from nasclustergui.core.i18n import _
from nasclustergui.core.units import clock, duration
from nasclustergui.ui import theme as th
from nasclustergui.ui.axis import PERCENT, Quantity
from nasclustergui.ui.parts import Label, button, col, label, row
from nasclustergui.ui.strip import Line

if TYPE_CHECKING:
    from nasclustergui.ui.detail_plot import DetailPlot

_PLOT = "nasclustergui.ui.detail_plot"
_SPANS = (300.0, 900.0, 3600.0)
_FOLLOW = 0.03  # this near to the newest value (share of the range), the view goes along
_WAIT_MS = 50

_loading: threading.Thread | None = None
_loaded = threading.Event()


def preload() -> None:
    """Import the plotting library in a thread of its own, soon after the window was painted first.

    It takes 0.4 s of CPU; from a thread the window stays alive meanwhile. Calling it again does nothing.
    """
    global _loading
    if _loading is None:
        _loading = threading.Thread(target=_load, name="import pyqtgraph", daemon=True)
        _loading.start()


def _load() -> None:
    import pyqtgraph

    # At exit it would walk through all objects there are, for a fault of Qt's that is long gone.
    pyqtgraph.setConfigOptions(exitCleanup=False, antialias=False)
    importlib.import_module(_PLOT)
    _loaded.set()


class DetailChart(QWidget):
    """Shows the lines of a Strip in large. Call `refresh()` after appending to the series.

    Keys: Left and Right move the cursor from value to value, Page Up and Page Down the view, + and − zoom,
    Home shows everything, End the newest.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = ""
        self.lines: tuple[Line, ...] = ()
        self.quantity: Quantity = PERCENT
        self.threshold: float | None = None
        self.gap_after = 15.0
        self.cursor_at: float | None = None
        self._span = _SPANS[1]
        self._following = True
        self._moving = False
        self._plot: DetailPlot | None = None
        self._title: Label = label("", "heading")
        self._values: Label = label("", "body", "text2")
        self._ranges = [
            button(duration(span), "quiet", small=True, on_click=partial(self.show_newest, span)) for span in _SPANS
        ]
        self._place = QVBoxLayout()
        for one in self._ranges:
            one.setCheckable(True)
        self._legend = _Legend()
        head = row(self._title, 12, (self._legend, 1), *self._ranges, gap=4)
        self.setLayout(col(head, self._values, (self._place, 1), gap=6, margins=(16, 12, 16, 12)))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._waiting = QTimer(self)
        self._waiting.setInterval(_WAIT_MS)
        self._waiting.timeout.connect(self._on_loaded)
        preload()
        if _loaded.is_set():
            self._on_loaded()
        else:
            self._waiting.start()

    def show_lines(
        self,
        title: str,
        lines: Sequence[Line],
        quantity: Quantity,
        *,
        threshold: float | None = None,
        gap_after: float = 15.0,
    ) -> None:
        """Show these series, from the newest backwards."""
        self.title, self.lines, self.quantity = title, tuple(lines), quantity
        self.threshold, self.gap_after, self.cursor_at = threshold, gap_after, None
        self._title.set_text(title)
        self._legend.show_names([line.name for line in lines])
        if self._plot is not None:
            self._plot.show(self.lines, quantity, threshold, gap_after)
        self.show_newest(self._span)

    def show_newest(self, seconds: float) -> None:
        """Look at the last `seconds`, and go along as values come."""
        self._span, self._following = seconds, True
        self.refresh()

    def show_all(self) -> None:
        """Look at everything that is stored."""
        first, last = self._extent()
        self.show_newest(last - first)

    def refresh(self) -> None:
        """Draw what was appended; the view goes along if it shows the newest values."""
        plot = self._plot
        if plot is not None:
            first, last = self._extent()
            self._moving = True
            plot.set_limits(min(first, last - self._span), last)
            if self._following:
                plot.set_range(last - self._span, last)
            else:
                plot.redraw()
            self._moving = False
        for span, one in zip(_SPANS, self._ranges, strict=True):
            one.setChecked(self._following and abs(span - self._span) < 1)
        self._tell()

    def range(self) -> tuple[float, float]:
        """From and to (Unix time) of what is in view."""
        if self._plot is not None:
            return self._plot.range()
        last = self._extent()[1]
        return last - self._span, last

    def set_cursor(self, t: float | None) -> None:
        """Read the values at the sample nearest to that Unix time; None reads the newest."""
        self.cursor_at = None if t is None else self._nearest(t)
        if self._plot is not None:
            self._plot.set_cursor(self.cursor_at)
        self._tell()

    def restyle(self) -> None:
        """Another theme or text size."""
        if self._plot is not None:
            self._plot.restyle()

    def sizeHint(self) -> QSize:
        return QSize(th.px(900), th.px(480))

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(event.rect(), th.c("surface"))

    def leaveEvent(self, event: QEvent) -> None:
        self.set_cursor(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        start, end = self.range()
        key = event.key()
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._step_cursor(-1 if key == Qt.Key.Key_Left else 1)
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            way = (end - start) * (-0.5 if key == Qt.Key.Key_PageUp else 0.5)
            self._look(start + way, end + way)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self._look(start + (end - start) / 4, end - (end - start) / 4)
        elif key == Qt.Key.Key_Minus:
            self._look(start - (end - start) / 2, end + (end - start) / 2)
        elif key == Qt.Key.Key_Home:
            self.show_all()
        elif key == Qt.Key.Key_End:
            self.show_newest(end - start)
        else:
            super().keyPressEvent(event)

    def _look(self, start: float, end: float) -> None:
        if self._plot is not None:
            self._plot.set_range(start, end)

    def _on_loaded(self) -> None:
        if not _loaded.is_set():
            return
        self._waiting.stop()
        module = sys.modules[_PLOT]
        self._plot = plot = module.DetailPlot()
        self._place.addWidget(plot.widget)
        plot.widget.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        plot.show(self.lines, self.quantity, self.threshold, self.gap_after)
        plot.on_range, plot.on_cursor = self._on_range, self.set_cursor
        self.refresh()

    def _on_range(self, start: float, end: float) -> None:
        if self._moving:  # not the user's wish
            return
        last = self._extent()[1]
        self._span = end - start
        self._following = last <= end + self._span * _FOLLOW

    def _extent(self) -> tuple[float, float]:
        """Unix times of the oldest and the newest value of all lines."""
        kept = [line.series.times for line in self.lines if len(line.series)]
        if not kept:
            return 0.0, self._span
        return min(float(t[0]) for t in kept), max(float(t[-1]) for t in kept)

    def _times(self) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return self.lines[0].series.times if self.lines else np.empty(0)

    def _nearest(self, t: float) -> float | None:
        times = self._times()
        return float(times[np.argmin(np.abs(times - t))]) if len(times) else None

    def _step_cursor(self, step: int) -> None:
        times = self._times()
        if not len(times):
            return
        here = len(times) - 1 if self.cursor_at is None else int(np.searchsorted(times, self.cursor_at))
        t = float(times[min(max(here + step, 0), len(times) - 1)])
        start, end = self.range()
        if not start <= t <= end:
            self._look(t - (end - start) / 2, t + (end - start) / 2)
        self.set_cursor(t)

    def _tell(self) -> None:
        """Write the values at the cursor, or the newest, for the eye and the screen reader."""
        parts, at = [], self.cursor_at
        for line in self.lines:
            if not len(line.series):
                continue
            if self.cursor_at is None:
                value, at = line.series.last, line.series.last_time
            else:
                found = line.series.since(self.cursor_at)[1]
                value = float(found[0]) if len(found) else math.nan
            parts.append(f"{line.name} {self.quantity.value(value)}".strip())
        if at is None or not parts:
            text = _("No values yet")
        else:
            text = _("{time}: {values}").format(time=clock(at), values=", ".join(parts))
        self._values.set_text(text)
        self.setAccessibleName(_("{metric}, {text}").format(metric=self.title, text=text))


class _Legend(QWidget):
    """Names the lines where there is more than one."""

    def __init__(self) -> None:
        super().__init__()
        self._names: Sequence[str] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def show_names(self, names: Sequence[str]) -> None:
        self._names = names if len(names) > 1 else ()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(th.px(200), th.px(20))

    def paintEvent(self, event: QPaintEvent) -> None:
        p = QPainter(self)
        p.setFont(th.font("caption"))
        x, y = 0, self.height() // 2
        for k, name in enumerate(self._names):
            p.setPen(QPen(th.series(k), 2, Qt.PenStyle.SolidLine if k == 0 else Qt.PenStyle.DashLine))
            p.drawLine(x, y, x + 18, y)
            p.setPen(th.c("text2"))
            p.drawText(x + 24, 0, self.width(), self.height(), Qt.AlignmentFlag.AlignVCenter, name)
            x += 24 + th.text_width(name, "caption") + th.px(16)
        p.end()
