"""A live chart as a card: title, newest value, and a strip of paper with one or two lines."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from nasclustergui.core import units
from nasclustergui.core.i18n import _
from nasclustergui.core.series import Series
from nasclustergui.ui import theme as th
from nasclustergui.ui.axis import PERCENT, Axis, Quantity
from nasclustergui.ui.paper import Paper, Scale
from nasclustergui.ui.strip_card import RIGHT, StripCard

Marks = tuple[tuple[int, int], ...]  # (total, generation) of each series

_AT_ONCE = 8  # new samples drawn one by one; more are drawn anew
_CLOCK_FROM = 600  # seconds from which the time axis says the time; below it says how long ago
_REDRAW = (QEvent.Type.DevicePixelRatioChange, QEvent.Type.PaletteChange, QEvent.Type.FontChange)
_OPEN_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


@dataclass(frozen=True)
class Line:
    """One line of a chart. `name` ("read") is needed where there is more than one."""

    series: Series
    name: str = ""


class Strip(QWidget):
    """Draws the newest values of its series as they come; call `refresh()` after appending.

    Only the newest segment is drawn; the rest moves to the left with the paper. A full redraw happens at a
    resize, a change of theme, text size, screen, axis or lines. Hidden, it costs nothing.

    Attributes:
        value_text: the newest value of the first line; "Seen 03:02:17" if it could not be read.

    Signals:
        activated: double click, Enter or Space: show this in the detail chart.
    """

    activated = Signal()

    def __init__(
        self,
        title: str,
        lines: Sequence[Line] = (),
        quantity: Quantity = PERCENT,
        *,
        threshold: float | None = None,
        seconds: float = 900.0,
        gap_after: float = 15.0,
        parent: QWidget | None = None,
    ) -> None:
        """`threshold` in the unit of the series; `seconds` is the width of the paper.

        `gap_after`: samples further apart than that many seconds are not joined by a line.
        """
        super().__init__(parent)
        self.title, self.quantity, self.threshold = title, quantity, threshold
        self.seconds, self.gap_after = seconds, gap_after
        self.lines: tuple[Line, ...] = tuple(lines)
        self.value_text = ""
        self._axis: Axis | None = None
        self._card: StripCard | None = None
        self._paper: Paper | None = None  # None: draw everything at the next paint
        self._drawn: Marks = ()
        self._labelled = 0  # the minute that the time labels stand for
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setProperty("focusRing", True)
        self._tell()

    def set_lines(self, lines: Sequence[Line], quantity: Quantity | None = None) -> None:
        """Show other series, for instance of another node."""
        self.lines = tuple(lines)
        self.quantity = quantity or self.quantity
        self._axis = None
        self.restyle()
        self._tell()

    def refresh(self) -> None:
        """Draw what was appended since the last call."""
        marks = self._marks()
        if marks == self._drawn:
            return
        told = self._tell()
        card, paper = self._card, self._paper
        if card is None or paper is None or not self.isVisible() or not self._advance(paper, marks):
            self.restyle()
            return
        self._drawn = marks
        if self._minute() != self._labelled and (labels := self._time_labels()) != card.labels:
            card.draw(labels)
            self.update()
            return
        # one rectangle: with a region of two, Qt leaves the fast way of copying pixmaps
        self.update((card.plot | card.head if told else card.plot).toAlignedRect())

    def restyle(self) -> None:
        """Draw everything anew at the next paint."""
        self._paper = None
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(th.px(340), th.px(152))

    def minimumSizeHint(self) -> QSize:
        return QSize(th.px(200), th.px(120))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.restyle()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in _REDRAW:
            self.restyle()
        super().changeEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _OPEN_KEYS:
            self.activated.emit()
        else:
            super().keyPressEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        self.setToolTip(self.accessibleName())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.activated.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        card, paper = self._card, self._paper
        if card is None or paper is None or paper.dpr != self.devicePixelRatioF():
            card, paper = self._redraw()
        p = QPainter(self)
        if not card.plot.contains(QRectF(event.rect())):
            p.drawPixmap(0, 0, card.pixmap)
            stale = not self.lines or math.isnan(self.lines[0].series.last)
            p.setFont(th.font("caption") if stale else th.font("strong", True))
            p.setPen(th.c("text3" if stale else "text"))
            p.drawText(card.head, RIGHT, self.value_text)
        p.drawPixmap(card.plot.topLeft(), paper.pixmap)
        p.end()

    def _marks(self) -> Marks:
        return tuple((line.series.total, line.series.generation) for line in self.lines)

    def _advance(self, paper: Paper, marks: Marks) -> bool:
        """Draw the new samples onto the paper; False if everything must be drawn anew."""
        if len(self._drawn) != len(marks):
            return False
        if {new[1] - old[1] for old, new in zip(self._drawn, marks, strict=True)} != {0}:
            return False
        fresh = {new[0] - old[0] for old, new in zip(self._drawn, marks, strict=True)}
        count = fresh.pop()
        if fresh or count > _AT_ONCE or any(len(line.series) <= count for line in self.lines):
            return False
        if self._fitting_axis() != self._axis:
            return False
        newest = [line.series.newest(count + 1) for line in self.lines]
        times = newest[0][0].tolist()
        values = [part[1].tolist() for part in newest]
        for i in range(1, count + 1):
            paper.advance((times[i - 1], times[i]), [(v[i - 1], v[i]) for v in values], self.gap_after)
        return True

    def _redraw(self) -> tuple[StripCard, Paper]:
        dpr = self.devicePixelRatioF()
        self._axis = axis = self._fitting_axis()
        self._card = card = StripCard(self.size(), dpr, self.title, [line.name for line in self.lines], axis)
        card.draw(self._time_labels())
        width, height = round(card.plot.width() * dpr), round(card.plot.height() * dpr)
        thresholds = () if self.threshold is None else (self.threshold,)
        scale = Scale(axis.top, (0.0, axis.top / 2, axis.top), thresholds)
        self._paper = paper = Paper(width, height, dpr, self.seconds, scale)
        end = self._end()
        lines = [line.series.since(end - self.seconds - self.gap_after) for line in self.lines]
        paper.redraw(lines, end - self.seconds, end, self.gap_after)
        self._drawn = self._marks()
        return card, paper

    def _end(self) -> float:
        """Unix time of the right edge: the newest sample."""
        return max((line.series.last_time for line in self.lines if len(line.series)), default=time.time())

    def _fitting_axis(self) -> Axis:
        if self.quantity.top is not None and self._axis is not None:
            return self._axis
        start, highest = self._end() - self.seconds, math.nan
        for line in self.lines:
            values = line.series.since(start)[1]
            if len(values):
                highest = float(np.fmax(highest, np.fmax.reduce(values)))
        return self.quantity.axis(highest, self._axis)

    def _minute(self) -> int:
        """Changes whenever the time labels may."""
        return int(self._end() // 60)

    def _time_labels(self) -> tuple[str, ...]:
        if self.seconds < _CLOCK_FROM:
            ago = [_("{time} ago").format(time=units.duration(self.seconds * share)) for share in (1.0, 0.5)]
            return (*ago, _("now"))
        end, self._labelled = self._end(), self._minute()
        clocks = [time.strftime("%H:%M", time.localtime(end - self.seconds * share)) for share in (1.0, 0.5)]
        return (*clocks, _("now"))

    def _tell(self) -> bool:
        """Write down the newest values for the eye, the pointer and the screen reader; True if they changed."""
        first = self.lines[0].series if self.lines else None
        if first is None or not len(first):
            value, spoken = units.DASH, _("no values yet")
        elif not math.isnan(first.last):
            value = spoken = self.quantity.value(first.last)
            if len(self.lines) > 1:
                spoken = ", ".join(f"{n.name} {self.quantity.value(n.series.last)}" for n in self.lines)
        elif (seen := first.seen_at) is not None:
            value = spoken = _("Seen {time}").format(time=units.clock(seen))
        else:
            value = spoken = _("No answer")
        told = _("{metric}: {values}").format(metric=self.title, values=spoken)
        if value == self.value_text and told == self.accessibleName():
            return False
        self.value_text = value
        self.setAccessibleName(told)
        return True
