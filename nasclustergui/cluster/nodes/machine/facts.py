"""A card of facts: names at the left, values at the right, as many as there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QScrollArea, QWidget

from nasclustergui.cluster.nodes.machine.words import read_at
from nasclustergui.core.i18n import _
from nasclustergui.core.units import DASH
from nasclustergui.ui.parts import Icon, Label, Panel, box, col, label, row
from nasclustergui.ui.theme import STATES

SHORT = 34  # characters
_TOP = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop


class Fact(NamedTuple):
    """A line of a card. `state`: a key of the theme's states where the value needs an eye, else ""."""

    name: str
    value: str
    state: str = ""
    tip: str = ""


class _Line:
    """The widgets of one line."""

    def __init__(self, grid: QGridLayout, at: int) -> None:
        self.name: Label = label("", "caption", "text3")
        self.value: Label = label("", "body", wrap=True, select=True)
        self.icon = Icon("info", "text3", 14)
        grid.addWidget(self.name, at, 0, _TOP)
        grid.addWidget(self.icon, at, 1, _TOP)
        grid.addWidget(self.value, at, 2)

    def show(self, fact: Fact | None, stale: bool) -> None:
        """Another fact, or none."""
        marked = fact is not None and fact.state in ("warn", "critical") and not stale
        for widget in (self.name, self.value):
            widget.setVisible(fact is not None)
        self.icon.setVisible(marked)
        if fact is None:
            return
        icon, role = STATES[fact.state] if marked else ("info", "text3")
        self.icon.set_icon(icon, role)
        self.name.set_text(fact.name)
        self.value.setWordWrap(len(fact.value) > SHORT)  # a label that may wrap reserves room for it
        self.value.set_text(fact.value or DASH)
        self.value.set_role(role if marked else "text3" if stale or not fact.value else "text")
        self.value.setToolTip(fact.tip)
        self.value.setAccessibleName(f"{fact.name}: {fact.value or DASH}")


class FactCard(Panel):
    """A titled card of facts that scrolls where there are more than fit."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(5)
        self._grid.setColumnStretch(2, 1)
        self._lines: list[_Line] = []
        self._title: Label = label(title, "label", "text3")
        area = QScrollArea()
        area.setWidget(box(col(self._title, 2, self._grid, None, gap=6, margins=(15, 6, 15, 6))))
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setLayout(col(area, margins=(1, 6, 1, 6)))

    def show_facts(self, facts: Sequence[Fact], stale: bool) -> None:
        """Show these; what is the same is not touched."""
        while len(self._lines) < len(facts):
            self._lines.append(_Line(self._grid, len(self._lines)))
        for n, line in enumerate(self._lines):
            line.show(facts[n] if n < len(facts) else None, stale)

    def shown(self) -> dict[str, str]:
        """Name → value, as on screen."""
        return {line.name.text(): line.value.text() for line in self._lines if not line.name.isHidden()}


class Note(QWidget):
    """One sentence above a table; hidden while there is nothing to say."""

    def __init__(self) -> None:
        super().__init__()
        self._icon = Icon("info", "text2", 14)
        self._text: Label = label("", "caption", "text2", wrap=True, select=True)
        self.setLayout(row(self._icon, (self._text, 1), gap=8, margins=(14, 4, 14, 6)))
        self.hide()

    def text(self) -> str:
        """What it says, "" while it is hidden."""
        return "" if self.isHidden() else self._text.text()

    def say(self, text: str, state: str = "info") -> None:
        """Say that; "" says nothing."""
        icon, role = STATES[state]
        self._icon.set_icon(icon, role)
        self._text.set_text(text)
        self.setVisible(bool(text))


def freshness(at: float | None, answers: bool, error: str) -> tuple[str, str]:
    """(what stands beside the tabs, colour role): from when the values are, and why not newer."""
    said = read_at(at)
    if not answers:
        return " · ".join(part for part in (_("No answer"), said) if part), "warn"
    if error:
        return " · ".join(part for part in (error, said) if part), "warn"
    return said, "text3"
