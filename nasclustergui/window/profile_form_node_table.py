"""The table the nodes are typed into: everything by keyboard, lists by paste."""

from __future__ import annotations

from PySide6.QtCore import (
    QAbstractItemModel,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QGuiApplication, QIntValidator, QKeyEvent, QKeySequence, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QFrame,
    QHeaderView,
    QLineEdit,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from nasclustergui.core.i18n import _
from nasclustergui.ui import theme
from nasclustergui.ui.theme import c, draw_icon, font
from nasclustergui.window.profile_form_hosts import COLUMNS, parse_hosts
from nasclustergui.window.profile_form_node_model import EMPTY, NodeTableModel, role_words

Index = QModelIndex | QPersistentModelIndex
_WIDTHS = {"name": 140, "host": -1, "user": 92, "port": 66, "rack": 92, "role": 104, "jump": 150}
_VC = Qt.AlignmentFlag.AlignVCenter
_END = Qt.TextElideMode.ElideRight
_EDIT = QAbstractItemView.EditTrigger
_ROWS = 5  # seen without scrolling


class _CellDelegate(QStyledItemDelegate):
    """Paints text, hairline and what is wrong; edits in place."""

    def __init__(self, model: NodeTableModel, view: NodeTable) -> None:
        super().__init__(view)
        self._model, self._view = model, view

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        """All rows have one height."""
        return QSize(10, theme.size("input"))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """The cell."""
        r = QRectF(option.rect)
        current = self._view.currentIndex() == index and self._view.hasFocus()
        wrong = self._model.problem(index)
        painter.save()
        if self._view.selectionModel().isSelected(index):
            painter.fillRect(r, c("selected"))
        painter.fillRect(QRectF(r.left(), r.bottom() - 1, r.width(), 1), c("line"))
        inner = r.adjusted(12, 0, -8, 0)
        if wrong:
            side = theme.px(14)
            draw_icon(painter, "octagon-x", c("critical"), inner.right() - side, r.center().y() - side / 2, side)
            inner.adjust(0, 0, -side - 4, 0)
        painter.setFont(font())
        painter.setPen(c("critical" if wrong else "text"))
        text = str(index.data() or "")
        painter.drawText(inner, _VC, painter.fontMetrics().elidedText(text, _END, int(inner.width())))
        if current or wrong:
            outline = r.adjusted(1, 1, -1, -2)
            theme.round_rect(painter, outline, 4, None, c("accent" if current else "critical"), 2.0 if current else 1.0)
        painter.restore()

    def createEditor(self, parent: QWidget, _option: QStyleOptionViewItem, index: Index) -> QWidget:
        """A field; for the role a choice."""
        field = COLUMNS[index.column()]
        if field == "role":
            box = QComboBox(parent)
            for role, word in role_words().items():
                box.addItem(word or _("none"), role)
            return box
        edit = QLineEdit(parent)
        if field == "port":
            edit.setValidator(QIntValidator(1, 65535, edit))
        return edit

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        """The cell's value."""
        value = index.data(Qt.ItemDataRole.EditRole)
        if isinstance(editor, QComboBox):
            editor.setCurrentIndex(max(0, editor.findData(value)))
        elif isinstance(editor, QLineEdit):
            editor.setText(value)

    def setModelData(self, editor: QWidget, _model: QAbstractItemModel, index: Index) -> None:
        """What was typed."""
        value = editor.currentData() if isinstance(editor, QComboBox) else ""
        if isinstance(editor, QLineEdit):
            value = editor.text()
        self._model.setData(index, value)

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, _index: Index) -> None:
        """The whole cell."""
        editor.setGeometry(option.rect)


class NodeTable(QTableView):
    """Typing or Enter edits, Down at the end adds a row, Del empties, Ctrl+Del removes rows, Ctrl+V takes a list.

    Signals:
        current_moved: another cell is current.
    """

    current_moved = Signal()

    def __init__(self, model: NodeTableModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._nodes = model
        self.setModel(model)
        self.setItemDelegate(_CellDelegate(model, self))
        self.setAccessibleName(_("Nodes"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)  # Tab leaves the table, the arrows walk in it
        self.setEditTriggers(_EDIT.AnyKeyPressed | _EDIT.DoubleClicked | _EDIT.EditKeyPressed)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        head = self.horizontalHeader()
        head.setSectionsClickable(False)
        head.setHighlightSections(False)
        head.setMinimumSectionSize(24)
        self.restyle()

    def restyle(self) -> None:
        """Take sizes from the theme."""
        head = self.horizontalHeader()
        head.setFixedHeight(theme.size("header"))
        mode = QHeaderView.ResizeMode
        for n, field in enumerate(COLUMNS):
            width = _WIDTHS[field]
            head.setSectionResizeMode(n, mode.Stretch if width < 0 else mode.Interactive)
            if width >= 0:
                head.resizeSection(n, theme.px(width))
        self.verticalHeader().setDefaultSectionSize(theme.size("input"))
        self.setMinimumHeight(theme.size("header") + _ROWS * theme.size("input") + 2)

    def currentChanged(self, current: Index, previous: Index) -> None:
        """Tell it, and repaint both cells."""
        super().currentChanged(current, previous)
        self.current_moved.emit()
        self.viewport().update()

    # ------------------------------------------------------------ what the keys do

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """See the class."""
        ctrl = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if event.matches(QKeySequence.StandardKey.Paste):
            self.paste()
        elif event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.key() == Qt.Key.Key_Delete and ctrl:
            self.remove_rows()
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._nodes.clear_cells(self.selectedIndexes())
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not ctrl:
            # While an editor is open, its own Enter comes here too, before it has closed.
            if self.currentIndex().isValid() and self.state() != QAbstractItemView.State.EditingState:
                self.edit(self.currentIndex())
        elif event.key() == Qt.Key.Key_Down and self._is_on_last():
            self.add_row()
        else:
            super().keyPressEvent(event)

    def _is_on_last(self) -> bool:
        """The keyboard is on the last row, and that one is in use."""
        filled = self._nodes.filled()
        return bool(filled) and self.currentIndex().row() == self._nodes.rowCount() - 1 == filled[-1]

    def add_row(self) -> None:
        """An empty row at the end, ready to be typed into."""
        row = self._nodes.append([EMPTY])
        self.go_to(row)
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def go_to(self, row: int, field: str = "host") -> None:
        """Choose one cell, and only that, whatever keys are held down now."""
        index = self._nodes.index(row, COLUMNS.index(field))
        self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self.scrollTo(index)

    def selected_rows(self) -> list[int]:
        """Rows with a selected cell, from the top."""
        return sorted({index.row() for index in self.selectedIndexes()})

    def remove_rows(self) -> None:
        """Take the selected rows out."""
        rows = self.selected_rows()
        if rows:
            self._nodes.remove(rows)
            left = min(rows[0], self._nodes.rowCount() - 1)
            if left >= 0:
                self.go_to(left)

    def paste(self) -> None:
        """One word goes into the cell, a list becomes rows."""
        text = QGuiApplication.clipboard().text()
        current = self.currentIndex()
        if len(text.split()) == 1 and current.isValid():
            self._nodes.setData(current, text)
        else:
            self.paste_list()

    def paste_list(self) -> int:
        """Rows from the clipboard; returns how many."""
        text = QGuiApplication.clipboard().text()
        taken = {node.name for node in self._nodes.nodes()}
        nodes = parse_hosts(text, taken)
        if nodes:
            row = self._nodes.append(nodes)
            self.go_to(row)
        return len(nodes)

    def copy(self) -> None:
        """The selected cells, tabs between columns."""
        rows: dict[int, list[str]] = {}
        for index in sorted(self.selectedIndexes(), key=lambda i: (i.row(), i.column())):
            rows.setdefault(index.row(), []).append(str(index.data(Qt.ItemDataRole.EditRole) or ""))
        QGuiApplication.clipboard().setText("\n".join("\t".join(cells) for cells in rows.values()))
