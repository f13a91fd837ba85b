"""Measures of everything the style paints, in the user's text size."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import (
    QComboBox,
    QPushButton,
    QStyle,
    QStyleOption,
    QStyleOptionButton,
    QStyleOptionComplex,
    QStyleOptionMenuItem,
    QStyleOptionSlider,
    QStyleOptionSpinBox,
    QStyleOptionTab,
    QWidget,
)

from nasclustergui.ui import theme

_M, _C, _X, _SC = QStyle.PixelMetric, QStyle.ContentsType, QStyle.ComplexControl, QStyle.SubControl
_FIXED = {
    _M.PM_ScrollBarExtent: 10,
    _M.PM_DefaultFrameWidth: 1,
    _M.PM_MenuPanelWidth: 1,
    _M.PM_MenuHMargin: 4,
    _M.PM_MenuVMargin: 4,
    _M.PM_FocusFrameHMargin: 3,
    _M.PM_FocusFrameVMargin: 3,
    _M.PM_SplitterWidth: 12,
    _M.PM_ButtonShiftHorizontal: 0,
    _M.PM_ButtonShiftVertical: 0,
    _M.PM_TabBarTabShiftVertical: 0,
    _M.PM_ToolTipLabelFrameWidth: 8,
    _M.PM_CheckBoxLabelSpacing: 6,
    _M.PM_RadioButtonLabelSpacing: 6,
    _M.PM_LayoutHorizontalSpacing: 8,
    _M.PM_LayoutVerticalSpacing: 8,
}
_SCALED = {
    _M.PM_IndicatorWidth: 18,
    _M.PM_IndicatorHeight: 18,
    _M.PM_ExclusiveIndicatorWidth: 18,
    _M.PM_ExclusiveIndicatorHeight: 18,
    _M.PM_TreeViewIndentation: 20,
    _M.PM_SmallIconSize: 16,
    _M.PM_ListViewIconSize: 16,
    _M.PM_ButtonIconSize: 16,
    _M.PM_LineEditIconSize: 16,
    _M.PM_TabBarIconSize: 16,
    _M.PM_MessageBoxIconSize: 28,
    _M.PM_SliderThickness: 20,
    _M.PM_SliderLength: 16,
    _M.PM_SliderControlThickness: 16,
}
ICON_GAP = 6  # between a button's icon and its text, the icon's own margin adds 2


def metric(m: QStyle.PixelMetric) -> int | None:
    """A length of the guide, None where Fusion decides."""
    found = _FIXED.get(m)
    if found is None and (scaled := _SCALED.get(m)) is not None:
        return theme.px(scaled)
    return found


def button_size(o: QStyleOptionButton, w: QWidget | None) -> QSize:
    """From text, icon and menu arrow: never a fixed width."""
    small = bool(w is not None and w.property("small"))
    height = theme.size("button_small" if small else "button")
    style = "label" if small else "medium"
    icon = theme.px(16)
    chevron = theme.px(18) if has_menu(o, w) else 0
    if not o.text:
        return QSize(height + chevron, height)
    width = theme.text_width(o.text.replace("&", ""), style) + (20 if small else 28)
    return QSize(width + (icon + ICON_GAP if not o.icon.isNull() else 0) + chevron, height)


def has_menu(o: QStyleOptionButton, w: QWidget | None) -> bool:
    """True for a button that shows the small arrow."""
    if w is not None and w.property("menu"):
        return True
    return bool(o.features & QStyleOptionButton.ButtonFeature.HasMenu) and bool(o.text)


def from_contents(t: QStyle.ContentsType, o: QStyleOption, base: QSize, w: QWidget | None) -> QSize:
    """The size of a control from Fusion's idea of it."""
    if t == _C.CT_PushButton and isinstance(o, QStyleOptionButton) and isinstance(w, QPushButton):
        return button_size(o, w)
    if t == _C.CT_LineEdit and (w is None or not w.property("bare")):
        return QSize(base.width() + 12, theme.size("input"))
    if t == _C.CT_ComboBox:
        return QSize(base.width() + 12, theme.size("input"))
    if t == _C.CT_SpinBox:
        return QSize(base.width() + 16, theme.size("input"))
    if t in (_C.CT_CheckBox, _C.CT_RadioButton):
        return QSize(base.width(), max(base.height(), theme.px(24)))
    if t == _C.CT_TabBarTab and isinstance(o, QStyleOptionTab):
        return QSize(theme.text_width(o.text.replace("&", ""), "strong") + theme.px(24), theme.px(34))
    if t == _C.CT_MenuItem and isinstance(o, QStyleOptionMenuItem):
        return _menu_item_size(o)
    if t == _C.CT_ItemViewItem:
        combo = w is not None and in_combo(w)
        return QSize(base.width() + 8, max(base.height(), theme.size("row") if combo else theme.px(26)))
    return base


def in_combo(w: QWidget) -> bool:
    """True for the list that a combo box opens."""
    parent = w.parentWidget()
    return parent is not None and isinstance(parent.parentWidget(), QComboBox)


def _menu_item_size(o: QStyleOptionMenuItem) -> QSize:
    if o.menuItemType == QStyleOptionMenuItem.MenuItemType.Separator:
        return QSize(10, theme.px(26) if o.text else 9)
    text, _tab, shortcut = o.text.partition("\t")
    width = theme.px(16) + 8 + theme.text_width(text.replace("&", "")) + theme.px(16) + 20
    if shortcut:
        width += theme.text_width(shortcut, "caption") + 24
    return QSize(width, theme.size("row"))


def sub_control(cc: QStyle.ComplexControl, o: QStyleOptionComplex, sc: QStyle.SubControl) -> QRect | None:
    """Where a part of a scroll bar or spin box lies, None where Fusion decides."""
    if cc == _X.CC_ScrollBar and isinstance(o, QStyleOptionSlider):
        return _scroll_bar_part(o, sc)
    if cc == _X.CC_ComboBox and sc == _SC.SC_ComboBoxEditField:
        return o.rect.adjusted(8, 1, -theme.px(26), -1)
    if cc == _X.CC_SpinBox and isinstance(o, QStyleOptionSpinBox):
        return _spin_box_part(o, sc)
    return None


def _scroll_bar_part(o: QStyleOptionSlider, sc: QStyle.SubControl) -> QRect:
    flat = o.orientation == Qt.Orientation.Horizontal
    length = o.rect.width() if flat else o.rect.height()
    span = o.maximum - o.minimum
    handle = max(24, length * o.pageStep // (span + o.pageStep)) if span > 0 else length
    start = QStyle.sliderPositionFromValue(o.minimum, o.maximum, o.sliderPosition, length - handle, o.upsideDown)
    if sc == _SC.SC_ScrollBarSlider:
        a, n = start, handle
    elif sc == _SC.SC_ScrollBarSubPage:
        a, n = 0, start
    elif sc == _SC.SC_ScrollBarAddPage:
        a, n = start + handle, length - start - handle
    elif sc == _SC.SC_ScrollBarGroove:
        a, n = 0, length
    else:
        return QRect()
    return (
        QRect(o.rect.x() + a, o.rect.y(), n, o.rect.height())
        if flat
        else QRect(o.rect.x(), o.rect.y() + a, o.rect.width(), n)
    )


def _spin_box_part(o: QStyleOptionSpinBox, sc: QStyle.SubControl) -> QRect | None:
    r, w = o.rect, theme.px(26)
    half = r.height() // 2
    if sc == _SC.SC_SpinBoxUp:
        return QRect(r.right() - w, r.top() + 1, w, half - 1)
    if sc == _SC.SC_SpinBoxDown:
        return QRect(r.right() - w, r.top() + half, w, half - 1)
    if sc == _SC.SC_SpinBoxEditField:
        return r.adjusted(8, 1, -w - 2, -1)
    return None
