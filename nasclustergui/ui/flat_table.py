"""A plain table in the theme's look, for models with very many rows: what is not in sight costs nothing."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

from nasclustergui.ui import theme
from nasclustergui.ui.style import use_fusion


class FlatTable(QTableView):
    """Give it a model and a delegate, then call `restyle`.

    Attributes:
        widths: of the columns in pixels before the text size; -1 takes the room that is left.
        lead: pixels before the first column's title.
    """

    def __init__(self, widths: Sequence[int], lead: int = 2, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        use_fusion(self)
        self.widths, self.lead = tuple(widths), lead
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setSectionsClickable(False)

    def restyle(self) -> None:
        """Take heights and widths from the theme."""
        height = theme.size("row")
        self.verticalHeader().setMinimumSectionSize(height)
        self.verticalHeader().setDefaultSectionSize(height)
        head = self.horizontalHeader()
        head.setFixedHeight(theme.size("header"))
        head.setProperty("lead", self.lead)
        for n, width in enumerate(self.widths):
            head.setSectionResizeMode(n, QHeaderView.ResizeMode.Stretch if width < 0 else QHeaderView.ResizeMode.Fixed)
            if width >= 0:
                head.resizeSection(n, theme.px(width))
