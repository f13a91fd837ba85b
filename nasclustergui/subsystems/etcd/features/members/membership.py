"""Runs, checks and follows what changes the member list and the leader."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from nasclustergui.core.command import Command, Result
from nasclustergui.core.errors import InvalidInput, PlanOutdated, StoreError
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Step
from nasclustergui.remote.etcd_types import MemberInfo
from nasclustergui.subsystems.etcd.commands.members import PROMOTE_AT, REMOVE_AT, number, parse_number
from nasclustergui.subsystems.etcd.features.members.joining import initial_cluster
from nasclustergui.subsystems.etcd.features.store import Check, Follow, Run, Store
from nasclustergui.subsystems.etcd.model import EtcdState, Member

T = TypeVar("T")
_PATIENCE = 20.0  # seconds; etcd wants 5 s of connection between all members before it changes their list
_SYNC = 120.0  # seconds for a learner to catch up once its promotion was asked for
_START = 120.0  # seconds for a started member to answer
_CLOSE = 100  # entries of the log behind the leader that count as caught up
_PAUSE = 0.5


def run_add(store: Store, command: Command, job: Job) -> Result:
    """`etcdctl member add NAME --peer-urls=… [--learner]`."""
    name, urls, flags = command.argv[3], _peer_urls(command), command.argv[4:]
    learner = "--learner" in flags

    def add() -> tuple[MemberInfo, tuple[MemberInfo, ...]]:
        return _patient(lambda: store.admin().member_add(urls, learner=learner, job=job), _UNHEALTHY, job)

    added, members = _patient(add, _SAME_NUMBER, job)
    if learner and not added.learner:
        store.admin().member_remove(added.id, job=job)
        raise StoreError(
            _("This etcd knows no learners: the member got a vote at once, so it was removed again."),
            hint=_("Learners came with etcd 3.4. Upgrade etcd, or add the member with its vote."),
        )
    return Result(0, _added(added, members, name, urls))


def _added(added: MemberInfo, members: Sequence[MemberInfo], name: str, urls: tuple[str, ...]) -> str:
    """As etcdctl tells it."""
    cluster = initial_cluster(members, name, urls)
    return (
        f'Member {number(added.id)} added\nETCD_NAME="{name}"\nETCD_INITIAL_CLUSTER="{cluster}"\n'
        f'ETCD_INITIAL_ADVERTISE_PEER_URLS="{",".join(urls)}"\nETCD_INITIAL_CLUSTER_STATE="existing"\n'
    )


def run_remove(store: Store, command: Command, job: Job) -> Result:
    """`etcdctl member remove ID`."""
    return _remove(store, parse_number(command.argv[3]), job)


def run_remove_at(store: Store, command: Command, job: Job) -> Result:
    """The same for the member with a peer URL; none there is no failure: it takes back an addition."""
    found = _at(store, command.argv[3], job)
    return _remove(store, found.id, job) if found else Result(0, _("No member has this peer URL.") + "\n")


def _remove(store: Store, member_id: int, job: Job) -> Result:
    _patient(lambda: store.admin().member_remove(member_id, job=job), _UNHEALTHY, job)
    return Result(0, f"Member {number(member_id)} removed\n")


def run_promote(store: Store, command: Command, job: Job) -> Result:
    """`etcdctl member promote ID`, waiting until the learner has caught up."""
    return _promote(store, parse_number(command.argv[3]), job)


def run_promote_at(store: Store, command: Command, job: Job) -> Result:
    """The same for the member with a peer URL."""
    found = _at(store, command.argv[3], job)
    if found is None:
        raise PlanOutdated(_("No etcd member listens at {url} for the others.").format(url=command.argv[3]))
    return _promote(store, found.id, job)


def _promote(store: Store, member_id: int, job: Job) -> Result:
    """Asks the leader, also a new one if it changes meanwhile. Asking again is safe: a vote is given only once."""
    end = time.monotonic() + _SYNC
    while True:
        try:
            store.admin().member_promote(_leader_endpoint(store, job), member_id, job=job)
            break
        except StoreError as error:
            if not (error.ambiguous or any(text in error.details for text in _PASSING)):
                raise
            if _votes(store, member_id, job):
                break
            if time.monotonic() > end:
                raise
            job.report(str(error))
        job.sleep(_PAUSE)
    return Result(0, f"Member {number(member_id)} promoted\n")


def _leader_endpoint(store: Store, job: Job) -> str:
    leader = store.read(job).leader
    if leader is None or not leader.endpoint:
        raise StoreError(
            _("etcd has no leader now."), hint=_("Bring back the majority of the members first."), details=_NO_LEADER
        )
    return leader.endpoint


def _votes(store: Store, member_id: int, job: Job) -> bool:
    return any(m.id == member_id and not m.learner for m in store.client.members(job=job))


def run_update(store: Store, command: Command, job: Job) -> Result:
    """`etcdctl member update ID --peer-urls=…`."""
    member_id, urls = parse_number(command.argv[3]), _peer_urls(command)
    _patient(lambda: store.admin().member_update(member_id, urls, job=job), _UNHEALTHY, job)
    return Result(0, f"Member {number(member_id)} updated\n")


def run_move_leader(store: Store, command: Command, job: Job) -> Result:
    """`etcdctl move-leader ID`, asked of the member that leads."""
    target = parse_number(command.argv[2])
    state = store.read(job)
    leader = state.leader
    if leader is None or not leader.endpoint:
        raise StoreError(_("etcd has no leader now."), hint=_("Bring back the majority of the members first."))
    if leader.id == target:
        return Result(0, _("{member} leads already.").format(member=leader.label) + "\n")
    store.admin().move_leader(leader.endpoint, target, job=job)
    return Result(0, f"Leadership transferred from {number(leader.id)} to {number(target)}\n")


def _peer_urls(command: Command) -> tuple[str, ...]:
    flag = "--peer-urls="
    found = next((word.removeprefix(flag) for word in command.argv if word.startswith(flag)), "")
    if not found:
        raise InvalidInput(_("“{command}” names no peer URL.").format(command=command))
    return tuple(found.split(","))


def _at(store: Store, peer_url: str, job: Job) -> MemberInfo | None:
    return next((m for m in store.client.members(job=job) if peer_url in m.peer_urls), None)


_UNHEALTHY, _NOT_IN_SYNC, _NO_LEADER = "unhealthy cluster", "in sync with leader", "no leader"
_PASSING = (_UNHEALTHY, _NOT_IN_SYNC, _NO_LEADER, "UNAVAILABLE", "leader changed", "not leader")
_SAME_NUMBER = "member not found"  # the number is made of URL and second: added anew in the second of its removal


def _patient(call: Callable[[], T], refusal: str, job: Job, seconds: float = _PATIENCE) -> T:
    """The call's answer; repeated while etcd gives that refusal, which it takes back by itself in a while."""
    end = time.monotonic() + seconds
    while True:
        try:
            return call()
        except StoreError as error:
            if error.ambiguous or refusal not in error.details or time.monotonic() > end:
                raise
            job.report(str(error))
        job.sleep(_PAUSE)


def check_same_members(store: Store, step: Step, job: Job) -> str:
    """`args["members"]`: the numbers of all members when the plan was made, joined by ","."""
    planned = set(step.args["members"].split(","))
    now = {number(m.id) for m in store.client.members(job=job)}
    return "" if planned == now else _("etcd's member list changed since the plan was made.")


def check_quorate(store: Store, _step: Step, job: Job) -> str:
    """There is a leader."""
    return "" if store.read(job).leader else _("etcd has no leader now: nothing can be changed.")


def follow_caught_up(store: Store, step: Step, job: Job) -> None:
    """Until the member with `args["peer_url"]` runs and is close behind the leader."""
    url, end = step.args["peer_url"], time.monotonic() + _START
    while True:
        why = _behind(store.read(job), url)
        if not why:
            return
        if time.monotonic() > end:
            raise StoreError(
                why, hint=_("Look at the log of etcd on that node (journalctl -u etcd), then go on or undo.")
            )
        job.report(why)
        job.sleep(_PAUSE)


def follow_alone(store: Store, step: Step, job: Job) -> None:
    """Until the member with `args["peer_url"]` leads and is the only one."""
    url, end = step.args["peer_url"], time.monotonic() + _START
    while True:
        try:
            state = store.read(job)
            leader = state.leader
            why = _("etcd has no leader yet.") if leader is None else _("There are other members.")
            if leader is not None and len(state.members) == 1 and url in leader.peer_urls:
                return
        except StoreError as error:
            why = str(error)
        if time.monotonic() > end:
            raise StoreError(why, hint=_("Look at the log of etcd on that node (journalctl -u etcd)."))
        job.report(why)
        job.sleep(_PAUSE)


def _behind(state: EtcdState, peer_url: str) -> str:
    """Why the member isn't ready yet; "" if it is."""
    member = next((m for m in state.members if peer_url in m.peer_urls), None)
    if member is None:
        return _("No etcd member listens at {url} for the others.").format(url=peer_url)
    if not member.healthy or state.leader is None:
        return _("{member} does not answer yet: {reason}").format(member=member.label, reason=member.error)
    lag = lag_of(member, state.leader)
    if lag is None or lag > _CLOSE:
        return _("{member} is still catching up with the leader.").format(member=member.label)
    return ""


def lag_of(member: Member, leader: Member | None) -> int | None:
    """Entries of the log that it is behind the leader; None if one of them doesn't tell. Read at slightly different
    moments, so a member may seem ahead: that is 0."""
    if leader is None or leader.raft_index is None or member.raft_index is None:
        return None
    return max(0, leader.raft_index - member.raft_index)


RUNS: dict[tuple[str, ...], Run] = {
    ("member", "add"): run_add,
    ("member", "remove"): run_remove,
    ("member", "promote"): run_promote,
    ("member", "update"): run_update,
    ("move-leader",): run_move_leader,
    ("-c", PROMOTE_AT): run_promote_at,
    ("-c", REMOVE_AT): run_remove_at,
}
CHECKS: dict[str, Check] = {"members.same": check_same_members, "members.quorate": check_quorate}
FOLLOWS: dict[str, Follow] = {"members.caught_up": follow_caught_up, "members.alone": follow_alone}
