"""The card of what is to be said about the rebalance, worst first, with buttons where something can be done."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from nasclustergui.core.i18n import _
from nasclustergui.subsystems.gluster.features.rebalance.findings import Finding, Offer
from nasclustergui.ui.accessible import announce
from nasclustergui.ui.parts import Button, Panel, box, button, clear, col, label, row, state_icon

Refusals = Mapping[Offer, str]


def offer_words() -> Mapping[Offer, tuple[str, str, str]]:
    """Text, icon and kind of the button of every offer."""
    return {
        Offer.START: (_("Rebalance…"), "arrow-left-right", "normal"),
        Offer.WAIT: (_("Wait, then rebalance…"), "hourglass", "normal"),
        Offer.END: (_("End it and rebalance…"), "circle-stop", "caution"),
        Offer.RESTART: (_("Restart glusterd there…"), "rotate-cw", "caution"),
        Offer.FORCE: (_("Stop and start the volume…"), "rotate-cw", "caution"),
        Offer.FILES: (_("Show the first files"), "file-text", "normal"),
    }


class Advice(Panel):
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
        self._list.setContentsMargins(16, 4, 12, 4)
        self._list.setSpacing(12)
        self._scroll = QScrollArea()
        self._scroll.setWidget(box(self._list))
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        super().__init__(col((self._scroll, 1), gap=0, margins=(1, 8, 1, 8)))  # clear of the round corners
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
        self.setAccessibleName(" ".join(f"{f.title}. {f.text}" for f in findings))
        if news:
            announce(self)

    def _card(self, finding: Finding) -> QWidget:
        texts = col(label(finding.title, "strong", wrap=True, select=True), gap=4)
        if finding.text:
            texts.addWidget(label(finding.text, "body", "text2", wrap=True, select=True))
        numbered = len(finding.todo) > 1
        for n, line in enumerate(finding.todo, 1):
            texts.addWidget(label(f"{n}. {line}" if numbered else line, "caption", "text2", wrap=True, select=True))
        if finding.offers:
            buttons = [self._button(offer) for offer in finding.offers]
            texts.addLayout(row(*buttons, None, gap=8, margins=(0, 4, 0, 0)))
        icon = state_icon(finding.severity.name.lower())
        both = row(icon, (texts, 1), gap=10)
        both.setAlignment(icon, Qt.AlignmentFlag.AlignTop)
        return box(both)

    def _button(self, offer: Offer) -> Button:
        text, icon, kind = offer_words()[offer]
        made = button(text, kind, icon, small=True, on_click=lambda: self.chosen.emit(offer))
        why = self._refused.get(offer, "")
        made.set_enabled(not why, why)
        self.buttons.setdefault(offer, made)
        return made
