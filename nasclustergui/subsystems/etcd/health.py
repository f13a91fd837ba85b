"""What is wrong with etcd, and what changed between two readings."""

from __future__ import annotations

from nasclustergui.core.events import Event, Problem, Severity
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.units import clock
from nasclustergui.subsystems.etcd.expiry import ALARM_DAYS, DAY
from nasclustergui.subsystems.etcd.model import Drain, EtcdState, Member, MemberAlarm


def problems(state: EtcdState) -> tuple[Problem, ...]:
    """Everything about etcd that needs an eye, worst first."""
    found = [*_quorum(state), *_alarms(state), *_learners(state), *_registrations(state), *_versions(state)]
    found += [*_drains(state), *_certificates(state)]
    return tuple(sorted(found, key=lambda problem: -problem.severity))


def _silent(state: EtcdState) -> list[Member]:
    return [m for m in state.members if not m.healthy and not m.learner]


def _quorum(state: EtcdState) -> list[Problem]:
    silent = _silent(state)
    if state.members and state.leader is None:
        return [_leaderless(state, silent)]
    if not silent:
        return []
    return [
        Problem(
            "etcd/members",
            Severity.WARN,
            _answering(state),
            _margin(state),
            tuple(_start(member) for member in silent),
            _members(silent[0].label),
            silent[0].label,
        )
    ]


def _answering(state: EtcdState) -> str:
    return ngettext("{n} of {total} etcd member answers", "{n} of {total} etcd members answer", state.voters).format(
        n=state.healthy, total=state.voters
    )


def _leaderless(state: EtcdState, silent: list[Member]) -> Problem:
    needed = ngettext("{n} is needed.", "{n} are needed.", state.majority).format(n=state.majority)
    return Problem(
        "etcd/leader",
        Severity.CRITICAL,
        _("etcd has no leader"),
        _("No setting can be changed and heartbeats are not known. Files on the volumes stay accessible.")
        + f" {_answering(state)}; {needed}",
        tuple(_start(member) for member in silent)
        or (_("Check the network between the manager nodes: the members answer but do not reach each other."),),
        _members(next((m.label for m in state.members if m.healthy), "")),
        silent[0].label if silent else "etcd",
    )


def _members(label: str) -> str:
    """The action that shows a member, where everything about it can be done."""
    return f"config.members:{label}"


def _start(member: Member) -> str:
    return _("Start etcd on {member}: {reason}.").format(member=member.label, reason=member.error.rstrip("."))


def _margin(state: EtcdState) -> str:
    spare = state.healthy - state.majority
    if spare < 0:
        return _("Fewer than half answer this computer, but among themselves they still have a leader.")
    if spare == 0:
        return _("One more loss stops all configuration changes.")
    return ngettext(
        "Configuration changes go on. {n} more member may be lost.",
        "Configuration changes go on. {n} more members may be lost.",
        spare,
    ).format(n=spare)


def _alarms(state: EtcdState) -> list[Problem]:
    return [_alarm(alarm) for alarm in state.alarms]


def _alarm(alarm: MemberAlarm) -> Problem:
    key = f"etcd/alarm/{alarm.kind}/{alarm.member}"
    if alarm.kind == "NOSPACE":
        return Problem(
            key,
            Severity.CRITICAL,
            _("The etcd database on {member} is full").format(member=alarm.member),
            _("No setting can be changed and no node can register until it is cleaned up. Reading goes on."),
            (
                _("Compact the history."),
                _("Defragment each member, one after the other."),
                _("Disarm the alarm."),
            ),
            _members(alarm.member),
            alarm.member,
        )
    if alarm.kind == "CORRUPT":
        return Problem(
            key,
            Severity.CRITICAL,
            _("The etcd data on {member} differs from the other members").format(member=alarm.member),
            _("No setting can be changed. What this member says may be wrong."),
            (_("Remove this member and add it again empty."), _("Take a snapshot of another member before.")),
            _members(alarm.member),
            alarm.member,
        )
    text = _("etcd itself gives no more detail.")
    return Problem(key, Severity.WARN, _alarm_title(alarm), text, subject=alarm.member)


def _alarm_title(alarm: MemberAlarm) -> str:
    return _("etcd on {member} raised the alarm {alarm}").format(member=alarm.member, alarm=alarm.kind)


def _learners(state: EtcdState) -> list[Problem]:
    return [
        Problem(
            f"etcd/learner/{m.label}",
            Severity.WARN,
            _("The etcd learner {member} does not answer").format(member=m.label),
            _("It has no vote yet, so the majority is not affected."),
            (_start(m),),
            _members(m.label),
            m.label,
        )
        for m in state.members
        if m.learner and not m.healthy
    ]


def _registrations(state: EtcdState) -> list[Problem]:
    if state.registrations_error:
        if state.leader is None:
            return []  # the missing leader says it already
        return [
            Problem(
                "etcd/registrations",
                Severity.WARN if state.login_refused else Severity.UNKNOWN,
                _("etcd refuses the login, the nodes' heartbeats are not known")
                if state.login_refused
                else _("The nodes' heartbeats cannot be read"),
                state.registrations_error,
                (state.registrations_hint,) if state.registrations_hint else (),
                "etcd.read",
                "etcd",
            )
        ]
    return [
        Problem(
            f"etcd/registration/{name}",
            Severity.WARN,
            _("{node} sends no heartbeat").format(node=name),
            _("Its entry in etcd ran out: the node is off, cut off from etcd, or its heartbeat service stopped."),
            (
                _("Check that {node} is up and reaches the etcd members.").format(node=name),
                _("Restart its heartbeat service."),
            ),
            subject=name,
        )
        for name in state.missing
    ]


def _versions(state: EtcdState) -> list[Problem]:
    versions = sorted({m.version for m in state.members if m.version})
    if len(versions) < 2:
        return []
    return [
        Problem(
            "etcd/versions",
            Severity.INFO,
            _("The etcd members run different versions: {versions}").format(versions=", ".join(versions)),
            _("That is normal during an upgrade. New features wait until all run the same version."),
            subject="etcd",
        )
    ]


def _certificates(state: EtcdState) -> list[Problem]:
    """Those that have ended, or end within two weeks."""
    soon = [(where, end) for where, end in state.certificates if end - state.read_at <= ALARM_DAYS * DAY]
    return [
        Problem(
            f"etcd/certificate/{where}",
            Severity.CRITICAL if end <= state.read_at else Severity.WARN,
            _certificate_title(where, end, state.read_at),
            _("When it has ended, whoever checks it does not connect any more: programs, nodes and other members."),
            (_("Replace it with one that its CA signs anew, then restart what uses it."),),
            "config.access:certificates",
            where,
        )
        for where, end in soon
    ]


def _certificate_title(where: str, end: float, now: float) -> str:
    if end <= now:
        return _("The certificate of {where} has expired").format(where=where)
    days = int((end - now) / DAY)
    text = ngettext("The certificate of {where} ends in {n} day", "The certificate of {where} ends in {n} days", days)
    return text.format(where=where, n=days)


def _drains(state: EtcdState) -> list[Problem]:
    return [
        Problem(
            f"etcd/drain/{name}",
            Severity.INFO,
            _("{node} is being drained").format(node=name),
            _("Nothing new is placed on it. Its bricks stay and serve files. {note}").format(note=drain_note(drain)),
            (
                _("When the work on {node} is done, end the drain in its menu on the Nodes page.").format(node=name),
                _("Or remove it from the cluster."),
            ),
            f"nodes.show:{name}",
            name,
            drain.at,
        )
        for name, drain in sorted(state.drains.items())
    ]


def drain_note(drain: Drain) -> str:
    """Who, when and why, as far as that was written down: "By anna@desk since 12:03: new disks."."""
    who = drain.who or _("somebody")
    text = _("By {who} since {time}").format(who=who, time=clock(drain.at)) if drain.at else _("By {who}")
    said = text.format(who=who)
    return f"{said}: {drain.why.rstrip('.')}." if drain.why else f"{said}."


def changes(old: EtcdState, new: EtcdState) -> tuple[Event, ...]:
    """What happened between two readings, at the time of the newer one."""
    return (
        *_leader_changes(old, new),
        *_member_changes(old, new),
        *_alarm_changes(old, new),
        *_node_changes(old, new),
        *_drain_changes(old, new),
    )


def _leader_changes(old: EtcdState, new: EtcdState) -> list[Event]:
    before, now = old.leader, new.leader
    if not new.members or (before and now and before.id == now.id):
        return []
    if now is None:
        lost = _("etcd lost its leader")
        return [Event(new.read_at, Severity.CRITICAL, lost, _margin_lost(new), before.label)] if before else []
    text = _("Before it was {member}.").format(member=before.label) if before else ""
    return [Event(new.read_at, Severity.INFO, _("{member} leads etcd now").format(member=now.label), text, now.label)]


def _margin_lost(state: EtcdState) -> str:
    return _("No setting can be changed until more than half of the members are back.") + f" {_answering(state)}."


def _member_changes(old: EtcdState, new: EtcdState) -> list[Event]:
    before, now = ({m.id: m for m in state.members} for state in (old, new))
    found: list[Event] = []
    for number, member in now.items():
        known = before.get(number)
        if known is None:
            title = _("{member} was added to etcd").format(member=member.label)
            found.append(Event(new.read_at, Severity.INFO, title, "", member.label))
        elif known.healthy and not member.healthy:
            title = _("The etcd member {member} was lost").format(member=member.label)
            found.append(Event(new.read_at, Severity.WARN, title, member.error, member.label))
        elif member.healthy and not known.healthy:
            title = _("The etcd member {member} is back").format(member=member.label)
            found.append(Event(new.read_at, Severity.OK, title, "", member.label))
    for number, member in before.items():
        if number not in now:
            title = _("{member} was removed from etcd").format(member=member.label)
            found.append(Event(new.read_at, Severity.INFO, title, "", member.label))
    return found


def _alarm_changes(old: EtcdState, new: EtcdState) -> list[Event]:
    raised = [
        Event(new.read_at, Severity.CRITICAL, _alarm_title(alarm), "", alarm.member)
        for alarm in new.alarms
        if alarm not in old.alarms
    ]
    if not any(m.healthy for m in new.members):
        return raised  # silence is no all-clear
    cleared = [
        Event(
            new.read_at,
            Severity.OK,
            _("The alarm {alarm} of etcd on {member} is over").format(alarm=alarm.kind, member=alarm.member),
            "",
            alarm.member,
        )
        for alarm in old.alarms
        if alarm not in new.alarms
    ]
    return raised + cleared


def _node_changes(old: EtcdState, new: EtcdState) -> list[Event]:
    if old.registrations_error or new.registrations_error:
        return []  # nobody knows who came or went
    before, now = ({r.name for r in state.registrations} for state in (old, new))
    came = [
        Event(new.read_at, Severity.OK, _("{node} registered itself").format(node=name), "", name)
        for name in sorted(now - before)
    ]
    gone = [
        Event(
            new.read_at,
            Severity.WARN,
            _("{node} sends no heartbeat any more").format(node=name),
            _("Its entry in etcd ran out."),
            name,
        )
        for name in sorted(before - now)
    ]
    return came + gone


def _drain_changes(old: EtcdState, new: EtcdState) -> list[Event]:
    begun = [
        Event(new.read_at, Severity.INFO, _("{node} is being drained").format(node=name), drain_note(drain), name)
        for name, drain in sorted(new.drains.items())
        if name not in old.drains
    ]
    ended = [
        Event(new.read_at, Severity.OK, _("{node} is no longer being drained").format(node=name), "", name)
        for name in sorted(old.drains.keys() - new.drains.keys())
    ]
    return begun + ended
