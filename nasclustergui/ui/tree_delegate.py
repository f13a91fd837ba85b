"""Paints the cells of tables and trees, straight from `Cell`."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import fill

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QHelpEvent, QPainter
from PySide6.QtWidgets import QAbstractItemView, QStyledItemDelegate, QStyleOptionViewItem, QToolTip, QTreeView, QWidget

from nasclustergui.core.units import NB
from nasclustergui.ui import theme
from nasclustergui.ui.badge import badge_width, draw_badge
from nasclustergui.ui.card import draw_meter
from nasclustergui.ui.cell import Cell, cell_text
from nasclustergui.ui.theme import c, draw_icon, font, metrics, px
from nasclustergui.ui.tree_model import TreeModel

Index = QModelIndex | QPersistentModelIndex

# combined once: arithmetic on Python enums costs 10 µs a time
_VC = Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
_END, _MIDDLE = Qt.TextElideMode.ElideRight, Qt.TextElideMode.ElideMiddle
_QUIET_STATES = ("ok", "stopped")  # plain icon and word, so that trouble stands out
_ALARMING = ("warn", "critical")  # levels that get their sign beside the bar
_METER, _PROGRESS = 64, 60
_TIP_CHARACTERS = 90


class CellDelegate(QStyledItemDelegate):
    """One delegate for all columns. `row` is a token of `tokens.SIZE`."""

    def __init__(self, model: TreeModel, flat: bool, row: str = "row", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model, self._flat, self._row = model, flat, row
        self._kinds: dict[str, Callable[[QPainter, QRectF, Cell, QColor, bool], None]] = {
            "name": self._name,
            "state": self._state,
            "num": self._number,
            "mono": self._mono,
            "meter": self._meter,
            "progress": self._progress,
        }

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        """All rows have one height."""
        return QSize(10, theme.size(self._row))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """The row's background is painted already."""
        cell = self._model.cell(index)
        if not cell.text and not cell.icon:
            return
        painter.save()
        main = c("text3") if cell.stale else c(cell.role or "text")
        draw = self._kinds.get(cell.kind, self._text)
        draw(painter, QRectF(option.rect), cell, main, index.column() == 0)
        painter.restore()

    def _text(self, p: QPainter, r: QRectF, cell: Cell, main: QColor, _first: bool) -> None:
        color = main if cell.role or cell.stale else c("text2")
        _line(p, r.adjusted(10, 0, -10, 0), cell.text, font(), color)

    def _name(self, p: QPainter, r: QRectF, cell: Cell, main: QColor, first: bool) -> None:
        x = r.x() + ((12 if self._flat else 4) if first else 10)
        if cell.icon:
            side = px(16)
            color = theme.fg(cell.state) if cell.state else c("text3" if cell.stale else "text2")
            draw_icon(p, cell.icon, color, x, r.center().y() - side / 2, side)
            x += side + 8
        space = QRectF(x, r.y(), r.right() - x - 8, r.height())
        used = _line(p, space, cell.text, font("strong" if cell.strong else "body"), main)
        if cell.sub:
            _line(p, space.adjusted(used + 8, 0, 2, 0), cell.sub, font("caption"), c("text3"))

    def _state(self, p: QPainter, r: QRectF, cell: Cell, main: QColor, first: bool) -> None:
        if not cell.state:
            self._text(p, r, cell, main, first)
            return
        width = draw_badge(p, r.x() + 10, r.center().y(), cell.state, cell.text, cell.state not in _QUIET_STATES)
        if cell.sub:
            _line(p, r.adjusted(width + 16, 0, -6, 0), cell.sub, font("caption"), c("text3"))

    def _number(self, p: QPainter, r: QRectF, cell: Cell, main: QColor, _first: bool) -> None:
        p.setFont(font("body", True))
        p.setPen(main)
        p.drawText(r.adjusted(10, 0, -10, 0), _RIGHT, cell.text)

    def _mono(self, p: QPainter, r: QRectF, cell: Cell, _main: QColor, _first: bool) -> None:
        _line(p, r.adjusted(10, 0, -10, 0), cell.text, font("mono"), c("text3" if cell.stale else "text2"), _MIDDLE)

    def _meter(self, p: QPainter, r: QRectF, cell: Cell, main: QColor, _first: bool) -> None:
        x, width, cy = r.x() + 10, r.width() - 20, r.center().y()
        number = metrics("body", True).horizontalAdvance("100" + NB + "%")
        p.setFont(font("body", True))
        p.setPen(main)
        p.drawText(QRectF(x, r.y(), number, r.height()), _RIGHT, cell.text)
        bar = min(float(px(_METER)), width - number - 8)
        x += number + 8
        if cell.state in _ALARMING and not cell.stale:  # never by colour alone
            side = px(14)
            bar -= side + 6
            name, sign = theme.STATES[cell.state]
            draw_icon(p, name, c(sign), x + bar + 6, cy - side / 2, side)
        if bar > 18:
            role = "unknown" if cell.stale else cell.state or "accent"
            thick = theme.size("meter")
            draw_meter(p, QRectF(x, cy - thick / 2 + 0.5, bar, thick), cell.value, role, cell.stale)

    def _progress(self, p: QPainter, r: QRectF, cell: Cell, main: QColor, _first: bool) -> None:
        bar, thick = float(px(_PROGRESS)), theme.size("meter")  # one length per column, so they can be compared
        y = r.center().y() - thick / 2 + 0.5
        draw_meter(p, QRectF(r.x() + 10, y, bar, thick), cell.value, cell.state or "busy", cell.stale)
        _line(p, r.adjusted(bar + 20, 0, -10, 0), cell.text, font("body", True), main)

    def helpEvent(self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index) -> bool:
        """The tool tip: the cell's own, its text where it is cut, and on the name what hidden columns say."""
        if event.type() != QEvent.Type.ToolTip or not index.isValid():
            return super().helpEvent(event, view, option, index)
        text = "\n".join(fill(line, _TIP_CHARACTERS) for line in self._tip_lines(view, option, index))
        if text:
            QToolTip.showText(event.globalPos(), text, view)
        else:
            QToolTip.hideText()
        return True

    def _tip_lines(self, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index) -> list[str]:
        cell = self._model.cell(index)
        lines = [cell.tip] if cell.tip else []
        if not lines and _needed_width(cell) > option.rect.width():
            lines.append(cell_text(cell))
        if isinstance(view, QTreeView) and index.column() == 0 and (row := self._model.row(index)) is not None:
            for n, (head, other) in enumerate(zip(self._model.heads(), row.cells, strict=False)):
                if view.isColumnHidden(n) and (text := cell_text(other)):
                    lines.append(f"{head}: {text}")
        return lines


def _line(p: QPainter, r: QRectF, text: str, f: QFont, color: QColor, mode: Qt.TextElideMode = _END) -> float:
    """One elided line. Returns the width it took."""
    p.setFont(f)
    p.setPen(color)
    fm = p.fontMetrics()
    shown = fm.elidedText(text, mode, int(r.width()))
    p.drawText(r, _VC, shown)
    return float(fm.horizontalAdvance(shown))


def _needed_width(cell: Cell) -> float:
    """Width at which nothing of a cell is cut."""
    sub = metrics("caption").horizontalAdvance(cell.sub) + 8 if cell.sub else 0.0
    if cell.kind == "state":
        return badge_width(cell.text) + sub + 18
    if cell.kind == "name":
        style = "strong" if cell.strong else "body"
        return metrics(style).horizontalAdvance(cell.text) + sub + (px(16) + 8 if cell.icon else 0) + 14
    if cell.kind == "progress":
        return metrics("body", True).horizontalAdvance(cell.text) + px(_PROGRESS) + 30
    if cell.kind == "meter":
        return 0.0
    return metrics("mono" if cell.kind == "mono" else "body").horizontalAdvance(cell.text) + 20
