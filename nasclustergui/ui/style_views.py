"""Headers, tabs, scroll bars, splitters, progress, sliders and the rows of plain item views."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import (
    QStyle,
    QStyleOption,
    QStyleOptionHeader,
    QStyleOptionProgressBar,
    QStyleOptionSlider,
    QStyleOptionTab,
    QWidget,
)

from nasclustergui.ui import theme
from nasclustergui.ui.style_sizes import sub_control
from nasclustergui.ui.theme import RADIUS, c, round_rect

_S = QStyle.StateFlag
_VC = Qt.AlignmentFlag.AlignVCenter
_HORIZONTAL = Qt.AlignmentFlag.AlignHorizontal_Mask


def header_section(o: QStyleOption, p: QPainter, w: QWidget | None) -> None:
    """The inset strip with its hairline."""
    p.fillRect(o.rect, c("hover" if o.state & _S.State_MouseOver and o.state & _S.State_Enabled else "inset"))
    p.fillRect(QRect(o.rect.left(), o.rect.bottom(), o.rect.width(), 1), c("line"))


def header_empty(o: QStyleOption, p: QPainter, w: QWidget | None) -> None:
    """Beyond the last column."""
    header_section(o, p, None)


def header_label(o: QStyleOption, p: QPainter, w: QWidget | None) -> None:
    """The column's name, aligned like its values; an arrow when it sorts."""
    if not isinstance(o, QStyleOptionHeader):
        return
    lead = int(w.property("lead") or 0) if o.section == 0 and w is not None else 0
    r = o.rect.adjusted(10 + lead, 0, -10, 0)
    align = o.textAlignment & _HORIZONTAL
    p.setFont(theme.font("label"))
    p.setPen(c("text3"))
    side = theme.px(12)
    arrow = {
        QStyleOptionHeader.SortIndicator.SortDown: "chevron-up",
        QStyleOptionHeader.SortIndicator.SortUp: "chevron-down",
    }.get(o.sortIndicator)
    wide = r.width() - (side + 2 if arrow else 0)
    text = p.fontMetrics().elidedText(o.text, Qt.TextElideMode.ElideRight, wide)
    if arrow:
        used = p.fontMetrics().horizontalAdvance(text)
        right = bool(align & Qt.AlignmentFlag.AlignRight)
        x = r.right() - side + 2 if right else r.left() + used + 3
        theme.draw_icon(p, arrow, c("text2"), x, r.center().y() - side / 2 + 1, side)
        if right:
            r = r.adjusted(0, 0, -side, 0)
    p.drawText(r, _VC | align, text)


def splitter(o: QStyleOption, p: QPainter, w: QWidget | None) -> None:
    """Nothing but the gap; a grip under the pointer."""
    if not o.state & _S.State_MouseOver:
        return
    r = QRectF(o.rect)
    flat = r.width() > r.height()
    grip = QRectF(0, 0, 36 if flat else 3, 3 if flat else 36)
    grip.moveCenter(r.center())
    round_rect(p, grip, 1.5, c("accent"))


def tab_shape(o: QStyleOption, p: QPainter, w: QWidget | None) -> None:
    """A 2 px line under the current tab, a ring for the keyboard."""
    if o.state & _S.State_Selected:
        p.fillRect(QRect(o.rect.left() + 8, o.rect.bottom() - 1, o.rect.width() - 16, 2), c("accent"))
    elif o.state & _S.State_MouseOver and o.state & _S.State_Enabled:
        p.fillRect(QRect(o.rect.left() + 8, o.rect.bottom() - 1, o.rect.width() - 16, 2), c("line"))
    if o.state & _S.State_HasFocus and o.state & _S.State_KeyboardFocusChange:
        round_rect(p, QRectF(o.rect).adjusted(2, 2, -2, -4), RADIUS["control"], None, c("accent"), 2.0)


def tab_label(o: QStyleOption, p: QPainter, w: QWidget | None) -> None:
    """Strong when current; the tab is as wide as its strong text, so nothing jumps."""
    if not isinstance(o, QStyleOptionTab):
        return
    current = bool(o.state & _S.State_Selected)
    p.setFont(theme.font("strong" if current else "medium"))
    p.setPen(c("disabled" if not o.state & _S.State_Enabled else "text" if current else "text2"))
    p.drawText(o.rect, Qt.AlignmentFlag.AlignCenter.value | Qt.TextFlag.TextHideMnemonic.value, o.text)


def scroll_bar(o: QStyleOption, p: QPainter, w: QWidget | None) -> None:
    """Only the handle, darker under the pointer."""
    if not isinstance(o, QStyleOptionSlider) or o.maximum <= o.minimum:
        return
    handle = sub_control(QStyle.ComplexControl.CC_ScrollBar, o, QStyle.SubControl.SC_ScrollBarSlider)
    if handle is None:
        return
    color = QColor(c("control"))
    if not o.state & (_S.State_MouseOver | _S.State_Sunken) and not theme.is_contrast():
        color.setAlpha(150)
    round_rect(p, QRectF(handle).adjusted(2, 2, -2, -2), 3, color)


def slider(o: QStyleOption, p: QPainter, w: QWidget | None) -> None:
    """A thin groove, filled up to a round handle. Horizontal only: the app has no other."""
    if not isinstance(o, QStyleOptionSlider):
        return
    r, side = QRectF(o.rect), float(theme.px(16))
    at = QStyle.sliderPositionFromValue(o.minimum, o.maximum, o.sliderPosition, round(r.width() - side), o.upsideDown)
    enabled = bool(o.state & _S.State_Enabled)
    groove = QRectF(r.x(), r.center().y() - 2, r.width(), 4)
    round_rect(p, groove, 2, c("control") if theme.is_contrast() else c("line"))
    groove.setWidth(at + side / 2)
    round_rect(p, groove, 2, c("accent" if enabled else "disabled"))
    knob = QRectF(r.x() + at, r.center().y() - side / 2, side, side)
    round_rect(p, knob, side / 2, c("surface"), c("accent" if enabled else "disabled"), 2.0)


def progress_groove(o: QStyleOption, p: QPainter, w: QWidget | None) -> None:
    """The track of a meter."""
    r = _bar(o)
    if theme.is_contrast():
        round_rect(p, r, r.height() / 2, None, c("control"))
    else:
        round_rect(p, r, r.height() / 2, c("line"))


def progress_contents(o: QStyleOption, p: QPainter, w: QWidget | None) -> None:
    """Purple: what the cluster does by itself. While nothing is known the middle third is filled."""
    if not isinstance(o, QStyleOptionProgressBar):
        return
    r, span = _bar(o), o.maximum - o.minimum
    if span <= 0:
        r.adjust(r.width() / 3, 0, -r.width() / 3, 0)
    elif o.progress <= o.minimum:
        return
    else:
        r.setWidth(max(r.height(), r.width() * (o.progress - o.minimum) / span))
    round_rect(p, r, r.height() / 2, c("busy"))


def _bar(o: QStyleOption) -> QRectF:
    r, height = QRectF(o.rect), float(theme.size("meter"))
    return QRectF(r.x(), r.center().y() - height / 2, r.width(), height)


def branch(o: QStyleOption, p: QPainter, w: QWidget | None) -> None:
    """A chevron where there are children."""
    if o.state & _S.State_Children:
        side = theme.px(14)
        name = "chevron-down" if o.state & _S.State_Open else "chevron-right"
        theme.draw_icon(p, name, c("text3"), o.rect.right() - side + 1, o.rect.center().y() - side // 2, side)


def item_background(o: QStyleOption, p: QPainter, w: QWidget | None) -> None:
    """Rows of plain lists: selected or under the pointer."""
    if o.state & _S.State_Selected:
        p.fillRect(o.rect, c("selected"))
    elif o.state & _S.State_MouseOver and o.state & _S.State_Enabled:
        p.fillRect(o.rect, c("hover"))


def group_frame(o: QStyleOption, p: QPainter, w: QWidget | None) -> None:
    """A quiet outline."""
    round_rect(p, QRectF(o.rect), 8, None, c("line"))
