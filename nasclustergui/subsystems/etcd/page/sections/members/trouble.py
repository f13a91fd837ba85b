"""What is wrong with etcd as a whole, loud, with what to do. Pure."""

from __future__ import annotations

from typing import NamedTuple

from nasclustergui.core.i18n import _, ngettext
from nasclustergui.subsystems.etcd.features.members.arithmetic import arithmetic
from nasclustergui.subsystems.etcd.model import EtcdState, Member


class Trouble(NamedTuple):
    """A banner: its state, a sentence, what to do. `nospace`: the guided rescue helps."""

    state: str
    title: str
    text: str
    nospace: bool = False


def trouble(state: EtcdState, survivor: Member | None) -> Trouble | None:
    """The worst of it; None if etcd is well. `survivor`: the member that has seen most."""
    kinds = {alarm.kind: alarm.member for alarm in state.alarms}
    if state.leader is None:
        return _leaderless(state, survivor)
    if "CORRUPT" in kinds:
        text = _("Nothing can be changed. Save a snapshot of another member, then rescue {member}: it is refilled.")
        title = _("The data of {member} differ from the other members'").format(member=kinds["CORRUPT"])
        return Trouble("critical", title, text.format(member=kinds["CORRUPT"]))
    if "NOSPACE" in kinds:
        text = _("No setting can be changed and no node can register. Make room: history goes, no key is lost.")
        return Trouble("critical", _("etcd's database is full"), text, nospace=True)
    votes = arithmetic(state.members)
    away = [m.label for m in state.members if not m.healthy and not m.learner]
    if away and votes.spare < 1:
        text = _("Start {members}, or rescue it if its data are lost.").format(members=", ".join(away))
        return Trouble("warn", _("One more loss stops all changes of settings"), text)
    return None


def _leaderless(state: EtcdState, survivor: Member | None) -> Trouble:
    votes = arithmetic(state.members)
    title = ngettext(
        "etcd has no leader: {answering} of {voters} members with a vote answers, {majority} are needed",
        "etcd has no leader: {answering} of {voters} members with a vote answer, {majority} are needed",
        votes.answering,
    ).format(answering=votes.answering, voters=votes.voters, majority=votes.majority)
    away = ", ".join(m.label for m in state.members if not m.healthy and not m.learner)
    if votes.quorate:
        text = _("Enough members run, but they do not reach each other: check port 2380 between the managers.")
        return Trouble("critical", title, text)
    text = _("Settings cannot be changed; files stay accessible. Start {members}.").format(members=away)
    if survivor is not None:
        text += " " + _("Only if they never come back: begin anew from {member}.").format(member=survivor.label)
    return Trouble("critical", title, text)
