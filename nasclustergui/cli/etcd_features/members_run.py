"""Answers `etcd members`, `etcd member …`, `etcd defrag` and the like."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nasclustergui.cli.exit_codes import Exit
from nasclustergui.cli.gluster import carry_out_as
from nasclustergui.cli.status import show_table
from nasclustergui.cli.terminal import say, say_json
from nasclustergui.cli.working import work
from nasclustergui.cluster.session import Session
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Plan
from nasclustergui.core.units import DASH, count, size
from nasclustergui.subsystems.etcd.features.members import plans, read, upkeep_plans
from nasclustergui.subsystems.etcd.features.members.arithmetic import arithmetic
from nasclustergui.subsystems.etcd.features.members.membership import lag_of
from nasclustergui.subsystems.etcd.model import EtcdState, Member


def members(session: Session, options: Namespace) -> Exit:
    """A line per member; exit status FAILED while etcd can decide nothing."""
    state = _read(session)
    code = Exit.OK if state.leader is not None else Exit.FAILED
    if options.json:
        say_json(_data(state))
        return code
    head = (_("Member"), _("State"), _("Version"), _("Database"), _("In use"), _("Behind"), _("Endpoint"))
    rows: list[tuple[str, ...]] = [head]
    for member in state.members:
        lag = count(lag_of(member, state.leader))
        known = member.healthy
        sizes = (size(member.db_size), size(member.db_in_use)) if known else (DASH, DASH)
        rows.append((member.label, _word(member), member.version or DASH, *sizes, lag, member.endpoint or DASH))
    show_table(rows)
    say(plans.spare_text(state))
    for alarm in state.alarms:
        say(_("Alarm {kind} on {member}").format(kind=alarm.kind, member=alarm.member))
    return code


def _word(member: Member) -> str:
    if not member.healthy:
        return member.error
    return _("leads") if member.leader else _("learner") if member.learner else _("follows")


def _data(state: EtcdState) -> dict[str, Any]:
    votes = arithmetic(state.members)
    return {
        "leader": state.leader.label if state.leader else None,
        "voters": votes.voters,
        "answering": votes.answering,
        "majority": votes.majority,
        "may_be_lost": max(0, votes.spare) if votes.quorate else None,
        "alarms": [{"kind": alarm.kind, "member": alarm.member} for alarm in state.alarms],
        "members": [_member_data(member, state) for member in state.members],
    }


def _member_data(member: Member, state: EtcdState) -> dict[str, Any]:
    return {
        "id": f"{member.id:x}",
        "name": member.name or None,
        "node": member.node or None,
        "healthy": member.healthy,
        "error": member.error or None,
        "leader": member.leader,
        "learner": member.learner,
        "version": member.version or None,
        "db_size": member.db_size,
        "db_in_use": member.db_in_use,
        "raft_term": member.raft_term,
        "raft_index": member.raft_index,
        "behind": lag_of(member, state.leader),
        "revision": member.revision,
        "seconds": member.seconds,
        "client_urls": list(member.client_urls),
        "peer_urls": list(member.peer_urls),
    }


def member_add(session: Session, options: Namespace) -> Exit:
    """Announce a member."""
    urls = tuple(url for url in options.url.split(",") if url)
    plan = plans.plan_add(_read(session), session.profile.name, options.name, urls, learner=not options.voter)
    return carry_out_as(session, plan, options)


def member_remove(session: Session, options: Namespace) -> Exit:
    """Take a member out."""
    state = _read(session)
    return carry_out_as(session, plans.plan_remove(state, session.profile.name, _named(state, options)), options)


def member_promote(session: Session, options: Namespace) -> Exit:
    """Give a learner its vote."""
    state = _read(session)
    return carry_out_as(session, plans.plan_promote(state, session.profile.name, _named(state, options)), options)


def move_leader(session: Session, options: Namespace) -> Exit:
    """Let another member lead."""
    state = _read(session)
    return carry_out_as(session, plans.plan_move_leader(state, session.profile.name, _named(state, options)), options)


def compact(session: Session, options: Namespace) -> Exit:
    """Forget history."""
    plan = upkeep_plans.plan_compact(_read(session), session.profile.name, options.keep)
    return carry_out_as(session, plan, options)


def defrag(session: Session, options: Namespace) -> Exit:
    """Defragment the named members, or those that gain something."""
    state = _read(session)
    chosen = tuple(dict.fromkeys(plans.member_named(state, name) for name in options.member))
    return carry_out_as(session, upkeep_plans.plan_defragment(state, session.profile.name, chosen), options)


def alarm_list(session: Session, options: Namespace) -> Exit:
    """A line per alarm; exit status FAILED where there is one."""
    alarms = _read(session).alarms
    if options.json:
        say_json([{"kind": alarm.kind, "member": alarm.member} for alarm in alarms])
    elif not alarms:
        say(_("No alarm is raised."))
    else:
        show_table([(_("Alarm"), _("Member")), *((alarm.kind, alarm.member) for alarm in alarms)])
    return Exit.FAILED if alarms else Exit.OK


def alarm_disarm(session: Session, options: Namespace) -> Exit:
    """Take the alarm back."""
    return carry_out_as(session, upkeep_plans.plan_disarm(_read(session), session.profile.name), options)


def snapshot_save(session: Session, options: Namespace) -> Exit:
    """Save a database here; a follower's unless a member is named."""
    state = _read(session)
    able = sorted((m for m in state.members if m.healthy and not m.learner), key=lambda m: (m.leader, m.label))
    if not options.member and not able:
        raise InvalidInput(_("No member answers."))
    member = plans.member_named(state, options.member) if options.member else able[0]
    path = str(Path(options.file).expanduser().absolute())
    return carry_out_as(session, upkeep_plans.plan_snapshot(state, session.profile.name, member, path), options)


def rescue_nospace(session: Session, options: Namespace) -> Exit:
    """Make room in a full database."""
    name, keep = session.profile.name, options.keep
    return carry_out_as(session, _made(session, lambda job: read.nospace(session.store(), name, keep, job)), options)


def rescue_member(session: Session, options: Namespace) -> Exit:
    """Refill a lost member."""
    name, member = session.profile.name, options.member
    plan = _made(session, lambda job: read.lost_member(session.store(), name, member, job))
    return carry_out_as(session, plan, options)


def rescue_majority(session: Session, options: Namespace) -> Exit:
    """Begin anew from one survivor."""
    name, member = session.profile.name, options.member
    plan = _made(session, lambda job: read.force_new(session.store(), name, member, job))
    return carry_out_as(session, plan, options)


def _read(session: Session) -> EtcdState:
    return work(Job(_("Read etcd"), quiet=True), lambda job: session.store().read(job))


def _made(session: Session, make: Callable[[Job], Plan]) -> Plan:
    def task(job: Job) -> Plan:
        session.nodes.connect_all()
        return make(job)

    return work(Job(_("Ask the nodes"), quiet=True), task)


def _named(state: EtcdState, options: Namespace) -> Member:
    return plans.member_named(state, options.member)
