"""What stands around a strip's paper: card, title, legend, ticks and times; drawn once a minute."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen, QPixmap

from nasclustergui.ui import theme as th
from nasclustergui.ui.axis import Axis

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_CENTER = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter
_PAD = 12
_KEY = 16  # length of a line's sample in the legend


class StripCard:
    """A pixmap of the card and the places on it, all in device independent pixels.

    Attributes:
        head: the row of the title, the legend and the newest value.
        plot: where the paper goes; its edges lie on device pixels.
        labels: the times below the plot: left, middle, right.
    """

    def __init__(self, size: QSize, dpr: float, title: str, names: Sequence[str], axis: Axis) -> None:
        self._size, self._dpr, self._title, self._names, self._axis = size, dpr, title, names, axis
        self.labels: tuple[str, ...] = ()
        self.head = QRectF(_PAD, th.px(8), size.width() - 2 * _PAD, th.px(18))
        ticks = max(th.text_width(label, "tick") for label in axis.labels)
        right = size.width() - _PAD - max(ticks + 6, th.px(38))
        bottom = size.height() - th.px(26)
        x0, y0, x1, y1 = (round(edge * dpr) / dpr for edge in (_PAD, th.px(34), right, bottom))
        self.plot = QRectF(x0, y0, max(8.0, x1 - x0), max(8.0, y1 - y0))
        self.pixmap = QPixmap()

    def draw(self, labels: tuple[str, ...]) -> None:
        """Paint the pixmap, with these times below the plot."""
        self.labels = labels
        self.pixmap = QPixmap(self._size * self._dpr)
        self.pixmap.setDevicePixelRatio(self._dpr)
        self.pixmap.fill(th.c("canvas"))
        p = QPainter(self.pixmap)
        th.round_rect(p, QRectF(0, 0, self._size.width(), self._size.height()), 8, th.c("surface"), th.c("line"))
        p.setFont(th.font("label"))
        p.setPen(th.c("text2"))
        p.drawText(self.head, LEFT, self._title)
        p.setFont(th.font("tick"))
        p.setPen(th.c("text3"))
        self._draw_ticks(p)
        self._draw_times(p)
        if len(self._names) > 1:
            self._draw_legend(p)
        p.end()

    def _draw_ticks(self, p: QPainter) -> None:
        height = th.px(16)
        for k, label in enumerate(self._axis.labels):
            y = self.plot.bottom() - self.plot.height() * k / 2
            p.drawText(QRectF(self.plot.right() + 6, y - height / 2, self._size.width(), height), LEFT, label)

    def _draw_times(self, p: QPainter) -> None:
        below = QRectF(self.plot.left(), self.plot.bottom() + th.px(5), self.plot.width(), th.px(16))
        for label, align in zip(self.labels, (LEFT, _CENTER, RIGHT), strict=True):
            p.drawText(below, align, label)

    def _draw_legend(self, p: QPainter) -> None:
        x, y = self.head.left() + th.text_width(self._title, "label") + th.px(20), self.head.center().y()
        for k, name in enumerate(self._names):
            pen = QPen(th.series(k), 1.8)
            if k:
                pen.setDashPattern((3, 2))
            p.setPen(pen)
            p.drawLine(QPointF(x, y), QPointF(x + _KEY, y))
            p.setPen(th.c("text2"))
            width = th.text_width(name, "tick")
            p.drawText(QRectF(x + _KEY + 4, self.head.top(), width, self.head.height()), LEFT, name)
            x += _KEY + 4 + width + th.px(14)
