"""Lucide icons: SVG files, coloured at load and rendered for the very size and zoom they are shown at."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from nasclustergui.ui.fonts import RESOURCES

FOLDER = RESOURCES / "icons"


@lru_cache(maxsize=256)
def svg(name: str) -> str:
    """The file's text. Raises FileNotFoundError for an icon that is not bundled."""
    return (FOLDER / f"{name}.svg").read_text(encoding="utf-8")


@lru_cache(maxsize=4096)
def pixmap(name: str, color: str, size: int, dpr: float = 1.0) -> QPixmap:
    """The icon as `size` device independent pixels; `color` is #RRGGBB."""
    stroke = "1.75" if size <= 20 else "1.6"
    text = svg(name).replace("currentColor", color).replace('stroke-width="2"', f'stroke-width="{stroke}"')
    out = QPixmap(QSize(round(size * dpr), round(size * dpr)))
    out.setDevicePixelRatio(dpr)
    out.fill(Qt.GlobalColor.transparent)
    p = QPainter(out)
    QSvgRenderer(QByteArray(text.encode())).render(p, QRectF(0, 0, size, size))
    p.end()
    return out


def draw_icon(p: QPainter, name: str, color: QColor, x: float, y: float, size: int = 16) -> None:
    """Paint an icon with its top left at (x, y). Under a zoom it is rendered anew, never scaled."""
    zoom = max(0.5, round(p.worldTransform().m11() * 4) / 4)
    dpr = p.device().devicePixelRatioF()
    px = pixmap(name, color.name(), size, dpr * zoom)
    if zoom == 1.0:  # on whole device pixels, else the lines blur
        p.drawPixmap(QRectF(round(x * dpr) / dpr, round(y * dpr) / dpr, size, size), px, QRectF(px.rect()))
        return
    p.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    p.drawPixmap(QRectF(x, y, size, size), px, QRectF(px.rect()))
