"""Rows and columns in one expression: `row(icon, (name, 1), None, button("Edit…"))`."""

from __future__ import annotations

from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLayout, QVBoxLayout, QWidget

Margins = tuple[int, int, int, int]
Item = QWidget | QLayout | int | tuple[QWidget | QLayout, int] | None


def row(*items: Item, gap: int = 8, margins: Margins = (0, 0, 0, 0)) -> QHBoxLayout:
    """Left to right: a widget or layout, (it, stretch), an int for pixels, None for what is left over."""
    layout = QHBoxLayout()
    _fill(layout, items, gap, margins)
    return layout


def col(*items: Item, gap: int = 8, margins: Margins = (0, 0, 0, 0)) -> QVBoxLayout:
    """Top to bottom, else as `row`."""
    layout = QVBoxLayout()
    _fill(layout, items, gap, margins)
    return layout


def box(layout: QLayout) -> QWidget:
    """A plain widget that holds a layout."""
    widget = QWidget()
    widget.setLayout(layout)
    return widget


def _fill(layout: QBoxLayout, items: tuple[Item, ...], gap: int, margins: Margins) -> None:
    layout.setSpacing(gap)
    layout.setContentsMargins(*margins)
    for item in items:
        if item is None:
            layout.addStretch(1)
        elif isinstance(item, int):
            layout.addSpacing(item)
        elif isinstance(item, tuple):
            _add(layout, *item)
        else:
            _add(layout, item, 0)


def _add(layout: QBoxLayout, item: QWidget | QLayout, stretch: int) -> None:
    if isinstance(item, QWidget):
        layout.addWidget(item, stretch)
    else:
        layout.addLayout(item, stretch)


def clear(layout: QLayout) -> None:
    """Take everything out of a layout and delete its widgets soon."""
    while (item := layout.takeAt(0)) is not None:
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
        elif inner is not None:
            clear(inner)
