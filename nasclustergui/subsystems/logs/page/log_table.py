"""The view of entries: only rows in sight cost anything; it follows the end until somebody scrolls up."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRect, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QPainter, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QStyleOptionViewItem, QWidget

from nasclustergui.core.i18n import _
from nasclustergui.subsystems.logs.features.read.as_text import line
from nasclustergui.subsystems.logs.features.read.timeline import Key
from nasclustergui.subsystems.logs.model import Entry
from nasclustergui.subsystems.logs.page.log_model import LogModel
from nasclustergui.subsystems.logs.page.rows import SOURCE, UNIT
from nasclustergui.ui import theme
from nasclustergui.ui.flat_table import FlatTable
from nasclustergui.ui.theme import c
from nasclustergui.ui.tree_delegate import CellDelegate
from nasclustergui.ui.tree_model import TreeModel

Index = QModelIndex | QPersistentModelIndex
_WIDTHS = (128, 84, 104, 150, 160, -1)
_DROPS = {UNIT: 1000, SOURCE: 820}  # column → width of the view below which it hides


class LogDelegate(CellDelegate):
    """Cells as everywhere, on the row's background."""

    def __init__(self, model: LogModel, view: LogTable) -> None:
        super().__init__(cast(TreeModel, model), True, "row", view)  # it asks a model for cells only
        self._view = view

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Background, hairline, cell."""
        rect: QRect = option.rect
        selected = self._view.selectionModel().isRowSelected(index.row())
        if selected:
            painter.fillRect(rect, c("selected"))
        elif self._view.hovered == index.row():
            painter.fillRect(rect, c("hover"))
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), c("line"))
        if selected and index.column() == 0:
            bar = QRect(rect.left(), rect.top(), 3, rect.height())
            painter.fillRect(bar, c("accent" if self._view.hasFocus() else "control"))
        super().paint(painter, option, index)


class LogTable(FlatTable):
    """Rows of a LogModel.

    Signals:
        chosen: the Entry the keyboard is on, or None. top_reached: scrolled to the very top.
    """

    chosen = Signal(object)
    top_reached = Signal()

    def __init__(self, model: LogModel, parent: QWidget | None = None) -> None:
        super().__init__(_WIDTHS, parent=parent)
        self.logs = model
        self.hovered = -1
        self._at_end = True
        self._kept: tuple[Key | None, Key | None, int] = (None, None, 0)
        self.setModel(model)
        self.setItemDelegate(LogDelegate(model, self))
        self.setAccessibleName(_("Entries of the logs"))
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        self.entered.connect(lambda index: self._hover(index.row()))
        model.rowsAboutToBeInserted.connect(self._note_end)
        model.rowsInserted.connect(lambda _parent, _first, _last: self._stay())
        model.modelAboutToBeReset.connect(self._keep)
        model.modelReset.connect(self._restore)
        self.restyle()

    # ---- staying where the person looks

    @property
    def at_end(self) -> bool:
        """The newest row is in sight."""
        bar = self.verticalScrollBar()
        return bar.value() >= bar.maximum()

    def _note_end(self, _parent: object, first: int, last: int) -> None:
        self._at_end = self.at_end
        top = self.rowAt(0)
        self._shift = last - first + 1 if 0 <= first <= top and not self._at_end else 0

    def _stay(self) -> None:
        if self._at_end:
            self.scrollToBottom()
        elif self._shift:
            self.verticalScrollBar().setValue(self.verticalScrollBar().value() + self._shift)

    def _keep(self) -> None:
        """Remember what is at the top and what is chosen, by their keys."""
        keys, top, current = self.logs.keys, self.rowAt(0), self.currentIndex().row()
        self._at_end = self.at_end
        self._kept = (
            keys[top] if 0 <= top < len(keys) else None,
            keys[current] if 0 <= current < len(keys) else None,
            top,
        )

    def _restore(self) -> None:
        from bisect import bisect_left

        top, current, _row = self._kept
        keys = self.logs.keys
        if current is not None and (n := bisect_left(keys, current)) < len(keys) and keys[n] == current:
            self.setCurrentIndex(self.logs.index(n, 0))
        else:
            self.chosen.emit(None)
        if self._at_end or top is None:
            self.scrollToBottom()
        else:
            self.verticalScrollBar().setValue(bisect_left(keys, top))

    # ---- keyboard and pointer

    def selected(self) -> list[Entry]:
        """From top to bottom."""
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        return [self.logs.rows[n] for n in rows]

    def copy_text(self) -> str:
        """The selected entries."""
        return "\n".join(line(entry) for entry in self.selected())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+C copies whole entries."""
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self.copy_text())
        else:
            super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:
        """Nothing: Qt's own way would ask 50,000 rows for their text."""

    def currentChanged(self, current: Index, previous: Index) -> None:
        """Tell which entry is current now."""
        super().currentChanged(current, previous)
        self.viewport().update()
        self.chosen.emit(self.logs.entry(current))

    def _hover(self, row: int) -> None:
        if row != self.hovered:
            self.hovered = row
            self.viewport().update()

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is under the pointer."""
        super().leaveEvent(event)
        self._hover(-1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Hide the least important columns where there is no room; the end stays in sight."""
        end = self.at_end
        super().resizeEvent(event)
        for column, limit in _DROPS.items():
            self.setColumnHidden(column, self.width() < theme.px(limit))
        if end:
            self.scrollToBottom()
