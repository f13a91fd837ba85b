"""The pieces of the window, under one name."""

from __future__ import annotations

from nasclustergui.ui.band import Band, band_color, environment_tag, environment_word
from nasclustergui.ui.card import Fill
from nasclustergui.ui.focus import Regions
from nasclustergui.ui.page_header import PageHeader, page_header
from nasclustergui.ui.sidebar import NARROW_BELOW, PageEntry, Sidebar
from nasclustergui.ui.status_bar import StatusBar
from nasclustergui.ui.toast import Toasts

__all__ = [
    "NARROW_BELOW",
    "Band",
    "Fill",
    "PageEntry",
    "PageHeader",
    "Regions",
    "Sidebar",
    "StatusBar",
    "Toasts",
    "band_color",
    "environment_tag",
    "environment_word",
    "page_header",
]
