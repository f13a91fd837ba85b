"""Menus, tool tips and the frame of what pops up."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QMenu, QStyle, QStyleOption, QStyleOptionMenuItem, QWidget

from nasclustergui.ui import theme
from nasclustergui.ui.style_inputs import field
from nasclustergui.ui.theme import RADIUS, c, round_rect

_S = QStyle.StateFlag
_VC, _RIGHT = Qt.AlignmentFlag.AlignVCenter, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
_MNEMONIC = Qt.AlignmentFlag.AlignVCenter.value | Qt.TextFlag.TextHideMnemonic.value


def menu_panel(o: QStyleOption, p: QPainter, w: QWidget | None) -> None:
    """Raised surface with the outline of a control: no shadow is needed to see where it ends."""
    _outlined(p, o.rect)


def tool_tip(o: QStyleOption, p: QPainter, w: QWidget | None) -> None:
    """As a menu."""
    _outlined(p, o.rect)


def popup_frame(o: QStyleOption, p: QPainter, w: QWidget | None) -> None:
    """Only a combo box's list and text areas have a frame; everything else lies on a card that has one."""
    if w is not None and w.property("field"):
        field(o, p, w)
    if w is not None and w.inherits("QComboBoxPrivateContainer"):
        p.setPen(c("control"))
        p.setBrush(Qt.BrushStyle.NoBrush)
        p.drawRect(o.rect.adjusted(0, 0, -1, -1))


def _outlined(p: QPainter, r: QRect) -> None:
    p.setPen(c("control"))
    p.setBrush(c("raised"))
    p.drawRect(r.adjusted(0, 0, -1, -1))


def menu_empty(o: QStyleOption, p: QPainter, w: QWidget | None) -> None:
    """The panel has painted it."""


def menu_item(o: QStyleOption, p: QPainter, w: QWidget | None) -> None:
    """Icon or check mark, text, shortcut or arrow; a separator with text is a small heading."""
    if not isinstance(o, QStyleOptionMenuItem):
        return
    if o.menuItemType == QStyleOptionMenuItem.MenuItemType.Separator:
        _separator(o, p)
        return
    enabled = bool(o.state & _S.State_Enabled)
    if o.state & _S.State_Selected:
        round_rect(p, QRectF(o.rect), RADIUS["badge"], c("selected" if enabled else "hover"))
    role = ("critical" if _is_danger(o, w) else "text") if enabled else "disabled"
    side, r = theme.px(16), o.rect.adjusted(10, 0, -10, 0)
    _menu_mark(o, p, QRect(r.x(), r.center().y() - side // 2 + 1, side, side), role)
    text, _tab, shortcut = o.text.partition("\t")
    p.setFont(theme.font())
    p.setPen(c(role))
    p.drawText(r.adjusted(side + 8, 0, 0, 0), _MNEMONIC, text)
    if shortcut:
        p.setFont(theme.font("caption"))
        p.setPen(c("text3" if enabled else "disabled"))
        p.drawText(r, _RIGHT, shortcut)
    if o.menuItemType == QStyleOptionMenuItem.MenuItemType.SubMenu:
        small = theme.px(14)
        theme.draw_icon(p, "chevron-right", c(role), r.right() - small + 4, r.center().y() - small / 2, small)


def _menu_mark(o: QStyleOptionMenuItem, p: QPainter, at: QRect, role: str) -> None:
    if o.checkType != QStyleOptionMenuItem.CheckType.NotCheckable:
        if o.checked:
            theme.draw_icon(p, "check", c("accent_text" if role != "disabled" else role), at.x(), at.y(), at.width())
    elif not o.icon.isNull():
        o.icon.paint(p, at)


def _is_danger(o: QStyleOptionMenuItem, w: QWidget | None) -> bool:
    action = w.actionAt(o.rect.center()) if isinstance(w, QMenu) else None
    return action is not None and str(action.property("kind") or "").startswith("danger")


def _separator(o: QStyleOptionMenuItem, p: QPainter) -> None:
    if o.text:
        p.setFont(theme.font("label"))
        p.setPen(c("text3"))
        p.drawText(o.rect.adjusted(10, 4, -10, 0), _VC, o.text)
        return
    p.fillRect(QRect(o.rect.x() - 4, o.rect.center().y(), o.rect.width() + 8, 1), c("line"))


def menu_bar_item(o: QStyleOption, p: QPainter, w: QWidget | None) -> None:
    """Text on the canvas, tinted while open."""
    if not isinstance(o, QStyleOptionMenuItem):
        return
    p.fillRect(o.rect, c("canvas"))
    if o.state & _S.State_Selected:
        round_rect(p, QRectF(o.rect).adjusted(1, 2, -1, -2), RADIUS["badge"], c("selected"))
    p.setFont(theme.font())
    p.setPen(c("text" if o.state & _S.State_Enabled else "disabled"))
    p.drawText(o.rect, _MNEMONIC | Qt.AlignmentFlag.AlignHCenter.value, o.text)


def menu_bar_empty(o: QStyleOption, p: QPainter, w: QWidget | None) -> None:
    """The canvas."""
    p.fillRect(o.rect, c("canvas"))
