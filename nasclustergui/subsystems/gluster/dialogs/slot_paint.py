"""How the boxes and slots of the set editor look."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from nasclustergui.core.disks import Disk
from nasclustergui.core.i18n import _
from nasclustergui.core.units import size, size_parts
from nasclustergui.subsystems.gluster.dialogs.judgement import Note
from nasclustergui.ui import theme
from nasclustergui.ui.parts import badge_width, draw_badge

_VC = Qt.AlignmentFlag.AlignVCenter
_VR = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
_RIGHT, _MIDDLE = Qt.TextElideMode.ElideRight, Qt.TextElideMode.ElideMiddle
_DASH = Qt.PenStyle.DashLine


def space_of(disk: Disk) -> str:
    """ "8.0 TiB", or "3.5 of 8.0 TiB free" where other things lie on the disk."""
    if disk.free >= 0.9 * disk.size:
        return size(disk.free)
    free, total = size_parts(disk.free, disk.size)
    return _("{free} of {total} free").format(free=free, total=total)


def draw_box(p: QPainter, r: QRectF, title: str, note: Note, right: str) -> None:
    """A set: title, badge, what it holds."""
    theme.round_rect(p, r, 8, theme.c("inset"), theme.c("line"))
    line = QRectF(r.x() + 12, r.y() + theme.px(8), r.width() - 24, theme.px(22))
    p.setFont(theme.font("strong"))
    p.setPen(theme.c("text"))
    p.drawText(line, _VC, title)
    x = line.x() + theme.text_width(title, "strong") + 8
    draw_badge(p, x, line.center().y() + 0.5, note.state, note.text, tint=note.state not in ("ok", "info"))
    left = line.right() - (x + badge_width(note.text) + 12)
    p.setFont(theme.font("caption"))
    p.setPen(theme.c("text3"))
    p.drawText(line, _VR, p.fontMetrics().elidedText(right, _RIGHT, int(left)))


def draw_disk(p: QPainter, r: QRectF, disk: Disk, arbiter: bool, hover_remove: QRectF | None) -> None:
    """A slot with its disk and the ✕ that frees it."""
    theme.round_rect(p, r, 6, theme.c("surface"), theme.c("control"))
    top = QRectF(r.x() + 10, r.y() + theme.px(7), r.width() - 46, theme.px(22))
    icon = theme.px(16)
    theme.draw_icon(p, "hard-drive", theme.c("text2"), top.x(), top.center().y() - icon / 2, icon)
    p.setFont(theme.font("strong"))
    p.setPen(theme.c("text"))
    name = top.adjusted(icon + 6, 0, 0, 0)
    p.drawText(name, _VC, p.fontMetrics().elidedText(f"{disk.node}  {disk.label}", _MIDDLE, int(name.width())))
    side = theme.px(24)
    cross = QRectF(r.right() - side - 5, r.y() + 5, side, side)
    if hover_remove is not None:
        theme.round_rect(p, cross, 6, theme.c("hover"))
    x, glyph = cross.center(), theme.px(14)
    theme.draw_icon(p, "x", theme.c("text3"), x.x() - glyph / 2, x.y() - glyph / 2, glyph)
    parts = [disk.rack, _("arbiter") if arbiter else space_of(disk)]
    _foot(p, r, " · ".join(part for part in parts if part), "text3")


def draw_fixed(p: QPainter, r: QRectF, disk: Disk) -> None:
    """A brick that is there already: it stays."""
    theme.round_rect(p, r, 6, theme.c("inset"), theme.c("line"))
    _head(p, r, "hard-drive", f"{disk.node}  {disk.label}", "text3", "medium", "text2")
    _foot(p, r, _("there already"), "text3")


def draw_empty(p: QPainter, r: QRectF, text: str, foot: str) -> None:
    """A slot that waits for a disk."""
    _dashed(p, r, 6)
    _head(p, r, "plus", text, "text3", "medium", "text2")
    _foot(p, r, foot, "text3")


def draw_target(p: QPainter, r: QRectF, note: Note) -> None:
    """The slot under a dragged disk: where it would go, a doubt, or a refusal with its reason."""
    fill, line, text = {
        "info": ("selected", "accent", "accent_text"),
        "warn": ("warn_bg", "warn", "warn"),
        "critical": ("critical_bg", "critical", "critical"),
    }[note.state]
    theme.round_rect(p, r, 6, theme.c(fill), theme.c(line), 2)
    icon = {"info": "plus", "warn": "triangle-alert", "critical": "octagon-x"}[note.state]
    _head(p, r, icon, note.text, text, "medium", text)


def draw_start(p: QPainter, r: QRectF, text: str) -> None:
    """The strip where a further set begins."""
    _dashed(p, r, 8)
    icon = theme.px(16)
    theme.draw_icon(p, "plus", theme.c("text3"), r.x() + 14, r.center().y() - icon / 2, icon)
    p.setFont(theme.font("medium"))
    p.setPen(theme.c("text2"))
    inner = r.adjusted(22 + icon, 0, -12, 0)
    p.drawText(inner, _VC, p.fontMetrics().elidedText(text, _RIGHT, int(inner.width())))


def draw_cursor(p: QPainter, r: QRectF) -> None:
    """Where the keyboard is."""
    theme.round_rect(p, r.adjusted(-3, -3, 3, 3), 8, None, theme.c("accent"), 2)


def _dashed(p: QPainter, r: QRectF, radius: float) -> None:
    p.setRenderHint(QPainter.RenderHint.Antialiasing)
    p.setPen(QPen(theme.c("control"), 1, _DASH))
    p.setBrush(Qt.BrushStyle.NoBrush)
    p.drawRoundedRect(r.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)


def _head(p: QPainter, r: QRectF, icon: str, text: str, icon_role: str, style: str, role: str) -> None:
    side = theme.px(16)
    line = QRectF(r.x() + 10, r.y() + theme.px(7), r.width() - 18, theme.px(22))
    theme.draw_icon(p, icon, theme.c(icon_role), line.x(), line.center().y() - side / 2, side)
    p.setFont(theme.font(style))
    p.setPen(theme.c(role))
    inner = line.adjusted(side + 6, 0, 0, 0)
    p.drawText(inner, _VC, p.fontMetrics().elidedText(text, _RIGHT, int(inner.width())))


def _foot(p: QPainter, r: QRectF, text: str, role: str) -> None:
    line = QRectF(r.x() + 12, r.bottom() - theme.px(28), r.width() - 20, theme.px(20))
    p.setFont(theme.font("caption"))
    p.setPen(theme.c(role))
    p.drawText(line, _VC, p.fontMetrics().elidedText(text, _RIGHT, int(line.width())))
