"""Push buttons by risk, tool buttons, and the focus ring."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyleOption, QStyleOptionButton, QWidget

from nasclustergui.ui import theme
from nasclustergui.ui.style_sizes import ICON_GAP, has_menu
from nasclustergui.ui.theme import RADIUS, c, round_rect

_S = QStyle.StateFlag
_CENTRE_LINE = Qt.AlignmentFlag.AlignVCenter
_SHORTCUT = Qt.TextFlag.TextHideMnemonic.value | Qt.AlignmentFlag.AlignVCenter.value

# kind -> (fill, outline, text): roles, "" for none
KINDS = {
    "normal": ("surface", "button", "text"),
    "primary": ("accent_fill", "", "on_fill"),
    "danger": ("critical_fill", "", "on_fill"),
    "caution": ("warn_bg", "warn", "warn"),
    "danger-quiet": ("surface", "button", "critical"),
    "quiet": ("", "", "text2"),
    "link": ("", "", "accent_text"),
}


def push_button(o: QStyleOption, p: QPainter, w: QWidget | None) -> None:
    """Fill and outline by kind and state, then icon, text and arrow as one centred group."""
    if not isinstance(o, QStyleOptionButton):
        return
    kind = str((w.property("kind") if w is not None else None) or "normal")
    fill, line, text = _colors(kind, o.state)
    round_rect(p, QRectF(o.rect), RADIUS["control"], fill, line)
    _content(o, p, w, text)


def _colors(kind: str, state: QStyle.StateFlag) -> tuple[QColor | None, QColor | None, QColor]:
    roles = KINDS[kind]
    fill, line, text = (c(role) if role else None for role in roles)
    if state & _S.State_On:
        fill, line, text = c("selected"), c("accent"), c("accent_text")
    if not state & _S.State_Enabled:
        outlined = c("disabled") if theme.is_contrast() else None
        return (c("unknown_bg") if fill is not None else None), outlined, c("disabled")
    if state & _S.State_Sunken:
        fill = fill.darker(112) if fill is not None else c("selected")
    elif state & _S.State_MouseOver and not state & _S.State_On:
        tinted = fill is not None and kind not in ("normal", "danger-quiet")
        fill = fill.darker(106) if tinted and fill is not None else c("hover")
    return fill, line, text or c("text")


def _content(o: QStyleOptionButton, p: QPainter, w: QWidget | None, color: QColor) -> None:
    small = bool(w is not None and w.property("small"))
    p.setFont(theme.font("label" if small else "medium"))
    side, has_icon = theme.px(16), not o.icon.isNull()
    wide = p.fontMetrics().horizontalAdvance(o.text.replace("&", "")) if o.text else 0
    arrow = theme.px(18) if has_menu(o, w) else 0
    lead = (side + (ICON_GAP if o.text else 0)) if has_icon else 0
    r = QRectF(o.rect)
    x = r.left() + (r.width() - lead - wide - arrow) / 2
    if has_icon:
        name = w.property("iconName") if w is not None else None
        y = round(r.center().y() - side / 2)
        if name:
            theme.draw_icon(p, str(name), color, round(x), y, side)
        else:
            o.icon.paint(p, round(x), y, side, side)
        x += lead
    p.setPen(color)
    p.drawText(QRectF(x, r.top(), wide + 2, r.height()), _SHORTCUT, o.text)
    if arrow:
        down = theme.px(14)
        theme.draw_icon(p, "chevron-down", color, round(x + wide + 4), round(r.center().y() - down / 2), down)


def tool_button_panel(o: QStyleOption, p: QPainter, w: QWidget | None) -> None:
    """A quiet button: nothing until the pointer is over it."""
    if not o.state & _S.State_Enabled:
        return
    if o.state & (_S.State_On | _S.State_Sunken):
        round_rect(p, QRectF(o.rect), RADIUS["control"], c("selected"))
    elif o.state & _S.State_MouseOver:
        round_rect(p, QRectF(o.rect), RADIUS["control"], c("hover"))


def focus_frame(o: QStyleOption, p: QPainter, w: QWidget | None) -> None:
    """The ring around a control that has the keyboard: 2 px, 1 px away from it."""
    round_rect(p, QRectF(o.rect), RADIUS["control"] + 3, None, c("accent"), 2.0)
