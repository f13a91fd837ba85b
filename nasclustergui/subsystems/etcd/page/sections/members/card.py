"""The card of the chosen member: its addresses and numbers, and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from nasclustergui.core.i18n import _
from nasclustergui.subsystems.etcd.features.members.arithmetic import Verdict, promote_verdict, remove_verdict
from nasclustergui.subsystems.etcd.features.members.plans import why_not_lead
from nasclustergui.subsystems.etcd.model import EtcdState, Member
from nasclustergui.subsystems.etcd.page.sections.members.rows import card_facts, member_state
from nasclustergui.ui import theme
from nasclustergui.ui.parts import Badge, Button, ElidedLabel, FlowButtons, Label, Panel, box, button, col, row

_FACTS = 6
_WORD = 104  # px, for the word before a value


class MemberCard(Panel):
    """Shows one member.

    Attributes:
        offered: the buttons that make sense now, folded or not.

    Signals:
        asked: what is to be done with it: "lead", "promote", "defragment", "snapshot", "rescue", "force", "remove".
    """

    asked = Signal(str)

    def __init__(self) -> None:
        self._name = ElidedLabel("", "heading")
        self._badge = Badge("ok", "")
        self.note = Label("", "body", "text2", wrap=True)
        self.lead = self._button(_("Let it lead…"), "lead", "crown")
        self.promote = self._button(_("Give it a vote…"), "promote", "check")
        self.defragment = self._button(_("Defragment…"), "defragment", "combine")
        self.rescue = self._button(_("Rescue…"), "rescue", "heart-pulse")
        self.force = self._button(_("Begin anew from here…"), "force", "heart-pulse", "danger-quiet")
        self.remove = self._button(_("Remove…"), "remove", "unplug", "danger-quiet")
        self.offered: tuple[Button, ...] = ()
        self.buttons = FlowButtons([self.lead, self.promote, self.defragment, self.rescue, self.force, self.remove])
        self._words = [ElidedLabel("", "caption", "text3") for _fact in range(_FACTS)]
        self._values = [ElidedLabel("", "mono", "text") for _fact in range(_FACTS)]
        lines = [_fact(word, value) for word, value in zip(self._words, self._values, strict=True)]
        half = _FACTS // 2
        facts = row((col(*lines[:half], gap=6), 1), (col(*lines[half:], gap=6), 1), gap=24)
        head = row((row(self._name, self._badge, None, gap=8), 1), self.buttons, gap=8)
        super().__init__(
            col(head, self.note, facts, gap=8, margins=(16, 12, 16, 12)),
            fill="inset",
            radius=8,
        )

    def _button(self, text: str, what: str, icon: str, kind: str = "normal") -> Button:
        return button(text, kind, icon, small=True, on_click=lambda: self.asked.emit(what))

    def show_member(self, member: Member, state: EtcdState, why_not: str = "") -> None:
        """`why_not`: nothing can be done now, and why."""
        said = member_state(member, state)
        self._name.set_text(member.label)
        self._badge.set_state("stale" if why_not else said.state, said.word, bool(why_not) or said.state != "ok")
        self.note.set_text(said.more)
        self.note.setVisible(bool(said.more))
        for (word, value), shown, there in zip(card_facts(member, state), self._words, self._values, strict=True):
            shown.set_text(word)
            there.set_text(value)
        self._offer(member, state, why_not)

    def _offer(self, member: Member, state: EtcdState, why_not: str) -> None:
        alone = state.leader is None and bool(state.members)
        troubled = member_state(member, state).state == "critical"
        present = (
            (self.lead, member.healthy and not member.leader and not member.learner and not alone),
            (self.promote, member.learner and bool(member.name)),
            (self.defragment, member.healthy and not alone),
            (self.rescue, bool(member.node) and troubled and not alone and not _is_full(member, state)),
            (self.force, alone and member.healthy and not member.learner),
            (self.remove, not alone),
        )
        for one, shown in present:
            self.buttons.set_present(one, shown)
        self.offered = tuple(one for one, shown in present if shown)
        reasons = {
            self.lead: why_not_lead(state, member),
            self.promote: _refused(promote_verdict(state.members, member)) if member.learner else "",
            self.remove: _refused(remove_verdict(state.members, member)),
        }
        for one in self.offered:
            why = why_not or reasons.get(one, "")
            one.set_enabled(not why, why)


def _fact(word: QWidget, value: QWidget) -> QHBoxLayout:
    head = box(row(word, None))
    head.setFixedWidth(theme.px(_WORD))
    return row(head, (value, 100), None, gap=12)


def _is_full(member: Member, state: EtcdState) -> bool:
    return member.healthy and any(a.kind == "NOSPACE" and a.member == member.label for a in state.alarms)


def _refused(verdict: Verdict) -> str:
    return verdict.reason if verdict.refused else ""
