"""Surfaces: cards, fills, hairlines, and the meters on them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QLayout, QSizePolicy, QWidget

from nasclustergui.ui import theme
from nasclustergui.ui.theme import RADIUS, c
from nasclustergui.ui.tokens import SIZE


class Panel(QFrame):
    """A rounded surface with an outline. `side` is the colour role of a 4 px bar at its left edge."""

    def __init__(
        self,
        layout: QLayout | None = None,
        fill: str = "surface",
        line: str = "line",
        radius: int = RADIUS["card"],
        side: str = "",
    ) -> None:
        super().__init__()
        self._fill, self._line, self._radius, self._side = fill, line, radius, side
        if layout is not None:
            self.setLayout(layout)

    def set_colors(self, fill: str | None = None, line: str | None = None, side: str | None = None) -> None:
        """Change colour roles; None keeps one, "" takes line or side away."""
        new = (
            self._fill if fill is None else fill,
            self._line if line is None else line,
            self._side if side is None else side,
        )
        if new != (self._fill, self._line, self._side):
            self._fill, self._line, self._side = new
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Surface, outline, bar."""
        p = QPainter(self)
        r = QRectF(self.rect())
        theme.round_rect(p, r, self._radius, c(self._fill), c(self._line) if self._line else None)
        if self._side:
            p.setClipRect(QRectF(0, 0, 4, r.height()))
            theme.round_rect(p, r, self._radius, c(self._side))


Card = Panel


class Fill(QWidget):
    """A widget with a plain background in one colour role."""

    def __init__(self, role: str, layout: QLayout | None = None) -> None:
        super().__init__()
        self._role = role
        if layout is not None:
            self.setLayout(layout)

    def set_role(self, role: str) -> None:
        """Change the colour."""
        if role != self._role:
            self._role = role
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The background."""
        QPainter(self).fillRect(self.rect(), c(self._role))


class Line(QWidget):
    """A hairline."""

    def __init__(self, vertical: bool = False) -> None:
        super().__init__()
        if vertical:
            self.setFixedWidth(1)
        else:
            self.setFixedHeight(1)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The line."""
        QPainter(self).fillRect(self.rect(), c("line"))


def draw_meter(
    p: QPainter, r: QRectF, value: float, role: str = "accent", stale: bool = False, marks: Sequence[float] = ()
) -> None:
    """A bar filled to `value` (0 … 1); hatched when stale; `marks` are thresholds on it."""
    half = r.height() / 2
    if theme.is_contrast():
        theme.round_rect(p, r, half, None, c("control"))
    else:
        theme.round_rect(p, r, half, c("line"))
    if value > 0:
        filled = QRectF(r.x(), r.y(), max(r.height(), r.width() * min(value, 1.0)), r.height())
        if stale:
            theme.round_rect(p, filled, half, c("unknown_bg"), c("unknown"))
            theme.hatch(p, filled, c("unknown"), 4)
        else:
            theme.round_rect(p, filled, half, c(role))
    for mark in marks:
        p.fillRect(QRectF(r.x() + r.width() * mark, r.y() - 2, 1.5, r.height() + 4), QColor(c("text3")))


class Meter(QWidget):
    """A level as a widget: `meter.set_value(0.64, "warn")`. The number belongs beside it, as text."""

    def __init__(
        self, value: float = 0.0, role: str = "accent", height: int = SIZE["meter"], marks: Sequence[float] = ()
    ) -> None:
        super().__init__()
        self._value, self._role, self._stale, self._marks = value, role, False, tuple(marks)
        self._thick = height
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.restyle()

    def restyle(self) -> None:
        """Take the height from the theme."""
        self.setFixedHeight(theme.px(self._thick) + 4)
        self.setMinimumWidth(theme.px(24))

    def set_value(
        self, value: float, role: str = "accent", stale: bool = False, marks: Sequence[float] | None = None
    ) -> None:
        """Show another level, 0 … 1; nothing happens when it is the same."""
        new = (value, role, stale, self._marks if marks is None else tuple(marks))
        if new != (self._value, self._role, self._stale, self._marks):
            self._value, self._role, self._stale, self._marks = new
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The bar."""
        r = QRectF(0, 2, self.width(), theme.px(self._thick))
        draw_meter(QPainter(self), r, self._value, self._role, self._stale, self._marks)
