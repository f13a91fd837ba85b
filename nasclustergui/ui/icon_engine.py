"""QIcons that take their colour from the theme when they are painted."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap

from nasclustergui.ui import theme
from nasclustergui.ui.icons import pixmap


class _ThemedEngine(QIconEngine):
    def __init__(self, name: str, role: str) -> None:
        super().__init__()
        self._name, self._role = name, role

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        dpr = painter.device().devicePixelRatioF()
        side = min(rect.width(), rect.height())
        at = rect.topLeft() + (rect.bottomRight() - rect.topLeft() - QRect(0, 0, side, side).bottomRight()) / 2
        painter.drawPixmap(at, self._pixmap(side, mode, dpr))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self._pixmap(min(size.width(), size.height()), mode, 1.0)

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:
        return self._pixmap(round(min(size.width(), size.height()) / scale), mode, scale)

    def _pixmap(self, side: int, mode: QIcon.Mode, dpr: float) -> QPixmap:
        role = "disabled" if mode == QIcon.Mode.Disabled else self._role
        return pixmap(self._name, theme.c(role).name(), side, dpr)

    def clone(self) -> QIconEngine:
        return _kept(self._name, self._role)


# Qt owns an engine but not its Python half: without a reference here that would be collected under Qt's feet.
# There are as many as there are pairs of icon and colour, so they are kept for good.
_engines: list[_ThemedEngine] = []


def _kept(name: str, role: str) -> _ThemedEngine:
    engine = _ThemedEngine(name, role)
    _engines.append(engine)
    return engine


@cache
def themed(name: str, role: str) -> QIcon:
    """An icon that needs no refresh when the theme changes."""
    return QIcon(_kept(name, role))
