"""The rows of keys for Qt: a flat table, for a view of a tree asks for all 100,000 rows of a level before it paints."""

from __future__ import annotations

from collections.abc import Container

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from nasclustergui.subsystems.etcd.page.sections.keys.key_rows import cell, heads, sentence
from nasclustergui.subsystems.etcd.page.sections.keys.nodes import Entry
from nasclustergui.subsystems.etcd.page.sections.keys.tree import KeyTree
from nasclustergui.ui.cell import EMPTY, Cell, Row, cell_text

Index = QModelIndex | QPersistentModelIndex
_DISPLAY, _ALIGNMENT, _ACCESSIBLE = 0, 7, 11
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_NOWHERE = QModelIndex()


class KeyModel(QAbstractTableModel):
    """A KeyTree's listener. Change the tree only through itself."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.tree = KeyTree(self)
        self.unsaved: Container[bytes] = ()  # keys with something typed
        self._heads = heads()

    # ---- what the tree tells

    def inserting(self, first: int, count: int) -> None:
        """Rows come."""
        self.beginInsertRows(QModelIndex(), first, first + count - 1)

    def inserted(self) -> None:
        """They are there."""
        self.endInsertRows()

    def removing(self, first: int, count: int) -> None:
        """Rows go."""
        self.beginRemoveRows(QModelIndex(), first, first + count - 1)

    def removed(self) -> None:
        """They are gone."""
        self.endRemoveRows()

    def changed(self, row: int) -> None:
        """A row says something else."""
        self.dataChanged.emit(self.index(row, 0), self.index(row, len(self._heads) - 1))

    # ---- what the view asks

    def entry(self, index: Index) -> Entry | None:
        """The row at an index."""
        row = index.row()
        return self.tree.rows[row] if 0 <= row < len(self.tree.rows) else None

    def cell(self, index: Index) -> Cell:
        """For the delegate."""
        entry = self.entry(index)
        return cell(entry, index.column(), entry.path in self.unsaved) if entry is not None else EMPTY

    def row(self, _index: Index) -> Row | None:
        """For the delegate's tool tips of tables that hide columns: none here."""
        return None

    def heads(self) -> tuple[str, ...]:
        """Titles of the columns."""
        return self._heads

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """All rows of open folders."""
        return 0 if parent.isValid() else len(self.tree.rows)

    def columnCount(self, _parent: Index = _NOWHERE) -> int:
        """Three."""
        return len(self._heads)

    def data(self, index: Index, role: int = _DISPLAY) -> object:
        """Text, for copying and screen readers; the delegate paints from `cell`."""
        if role not in (_DISPLAY, _ACCESSIBLE):
            return None
        entry = self.entry(index)
        if entry is None:
            return None
        if role == _ACCESSIBLE and index.column() == 0:
            return sentence(entry)
        return cell_text(cell(entry, index.column()))

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> object:
        """Names of the columns, aligned like their values."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self._heads):
            return None
        if role in (_DISPLAY, _ACCESSIBLE):
            return self._heads[section]
        return (_RIGHT if section else _LEFT) if role == _ALIGNMENT else None
