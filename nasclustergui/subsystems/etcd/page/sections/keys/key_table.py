"""The view of the tree of keys: only rows in sight cost anything."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPersistentModelIndex, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QKeyEvent, QKeySequence, QMouseEvent, QPainter
from PySide6.QtWidgets import QAbstractItemView, QStyleOptionViewItem, QWidget

from nasclustergui.core.i18n import _
from nasclustergui.remote.etcd_types import decoded
from nasclustergui.subsystems.etcd.page.sections.keys.key_model import KeyModel
from nasclustergui.subsystems.etcd.page.sections.keys.nodes import Entry, Kind, Mark
from nasclustergui.ui import theme
from nasclustergui.ui.flat_table import FlatTable
from nasclustergui.ui.theme import c, draw_icon
from nasclustergui.ui.tree_delegate import CellDelegate
from nasclustergui.ui.tree_model import TreeModel

Index = QModelIndex | QPersistentModelIndex
_WIDTHS = (-1, 84, 96)
_DROPS = {2: 560, 1: 300}  # column → width of the view below which it hides
_TINTS = {Mark.ADDED: "ok_bg", Mark.CHANGED: "warn_bg", Mark.DELETED: "critical_bg"}


class KeyDelegate(CellDelegate):
    """Cells as everywhere, with the row's background, its depth and its chevron."""

    def __init__(self, model: KeyModel, view: KeyTable) -> None:
        super().__init__(cast(TreeModel, model), False, "row", view)  # it asks a model for cells only
        self._keys, self._view = model, view

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Background, branch, cell."""
        entry = self._keys.entry(index)
        if entry is None:
            return
        rect = QRect(option.rect)
        self._background(painter, rect, index, entry)
        if index.column() == 0:
            rect.setLeft(rect.left() + self._view.indent(entry))
            if entry.folder:
                side = theme.px(14)
                name = "chevron-down" if entry.open else "chevron-right"
                draw_icon(painter, name, c("text3"), rect.left() - side - 2, rect.center().y() - side // 2, side)
            option.rect = rect
        super().paint(painter, option, index)

    def _background(self, p: QPainter, rect: QRect, index: Index, entry: Entry) -> None:
        selected = self._view.currentIndex().row() == index.row()
        if selected:
            p.fillRect(rect, c("selected"))
        elif tint := _TINTS.get(entry.mark):
            p.fillRect(rect, c(tint))
        elif self._view.hovered == index.row():
            p.fillRect(rect, c("hover"))
        p.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), c("line"))
        if selected and index.column() == 0:
            bar = QRect(rect.left(), rect.top(), 3, rect.height())
            p.fillRect(bar, c("accent" if self._view.hasFocus() else "control"))


class KeyTable(FlatTable):
    """Rows of a KeyTree. Folders open by click on their chevron, Enter, double click, Right.

    Signals:
        chosen: the row the keyboard is on now: an Entry, or None.
        toggled: a folder to open or close (Entry). activated_key: Enter or double click on a key (Entry).
        retried: Enter or a click on the row that says why a page did not come (the folder's Entry).
        delete_requested: Del (Entry). menu_requested: (Entry, QPoint on the screen).
        looked: other rows came into sight.
    """

    chosen = Signal(object)
    toggled = Signal(object)
    activated_key = Signal(object)
    retried = Signal(object)
    delete_requested = Signal(object)
    menu_requested = Signal(object, QPoint)
    looked = Signal()

    def __init__(self, model: KeyModel, parent: QWidget | None = None) -> None:
        super().__init__(_WIDTHS, parent=parent)
        self.keys = model
        self.hovered = -1
        self.setModel(model)
        self.setItemDelegate(KeyDelegate(model, self))
        self.setAccessibleName(_("Keys of etcd"))
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.entered.connect(lambda index: self._hover(index.row()))
        self.verticalScrollBar().valueChanged.connect(lambda _value: self.looked.emit())
        self.restyle()

    def restyle(self) -> None:
        """Take heights and widths from the theme."""
        self.lead = theme.size("indent") - 6
        super().restyle()

    def indent(self, entry: Entry) -> int:
        """Pixels left of the entry's icon."""
        return theme.size("indent") * (entry.depth + 1)

    # ---- looking

    def current(self) -> Entry | None:
        """The row the keyboard is on."""
        return self.keys.entry(self.currentIndex())

    def select(self, entry: Entry) -> bool:
        """Make it current and scroll there. False if it has no row."""
        row = self.keys.tree.row_of(entry)
        if row < 0:
            return False
        index = self.keys.index(row, 0)
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self.selectionModel().setCurrentIndex(index, flags)
        self.scrollTo(index)
        return True

    def in_sight(self) -> list[Entry]:
        """The rows on the screen."""
        first = max(0, self.rowAt(0))
        last = self.rowAt(self.viewport().height() - 1)
        return self.keys.tree.rows[first : (last if last >= 0 else len(self.keys.tree.rows)) + 1]

    # ---- keyboard and pointer

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Right opens or goes in, Left closes or goes out, Enter opens, Del asks to delete, Ctrl+C copies the key."""
        entry = self.current()
        if entry is None or event.modifiers() & Qt.KeyboardModifier.AltModifier:
            super().keyPressEvent(event)
        elif event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(decoded(entry.path))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._activate(entry)
        elif event.key() == Qt.Key.Key_Delete and entry.kind is not Kind.MORE:
            self.delete_requested.emit(entry)
        elif event.key() == Qt.Key.Key_Right and entry.folder:
            self._go_in(entry)
        elif event.key() == Qt.Key.Key_Left:
            self._go_out(entry)
        else:
            super().keyPressEvent(event)

    def _go_in(self, entry: Entry) -> None:
        if not entry.open:
            self.toggled.emit(entry)
        elif self.currentIndex().row() + 1 < len(self.keys.tree.rows):
            self.select(self.keys.tree.rows[self.currentIndex().row() + 1])

    def _go_out(self, entry: Entry) -> None:
        if entry.folder and entry.open:
            self.toggled.emit(entry)
        elif entry.parent is not None:
            self.select(entry.parent)

    def _activate(self, entry: Entry) -> None:
        if entry.folder:
            self.toggled.emit(entry)
        elif entry.kind is Kind.KEY:
            self.activated_key.emit(entry)
        elif entry.parent is not None and entry.parent.error is not None:
            self.retried.emit(entry.parent)

    def keyboardSearch(self, search: str) -> None:
        """Typed letters go to the next row whose name begins so; Qt's own way would ask 100,000 rows for their text."""
        rows, start = self.keys.tree.rows, self.currentIndex().row() + 1
        wanted = search.casefold()
        for at in (*range(start, min(len(rows), start + 5000)), *range(min(start, 5000))):
            if rows[at].name.casefold().lstrip("/").startswith(wanted):
                self.select(rows[at])
                return

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click on the chevron opens or closes."""
        index = self.indexAt(event.position().toPoint())
        entry = self.keys.entry(index)
        super().mousePressEvent(event)
        if entry is None or event.button() is not Qt.MouseButton.LeftButton:
            return
        if entry.kind is Kind.MORE:
            self._activate(entry)
        elif entry.folder and index.column() == 0:
            right = self.columnViewportPosition(0) + self.indent(entry)
            if right - theme.size("indent") <= event.position().x() <= right:
                self.toggled.emit(entry)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Opens; a second click on the chevron is one more click there."""
        entry = self.keys.entry(self.indexAt(event.position().toPoint()))
        if entry is None:
            return
        if event.position().x() <= self.columnViewportPosition(0) + self.indent(entry):
            self.mousePressEvent(event)
        else:
            self._activate(entry)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Of the row under the pointer, or of the current one from the keyboard."""
        by_key = event.reason() is QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_key else self.indexAt(event.pos())
        entry = self.keys.entry(index)
        if entry is None or entry.kind is Kind.MORE:
            return
        self.select(entry)
        below = self.viewport().mapToGlobal(self.visualRect(index).bottomLeft())
        self.menu_requested.emit(entry, below if by_key else event.globalPos())

    def currentChanged(self, current: Index, previous: Index) -> None:
        """Tell which row is current now."""
        super().currentChanged(current, previous)
        self.viewport().update()
        self.chosen.emit(self.keys.entry(current))

    def _hover(self, row: int) -> None:
        if row != self.hovered:
            self.hovered = row
            self.viewport().update()

    def leaveEvent(self, event: object) -> None:
        """Nothing is under the pointer."""
        super().leaveEvent(event)  # type: ignore[arg-type]  # a QEvent
        self._hover(-1)

    def resizeEvent(self, event: object) -> None:
        """Hide the least important columns where there is no room."""
        super().resizeEvent(event)  # type: ignore[arg-type]  # a QResizeEvent
        for column, limit in _DROPS.items():
            self.setColumnHidden(column, self.width() < theme.px(limit))
        self.looked.emit()
