"""The nodes of a profile as an editable table: rows that are empty are not there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from nasclustergui.core.i18n import _
from nasclustergui.core.profile import NodeProfile
from nasclustergui.window.profile_form_hosts import COLUMNS, named

Index = QModelIndex | QPersistentModelIndex
EMPTY = NodeProfile("", "")
NO_INDEX = QModelIndex()
_TEXT = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole)
_FLAGS = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEditable


def role_words() -> dict[str, str]:
    """What the roles are called."""
    return {"": "", "manager": _("Manager"), "worker": _("Worker"), "edge": _("Edge")}


class NodeTableModel(QAbstractTableModel):
    """One `NodeProfile` a row; what the table doesn't show of it is kept.

    Signals:
        edited: a cell, or the rows, were changed.
    """

    edited = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._nodes: list[NodeProfile] = []
        self._problems: dict[tuple[int, str], str] = {}
        self._heads = (_("Name"), _("Address"), _("User"), _("Port"), _("Rack"), _("Role"), _("Jump host"))

    # ------------------------------------------------------------ what it holds

    def set_nodes(self, nodes: Iterable[NodeProfile]) -> None:
        """Show other nodes."""
        self.beginResetModel()
        self._nodes = list(nodes)
        self._problems = {}
        self.endResetModel()
        self.edited.emit()

    def nodes(self) -> tuple[NodeProfile, ...]:
        """All but the empty rows."""
        return tuple(self._nodes[row] for row in self.filled())

    def filled(self) -> list[int]:
        """Rows that are not empty: the n-th is the n-th of `nodes()`."""
        return [row for row, node in enumerate(self._nodes) if not _is_empty(node)]

    def set_problems(self, problems: Mapping[tuple[int, str], str]) -> None:
        """(index in `nodes()`, field) → what is wrong there, a sentence."""
        rows = self.filled()
        new = {(rows[n], field): text for (n, field), text in problems.items() if n < len(rows)}
        if new != self._problems:
            self._problems = new
            if self._nodes:
                self.dataChanged.emit(self.index(0, 0), self.index(len(self._nodes) - 1, len(COLUMNS) - 1))

    def problem(self, index: Index) -> str:
        """What is wrong with a cell, "" for nothing."""
        field = COLUMNS[index.column()]
        text = self._problems.get((index.row(), field), "")
        if not text and field == "name":  # fields of the node that have no column
            hidden = (t for (row, f), t in self._problems.items() if row == index.row() and f not in COLUMNS)
            text = next(hidden, "")
        return text

    # ------------------------------------------------------------ rows

    def append(self, nodes: Sequence[NodeProfile]) -> int:
        """Add rows at the end, in place of empty ones there. Returns the first one's number."""
        while self._nodes and nodes and _is_empty(self._nodes[-1]):
            self.remove([len(self._nodes) - 1])
        first = len(self._nodes)
        self.beginInsertRows(NO_INDEX, first, first + len(nodes) - 1)
        self._nodes += nodes
        self.endInsertRows()
        self.edited.emit()
        return first

    def remove(self, rows: Iterable[int]) -> None:
        """Take rows out."""
        for row in sorted(set(rows), reverse=True):
            self.beginRemoveRows(NO_INDEX, row, row)
            del self._nodes[row]
            self.endRemoveRows()
        self.edited.emit()

    def clear_cells(self, indexes: Iterable[QModelIndex]) -> None:
        """Empty some cells."""
        for index in indexes:
            self.setData(index, "")

    # ------------------------------------------------------------ for the view

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        """Also the empty ones."""
        return 0 if parent.isValid() else len(self._nodes)

    def columnCount(self, parent: Index = NO_INDEX) -> int:
        """One per field."""
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What the fields are called."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return self._heads[section] if role == Qt.ItemDataRole.DisplayRole else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Everything can be edited."""
        return _FLAGS if index.isValid() else Qt.ItemFlag.NoItemFlags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Text, problem as tool tip, a whole sentence for screen readers."""
        if not index.isValid():
            return None
        if role in _TEXT:
            text = self._text(index)
            shown = COLUMNS[index.column()] == "role" and role == Qt.ItemDataRole.DisplayRole
            return role_words().get(text, text) if shown else text
        if role == Qt.ItemDataRole.ToolTipRole:
            return self.problem(index) or None
        if role == Qt.ItemDataRole.AccessibleTextRole:
            parts = (self._nodes[index.row()].name, self._heads[index.column()], self._text(index), self.problem(index))
            return ", ".join(part for part in parts if part)
        return None

    def _text(self, index: Index) -> str:
        value = getattr(self._nodes[index.row()], COLUMNS[index.column()])
        return str(value or "")

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """One cell; a node that gets its address and has no name yet gets that too."""
        if not index.isValid() or role != Qt.ItemDataRole.EditRole:
            return False
        text, field, row = str(value or "").strip(), COLUMNS[index.column()], index.row()
        old = self._nodes[row]
        new = _with(old, field, text)
        if field == "host" and text and not new.name:
            taken = {node.name for node in self._nodes}
            new = replace(named(new, taken), identity_files=old.identity_files)
        if new == old:
            return False
        self._nodes[row] = new
        self.dataChanged.emit(self.index(row, 0), self.index(row, len(COLUMNS) - 1))
        self.edited.emit()
        return True


def _with(node: NodeProfile, field: str, text: str) -> NodeProfile:
    if field == "port":
        digits = "".join(c for c in text if c in "0123456789")
        return replace(node, port=int(digits[:9] or 0))
    return replace(node, **{field: text})  # type: ignore[arg-type]  # all others are texts


def _is_empty(node: NodeProfile) -> bool:
    return replace(node, identity_files=()) == EMPTY
