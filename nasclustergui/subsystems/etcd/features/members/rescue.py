"""Guided rescues: a full database, a member that is lost, a majority that is lost. Pure."""

from __future__ import annotations

import time
from collections.abc import Sequence

from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.plan import Meaning, Plan, Risk, Step
from nasclustergui.core.units import count, size
from nasclustergui.remote.etcd_types import Delete, Put
from nasclustergui.subsystems.etcd.commands import keys, machine
from nasclustergui.subsystems.etcd.commands import members as commands
from nasclustergui.subsystems.etcd.features.members.arithmetic import Arithmetic, arithmetic, remove_verdict
from nasclustergui.subsystems.etcd.features.members.joining import initial_cluster
from nasclustergui.subsystems.etcd.features.members.plans import DRIVER, LANE, numbers
from nasclustergui.subsystems.etcd.features.members.settings import SETTINGS, NodeSettings
from nasclustergui.subsystems.etcd.features.members.upkeep_plans import (
    compact_step,
    defragment_steps,
    disarm_step,
    revision_of,
)
from nasclustergui.subsystems.etcd.model import EtcdState, Member

PROBE = "/cluster/selftest"


def plan_nospace(state: EtcdState, cluster: str, quota: int | None = None, keep: int = 0) -> Plan:
    """A full database: compact, defragment all members, disarm, prove that writing works. `quota` in bytes.

    By default no history is kept: few changes of large values fill a database as well as many of small ones.
    """
    newest = revision_of(state) or 0
    steps = (
        compact_step(state, min(keep, max(0, newest - 1))),
        *defragment_steps(state, state.members),
        disarm_step(state),
        Step(
            _("Write a test key"),
            "",
            keys.change([Put(PROBE, "")]),
            DRIVER,
            undo_text=_("Removed in the next step"),
            undo=keys.change([Delete(PROBE)]),
            follow="members.no_alarm",
            args={"kind": "NOSPACE"},
        ),
        Step(_("Remove the test key"), "", keys.change([Delete(PROBE)]), DRIVER),
    )
    told = Meaning(
        Severity.INFO,
        _("If it is full again soon, history is not what fills it"),
        _("Delete keys that nobody needs, or raise ETCD_QUOTA_BACKEND_BYTES in {file} on each manager.").format(
            file=SETTINGS
        ),
    )
    return Plan(
        title=_("Make room in etcd's database"),
        cluster=cluster,
        steps=steps,
        meaning=(*_fullness(state, quota), *_price(keep), told),
        undo=_("Compacted history does not come back; everything else needs no undo."),
        lane=LANE,
        seconds=10.0 + 5.0 * len(state.members),
        cancel_effect=_("What was done so far stays; the plan can be made again."),
        icon="database",
    )


def _price(keep: int) -> tuple[Meaning, ...]:
    history = _("The history of the keys is forgotten")
    if keep:
        history = ngettext(
            "The history of the keys is forgotten, but for the last change",
            "The history of the keys is forgotten, but for the last {n} changes",
            keep,
        ).format(n=count(keep))
    text = _("What keys held before cannot be restored any more. No key is lost.")
    blocked = _("Each member is blocked in turn while its file is rewritten")
    return (Meaning(Severity.WARN, history, text), Meaning(Severity.WARN, blocked, _("The leader comes last.")))


def _fullness(state: EtcdState, quota: int | None) -> tuple[Meaning, ...]:
    largest = max((m.db_size for m in state.members if m.db_size is not None), default=None)
    used = max((m.db_in_use for m in state.members if m.db_in_use is not None), default=None)
    limit = size(quota) if quota is not None else _("not known here; etcd's own default is 2 GiB")
    text = _("File {size}, of that in use {used}; quota {quota}.").format(
        size=size(largest), used=size(used), quota=limit
    )
    full = bool(state.alarms)
    title = _("etcd takes no changes: its database is full") if full else _("etcd's database is not full now")
    return (Meaning(Severity.CRITICAL if full else Severity.INFO, title, text),)


def plan_lost_member(
    state: EtcdState, cluster: str, settings: NodeSettings, member: Member | None, now: float | None = None
) -> Plan:
    """Take the member out and add its node anew with an empty data directory; None where it is no member any more."""
    votes = arithmetic(state.members)
    if not votes.quorate:
        raise InvalidInput(
            _("The majority of etcd's members is lost: no member can be removed or added."),
            hint=_("Bring members back, or restore etcd from a snapshot; see “Majority lost”."),
        )
    others = [m for m in state.members if member is None or m.id != member.id]
    if member is not None and (verdict := remove_verdict(state.members, member)).refused:
        raise InvalidInput(verdict.reason, field="member")
    _refuse_unstarted(others)
    stamp = _stamp(now)
    steps = _rejoin(state, settings, member, others, stamp)
    text = _("Nothing is deleted: it stays beside as {name}.").format(name=f"{settings.data_dir}.lost-{stamp}")
    return Plan(
        title=_("Rescue the etcd member {node}").format(node=settings.node),
        cluster=cluster,
        steps=steps,
        meaning=(
            _refilled(votes, others),
            Meaning(Severity.WARN, _("Its own copy of the data is set aside"), text),
            Meaning(
                Severity.INFO,
                _("It fetches everything from the leader, without a vote at first"),
                _("It gets its vote when it has caught up. Settings can be changed all the time."),
            ),
        ),
        undo=_("Each step says how; a member that was removed can only come back as a new one."),
        confirm=settings.node if member is not None and member.healthy else "",
        lane=LANE,
        seconds=30.0,
        cancel_effect=_("What was done so far stays; make the plan again to go on."),
        icon="heart-pulse",
    )


def _refilled(votes: Arithmetic, others: Sequence[Member]) -> Meaning:
    """Votes before, while it is refilled, and after."""
    between = arithmetic(others)
    after = Arithmetic(between.voters + 1, between.answering + 1)
    title = _("{before} of {voters} members with a vote answer now, {after} of {total} afterwards").format(
        before=votes.answering, voters=votes.voters, after=after.answering, total=after.voters
    )
    text = _("Until then {between}; afterwards {tells}.").format(between=between.tells(), tells=after.tells())
    return Meaning(Severity.WARN if between.spare < 1 else Severity.INFO, title, text)


def _refuse_unstarted(others: Sequence[Member]) -> None:
    learner = next((m for m in others if m.learner or not m.name), None)
    if learner is not None:
        raise InvalidInput(
            _("{member} is not a full member yet, and etcd takes one new member at a time.").format(
                member=learner.label
            ),
            hint=_("Promote or remove it first."),
        )


def _rejoin(
    state: EtcdState, settings: NodeSettings, member: Member | None, others: Sequence[Member], stamp: str
) -> tuple[Step, ...]:
    url = settings.peer_urls[0]
    leave: tuple[Step, ...] = ()
    if member is not None:
        leave = (
            Step(
                _("Remove {member} from etcd").format(member=member.label),
                "",
                commands.member_remove(member.id),
                DRIVER,
                Risk.CAUTION,
                _("No undo: it is added anew below"),
                check="members.same members.quorate",
                args={"members": numbers(state)},
            ),
        )
    return (
        _stop(settings),
        *leave,
        _aside(settings, f"{settings.data_dir}.lost-{stamp}"),
        Step(
            _("Add it anew as a learner"),
            "",
            commands.member_add(settings.name, settings.peer_urls, learner=True),
            DRIVER,
            undo_text=_("Undo: remove it"),
            undo=commands.member_remove_at(url),
            check="members.quorate",
        ),
        _tell(settings, initial_cluster(others, settings.name, settings.peer_urls), stamp),
        Step(
            _("Start etcd on {node} and wait until it has caught up").format(node=settings.node),
            settings.node,
            machine.start(),
            DRIVER,
            undo_text=_("Undo: stop it"),
            undo=machine.stop(),
            follow="members.caught_up",
            args={"peer_url": url},
        ),
        Step(_("Give it its vote"), "", commands.member_promote_at(url), DRIVER, undo_text=_("Undo: remove it")),
    )


def _stop(settings: NodeSettings) -> Step:
    title = _("Stop etcd on {node}").format(node=settings.node)
    return Step(title, settings.node, machine.stop(), DRIVER, Risk.CAUTION, _("Undo: start it"), undo=machine.start())


def _aside(settings: NodeSettings, aside: str) -> Step:
    return Step(
        _("Set its data directory aside"),
        settings.node,
        machine.set_aside(settings.data_dir, aside, settings.user),
        DRIVER,
        Risk.CAUTION,
        _("Undo: its name back"),
        undo=machine.put_back(settings.data_dir, aside),
    )


def _tell(settings: NodeSettings, cluster: str, stamp: str) -> Step:
    values = {"ETCD_INITIAL_CLUSTER": cluster, "ETCD_INITIAL_CLUSTER_STATE": "existing"}
    return Step(
        _("Tell it that it joins the other members"),
        settings.node,
        machine.change_settings(SETTINGS, values, f".before-{stamp}"),
        DRIVER,
        Risk.CAUTION,
        _("Undo: the file as it was"),
        undo=machine.settings_back(SETTINGS, f".before-{stamp}"),
    )


def plan_force_new(
    state: EtcdState,
    cluster: str,
    settings: NodeSettings,
    member: Member,
    others: Sequence[NodeSettings],
    now: float | None = None,
) -> Plan:
    """The majority is gone for good: one survivor begins anew alone, with all that it has (`--force-new-cluster`).

    `others`: the nodes of the other members that can still be logged in to; their etcd is stopped first.
    """
    if state.leader is not None:
        raise InvalidInput(
            _("etcd has a leader: this is only for a majority that is lost for good."),
            hint=_("Use the rescue of a lost member."),
        )
    stamp = _stamp(now)
    suffix, aside = f".before-{stamp}", f"{settings.data_dir}.before-{stamp}"
    node, url = settings.node, settings.peer_urls[0]
    unseen = [m.label for m in state.members if m.id != member.id and m.node not in {s.node for s in others}]
    alone = {"peer_url": url}
    back = machine.settings_back(SETTINGS, suffix)
    steps = (
        *(_stop(other) for other in others),
        _stop(settings),
        Step(
            _("Copy its data directory"),
            node,
            machine.copy_aside(settings.data_dir, aside),
            DRIVER,
            undo_text=_("Nothing to undo"),
        ),
        Step(
            _("Tell it to begin a new cluster with its data"),
            node,
            machine.change_settings(SETTINGS, {"ETCD_FORCE_NEW_CLUSTER": "true"}, suffix),
            DRIVER,
            Risk.CAUTION,
            _("Undo: the file as it was"),
            undo=back,
        ),
        Step(
            _("Start etcd on {node} as the only member").format(node=node),
            node,
            machine.start(),
            DRIVER,
            Risk.DESTRUCTIVE,
            _("No undo; the copy is as before"),
            follow="members.alone",
            args=alone,
        ),
        Step(_("Take that order back"), node, back, DRIVER, undo_text=_("Must not stay")),
        Step(
            _("Start it once more without the order"),
            node,
            machine.restart(),
            DRIVER,
            undo_text=_("Nothing to undo"),
            follow="members.alone",
            args=alone,
        ),
    )
    return Plan(
        title=_("Begin etcd anew from {node}").format(node=node),
        cluster=cluster,
        steps=steps,
        meaning=_force_meaning(node, unseen, _newer(state, member)),
        undo=_("The copy of the data directory: stop etcd, give it its old name back, start etcd."),
        confirm=node,
        lane=LANE,
        seconds=30.0,
        cancel_effect=_("What was done so far stays; look at {node} before anything else.").format(node=node),
        icon="heart-pulse",
    )


def _newer(state: EtcdState, member: Member) -> list[str]:
    """Members that answer and have seen more than this one."""
    seen = (member.raft_term or 0, member.raft_index or 0)
    able = [m for m in state.members if m.healthy and not m.learner and m.id != member.id]
    return [m.label for m in able if (m.raft_term or 0, m.raft_index or 0) > seen]


def _force_meaning(node: str, unseen: Sequence[str], newer: Sequence[str]) -> tuple[Meaning, ...]:
    lost = Meaning(
        Severity.CRITICAL,
        _("Changes that {node} had not received are lost").format(node=node),
        _("{members} has seen more: begin anew from there.").format(members=", ".join(newer))
        if newer
        else _("No member that answers has seen more. Only for members that never come back."),
    )
    never = _("If they start with their old data they form the old cluster beside the new one. Disable etcd there.")
    said = [lost]
    if unseen:
        title = _("Cannot be stopped from here: {members}").format(members=", ".join(unseen))
        said.append(Meaning(Severity.CRITICAL, title, never))
    text = _("Add the others one by one with the rescue of a lost member, which sets their old data aside.")
    return (*said, Meaning(Severity.WARN, _("Afterwards etcd has one member and tolerates no loss"), text))


def _stamp(now: float | None) -> str:
    return time.strftime("%Y%m%d-%H%M%S", time.localtime(now))
