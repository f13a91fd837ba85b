"""Shapes that everything painted is made of: rounded rectangles and hatching."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

_ANTIALIASING = QPainter.RenderHint.Antialiasing
_NO_BRUSH, _NO_PEN = Qt.BrushStyle.NoBrush, Qt.PenStyle.NoPen


def round_rect(
    p: QPainter, r: QRectF, radius: float, fill: QColor | None, line: QColor | None = None, width: float = 1.0
) -> None:
    """A rounded rectangle; its line lies inside `r`, so 1 px lines stay crisp."""
    p.setRenderHint(_ANTIALIASING)
    p.setBrush(fill if fill is not None else _NO_BRUSH)
    if line is None:
        p.setPen(_NO_PEN)
    else:
        p.setPen(QPen(line, width))
        r = r.adjusted(width / 2, width / 2, -width / 2, -width / 2)
    p.drawRoundedRect(r, radius, radius)


def hatch(p: QPainter, r: QRectF, color: QColor, step: int = 6) -> None:
    """Diagonal lines: this value is old, or this place is empty."""
    p.save()
    p.setRenderHint(_ANTIALIASING)
    path = QPainterPath()
    path.addRoundedRect(r, 3, 3)
    p.setClipPath(path, Qt.ClipOperation.IntersectClip)
    p.setPen(QPen(color, 1))
    x = r.left() - r.height()
    while x < r.right():
        p.drawLine(QPointF(x, r.bottom()), QPointF(x + r.height(), r.top()))
        x += step
    p.restore()
