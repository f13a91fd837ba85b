"""The entries in sight for Qt: those of the timeline that pass the filter."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from nasclustergui.subsystems.logs.features.read.timeline import Key, Timeline, matcher
from nasclustergui.subsystems.logs.model import Entry, Page
from nasclustergui.subsystems.logs.page.rows import cell, heads, sentence
from nasclustergui.ui.cell import EMPTY, Cell, Row, cell_text

Index = QModelIndex | QPersistentModelIndex
_DISPLAY, _ALIGNMENT, _ACCESSIBLE = 0, 7, 11
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_NOWHERE = QModelIndex()
MOST_GROUPS = 64  # places of insertion at once, above which all rows are told anew


class LogModel(QAbstractTableModel):
    """Rows in order of time.

    Attributes:
        timeline: all entries. keys, rows: those in sight.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.timeline = Timeline()
        self.keys: list[Key] = []
        self.rows: list[Entry] = []
        self._heads = heads()
        self._match: Callable[[Entry], bool] = matcher("", False)

    # ---- changes

    def restart(self, timeline: Timeline) -> None:
        """Another query."""
        self.timeline = timeline
        self.rebuild()

    def set_filter(self, match: Callable[[Entry], bool]) -> None:
        """Show only these."""
        self._match = match
        self.rebuild()

    def rebuild(self) -> None:
        """Look through all entries anew."""
        self.beginResetModel()
        first, match = self.timeline.first, self._match
        pairs = zip(self.timeline.keys[first:], self.timeline.entries[first:], strict=True)
        found = [pair for pair in pairs if match(pair[1])]
        self.keys = [key for key, _entry in found]
        self.rows = [entry for _key, entry in found]
        self.endResetModel()

    def add_pages(self, pages: Iterable[Page]) -> None:
        """Older entries of sources."""
        for page in pages:
            self.timeline.add_page(page)
        self.rebuild()

    def add_news(self, entries: Iterable[Entry]) -> None:
        """Entries that were just written."""
        fresh, grown = self.timeline.add_news(entries)
        floor = self.timeline.floor
        shown = [(key, e) for key, e in fresh if (floor is None or key.at >= floor) and self._match(e)]
        self._insert(shown)
        for key, entry in grown:
            n = bisect_left(self.keys, key)
            if n < len(self.keys) and self.keys[n] == key:
                self.rows[n] = entry
                self.dataChanged.emit(self.index(n, 0), self.index(n, len(self._heads) - 1))
        if self.timeline.evict():
            self._forget_before(self.timeline.keys[0])

    def _insert(self, pairs: list[tuple[Key, Entry]]) -> None:
        groups: list[tuple[int, list[tuple[Key, Entry]]]] = []
        for pair in pairs:
            n = bisect_left(self.keys, pair[0])
            if groups and groups[-1][0] == n:
                groups[-1][1].append(pair)
            else:
                groups.append((n, [pair]))
        if len(groups) > MOST_GROUPS:
            self.rebuild()
            return
        for n, group in reversed(groups):
            self.beginInsertRows(QModelIndex(), n, n + len(group) - 1)
            self.keys[n:n] = [key for key, _entry in group]
            self.rows[n:n] = [entry for _key, entry in group]
            self.endInsertRows()

    def _forget_before(self, key: Key) -> None:
        n = bisect_left(self.keys, key)
        if n:
            self.beginRemoveRows(QModelIndex(), 0, n - 1)
            del self.keys[:n], self.rows[:n]
            self.endRemoveRows()

    # ---- what the view asks

    def entry(self, index: Index) -> Entry | None:
        """The row at an index."""
        return self.rows[index.row()] if 0 <= index.row() < len(self.rows) else None

    def cell(self, index: Index) -> Cell:
        """For the delegate."""
        n = index.row()
        return cell(self.rows[n], index.column(), self.keys[n].at) if 0 <= n < len(self.rows) else EMPTY

    def row(self, _index: Index) -> Row | None:
        """For the delegate's tool tips of hidden columns: none here."""
        return None

    def heads(self) -> tuple[str, ...]:
        """Titles of the columns."""
        return self._heads

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """No row has rows below it."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        """As many as heads."""
        return 0 if parent.isValid() else len(self._heads)

    def data(self, index: Index, role: int = _DISPLAY) -> object:
        """Text, and the row as a sentence for a screen reader."""
        entry = self.entry(index)
        if entry is None:
            return None
        if role == _DISPLAY:
            return cell_text(self.cell(index))
        return sentence(entry) if role == _ACCESSIBLE and index.column() == 0 else None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> object:
        """Titles."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == _ALIGNMENT:
            return _LEFT
        return self._heads[section] if role == _DISPLAY and 0 <= section < len(self._heads) else None
