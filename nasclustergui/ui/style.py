"""The one QProxyStyle over Fusion: what the theme paints itself, and the measures of it. No style sheets anywhere."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QIcon, QPainter, QPalette
from PySide6.QtWidgets import (
    QApplication,
    QProxyStyle,
    QStyle,
    QStyleFactory,
    QStyleHintReturn,
    QStyleOption,
    QStyleOptionComplex,
    QWidget,
)

from nasclustergui.ui import style_buttons, style_inputs, style_menus, style_sizes, style_views, theme

_E, _P, _X = QStyle.ControlElement, QStyle.PrimitiveElement, QStyle.ComplexControl
_H, _S = QStyle.StyleHint, QStyle.StandardPixmap

Draw = Callable[[QStyleOption, QPainter, QWidget | None], None]


def _nothing(option: QStyleOption, p: QPainter, widget: QWidget | None) -> None:
    """Fusion would paint something here; the theme does not."""


_CONTROLS: dict[QStyle.ControlElement, Draw] = {
    _E.CE_PushButton: style_buttons.push_button,
    _E.CE_FocusFrame: style_buttons.focus_frame,
    _E.CE_HeaderSection: style_views.header_section,
    _E.CE_HeaderLabel: style_views.header_label,
    _E.CE_HeaderEmptyArea: style_views.header_empty,
    _E.CE_ComboBoxLabel: style_inputs.combo_label,
    _E.CE_Splitter: style_views.splitter,
    _E.CE_TabBarTabShape: style_views.tab_shape,
    _E.CE_TabBarTabLabel: style_views.tab_label,
    _E.CE_ProgressBarGroove: style_views.progress_groove,
    _E.CE_ProgressBarContents: style_views.progress_contents,
    _E.CE_MenuItem: style_menus.menu_item,
    _E.CE_MenuEmptyArea: style_menus.menu_empty,
    _E.CE_MenuBarItem: style_menus.menu_bar_item,
    _E.CE_MenuBarEmptyArea: style_menus.menu_bar_empty,
}
_PRIMITIVES: dict[QStyle.PrimitiveElement, Draw] = {
    _P.PE_PanelLineEdit: style_inputs.line_edit,
    _P.PE_IndicatorCheckBox: style_inputs.check_box,
    _P.PE_IndicatorItemViewItemCheck: style_inputs.check_box,
    _P.PE_IndicatorRadioButton: style_inputs.radio_button,
    _P.PE_IndicatorArrowDown: style_inputs.arrow_down,
    _P.PE_IndicatorArrowUp: style_inputs.arrow_up,
    _P.PE_IndicatorArrowLeft: style_inputs.arrow_left,
    _P.PE_IndicatorArrowRight: style_inputs.arrow_right,
    _P.PE_PanelButtonTool: style_buttons.tool_button_panel,
    _P.PE_IndicatorBranch: style_views.branch,
    _P.PE_PanelItemViewItem: style_views.item_background,
    _P.PE_PanelMenu: style_menus.menu_panel,
    _P.PE_FrameMenu: _nothing,
    _P.PE_PanelTipLabel: style_menus.tool_tip,
    _P.PE_Frame: style_menus.popup_frame,
    _P.PE_FrameGroupBox: style_views.group_frame,
    _P.PE_FrameFocusRect: _nothing,  # the focus ring is a QFocusFrame, see focus.py
    _P.PE_FrameLineEdit: _nothing,
    _P.PE_FrameTabBarBase: _nothing,
    _P.PE_FrameTabWidget: _nothing,
    _P.PE_FrameStatusBarItem: _nothing,
    _P.PE_PanelItemViewRow: _nothing,
}
_COMPLEX: dict[QStyle.ComplexControl, Draw] = {
    _X.CC_ComboBox: style_inputs.combo_box,
    _X.CC_SpinBox: style_inputs.spin_box,
    _X.CC_ScrollBar: style_views.scroll_bar,
    _X.CC_Slider: style_views.slider,
}
_HINTS = {
    _H.SH_ItemView_ShowDecorationSelected: 1,
    _H.SH_EtchDisabledText: 0,
    _H.SH_FocusFrame_AboveWidget: 1,
    _H.SH_DialogButtonBox_ButtonsHaveIcons: 0,
    _H.SH_ComboBox_Popup: 0,
    _H.SH_ScrollBar_ContextMenu: 0,
    _H.SH_UnderlineShortcut: 0,
    _H.SH_MessageBox_TextInteractionFlags: 1,
}
_ICONS = {
    _S.SP_MessageBoxCritical: ("octagon-x", "critical"),
    _S.SP_MessageBoxWarning: ("triangle-alert", "warn"),
    _S.SP_MessageBoxInformation: ("info", "accent_text"),
    _S.SP_MessageBoxQuestion: ("circle-question-mark", "text2"),
    _S.SP_LineEditClearButton: ("x", "text3"),
}


class NasStyle(QProxyStyle):
    """Fusion, with everything that has a shape of its own painted by the `style_*` modules."""

    def __init__(self) -> None:
        super().__init__("Fusion")

    def drawControl(
        self, element: QStyle.ControlElement, option: QStyleOption, painter: QPainter, widget: QWidget | None = None
    ) -> None:
        """Buttons, headers, tabs, menus, progress."""
        if (draw := _CONTROLS.get(element)) is not None:
            _saved(draw, option, painter, widget)
        else:
            super().drawControl(element, option, painter, widget)

    def drawPrimitive(
        self, element: QStyle.PrimitiveElement, option: QStyleOption, painter: QPainter, widget: QWidget | None = None
    ) -> None:
        """Fields, check boxes, frames."""
        if (draw := _PRIMITIVES.get(element)) is not None:
            _saved(draw, option, painter, widget)
        else:
            super().drawPrimitive(element, option, painter, widget)

    def drawComplexControl(
        self,
        control: QStyle.ComplexControl,
        option: QStyleOptionComplex,
        painter: QPainter,
        widget: QWidget | None = None,
    ) -> None:
        """Combo boxes, spin boxes, scroll bars, sliders."""
        if (draw := _COMPLEX.get(control)) is not None:
            _saved(draw, option, painter, widget)
        else:
            super().drawComplexControl(control, option, painter, widget)

    def subControlRect(
        self,
        cc: QStyle.ComplexControl,
        opt: QStyleOptionComplex,
        sc: QStyle.SubControl,
        widget: QWidget | None = None,
    ) -> QRect:
        """Scroll bars without arrows; spin boxes with chevrons in the field."""
        found = style_sizes.sub_control(cc, opt, sc)
        if found is not None:
            return found
        return super().subControlRect(cc, opt, sc, widget)  # type: ignore[arg-type]  # Qt allows None

    def subElementRect(self, element: QStyle.SubElement, option: QStyleOption, widget: QWidget | None = None) -> QRect:
        """Text of a field keeps 6 px from its outline."""
        r = super().subElementRect(element, option, widget)  # type: ignore[arg-type]  # Qt allows None
        if element == QStyle.SubElement.SE_LineEditContents and not style_inputs.is_inner_edit(widget):
            return r.adjusted(6, 0, -6, 0)
        return r

    def sizeFromContents(
        self, ct: QStyle.ContentsType, opt: QStyleOption, size: QSize, w: QWidget | None = None
    ) -> QSize:
        """Heights of the guide, widths from the text: nothing is cut in German."""
        base = super().sizeFromContents(ct, opt, size, w)  # type: ignore[arg-type]  # Qt allows None
        return style_sizes.from_contents(ct, opt, base, w)

    def pixelMetric(
        self, metric: QStyle.PixelMetric, option: QStyleOption | None = None, widget: QWidget | None = None
    ) -> int:
        """Measures of the guide."""
        found = style_sizes.metric(metric)
        return found if found is not None else super().pixelMetric(metric, option, widget)

    def styleHint(
        self,
        hint: QStyle.StyleHint,
        option: QStyleOption | None = None,
        widget: QWidget | None = None,
        data: QStyleHintReturn | None = None,
    ) -> int:
        """No icons in dialog buttons, no etched text, a focus ring above its widget."""
        found = _HINTS.get(hint)
        return found if found is not None else super().styleHint(hint, option, widget, data)

    def standardIcon(
        self,
        which: QStyle.StandardPixmap,
        option: QStyleOption | None = None,
        widget: QWidget | None = None,
    ) -> QIcon:
        """The theme's state icons in message boxes."""
        if (named := _ICONS.get(which)) is not None:
            return theme.icon(*named)
        return super().standardIcon(which, option, widget)

    def standardPalette(self) -> QPalette:
        """The theme's: Qt asks when the desktop changes its own."""
        return QApplication.palette()


def _saved(draw: Draw, option: QStyleOption, p: QPainter, widget: QWidget | None) -> None:
    p.save()
    draw(option, p, widget)
    p.restore()


def use_fusion(view: QWidget) -> None:
    """Plain Fusion in C++, for views with thousands of cells: a Python style is asked several times per row.

    One style per view: PySide deletes a widget's style together with the widget.
    """
    style = QStyleFactory.create("Fusion")
    style.setParent(view)
    view.setStyle(style)
