"""The frame of every larger dialog: cluster band, title, body, footer. The cluster is named wherever it can be hurt."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog, QLayout, QWidget

from nasclustergui.core.profile import Profile
from nasclustergui.ui import theme
from nasclustergui.ui.band import Band, environment_tag
from nasclustergui.ui.parts import ElidedLabel, Fill, Label, Line, box, col, label, row


class DialogFrame(QDialog):
    """A dialog with head, body and foot.

    Attributes:
        title_label, sub_label: change them with `set_text`.
    """

    def __init__(
        self,
        title: str,
        sub: str,
        profile: Profile | None,
        size: QSize,
        lead: QWidget | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"{title} — {profile.name}" if profile else title)
        self.setModal(True)
        self._wanted = size
        self.title_label: Label = label(title, "title")
        self.sub_label = ElidedLabel(sub, "caption", "text3")
        items: list[QWidget | QLayout | None] = [lead] if lead is not None else []
        items += [col(self.title_label, self.sub_label, gap=1), None]
        if profile is not None:
            items += [environment_tag(profile.environment, profile.colour), label(profile.name, "medium", "text2")]
        self._head = row(*items, gap=12, margins=(24, 14, 24, 14))
        self._band = Band(profile.environment, profile.colour) if profile is not None else None

    def compose(self, body: QLayout, foot: QLayout) -> None:
        """Put everything together; call once."""
        top: list[QWidget] = [self._band] if self._band is not None else []
        surface = Fill(
            "surface",
            col(*top, box(self._head), Line(), (body, 1), Fill("inset", col(Line(), box(foot), gap=0)), gap=0),
        )
        self.setLayout(col(surface, gap=0))
        self._fit()

    def _fit(self) -> None:
        """As large as wanted, but never larger than the screen it opens on."""
        wanted = QSize(theme.px(self._wanted.width()), theme.px(self._wanted.height()))
        room = self.screen().availableSize() - QSize(16, 48)
        self.resize(wanted.boundedTo(room))
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint, True)
