"""The disk under the pointer: what a drag carries and how it looks."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QPoint, QRectF, Qt
from PySide6.QtGui import QColor, QDrag, QPainter, QPixmap
from PySide6.QtWidgets import QWidget

from nasclustergui.core.disks import Disk
from nasclustergui.core.units import size
from nasclustergui.ui import theme

MIME = "application/x-nasclustergui-disk"
_VC = Qt.AlignmentFlag.AlignVCenter
_VR = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
SHADOW = 4


def mime_of(disk: Disk) -> QMimeData:
    """What a drag of the disk carries: its key."""
    data = QMimeData()
    data.setData(MIME, disk.key.encode())
    return data


def key_of(data: QMimeData) -> str:
    """The key of the dragged disk, "" if something else is dragged."""
    return bytes(data.data(MIME).data()).decode(errors="replace") if data.hasFormat(MIME) else ""


def start_drag(source: QWidget, disk: Disk) -> Qt.DropAction:
    """Drag the disk until it is dropped; blocks in a nested event loop, as Qt's drags do."""
    drag = QDrag(source)
    drag.setMimeData(mime_of(disk))
    pixmap = picture(disk, source.devicePixelRatioF())
    drag.setPixmap(pixmap)
    drag.setHotSpot(QPoint(theme.px(20), theme.px(20)))
    return drag.exec(Qt.DropAction.MoveAction)


def picture(disk: Disk, dpr: float) -> QPixmap:
    """The chip, the only thing in the app that throws a shadow."""
    name, amount = f"{disk.node}  {disk.label}", size(disk.free)
    width = theme.px(28) + theme.text_width(name, "strong") + 16 + theme.text_width(amount, "caption") + 12
    height = theme.px(36)
    out = QPixmap(round((width + 2 * SHADOW) * dpr), round((height + 2 * SHADOW) * dpr))
    out.setDevicePixelRatio(dpr)
    out.fill(Qt.GlobalColor.transparent)
    p = QPainter(out)
    p.setRenderHint(QPainter.RenderHint.Antialiasing)
    body = QRectF(SHADOW, SHADOW - 2, width, height)
    shadow = QColor(theme.c("text"))
    shadow.setAlpha(46)
    theme.round_rect(p, body.translated(0, 3).adjusted(-1, -1, 1, 1), 8, shadow)
    theme.round_rect(p, body, 6, theme.c("raised"), theme.c("accent"), 1.5)
    theme.draw_icon(p, "grip-vertical", theme.c("text3"), body.x() + 8, body.center().y() - 8, 16)
    p.setFont(theme.font("strong"))
    p.setPen(theme.c("text"))
    p.drawText(body.adjusted(theme.px(28), 0, 0, 0), _VC, name)
    p.setFont(theme.font("caption"))
    p.setPen(theme.c("text3"))
    p.drawText(body.adjusted(0, 0, -12, 0), _VR, amount)
    p.end()
    return out
