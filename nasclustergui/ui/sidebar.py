"""Navigation: the cluster's name, one list of pages with badges, the state of the connection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from nasclustergui.core.i18n import _
from nasclustergui.core.profile import Environment
from nasclustergui.ui import theme
from nasclustergui.ui.badge import Icon
from nasclustergui.ui.cluster_head import ClusterHead
from nasclustergui.ui.labels import ElidedLabel
from nasclustergui.ui.layout import box, col, row
from nasclustergui.ui.theme import RADIUS, c, font, px

NARROW_BELOW = 1180  # width of the window
Index = QModelIndex | QPersistentModelIndex
_VC = Qt.AlignmentFlag.AlignVCenter
_SELECTED = QStyle.StateFlag.State_Selected
_OVER = QStyle.StateFlag.State_MouseOver
_ENTRY = Qt.ItemDataRole.UserRole.value
_DISPLAY, _TIP, _ACCESSIBLE = (
    Qt.ItemDataRole.DisplayRole.value,
    Qt.ItemDataRole.ToolTipRole.value,
    Qt.ItemDataRole.AccessibleTextRole.value,
)


class PageEntry(NamedTuple):
    """A page in the sidebar; one without an id is a dividing line."""

    id: str
    icon: str = ""
    title: str = ""


@dataclass(frozen=True)
class Badged:
    """What stands at the right of an entry."""

    count: int
    state: str


class PageModel(QAbstractListModel):
    """The pages and their badges."""

    def __init__(self, pages: Sequence[PageEntry], parent: QWidget) -> None:
        super().__init__(parent)
        self.pages = tuple(pages)
        self.badges: dict[str, Badged] = {}

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        """Pages and lines."""
        return 0 if parent.isValid() else len(self.pages)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """A line cannot be chosen."""
        is_page = index.isValid() and bool(self.pages[index.row()].id)
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable if is_page else Qt.ItemFlag.NoItemFlags

    def data(self, index: Index, role: int = _DISPLAY) -> object:
        """The entry; its title; for readers its title with the badge."""
        page = self.pages[index.row()]
        if role == _ENTRY:
            return page
        if role in (_DISPLAY, _TIP):
            return page.title
        if role == _ACCESSIBLE:
            badge = self.badges.get(page.id)
            if badge is None:
                return page.title
            return _("{page}, {count} {state}").format(page=page.title, count=badge.count, state=badge.state)
        return None

    def set_badge(self, page_id: str, count: int, state: str) -> None:
        """Change one badge; nothing happens when it is the same."""
        new = Badged(count, state) if count > 0 else None
        if self.badges.get(page_id) == new:
            return
        if new is None:
            self.badges.pop(page_id, None)
        else:
            self.badges[page_id] = new
        for n, page in enumerate(self.pages):
            if page.id == page_id:
                self.dataChanged.emit(self.index(n), self.index(n))


class PageDelegate(QStyledItemDelegate):
    """Icon, title and badge; only the icon, with a smaller badge, when narrow."""

    def __init__(self, model: PageModel, view: QListView) -> None:
        super().__init__(view)
        self._model, self._view, self.narrow = model, view, False

    def sizeHint(self, _option: QStyleOptionViewItem, index: Index) -> QSize:
        """A line is lower than a page."""
        return QSize(40, theme.size("nav") if self._model.pages[index.row()].id else px(13))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """One entry."""
        page, r = self._model.pages[index.row()], QRectF(option.rect)
        if not page.id:
            painter.fillRect(QRectF(r.x() + 12, r.center().y(), r.width() - 24, 1), c("line"))
            return
        painter.save()
        current = bool(option.state & _SELECTED)
        self._background(painter, r, current, bool(option.state & _OVER))
        side = theme.size("icon_nav")
        x = r.center().x() - side / 2 if self.narrow else r.x() + 20
        theme.draw_icon(
            painter, page.icon, c("accent_text" if current else "text2"), x, r.center().y() - side / 2, side
        )
        badge = self._model.badges.get(page.id)
        if self.narrow:
            if badge is not None:
                small = px(12)
                name, role = theme.STATES[badge.state]
                theme.round_rect(painter, QRectF(x + side - 4, r.y() + 3, small + 2, small + 2), small, c("sidebar"))
                theme.draw_icon(painter, name, c(role), x + side - 3, r.y() + 4, small)
        else:
            right = self._badge(painter, r, badge) if badge is not None else r.right() - 16
            self._title(painter, r, page.title, right, current)
        painter.restore()

    def _background(self, p: QPainter, r: QRectF, current: bool, over: bool) -> None:
        inner = r.adjusted(8, 1, -8, -1)
        if current:
            theme.round_rect(p, inner, RADIUS["control"], c("selected"))
            theme.round_rect(p, QRectF(r.x() + 8, r.y() + 9, 3, r.height() - 18), 1.5, c("accent"))
            by_keyboard = self._view.window().testAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange)
            if self._view.hasFocus() and by_keyboard:
                theme.round_rect(p, inner, RADIUS["control"], None, c("accent"), 2.0)
        elif over:
            theme.round_rect(p, inner, RADIUS["control"], c("hover"))

    def _badge(self, p: QPainter, r: QRectF, badge: Badged) -> float:
        name, role = theme.STATES[badge.state]
        text, side = str(badge.count), px(14)
        width = theme.text_width(text, "label")
        right = r.right() - 16
        p.setFont(font("label"))
        p.setPen(c(role))
        p.drawText(QRectF(right - width, r.y(), width + 2, r.height()), _VC, text)
        theme.draw_icon(p, name, c(role), right - width - side - 4, r.center().y() - side / 2, side)
        return right - width - side - 10

    def _title(self, p: QPainter, r: QRectF, title: str, right: float, current: bool) -> None:
        p.setFont(font("strong" if current else "medium"))
        p.setPen(c("accent_text" if current else "text"))
        x = r.x() + 28 + theme.size("icon_nav")
        shown = p.fontMetrics().elidedText(title, Qt.TextElideMode.ElideRight, int(right - x))
        p.drawText(QRectF(x, r.y(), right - x, r.height()), _VC, shown)


class Sidebar(QWidget):
    """The left edge of the window; 56 px of icons where the window is narrow.

    Signals:
        current_changed: id of the page to show.
        cluster_clicked: the cluster's name was clicked; open the menu of clusters below `head`.
    """

    current_changed = Signal(str)
    cluster_clicked = Signal()

    def __init__(self, pages: Sequence[PageEntry]) -> None:
        super().__init__()
        self._model = PageModel(pages, self)
        self._narrow = False
        self.head = ClusterHead()
        self.head.clicked.connect(self.cluster_clicked)
        self.view = self._make_view()
        self._delegate = PageDelegate(self._model, self.view)
        self.view.setItemDelegate(self._delegate)
        self.view.selectionModel().currentChanged.connect(self._on_current_changed)
        self._connection = ElidedLabel("", "caption", "text3")
        self._link = Icon("link", "text3", 14)
        self._foot = box(row(self._link, self._connection, None, gap=6, margins=(18, 8, 12, 10)))
        self.setLayout(col(self.head, (self.view, 1), self._foot, gap=0, margins=(0, 0, 1, 0)))
        self.restyle()

    def _make_view(self) -> QListView:
        view = QListView()
        view.setModel(self._model)
        view.setFrameShape(QFrame.Shape.NoFrame)
        view.setAccessibleName(_("Pages"))
        view.setMouseTracking(True)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        return view

    def restyle(self) -> None:
        """Take width and colours from the theme."""
        theme.set_colors(self.view, Base="sidebar")
        self.setFixedWidth(theme.size("sidebar_narrow" if self._narrow else "sidebar"))
        self.view.doItemsLayout()

    def set_cluster(self, name: str, environment: Environment, facts: str, colour: str = "") -> None:
        """Name, environment and one line ("7 nodes · Frankfurt") of the cluster."""
        self.head.set_cluster(name, environment, facts, colour)

    def set_connection(self, text: str, state: str = "") -> None:
        """ "SSH 6 of 7 · etcd 3 of 3" at the foot; a state colours its icon."""
        self._connection.set_text(text)
        self._foot.setToolTip(text)
        if state and state != "ok":
            self._link.set_state(state)
        else:
            self._link.set_icon("link", "text3")

    def set_badge(self, page_id: str, count: int, state: str) -> None:
        """Icon and count beside a page; 0 takes it away."""
        self._model.set_badge(page_id, count, state)

    def set_current(self, page_id: str) -> None:
        """Choose a page; `current_changed` follows. Raises KeyError for a page that is not in the list."""
        for n, page in enumerate(self._model.pages):
            if page.id == page_id:
                self.view.setCurrentIndex(self._model.index(n))
                return
        raise KeyError(page_id)

    def current(self) -> str:
        """Id of the chosen page, "" before the first."""
        index = self.view.currentIndex()
        return self._model.pages[index.row()].id if index.isValid() else ""

    def set_narrow(self, narrow: bool) -> None:
        """Icons only, or icons and titles."""
        if narrow != self._narrow:
            self._narrow = self._delegate.narrow = narrow
            self.head.set_narrow(narrow)
            self._connection.setVisible(not narrow)
            self.restyle()

    def adapt(self, window_width: int) -> None:
        """Call from the window's resizeEvent: narrow below 1180 px (times the text size)."""
        self.set_narrow(window_width < theme.px(NARROW_BELOW))

    def _on_current_changed(self, current: QModelIndex, _previous: QModelIndex) -> None:
        if current.isValid():
            self.current_changed.emit(self._model.pages[current.row()].id)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Background and the line to the page."""
        p = QPainter(self)
        p.fillRect(self.rect(), c("sidebar"))
        p.fillRect(self.width() - 1, 0, 1, self.height(), c("line"))
