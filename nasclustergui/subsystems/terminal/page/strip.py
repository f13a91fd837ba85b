"""The tabs of the terminals' window: a state's icon, a name, a button that closes."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QTabBar, QToolButton

from nasclustergui.core.i18n import _
from nasclustergui.ui import theme
from nasclustergui.ui.parts import Button
from nasclustergui.ui.theme import RADIUS, c

HEIGHT = 36
WIDEST = 260


class TabStrip(QTabBar):
    """Every tab has data: (icon, colour role).

    Signals:
        close_wanted: position of a tab.
    """

    close_wanted = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setMovable(True)
        self.setUsesScrollButtons(True)
        self.setElideMode(Qt.TextElideMode.ElideRight)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(_("Terminals"))
        self.restyle()

    def add(self, text: str, icon: str, role: str) -> int:
        """A tab at the end; its position."""
        at = self.addTab(text)
        close = Button("", "quiet", "x", small=True, tip=_("Close this terminal (Ctrl+Shift+W)"))
        close.setFixedSize(theme.size("hit"), theme.size("hit"))
        close.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        close.clicked.connect(lambda: self._on_close(close))
        self.setTabButton(at, QTabBar.ButtonPosition.RightSide, close)
        self.show_state(at, icon, role)
        return at

    def _on_close(self, close: Button) -> None:
        for at in range(self.count()):
            if self.tabButton(at, QTabBar.ButtonPosition.RightSide) is close:
                self.close_wanted.emit(at)
                return

    def show_state(self, at: int, icon: str, role: str) -> None:
        """Another icon."""
        if self.tabData(at) != (icon, role):
            self.setTabData(at, (icon, role))
            self.update()

    def tabSizeHint(self, index: int) -> QSize:
        """As wide as the strong text, so that nothing jumps."""
        wide = theme.text_width(self.tabText(index), "strong") + theme.size("icon") + theme.size("hit") + 34
        return QSize(min(wide, theme.px(WIDEST)), theme.px(HEIGHT))

    def tabLayoutChange(self) -> None:
        """The arrows stay above the buttons of tabs that are half out of sight."""
        super().tabLayoutChange()
        for arrow in self.findChildren(QToolButton):
            arrow.raise_()

    def minimumTabSizeHint(self, _index: int) -> QSize:
        """Icon, a few letters, the button."""
        return QSize(theme.px(140), theme.px(HEIGHT))

    def restyle(self) -> None:
        """Measure again: an empty text and back makes QTabBar forget what it measured."""
        for arrow in self.findChildren(QToolButton):  # they lie over the tabs that do not fit
            arrow.setAutoFillBackground(True)
            theme.set_colors(arrow, Window="sidebar", Button="sidebar")
        for at in range(self.count()):
            text = self.tabText(at)
            self.setTabText(at, "")
            self.setTabText(at, text)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The middle button closes."""
        if event.button() == Qt.MouseButton.MiddleButton:
            at = self.tabAt(event.position().toPoint())
            if at >= 0:
                self.close_wanted.emit(at)
        else:
            super().mouseReleaseEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """All tabs."""
        p = QPainter(self)
        for at in range(self.count()):
            self._paint(p, at, self.tabRect(at))

    def _paint(self, p: QPainter, at: int, r: QRect) -> None:
        current = at == self.currentIndex()
        if current:
            p.fillRect(r, c("surface"))
            p.fillRect(QRect(r.left(), r.bottom() - 1, r.width(), 2), c("accent"))
            if self.hasFocus():
                theme.round_rect(p, QRectF(r).adjusted(2, 2, -2, -4), RADIUS["control"], None, c("accent"), 2.0)
        p.fillRect(QRect(r.right(), r.top() + 8, 1, r.height() - 16), c("line"))
        side = theme.size("icon")
        icon, role = self.tabData(at) or ("terminal", "text2")
        theme.draw_icon(p, icon, c(role), r.left() + 12, r.center().y() - side / 2 + 1, side)
        p.setFont(theme.font("strong" if current else "medium"))
        p.setPen(c("text" if current else "text2"))
        text = QRect(r.left() + 12 + side + 8, r.top(), r.width() - side - theme.size("hit") - 28, r.height())
        said = p.fontMetrics().elidedText(self.tabText(at), self.elideMode(), text.width())
        p.drawText(text, Qt.AlignmentFlag.AlignVCenter, said)
