"""A scroll area whose content is never squeezed, wrapped texts included."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget


class Scrolling(QScrollArea):
    """Scrolls `content` vertically for small windows and large texts; follows the keyboard's focus."""

    def __init__(self, content: QWidget) -> None:
        super().__init__()
        self._content = content
        self.setWidget(content)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setAutoFillBackground(False)  # what is below shows through
        content.setAutoFillBackground(False)
        content.installEventFilter(self)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Texts wrap differently now."""
        self._measure()
        super().resizeEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Something in the content asked for another size."""
        if watched is self._content and event.type() == QEvent.Type.LayoutRequest:
            self._measure()
        return super().eventFilter(watched, event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab brings what it reaches into view, with what is written around it."""
        moved = super().focusNextPrevChild(forward)
        focus = QApplication.focusWidget()
        if focus is not None and self._content.isAncestorOf(focus):
            corner = focus.mapTo(self._content, QPoint(0, focus.height()))
            self.ensureVisible(corner.x(), corner.y(), 0, 24)
        return moved

    def _measure(self) -> None:
        """A scroll area only asks for the smallest size, which for wrapped texts depends on the width."""
        layout = self._content.layout()
        if layout is not None:
            width = self.viewport().width()
            high = layout.totalMinimumHeightForWidth(width) if layout.hasHeightForWidth() else 0
            self._content.setMinimumHeight(max(0, high))
        self.setMinimumWidth(self._content.minimumSizeHint().width())
