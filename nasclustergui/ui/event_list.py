"""Events as a list: time, state icon, what happened, and a smaller line with the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QFrame, QListView, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from nasclustergui.core.events import Event, Severity
from nasclustergui.core.i18n import _
from nasclustergui.core.units import clock
from nasclustergui.ui import theme

Index = QModelIndex | QPersistentModelIndex
_VC = Qt.AlignmentFlag.AlignVCenter
EVENT = Qt.ItemDataRole.UserRole
STATES = {
    Severity.OK: "ok",
    Severity.INFO: "info",
    Severity.BUSY: "busy",
    Severity.UNKNOWN: "stale",
    Severity.WARN: "warn",
    Severity.CRITICAL: "critical",
}


class EventModel(QAbstractListModel):
    """Events, newest first. New ones are inserted at the top, so that the scroll position survives."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._events: tuple[Event, ...] = ()

    def show_events(self, events: Sequence[Event]) -> None:
        """Show these, newest first; where only the top grew, only that is told."""
        new = tuple(events)
        if new == self._events:
            return
        more = len(new) - len(self._events)
        if more > 0 and new[more:] == self._events:
            self.beginInsertRows(QModelIndex(), 0, more - 1)
            self._events = new
            self.endInsertRows()
        else:
            self.beginResetModel()
            self._events = new
            self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        """Number of events."""
        return 0 if parent.isValid() else len(self._events)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The event, or one line of text."""
        event = self._events[index.row()]
        if role == EVENT:
            return event
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return f"{clock(event.at)} {event.title}" + (f": {event.text}" if event.text else "")
        return None


class _Delegate(QStyledItemDelegate):
    def sizeHint(self, _option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(100, theme.px(42 if index.data(EVENT).text else 28))

    def paint(self, p: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        event: Event = index.data(EVENT)
        r = QRectF(option.rect)
        time_width = theme.px(52)
        x = r.x() + 16 + time_width + 26
        width = r.right() - x - 14
        p.save()
        p.setFont(theme.font("caption", True))
        p.setPen(theme.c("text3"))
        p.drawText(QRectF(r.x() + 16, r.y() + 3, time_width, theme.px(18)), _VC, short_clock(event.at))
        icon, role = theme.STATES[STATES[event.severity]]
        theme.draw_icon(p, icon, theme.c(role), r.x() + 16 + time_width, r.y() + 4, theme.px(16))
        self._line(p, QRectF(x, r.y() + 2, width, theme.px(20)), event.title, "body", "text")
        if event.text:
            self._line(p, QRectF(x, r.y() + theme.px(20), width, theme.px(18)), event.text, "caption", "text3")
        p.restore()

    def _line(self, p: QPainter, r: QRectF, text: str, style: str, role: str) -> None:
        p.setFont(theme.font(style))
        p.setPen(theme.c(role))
        p.drawText(r, _VC, p.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(r.width())))


def short_clock(at: float) -> str:
    """ "03:10" today, "21 Nov" before."""
    text = clock(at)
    return text[:5] if text[2:3] == ":" else text.rsplit(" ", 1)[0]


class EventList(QListView):
    """The list widget: `events.show_events(...)`."""

    def __init__(self) -> None:
        super().__init__()
        self._events = EventModel(self)
        self.setModel(self._events)
        self.setItemDelegate(_Delegate(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionMode(QListView.SelectionMode.NoSelection)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(_("Events"))

    def show_events(self, events: Sequence[Event]) -> None:
        """Show these, newest first."""
        self._events.show_events(events)
