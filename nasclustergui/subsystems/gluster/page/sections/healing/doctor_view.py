"""The doctor's card: findings worst first, each with what it means, what to do, and a button where one helps."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from nasclustergui.core.i18n import _
from nasclustergui.subsystems.gluster.features.heal.findings import Finding, Offer
from nasclustergui.subsystems.gluster.page.detail import action_words
from nasclustergui.subsystems.gluster.page.offers import Action
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
        Offer.FAILED_DISK: action_words()[Action.FAILED_DISK],
    }


class Texts(QScrollArea):
    """A column of wrapped texts, as high as they are at this width: by themselves they would ask for more."""

    def __init__(self, column: QVBoxLayout) -> None:
        super().__init__()
        self._column, self._body = column, box(column)
        self._body.installEventFilter(self)
        self.setWidget(self._body)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Texts were changed, added, taken away."""
        if event.type() is QEvent.Type.LayoutRequest and watched is self._body:
            self._fit()
        return super().eventFilter(watched, event)

    def _fit(self) -> None:
        self._body.setMinimumHeight(max(0, self._column.totalHeightForWidth(self.viewport().width())))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Texts wrap anew."""
        super().resizeEvent(event)
        self._fit()


class FindingCard(QWidget):
    """One finding; `button` is None where it offers nothing."""

    def __init__(self, finding: Finding, chosen: Callable[[Offer], object]) -> None:
        super().__init__()
        self.shape = _shape(finding)
        self._title = label(finding.title, "strong", wrap=True, select=True)
        self._text = label(finding.text, "body", "text2", wrap=True, select=True)
        self._text.setVisible(bool(finding.text))
        self._todo = [label(line, "caption", "text2", wrap=True, select=True) for line in _numbered(finding)]
        texts = col(self._title, self._text, *self._todo, gap=4)
        self.button: Button | None = None
        if finding.offer is not None:
            offer = finding.offer
            text, icon = offer_words()[offer]
            self.button = button(text, "normal", icon, small=True, on_click=lambda: chosen(offer))
            texts.addLayout(row(self.button, None, margins=(0, 4, 0, 0)))
        sign = state_icon(finding.severity.name.lower())
        both = row(sign, (texts, 1), gap=10)
        both.setAlignment(sign, Qt.AlignmentFlag.AlignTop)
        self.setLayout(both)

    def set_finding(self, finding: Finding) -> None:
        """The same cause in newer words."""
        self._title.set_text(finding.title)
        self._text.set_text(finding.text)
        for line, text in zip(self._todo, _numbered(finding), strict=True):
            line.set_text(text)


class DoctorView(Panel):
    """Shows findings. Numbers that change are written into the cards there are; other causes make new ones.

    Attributes:
        findings: as shown. buttons: the button of each offer that is shown.

    Signals:
        chosen: Offer.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        self.findings: tuple[Finding, ...] = ()
        self.buttons: dict[Offer, Button] = {}
        self._cards: list[FindingCard] = []
        self._list = QVBoxLayout()
        self._list.setContentsMargins(16, 12, 12, 12)
        self._list.setSpacing(12)
        self._scroll = Texts(self._list)
        super().__init__(col((self._scroll, 1), gap=0, margins=(1, 5, 5, 5)))
        self.setParent(parent)

    def set_findings(self, findings: tuple[Finding, ...], refused: Refusals) -> None:
        """Show these, worst first. `refused`: offer → why it cannot be used now, "" or missing where it can."""
        if findings != self.findings:
            news = [_shape(f) for f in findings[:1]] != [card.shape for card in self._cards[:1]]
            if [_shape(f) for f in findings] != [card.shape for card in self._cards]:
                self._make_cards(findings)
            for card, finding in zip(self._cards, findings, strict=True):
                card.set_finding(finding)
            self.findings = findings
            self.setAccessibleName(" ".join(f"{f.title}. {f.text}" for f in findings))
            if news:
                announce(self)
        for offer, made in self.buttons.items():
            why = refused.get(offer, "")
            made.set_enabled(not why, why)

    def _make_cards(self, findings: tuple[Finding, ...]) -> None:
        clear(self._list)
        self.buttons.clear()
        self._cards = [FindingCard(finding, self.chosen.emit) for finding in findings]
        for card, finding in zip(self._cards, findings, strict=True):
            self._list.addWidget(card)
            card.show()
            if finding.offer is not None and card.button is not None:
                self.buttons.setdefault(finding.offer, card.button)
        self._list.addStretch(1)


def _shape(finding: Finding) -> tuple[object, ...]:
    """What a card can't change: two findings of one shape differ in their words alone."""
    return finding.cause, finding.severity, finding.offer, bool(finding.text), len(finding.todo)


def _numbered(finding: Finding) -> list[str]:
    if len(finding.todo) < 2:
        return list(finding.todo)
    return [f"{n}. {line}" for n, line in enumerate(finding.todo, 1)]
