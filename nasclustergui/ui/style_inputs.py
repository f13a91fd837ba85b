"""Fields, combo boxes, spin boxes, check boxes and radio buttons."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QComboBox,
    QStyle,
    QStyleOption,
    QStyleOptionComboBox,
    QStyleOptionSpinBox,
    QWidget,
)

from nasclustergui.ui import theme
from nasclustergui.ui.theme import RADIUS, c, round_rect

_S = QStyle.StateFlag
_VC = Qt.AlignmentFlag.AlignVCenter


def is_inner_edit(w: QWidget | None) -> bool:
    """True for the line edit inside a combo or spin box, which paints the outline itself."""
    return w is not None and isinstance(w.parentWidget(), (QComboBox, QAbstractSpinBox))


def line_edit(o: QStyleOption, p: QPainter, w: QWidget | None) -> None:
    """Outline of a field; 2 px while it has the focus or holds something invalid."""
    if is_inner_edit(w) or (w is not None and w.property("bare")):
        return
    field(o, p, w)


def field(o: QStyleOption, p: QPainter, w: QWidget | None) -> None:
    """Surface and outline that all inputs share."""
    enabled = bool(o.state & _S.State_Enabled)
    focus = bool(o.state & _S.State_HasFocus) and enabled
    bad = w is not None and bool(w.property("invalid"))
    line = "critical" if bad else "accent" if focus else "control" if enabled else "line"
    read_only = w is not None and bool(w.property("readOnly"))
    fill = "surface" if enabled and not read_only else "inset"
    round_rect(p, QRectF(o.rect), RADIUS["control"], c(fill), c(line), 2.0 if focus or bad else 1.0)


def combo_box(o: QStyleOption, p: QPainter, w: QWidget | None) -> None:
    """A field with a chevron."""
    field(o, p, w)
    side = theme.px(14)
    color = c("text2" if o.state & _S.State_Enabled else "disabled")
    theme.draw_icon(p, "chevron-down", color, o.rect.right() - side - 8, o.rect.center().y() - side // 2, side)


def combo_label(o: QStyleOption, p: QPainter, w: QWidget | None) -> None:
    """The chosen item, elided before the chevron."""
    if not isinstance(o, QStyleOptionComboBox) or o.editable:
        return
    x, side = 10, theme.px(16)
    if not o.currentIcon.isNull():
        o.currentIcon.paint(p, QRect(o.rect.x() + x, o.rect.center().y() - side // 2, side, side))
        x += side + 6
    p.setFont(w.font() if w is not None else theme.font())
    p.setPen(c("text" if o.state & _S.State_Enabled else "disabled"))
    r = o.rect.adjusted(x, 0, -theme.px(26), 0)
    p.drawText(r, _VC, p.fontMetrics().elidedText(o.currentText, Qt.TextElideMode.ElideRight, r.width()))


def spin_box(o: QStyleOption, p: QPainter, w: QWidget | None) -> None:
    """A field with two small chevrons; the one that cannot go further is grey."""
    if not isinstance(o, QStyleOptionSpinBox):
        return
    field(o, p, w)
    if o.buttonSymbols == QAbstractSpinBox.ButtonSymbols.NoButtons:
        return
    side, half = theme.px(12), o.rect.height() / 2
    x = o.rect.right() - theme.px(26) / 2 - side / 2
    step = QAbstractSpinBox.StepEnabledFlag
    for name, flag, y in (
        ("chevron-up", step.StepUpEnabled, half * 0.55),
        ("chevron-down", step.StepDownEnabled, half * 1.45),
    ):
        usable = bool(o.stepEnabled & flag) and bool(o.state & _S.State_Enabled)
        theme.draw_icon(p, name, c("text2" if usable else "disabled"), x, o.rect.top() + y - side / 2, side)


def check_box(o: QStyleOption, p: QPainter, w: QWidget | None) -> None:
    """A square with a check mark, a bar when partly checked."""
    r, name = _indicator(o, p, 4.0), "check"
    if o.state & _S.State_NoChange:
        name = "minus"
    elif not o.state & _S.State_On:
        return
    side = round(r.width()) - 2
    mark = c("on_fill" if o.state & _S.State_Enabled else "disabled")
    theme.draw_icon(p, name, mark, r.x() + 1, r.y() + 1, side)


def radio_button(o: QStyleOption, p: QPainter, w: QWidget | None) -> None:
    """A circle with a dot."""
    r = _indicator(o, p, 99.0)
    if o.state & _S.State_On:
        dot = r.width() * 0.19
        mark = c("on_fill" if o.state & _S.State_Enabled else "disabled")
        round_rect(p, QRectF(r.center().x() - dot, r.center().y() - dot, 2 * dot, 2 * dot), dot, mark)


def _indicator(o: QStyleOption, p: QPainter, radius: float) -> QRectF:
    r = QRectF(o.rect).adjusted(1, 1, -1, -1)
    side = min(r.width(), r.height())
    r = QRectF(r.center().x() - side / 2, r.center().y() - side / 2, side, side)
    filled = bool(o.state & (_S.State_On | _S.State_NoChange))
    radius = min(radius, side / 2)
    if not o.state & _S.State_Enabled:
        round_rect(p, r, radius, c("unknown_bg"), c("line"))
    elif filled:
        round_rect(p, r, radius, c("accent_fill"))
    else:
        over = bool(o.state & _S.State_MouseOver)
        round_rect(p, r, radius, c("hover" if over else "surface"), c("control"))
    return r


def _arrow(name: str, o: QStyleOption, p: QPainter) -> None:
    side = theme.px(14)
    color = c("text2" if o.state & _S.State_Enabled else "disabled")
    theme.draw_icon(p, name, color, o.rect.center().x() - side / 2, o.rect.center().y() - side / 2, side)


def arrow_down(o: QStyleOption, p: QPainter, w: QWidget | None) -> None:
    """A chevron instead of Fusion's triangle."""
    _arrow("chevron-down", o, p)


def arrow_up(o: QStyleOption, p: QPainter, w: QWidget | None) -> None:
    """A chevron instead of Fusion's triangle."""
    _arrow("chevron-up", o, p)


def arrow_left(o: QStyleOption, p: QPainter, w: QWidget | None) -> None:
    """A chevron instead of Fusion's triangle."""
    _arrow("chevron-left", o, p)


def arrow_right(o: QStyleOption, p: QPainter, w: QWidget | None) -> None:
    """A chevron instead of Fusion's triangle."""
    _arrow("chevron-right", o, p)
