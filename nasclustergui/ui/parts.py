"""Everything a page is made of, under one name."""

from __future__ import annotations

from nasclustergui.ui.badge import Badge, Icon, Tag, badge_width, draw_badge, state_icon
from nasclustergui.ui.banner import Banner
from nasclustergui.ui.buttons import Button, FlowButtons, button
from nasclustergui.ui.card import Card, Fill, Line, Meter, Panel, draw_meter
from nasclustergui.ui.cell import Cell, Row
from nasclustergui.ui.console import Console, CopyLine
from nasclustergui.ui.forms import Field, SearchField, TextArea, TypedConfirm, set_invalid
from nasclustergui.ui.labels import ElidedLabel, Label, label
from nasclustergui.ui.layout import box, clear, col, row
from nasclustergui.ui.placeholder import Empty, Failed, Loading
from nasclustergui.ui.stack import Stack
from nasclustergui.ui.tree import Tree, state_width

__all__ = [
    "Badge",
    "Banner",
    "Button",
    "Card",
    "Cell",
    "Console",
    "CopyLine",
    "ElidedLabel",
    "Empty",
    "Failed",
    "Field",
    "Fill",
    "FlowButtons",
    "Icon",
    "Label",
    "Line",
    "Loading",
    "Meter",
    "Panel",
    "Row",
    "SearchField",
    "Stack",
    "Tag",
    "TextArea",
    "Tree",
    "TypedConfirm",
    "badge_width",
    "box",
    "button",
    "clear",
    "col",
    "draw_badge",
    "draw_meter",
    "label",
    "row",
    "set_invalid",
    "state_icon",
    "state_width",
]
