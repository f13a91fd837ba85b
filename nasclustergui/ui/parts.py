"""Everything a page is made of, under one name."""

from __future__ import annotations

from nasclustergui.ui.badge import Badge, Icon, Tag, badge_width, draw_badge, state_icon
from nasclustergui.ui.buttons import Button, FlowButtons, button
from nasclustergui.ui.card import Card, Fill, Line, Meter, Panel, draw_meter
from nasclustergui.ui.labels import ElidedLabel, Label, label
from nasclustergui.ui.layout import box, clear, col, row

__all__ = [
    "Badge",
    "Button",
    "Card",
    "ElidedLabel",
    "Fill",
    "FlowButtons",
    "Icon",
    "Label",
    "Line",
    "Meter",
    "Panel",
    "Tag",
    "badge_width",
    "box",
    "button",
    "clear",
    "col",
    "draw_badge",
    "draw_meter",
    "label",
    "row",
    "state_icon",
]
