"""The doctor's card: findings worst first, each with what it means, what to do, and a button where one helps."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from nasclustergui.core.i18n import _
from nasclustergui.subsystems.gluster.features.heal.findings import Finding, Offer
from nasclustergui.ui.accessible import announce
from nasclustergui.ui.parts import Button, Panel, box, button, clear, col, label, row, state_icon

Refusals = Mapping[Offer, str]


def offer_words() -> Mapping[Offer, tuple[str, str]]:
    """Text and icon of the button of every offer."""
    return {
        Offer.START_BRICKS: (_("Start missing bricks…"), "rotate-cw"),
        Offer.HEAL: (_("Heal what waits…"), "heart-pulse"),
        Offer.ENABLE: (_("Switch self-healing on…"), "power"),
        Offer.SPLIT_BRAIN: (_("Resolve split-brains"), "split"),
        Offer.LIST: (_("List what waits"), "list-checks"),
        Offer.BRICKS: (_("Show its bricks"), "hard-drive"),
    }


class Texts(QScrollArea):
    """A column of wrapped texts, as high as they are at this width: by themselves they would ask for more."""

    def __init__(self, column: QVBoxLayout) -> None:
        super().__init__()
        self._column = column
        self.setWidget(box(column))
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def fit(self) -> None:
        """The texts changed, or have another width."""
        self.widget().setMinimumHeight(max(0, self._column.totalHeightForWidth(self.viewport().width())))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Texts wrap anew."""
        super().resizeEvent(event)
        self.fit()


class DoctorView(Panel):
    """Shows findings. Rebuilt only when they say something else.

    Attributes:
        findings: as shown. buttons: the button of each offer that is shown.

    Signals:
        chosen: Offer.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        self.findings: tuple[Finding, ...] = ()
        self.buttons: dict[Offer, Button] = {}
        self._refused: Refusals = {}
        self._list = QVBoxLayout()
        self._list.setContentsMargins(16, 12, 12, 12)
        self._list.setSpacing(12)
        self._scroll = Texts(self._list)
        super().__init__(col((self._scroll, 1), gap=0, margins=(1, 5, 5, 5)))
        self.setParent(parent)

    def set_findings(self, findings: tuple[Finding, ...], refused: Refusals) -> None:
        """Show these, worst first. `refused`: offer → why it cannot be used now, "" or missing where it can."""
        if (findings, refused) == (self.findings, self._refused):
            return
        news = [f.title for f in findings[:1]] != [f.title for f in self.findings[:1]]
        self.findings, self._refused = findings, dict(refused)
        clear(self._list)
        self.buttons.clear()
        for finding in findings:
            self._list.addWidget(self._card(finding))
        self._list.addStretch(1)
        self._scroll.fit()
        self.setAccessibleName(" ".join(f"{f.title}. {f.text}" for f in findings))
        if news:
            announce(self)

    def _card(self, finding: Finding) -> QWidget:
        state = finding.severity.name.lower()
        texts = col(label(finding.title, "strong", wrap=True, select=True), gap=4)
        if finding.text:
            texts.addWidget(label(finding.text, "body", "text2", wrap=True, select=True))
        numbered = len(finding.todo) > 1
        for n, line in enumerate(finding.todo, 1):
            texts.addWidget(label(f"{n}. {line}" if numbered else line, "caption", "text2", wrap=True, select=True))
        if finding.offer is not None:
            texts.addLayout(row(self._button(finding.offer), None, margins=(0, 4, 0, 0)))
        icon = state_icon(state)
        both = row(icon, (texts, 1), gap=10)
        both.setAlignment(icon, Qt.AlignmentFlag.AlignTop)
        return box(both)

    def _button(self, offer: Offer) -> Button:
        text, icon = offer_words()[offer]
        made = button(text, "normal", icon, small=True, on_click=lambda: self.chosen.emit(offer))
        why = self._refused.get(offer, "")
        made.set_enabled(not why, why)
        self.buttons.setdefault(offer, made)
        return made
