"""The table of members: what each says of itself, and what that means. Pure."""

from __future__ import annotations

from typing import NamedTuple

from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.units import DASH, NB, count, percent, size
from nasclustergui.subsystems.etcd.features.members.membership import lag_of
from nasclustergui.subsystems.etcd.features.members.upkeep_plans import gain, worth_it
from nasclustergui.subsystems.etcd.model import EtcdState, Member
from nasclustergui.ui.cell import Cell, Row, natural

BEHIND = 1000  # entries of the log; a member that follows is a few behind while it is written to
SLOW = 0.5  # seconds for an answer


class Said(NamedTuple):
    """A state, its word, and what it means."""

    state: str
    word: str
    more: str = ""


def member_rows(state: EtcdState, *, stale: bool = False) -> list[Row]:
    """A row for each member; `stale`: what was read could not be read again since."""
    ordered = sorted(state.members, key=lambda m: natural(m.label))
    return [_row(member, state, stale) for member in ordered]


def member_state(member: Member, state: EtcdState) -> Said:
    """How it is: the worst first."""
    alarms = {alarm.kind for alarm in state.alarms if alarm.member == member.label}
    if not member.name:
        return Said("warn", _("Never started"), _("It was added but its etcd never started. Start it, or remove it."))
    if not member.healthy:
        return Said("critical", _("No answer"), _("{reason}.").format(reason=_sentence(member.error)))
    if "CORRUPT" in alarms:
        return Said(
            "critical", _("Data differ"), _("Its data differ from the other members'. Rescue it: it is refilled.")
        )
    if "NOSPACE" in alarms:
        return Said("critical", _("Full"), _("Its database reached the quota: etcd takes no changes."))
    if state.leader is None:
        return Said("critical", _("No leader"), _("It runs, but decides nothing without a majority."))
    lag = lag_of(member, state.leader)
    if member.learner:
        return Said("busy", _("Learner"), _learning(lag))
    if lag is not None and lag > BEHIND:
        return Said("warn", _("Behind"), _("{n} changes behind the leader.").format(n=count(lag)))
    if member.seconds is not None and member.seconds > SLOW:
        return Said("warn", _("Slow"), _("It answers slowly: look at the load of its disk and network."))
    word = _("Leads") if member.leader else _("Follows")
    return Said("ok", word, _fragmented(member))


def _sentence(reason: str) -> str:
    return (reason[:1].upper() + reason[1:]).rstrip(".")


def _learning(lag: int | None) -> str:
    if lag is not None and lag <= BEHIND:
        return _("It has caught up and has no vote yet. Give it its vote.")
    return _("It is catching up with the leader and has no vote yet.")


def _fragmented(member: Member) -> str:
    if not worth_it(member):
        return ""
    return _("{size} can be given back by defragmenting it.").format(size=size(gain(member)))


def _row(member: Member, state: EtcdState, stale: bool) -> Row:
    said = member_state(member, state)
    lag = lag_of(member, state.leader)
    free = gain(member)
    gaps = percent(100 * free / member.db_size) if free is not None and member.db_size else DASH
    seconds = member.seconds if member.healthy else None
    own = member.name if member.name != member.label else ""
    name = Cell(member.label, "name", "crown" if member.leader else "server", own, stale=stale, strong=True)
    cells = (
        name,
        Cell(said.word, "state", state="stale" if stale else said.state),
        _text(member.version, stale),
        _number(size(member.db_size) if member.healthy else DASH, stale),
        _number(gaps if member.healthy else DASH, stale),
        _number(count(lag), stale),
        _number(_milliseconds(seconds), stale),
        Cell(said.more, tip=said.more, stale=stale),
    )
    sizes = (member.label, None, None, _float(member.db_size), _float(free), _float(lag), seconds)
    return Row(f"{member.id:x}", cells, sort=sizes, data=member)


def _text(text: str, stale: bool) -> Cell:
    return Cell(text or DASH, role="" if text else "text3", stale=stale)


def _number(text: str, stale: bool) -> Cell:
    return Cell(text, "num", role="text3" if text == DASH else "", stale=stale)


def _float(n: int | None) -> float | None:
    return None if n is None else float(n)


def _milliseconds(seconds: float | None) -> str:
    return DASH if seconds is None else f"{count(max(1.0, seconds * 1000))}{NB}ms"


def card_facts(member: Member, state: EtcdState) -> tuple[tuple[str, str], ...]:
    """What the card lists: a word and its value."""
    lag = lag_of(member, state.leader)
    behind = "" if not lag else ngettext("{n} behind", "{n} behind", lag).format(n=count(lag))
    index = count(member.raft_index)
    return (
        (_("Number"), f"{member.id:x}"),
        (_("Clients"), ", ".join(member.client_urls) or DASH),
        (_("Other members"), ", ".join(member.peer_urls) or DASH),
        (
            _("Raft"),
            _("term {term}, index {index}").format(term=count(member.raft_term), index=index)
            if member.healthy
            else DASH,
        ),
        (_("Revision"), f"{count(member.revision)}" + (f" ({behind})" if behind else "")),
        (_("Database"), _database(member)),
    )


def _database(member: Member) -> str:
    if member.db_size is None or not member.healthy:
        return DASH
    return _("{size}, of that in use {used}").format(size=size(member.db_size), used=size(member.db_in_use))
