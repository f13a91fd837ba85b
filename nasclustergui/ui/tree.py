"""The one table and tree of the app: keyed rows, painted cells, hairlines, chevrons."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QPoint, QRect, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QEnterEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QMenu, QStyleOptionViewItem, QTreeView, QWidget

from nasclustergui.ui import theme
from nasclustergui.ui.cell import Row, cell_text
from nasclustergui.ui.style import use_fusion
from nasclustergui.ui.theme import c, draw_icon
from nasclustergui.ui.tree_delegate import CellDelegate
from nasclustergui.ui.tree_model import TreeModel

Index = QModelIndex | QPersistentModelIndex
_NAME_MINIMUM = 140
_SELECT = QAbstractItemView.SelectionMode


class Tree(QTreeView):
    """Rows by key. Signals carry the key of the row, "" for none.

    Signals:
        row_changed: another row is current.
        row_activated: Enter or a double click.
        delete_requested: Del. properties_requested: Alt+Enter.
    """

    row_changed = Signal(str)
    row_activated = Signal(str)
    delete_requested = Signal(str)
    properties_requested = Signal(str)

    def __init__(
        self,
        heads: Sequence[tuple[str, int]],
        right: Iterable[int] = (),
        flat: bool = False,
        row: str = "row",
        drop: Mapping[int, int] | None = None,
        name: str = "",
        severity_first: bool = True,
        multi: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        """`heads` are (title, width); the one with a negative width stretches. `right` are right-aligned columns.

        `flat` has no branches. `row` is "row" or "row_two_line". `drop` maps a column to the width of the view below
        which it hides (its value then stands in the tool tip); columns also hide, most droppable first, when the name
        would become too narrow. `name` is read to people who do not see the table.
        """
        super().__init__(parent)
        # A style in Python would be asked several times per row: the view paints with plain Fusion in C++,
        # only its header and scroll bars keep the app's style.
        use_fusion(self)
        self._widths = [width for _title, width in heads]
        self._right, self._drop, self._flat = frozenset(right), dict(drop or {}), flat
        self._hover = 0
        self._menu: Callable[[Row], QMenu | None] | None = None
        self._open_before_filter: set[str] | None = None
        self._model = TreeModel([title for title, _width in heads], self._right, severity_first, self)
        self._model.set_on_screen(self._ids_on_screen)
        self.setModel(self._model)
        self.setItemDelegate(CellDelegate(self._model, flat, row, self))
        self.setAccessibleName(name)
        self._configure(multi)
        self._configure_header()
        self.entered.connect(self._on_entered)
        self.doubleClicked.connect(self._on_double_clicked)
        self.restyle()

    def _configure(self, multi: bool) -> None:
        self.setUniformRowHeights(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setRootIsDecorated(not self._flat)
        self.setMouseTracking(True)
        self.setExpandsOnDoubleClick(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(_SELECT.ExtendedSelection if multi else _SELECT.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)

    def _configure_header(self) -> None:
        head = self.header()
        head.setStretchLastSection(False)
        head.setSectionsMovable(False)
        head.setSectionsClickable(True)
        head.setMinimumSectionSize(24)
        head.sectionClicked.connect(self._on_header_clicked)

    def restyle(self) -> None:
        """Take row heights, column widths and fonts from the theme."""
        self.setIndentation(theme.size("indent"))
        head = self.header()
        head.setFixedHeight(theme.size("header"))
        head.setProperty("lead", 2 if self._flat else theme.size("indent") - 6)
        mode = QHeaderView.ResizeMode
        for n, width in enumerate(self._widths):
            head.setSectionResizeMode(n, mode.Stretch if width < 0 else mode.Fixed)
            if width >= 0:
                head.resizeSection(n, theme.px(width))
        self._drop_columns()
        self.scheduleDelayedItemsLayout()

    # ------------------------------------------------------------ rows

    def update_rows(self, rows: Sequence[Row]) -> None:
        """Show these rows; what did not change is not touched."""
        self._model.update(rows)
        for key in self._model.take_newly_open():
            index = self._model.find(key)
            if index.isValid():
                self.setExpanded(index, True)

    @property
    def rows(self) -> TreeModel:
        """The model."""
        return self._model

    def current_row(self) -> Row | None:
        """The row the keyboard is on."""
        return self._model.row(self.currentIndex())

    def current_key(self) -> str:
        """Its key, "" for none."""
        return self._model.key(self.currentIndex())

    def selected_rows(self) -> list[Row]:
        """From top to bottom."""
        found = (self._model.row(index) for index in sorted(self.selectionModel().selectedRows(), key=self._top))
        return [row for row in found if row is not None]

    def _top(self, index: QModelIndex) -> int:
        return self.visualRect(index).top()

    def select_key(self, key: str, scroll: bool = True) -> bool:
        """Make a row current, opening what hides it. False if it is not there."""
        index = self._model.find(key)
        if not index.isValid():
            return False
        above = index.parent()
        while above.isValid():
            self.expand(above)
            above = above.parent()
        self.setCurrentIndex(index)
        if scroll:
            self.scrollTo(index)
        return True

    def expand_key(self, key: str, expanded: bool = True) -> None:
        """Open or close a branch."""
        self.setExpanded(self._model.find(key), expanded)

    def set_filter(self, text: str) -> None:
        """Show what matches, opened; clearing the filter closes again what it opened."""
        if text.strip() and self._open_before_filter is None:
            self._open_before_filter = self._open_keys()
        self._model.set_filter(text)
        if text.strip():
            self.expandAll()
        elif self._open_before_filter is not None:
            self.collapseAll()
            for key in self._open_before_filter:
                self.expand_key(key)
            self._open_before_filter = None
            self.scrollTo(self.currentIndex())

    def _open_keys(self) -> set[str]:
        out, waiting = set(), [QModelIndex()]
        while waiting:
            parent = waiting.pop()
            for n in range(self._model.rowCount(parent)):
                index = self._model.index(n, 0, parent)
                if self.isExpanded(index):
                    out.add(self._model.key(index))
                    waiting.append(index)
        return out

    def set_menu(self, build: Callable[[Row], QMenu | None]) -> None:
        """`build` makes the context menu of a row each time it is asked for."""
        self._menu = build

    def set_width(self, column: int, width: int) -> None:
        """Another width for a column, before the user's text size; see `state_width`."""
        self._widths[column] = width
        self.restyle()

    def copy_text(self) -> str:
        """The selected rows, visible columns separated by tabs."""
        columns = [n for n in range(len(self._widths)) if not self.isColumnHidden(n)]
        lines = ([cell_text(row.cells[n]) for n in columns if n < len(row.cells)] for row in self.selected_rows())
        return "\n".join("\t".join(line) for line in lines)

    # ------------------------------------------------------------ columns

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Hide the least important columns where there is no room."""
        self._drop_columns()
        super().resizeEvent(event)

    def _drop_columns(self) -> None:
        if not self._drop:
            return
        width = self.viewport().width()
        hidden = {n for n, limit in self._drop.items() if self.width() < theme.px(limit)}
        free = width - sum(theme.px(w) for n, w in enumerate(self._widths) if w > 0 and n not in hidden)
        for n in sorted(set(self._drop) - hidden, key=lambda n: -self._drop[n]):
            if free >= theme.px(_NAME_MINIMUM):
                break
            hidden.add(n)
            free += theme.px(self._widths[n])
        for n in self._drop:
            self.setColumnHidden(n, n in hidden)

    def _on_header_clicked(self, column: int) -> None:
        """First click sorts (numbers: largest first), the second turns it round, the third goes back to worst first."""
        now, descending = self._model.sorted_by()
        first = column in self._right
        if now != column:
            self._sort(column, first)
        elif descending == first:
            self._sort(column, not first)
        else:
            self._model.default_order()
            self.header().setSortIndicatorShown(False)

    def _sort(self, column: int, descending: bool) -> None:
        self._model.sort_by(column, descending)
        order = Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder
        self.header().setSortIndicator(column, order)
        self.header().setSortIndicatorShown(True)

    # ------------------------------------------------------------ keyboard and pointer

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+C copies, Enter opens, Alt+Enter shows properties, Del asks to delete."""
        key = self.current_key()
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self.copy_text())
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and key:
            alt = event.modifiers() & Qt.KeyboardModifier.AltModifier
            (self.properties_requested if alt else self.row_activated).emit(key)
        elif event.key() == Qt.Key.Key_Delete and key:
            self.delete_requested.emit(key)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The page's menu of the row under the pointer, or of the current row from the keyboard."""
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_key else self.indexAt(event.pos())
        row = self._model.row(index)
        if row is None or self._menu is None:
            return
        self.setCurrentIndex(index.siblingAtColumn(0))
        menu = self._menu(row)
        if menu is not None:
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            below = self.viewport().mapToGlobal(self.visualRect(index).bottomLeft())
            menu.popup(below if by_key else event.globalPos())

    def currentChanged(self, current: Index, previous: Index) -> None:
        """Tell which row is current now."""
        super().currentChanged(current, previous)
        key = self._model.key(current)
        if key != self._model.key(previous):
            self.row_changed.emit(key)

    def _on_double_clicked(self, index: QModelIndex) -> None:
        self.row_activated.emit(self._model.key(index))

    def enterEvent(self, event: QEnterEvent) -> None:
        """Nothing is sorted under the pointer."""
        self._model.hold_order(True)
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Now it may."""
        self._model.hold_order(False)
        self._set_hover(0)
        super().leaveEvent(event)

    def _on_entered(self, index: QModelIndex) -> None:
        self._set_hover(index.internalId())

    def _set_hover(self, row_id: int) -> None:
        if row_id != self._hover:
            self._hover = row_id
            self.viewport().update()

    # ------------------------------------------------------------ painting

    def _ids_on_screen(self) -> set[int]:
        out = set()
        index, bottom = self.indexAt(QPoint(0, 0)), self.viewport().height()
        while index.isValid() and self.visualRect(index).top() < bottom:
            out.add(index.internalId())
            index = self.indexBelow(index)
        return out

    def drawRow(self, painter: QPainter, options: QStyleOptionViewItem, index: Index) -> None:
        """Background, cells, hairline; the current row has the accent bar."""
        rect: QRect = options.rect
        selected = self.selectionModel().isSelected(index)
        if selected:
            painter.fillRect(rect, c("selected"))
        elif self._hover and index.internalId() == self._hover:
            painter.fillRect(rect, c("hover"))
        super().drawRow(painter, options, index)
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), c("line"))
        if selected:
            painter.fillRect(
                QRect(rect.left(), rect.top(), 3, rect.height()), c("accent" if self.hasFocus() else "control")
            )

    def drawBranches(self, painter: QPainter, rect: QRect, index: Index) -> None:
        """A chevron where rows hang below."""
        if self._model.hasChildren(index):
            side = theme.px(14)
            name = "chevron-down" if self.isExpanded(index) else "chevron-right"
            draw_icon(painter, name, c("text3"), rect.right() - side + 1, rect.center().y() - side // 2, side)


def state_width(words: Iterable[str], sub: str = "") -> int:
    """Width of a state column for the longest of these words, and for `sub` behind it. At text size 100 %."""
    width = max(theme.text_width(word, "label") for word in words) + (
        theme.text_width(sub, "caption") + 8 if sub else 0
    )
    return round(width / theme.scale()) + 14 + 17 + 20
