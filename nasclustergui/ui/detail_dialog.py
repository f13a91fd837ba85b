"""A window of its own for one chart in large; it stays beside the main window."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QDialog, QWidget

from nasclustergui.ui.detail_chart import DetailChart
from nasclustergui.ui.parts import col
from nasclustergui.ui.strip import Strip

_REFRESH_MS = 1000


class DetailDialog(QDialog):
    """Shows what a strip shows, in large; the series are shared, so it goes along by itself. Esc closes it."""

    def __init__(self, strip: Strip, subject: str, parent: QWidget | None = None) -> None:
        """`subject`: whose metric it is, for instance the node's name."""
        super().__init__(parent)
        title = f"{subject}: {strip.title}" if subject else strip.title
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint, True)
        self.chart = DetailChart()
        self.setLayout(col(self.chart))
        self.chart.show_lines(title, strip.lines, strip.quantity, threshold=strip.threshold, gap_after=strip.gap_after)
        self.chart.setFocus()
        self._timer = QTimer(self)
        self._timer.setInterval(_REFRESH_MS)
        self._timer.timeout.connect(self.chart.refresh)
        self._timer.start()
