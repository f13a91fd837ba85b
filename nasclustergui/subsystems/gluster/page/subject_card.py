"""The card below a section's table: the chosen thing, how it is, and what can be done with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from nasclustergui.subsystems.gluster.page.words import Said
from nasclustergui.ui.parts import Badge, Button, CopyLine, ElidedLabel, FlowButtons, Label, Panel, button, col, row


class Offer(NamedTuple):
    """A button of the card: what it asks for, its text, icon and kind."""

    what: str
    text: str
    icon: str
    kind: str = "normal"


class SubjectCard(Panel):
    """Name, badge, facts, sentences, a command to copy, buttons.

    Attributes:
        buttons: by what they ask for.

    Signals:
        asked: what is to be done.
    """

    asked = Signal(str)

    def __init__(self, offers: Sequence[Offer], parent: QWidget | None = None) -> None:
        self._name = ElidedLabel("", "heading")
        self._badge = Badge("ok", "")
        self._facts = ElidedLabel("", "caption", "text3")
        self.note = Label("", "body", "text2", wrap=True)
        self.line = CopyLine("")
        self.buttons: dict[str, Button] = {offer.what: self._button(offer) for offer in offers}
        self.flow = FlowButtons(list(self.buttons.values()))
        head = row((row(self._name, self._badge, (self._facts, 1), gap=8), 1), self.flow, gap=8)
        super().__init__(col(head, self.note, self.line, gap=8, margins=(16, 12, 16, 12)), fill="inset", radius=8)
        self.setParent(parent)
        self.hide()

    def _button(self, offer: Offer) -> Button:
        return button(offer.text, offer.kind, offer.icon, small=True, on_click=lambda: self.asked.emit(offer.what))

    def offered(self) -> list[Button]:
        """The buttons that make sense for what is shown, folded or not."""
        return [one for what, one in self.buttons.items() if what in self._shown]

    def show_subject(
        self, name: str, said: Said | None, facts: str, note: str, offers: Mapping[str, str], command: str = ""
    ) -> None:
        """`offers`: what makes sense now → why it does not apply, "" where it does."""
        self._name.set_text(name)
        self._badge.setVisible(said is not None)
        if said is not None:
            self._badge.set_state(said.state, said.word, said.state not in ("ok", "stopped"))
        self._facts.set_text(facts)
        self.note.set_text(note)
        self.note.setVisible(bool(note))
        self.line.set_text(command)
        self.line.setVisible(bool(command))
        self._shown = frozenset(offers)
        for what, one in self.buttons.items():
            self.flow.set_present(one, what in offers)
            why = offers.get(what, "")
            one.set_enabled(not why, why)
        self.show()

    _shown: frozenset[str] = frozenset()
