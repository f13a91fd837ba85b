"""A dialog that asks or explains one thing: as high as what it says."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QLayout, QWidget

from nasclustergui.core.profile import Profile
from nasclustergui.ui import theme
from nasclustergui.ui.dialog_frame import DialogFrame
from nasclustergui.ui.parts import Badge, ElidedLabel, Icon

BODY = (24, 16, 24, 20)  # margins
FOOT = (24, 12, 24, 12)


class SmallDialog(DialogFrame):
    """A `DialogFrame` whose height follows its content."""

    def __init__(
        self,
        title: str,
        sub: str,
        profile: Profile | None = None,
        width: int = 480,
        lead: Icon | Badge | ElidedLabel | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(title, sub, profile, QSize(width, 0), lead, parent)
        self._width = width

    def compose(self, body: QLayout, foot: QLayout) -> None:
        """Put everything together; call once."""
        super().compose(body, foot)
        layout = self.layout()
        if layout is not None:
            # Qt's own minimum would be that of wrapped labels at their narrowest.
            layout.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        self.fit()

    def fit(self) -> None:
        """As high as needed, after the content changed; never higher than the screen."""
        layout = self.layout()
        if layout is None:
            return
        layout.activate()
        width = max(theme.px(self._width), layout.minimumSize().width())
        high = layout.totalHeightForWidth(width) if layout.hasHeightForWidth() else layout.totalSizeHint().height()
        room = self.screen().availableSize() - QSize(16, 48)
        self.resize(QSize(width, high).boundedTo(room))
        self.setMinimumSize(self.size())

    def showEvent(self, event: QShowEvent) -> None:
        """Measured again once every font is there."""
        self.fit()
        super().showEvent(event)
