"""The one model of tables and trees: rows are compared by key, so selection, scroll and branches survive a poll."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import count

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from nasclustergui.ui.cell import EMPTY, Cell, Row, SortKey, cell_text, sentence, severity, sort_key

Index = QModelIndex | QPersistentModelIndex

# plain ints: comparing enum members in data() would cost more than the answer
_DISPLAY, _TOOL_TIP, _ALIGNMENT, _ACCESSIBLE = 0, 3, 7, 11
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_FLAGS = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
_NO_FLAGS = Qt.ItemFlag.NoItemFlags
_NOWHERE = QModelIndex()
_PRECISE = 64  # beyond so many changed rows only those on screen are told: 14 µs for each that nobody sees add up
_MANY_NEW = 50  # new rows at once that justify sorting under the pointer
BY_SEVERITY, UNSORTED = -1, -2


class Item:
    """A row in the model.

    Attributes:
        children: in the page's order. shown: as filtered and sorted.
        pos: place among the parent's shown rows, -1 while the filter hides it.
        gone: the page no longer names it; forgotten as soon as the view no longer shows it.
    """

    __slots__ = ("children", "gone", "id", "parent", "pos", "row", "shown")

    def __init__(self, number: int, row: Row, parent: Item | None) -> None:
        self.id, self.row, self.parent = number, row, parent
        self.children: list[Item] = []
        self.shown: list[Item] = []
        self.pos = -1
        self.gone = False


Changed = tuple[Item, tuple[Cell, ...]]  # with the cells it had before


class TreeModel(QAbstractItemModel):
    """Rows with cells. A page builds all its rows on every poll and calls `update`; only differences reach the view.

    Unchanged `Row` objects given again cost nothing; equal new ones cost a comparison in C.
    """

    def __init__(
        self,
        heads: Sequence[str],
        right: Iterable[int] = (),
        severity_first: bool = True,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._heads, self._right = tuple(heads), frozenset(right)
        self._numbers = count(1)
        self._root = Item(0, Row("", ()), None)
        self._items: dict[int, Item] = {0: self._root}
        self._keys: dict[str, Item] = {}
        self._default = BY_SEVERITY if severity_first else UNSORTED
        self._column, self._descending = self._default, False
        self._needle = ""
        self._hold = self._order_is_late = False
        self._newly_open: list[str] = []
        self._on_screen: Callable[[], set[int]] | None = None

    # ------------------------------------------------------------ what pages call

    def update(self, rows: Sequence[Row]) -> None:
        """Show these rows. Raises ValueError if a key occurs twice."""
        changed: list[Changed] = []
        dirty: list[Item] = []
        self._merge(self._root, rows, changed, dirty)
        if self._needle:
            self._arrange_all(self._root)
        else:
            for parent in dirty:
                self._arrange(parent)
        self._tell_changes(changed)

    def set_filter(self, text: str) -> None:
        """Show rows in which `text` occurs, with everything above and below them; "" shows all."""
        needle = text.strip().casefold()
        if needle != self._needle:
            self._needle = needle
            self._arrange_all(self._root)

    def sort_by(self, column: int, descending: bool = False) -> None:
        """Sort by a column on every level, or as the page ordered it with `default_order`. Done at once."""
        self._column, self._descending = column, descending
        hold, self._hold = self._hold, False
        self._arrange_all(self._root)
        self._hold = hold

    def default_order(self) -> None:
        """Worst first on the top level, the page's order below it."""
        self.sort_by(self._default)

    def sorted_by(self) -> tuple[int, bool]:
        """(column, descending); a negative column is the default order."""
        return self._column, self._descending

    def hold_order(self, hold: bool) -> None:
        """While held (the pointer is over the rows) nothing is sorted; letting go catches up."""
        self._hold = hold
        if not hold and self._order_is_late:
            self._order_is_late = False
            self._arrange_all(self._root)

    def row(self, index: Index) -> Row | None:
        """The row at an index."""
        item = self._items.get(index.internalId()) if index.isValid() else None
        return item.row if item is not None else None

    def find(self, key: str) -> QModelIndex:
        """Index of the row with that key, invalid if it is not shown."""
        item = self._keys.get(key)
        return self._index_of(item) if item is not None and self._is_live(item) else QModelIndex()

    def key(self, index: Index) -> str:
        """Key of the row at an index, "" for none."""
        row = self.row(index)
        return row.key if row is not None else ""

    def heads(self) -> tuple[str, ...]:
        """Names of the columns."""
        return self._heads

    def shown_count(self) -> int:
        """Rows on the top level that pass the filter."""
        return len(self._root.shown)

    def take_newly_open(self) -> list[str]:
        """Keys of rows with `open` that came since the last call."""
        out, self._newly_open = self._newly_open, []
        return out

    # ------------------------------------------------------------ what views call

    def set_on_screen(self, ids: Callable[[], set[int]]) -> None:
        """`ids` tells the internal ids of the rows a person can see now; the others are painted when scrolled in."""
        self._on_screen = ids

    def cell(self, index: Index) -> Cell:
        """What a cell shows; the delegate's way around QVariant."""
        item = self._items.get(index.internalId())
        column = index.column()
        return item.row.cells[column] if item is not None and column < len(item.row.cells) else EMPTY

    def index(self, row: int, column: int, parent: Index = _NOWHERE) -> QModelIndex:
        """The index of a shown row."""
        item = self._items.get(parent.internalId(), self._root) if parent.isValid() else self._root
        if 0 <= row < len(item.shown) and 0 <= column < len(self._heads):
            return self.createIndex(row, column, item.shown[row].id)
        return QModelIndex()

    def parent(self, index: Index = _NOWHERE) -> QModelIndex:  # type: ignore[override]  # QObject.parent() is another
        """The index above."""
        item = self._items.get(index.internalId()) if index.isValid() else None
        if item is None or item.parent is None or item.parent is self._root:
            return QModelIndex()
        return self.createIndex(item.parent.pos, 0, item.parent.id)

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """Shown rows below an index."""
        if not parent.isValid():
            return len(self._root.shown)
        if parent.column() > 0:
            return 0
        item = self._items.get(parent.internalId())
        return len(item.shown) if item is not None else 0

    def hasChildren(self, parent: Index = _NOWHERE) -> bool:
        """True if rows hang below."""
        return self.rowCount(parent) > 0

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        """The same for every row."""
        return len(self._heads)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Every row can be selected."""
        return _FLAGS if index.isValid() else _NO_FLAGS

    def data(self, index: Index, role: int = _DISPLAY) -> object:
        """Text and, for screen readers, the whole row as a sentence."""
        if role == _DISPLAY:
            return self.cell(index).text
        if role == _ACCESSIBLE:
            item = self._items.get(index.internalId())
            if item is None:
                return None
            if index.column() == 0:
                return sentence(item.row, self._heads)
            return f"{self._heads[index.column()]}: {cell_text(self.cell(index))}"
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> object:
        """Names of the columns, aligned like their values."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self._heads):
            return None
        if role in (_DISPLAY, _TOOL_TIP, _ACCESSIBLE):
            return self._heads[section]
        if role == _ALIGNMENT:
            return _RIGHT if section in self._right else _LEFT
        return None

    # ------------------------------------------------------------ the difference

    def _merge(self, parent: Item, rows: Sequence[Row], changed: list[Changed], dirty: list[Item]) -> None:
        """Take the rows over without telling the view: it still sees `shown`."""
        resort = False
        same = len(rows) == len(parent.children)
        if same:
            for item, row in zip(parent.children, rows, strict=True):
                if item.row is not row:
                    if item.row.key != row.key:
                        same = False
                        break
                    resort = self._take(item, row, changed, dirty) or resort
        if not same:
            self._match(parent, rows, changed, dirty)
        if resort or not same:
            dirty.append(parent)

    def _match(self, parent: Item, rows: Sequence[Row], changed: list[Changed], dirty: list[Item]) -> None:
        """As `_merge`, where rows came, went or moved."""
        old = {item.row.key: item for item in parent.children}
        children: list[Item] = []
        taken: set[str] = set()
        for row in rows:
            if row.key in taken:
                raise ValueError(f"the row key {row.key!r} occurs twice")
            taken.add(row.key)
            item = old.pop(row.key, None)
            if item is None:
                item = self._new_item(row, parent)
            elif item.row is not row:
                self._take(item, row, changed, dirty)
            children.append(item)
        parent.children = children
        for item in old.values():
            self._lose(item)

    def _take(self, item: Item, row: Row, changed: list[Changed], dirty: list[Item]) -> bool:
        """Give an item its new row. True if it may have to stand elsewhere now."""
        before, item.row = item.row, row
        moved = False
        if before.cells != row.cells:
            changed.append((item, before.cells))
            top = item.parent is self._root
            if self._column >= 0 or (top and self._column == BY_SEVERITY):
                moved = self._rank(before) != self._rank(row)
        if before.children is not row.children:
            self._merge(item, row.children, changed, dirty)
        return moved

    def _new_item(self, row: Row, parent: Item) -> Item:
        item = Item(next(self._numbers), row, parent)
        self._items[item.id] = item
        self._keys[row.key] = item
        if row.open:
            self._newly_open.append(row.key)
        if row.children:
            item.children = [self._new_item(child, item) for child in row.children]
            item.shown = self._wanted(item)
            _number(item.shown)
        return item

    def _lose(self, item: Item) -> None:
        if self._keys.get(item.row.key) is item:
            del self._keys[item.row.key]
        for child in item.children:
            self._lose(child)
        item.gone = True
        if item.pos < 0:
            self._forget(item)

    def _forget(self, item: Item) -> None:
        """Once the view no longer shows it."""
        self._items.pop(item.id, None)
        for child in {*item.children, *item.shown}:  # below a hidden row a lost one may still stand in `shown`
            self._forget(child)

    def _rank(self, row: Row) -> int | SortKey | None:
        return sort_key(row, self._column) if self._column >= 0 else severity(row)

    def _wanted(self, parent: Item) -> list[Item]:
        """The children that pass the filter, sorted."""
        items = parent.children
        if self._needle and not self._above_matches(parent):
            items = [item for item in items if self._matches(item)]
        if self._column == UNSORTED or (self._column == BY_SEVERITY and parent is not self._root):
            return list(items)
        if self._column == BY_SEVERITY:
            return sorted(items, key=lambda item: severity(item.row))
        keyed = [(sort_key(item.row, self._column), item) for item in items]
        known = sorted(
            ((key, item) for key, item in keyed if key is not None), key=lambda pair: pair[0], reverse=self._descending
        )
        return [item for _key, item in known] + [item for key, item in keyed if key is None]

    def _matches(self, item: Item) -> bool:
        return self._says(item) or any(self._matches(child) for child in item.children)

    def _says(self, item: Item) -> bool:
        return any(self._needle in cell_text(cell).casefold() for cell in item.row.cells)

    def _above_matches(self, item: Item) -> bool:
        while item.parent is not None:
            if self._says(item):
                return True
            item = item.parent
        return False

    # ------------------------------------------------------------ telling the view

    def _index_of(self, item: Item) -> QModelIndex:
        return QModelIndex() if item is self._root else self.createIndex(item.pos, 0, item.id)

    def _is_live(self, item: Item) -> bool:
        while item.parent is not None:
            siblings = item.parent.shown
            if not 0 <= item.pos < len(siblings) or siblings[item.pos] is not item:
                return False
            item = item.parent
        return True

    def _arrange_all(self, parent: Item) -> None:
        self._arrange(parent)
        for item in parent.shown:
            if item.children or item.shown:
                self._arrange_all(item)

    def _arrange(self, parent: Item) -> None:
        """Bring `shown` to what is wanted: precise removals, one reordering, precise insertions."""
        wanted = self._wanted(parent)
        if wanted == parent.shown:
            return
        if not self._is_live(parent):
            self._leave(set(parent.shown) - set(wanted))
            parent.shown = wanted
            _number(wanted)
            return
        self._remove(parent, {item.id for item in wanted})
        if self._hold:
            wanted = self._keep_order(parent.shown, wanted)
        there = {item.id for item in parent.shown}
        kept = [item for item in wanted if item.id in there]
        if kept != parent.shown:
            self._reorder(parent, kept)
        self._insert(parent, wanted, there)

    def _remove(self, parent: Item, stay: set[int]) -> None:
        shown, index = parent.shown, self._index_of(parent)
        last = len(shown) - 1
        while last >= 0:
            if shown[last].id in stay:
                last -= 1
                continue
            first = last
            while first > 0 and shown[first - 1].id not in stay:
                first -= 1
            self.beginRemoveRows(index, first, last)
            gone = shown[first : last + 1]
            del shown[first : last + 1]
            _number(shown, first)
            self._leave(gone)
            self.endRemoveRows()
            last = first - 1

    def _leave(self, items: Iterable[Item]) -> None:
        for item in items:
            item.pos = -1
            if item.gone:
                self._forget(item)

    def _keep_order(self, shown: list[Item], wanted: list[Item]) -> list[Item]:
        """Rows stay where they are under the pointer; new ones come after the row they would follow."""
        there = {item.id for item in shown}
        if len(wanted) - len(shown) > _MANY_NEW:
            return wanted
        out = list(shown)
        for place, item in enumerate(wanted):
            if item.id not in there:
                out.insert(out.index(wanted[place - 1]) + 1 if place else 0, item)
        self._order_is_late = self._order_is_late or out != wanted
        return out

    def _reorder(self, parent: Item, order: list[Item]) -> None:
        self.layoutAboutToBeChanged.emit()
        before = [index for index in self.persistentIndexList() if index.isValid()]
        parent.shown = order
        _number(order)
        after = [
            self.createIndex(self._items[index.internalId()].pos, index.column(), index.internalId())
            for index in before
        ]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    def _insert(self, parent: Item, wanted: list[Item], there: set[int]) -> None:
        shown, index = parent.shown, self._index_of(parent)
        place = 0
        while place < len(wanted):
            if wanted[place].id in there:
                place += 1
                continue
            end = place
            while end + 1 < len(wanted) and wanted[end + 1].id not in there:
                end += 1
            self.beginInsertRows(index, place, end)
            shown[place:place] = wanted[place : end + 1]
            _number(shown, place)
            self.endInsertRows()
            place = end + 1

    def _tell_changes(self, changed: list[Changed]) -> None:
        if len(changed) > _PRECISE and self._on_screen is not None:
            visible = self._on_screen()
            changed = [(item, before) for item, before in changed if item.id in visible]
        for item, before in changed:
            if item.pos >= 0 and self._is_live(item):
                left, right = _changed_columns(before, item.row.cells)
                self.dataChanged.emit(
                    self.createIndex(item.pos, left, item.id), self.createIndex(item.pos, right, item.id)
                )


def _number(items: list[Item], start: int = 0) -> None:
    for pos in range(start, len(items)):
        items[pos].pos = pos


def _changed_columns(before: tuple[Cell, ...], after: tuple[Cell, ...]) -> tuple[int, int]:
    if len(before) != len(after):
        return 0, max(len(before), len(after), 1) - 1
    columns = [n for n, (a, b) in enumerate(zip(before, after, strict=True)) if a != b]
    return columns[0], columns[-1]
