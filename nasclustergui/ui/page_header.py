"""The head of a page: title, one line of facts, actions at the right that fold when there is no room."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from nasclustergui.ui.buttons import Button, FlowButtons
from nasclustergui.ui.labels import ElidedLabel, Label
from nasclustergui.ui.layout import col, row


class PageHeader(QWidget):
    """Title, facts, actions; updated in place."""

    def __init__(self, title: str, facts: str = "", actions: Sequence[QWidget] = ()) -> None:
        super().__init__()
        self._title = Label(title, "title")
        self._facts = ElidedLabel(facts, "caption", "text3")
        self._flow = FlowButtons(small=False)
        self._others: list[QWidget] = []
        self._facts.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)  # it gives way first
        texts = col(self._title, self._facts, gap=1)
        self._row: QHBoxLayout = row((texts, 1), self._flow, gap=8, margins=(24, 12, 24, 10))
        self.setLayout(self._row)
        self.set_actions(actions)

    def set_title(self, title: str) -> None:
        """Another title."""
        self._title.set_text(title)

    def set_facts(self, facts: str) -> None:
        """Another line of facts."""
        self._facts.set_text(facts)

    def title(self) -> str:
        """The title."""
        return self._title.text()

    def facts(self) -> str:
        """The line of facts."""
        return self._facts.text()

    def set_actions(self, actions: Sequence[QWidget]) -> None:
        """Other actions, the primary last; buttons fold, other widgets stand left of them."""
        for old in self._others:
            self._row.removeWidget(old)
            old.hide()
            old.setParent(None)
        self._others = [a for a in actions if not isinstance(a, Button)]
        for n, other in enumerate(self._others):
            self._row.insertWidget(1 + n, other)
            other.show()
        self._flow.set_buttons([a for a in actions if isinstance(a, Button)])


def page_header(title: str, facts: str = "", *actions: QWidget) -> PageHeader:
    """A page's head in one expression."""
    return PageHeader(title, facts, actions)
