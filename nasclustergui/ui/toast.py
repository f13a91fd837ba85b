"""Results of what somebody just did, at the bottom right: gone after 6 seconds, failures stay."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, QTimer, Signal
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QWidget

from nasclustergui.core.i18n import _
from nasclustergui.ui import theme
from nasclustergui.ui.accessible import announce
from nasclustergui.ui.badge import state_icon
from nasclustergui.ui.buttons import Button
from nasclustergui.ui.card import Panel
from nasclustergui.ui.labels import Label
from nasclustergui.ui.layout import row

SHOWN_MS = 6000
AT_MOST = 3
_MARGIN, _GAP, _WIDEST = 24, 8, 560
_MOVES = frozenset({QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.Show, QEvent.Type.Hide})


class Toast(Panel):
    """One result. It waits while the pointer is on it."""

    closed = Signal()

    def __init__(
        self, parent: QWidget, state: str, text: str, action: str = "", on_action: Callable[[], object] | None = None
    ) -> None:
        super().__init__(fill="raised", line="control", radius=8)
        self.setParent(parent)
        self._label = Label(text, "body", wrap=True)
        close = Button("", "quiet", "x", small=True, tip=_("Close"))
        items: list[QWidget] = [state_icon(state), self._label]
        if action and on_action is not None:
            link = Button(action, "link", small=True)
            link.clicked.connect(lambda: on_action())
            link.clicked.connect(self.close_toast)
            items.append(link)
        self._row = row(*items, close, gap=8, margins=(14, 6, 6, 6))
        self.setLayout(self._row)
        self.state, self.text = state, text
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SHOWN_MS)
        self._timer.timeout.connect(self.close_toast)
        close.clicked.connect(self.close_toast)
        self._start()

    @property
    def stays(self) -> bool:
        """Failures, and what still waits for an answer, are never missed."""
        return self.state in ("critical", "wait")

    def _start(self) -> None:
        if not self.stays:
            self._timer.start()

    def enterEvent(self, event: QEnterEvent) -> None:
        """Somebody reads."""
        self._timer.stop()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Somebody has read."""
        self._start()
        super().leaveEvent(event)

    def fit(self, room: int) -> None:
        """As wide as the text, at most `room`; longer text wraps."""
        rest = self._row.sizeHint().width() - self._label.sizeHint().width()
        wanted = theme.text_width(self._label.text()) + 2
        self._label.setFixedWidth(max(80, min(wanted, room - rest, theme.px(_WIDEST))))
        self._row.activate()
        width = self._row.totalSizeHint().width()
        self.resize(width, self._row.totalHeightForWidth(width))

    def close_toast(self) -> None:
        """Take it away."""
        self._timer.stop()
        self.hide()
        self.closed.emit()


class Toasts(QObject):
    """Shows at most three toasts over a window, above `keep_free` pixels at its bottom (the status bar)."""

    def __init__(self, over: QWidget, keep_free: int = 28) -> None:
        super().__init__(over)
        self._over, self._keep_free = over, keep_free
        self._floor: QWidget | None = None
        self._toasts: list[Toast] = []
        over.installEventFilter(self)

    def stay_above(self, widget: QWidget | None) -> None:
        """Also leave this widget free while it is visible (the jobs dock: its output is what one reads then).

        It must be taken back (None, or another widget) before the widget is deleted.
        """
        if self._floor is not None:
            self._floor.removeEventFilter(self)
        self._floor = widget
        if widget is not None:
            widget.installEventFilter(self)
        self._place()

    def show(self, state: str, text: str, action: str = "", on_action: Callable[[], object] | None = None) -> Toast:
        """A new toast; beyond three the oldest that is no failure goes."""
        while len(self._toasts) >= AT_MOST:
            leaving = next((t for t in self._toasts if not t.stays), self._toasts[0])
            leaving.close_toast()
        toast = Toast(self._over, state, text, action, on_action)
        toast.closed.connect(lambda: self._on_closed(toast))
        self._toasts.append(toast)
        toast.show()
        self._place()
        announce(toast, text)
        return toast

    def shown(self) -> tuple[Toast, ...]:
        """Oldest first."""
        return tuple(self._toasts)

    def _on_closed(self, toast: Toast) -> None:
        if toast in self._toasts:
            self._toasts.remove(toast)
            toast.deleteLater()
            self._place()

    def _bottom(self) -> int:
        """The first pixel row that toasts leave free."""
        if self._floor is not None and self._floor.isVisibleTo(self._over):
            return self._floor.mapTo(self._over, QPoint(0, 0)).y()
        return self._over.height() - theme.px(self._keep_free)

    def _place(self) -> None:
        y = self._bottom() - 16
        for toast in reversed(self._toasts):
            toast.fit(self._over.width() - 2 * _MARGIN)
            y -= toast.height()
            toast.move(self._over.width() - toast.width() - _MARGIN, y)
            toast.raise_()
            y -= _GAP

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the corner."""
        if self._toasts and event.type() in _MOVES:
            self._place()
        return False
