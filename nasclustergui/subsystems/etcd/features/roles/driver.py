"""Watches a node become a member of etcd, and keeps the majority when one is taken out."""

from __future__ import annotations

import time
from collections.abc import Callable

from nasclustergui.core.command import Command, Result
from nasclustergui.core.errors import NasError, PlanOutdated, ServiceDown, StoreError
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Step
from nasclustergui.subsystems.etcd.commands.members import parse_number
from nasclustergui.subsystems.etcd.features.members.arithmetic import remove_verdict
from nasclustergui.subsystems.etcd.features.members.membership import lag_of
from nasclustergui.subsystems.etcd.features.store import Check, Follow, Run, Store
from nasclustergui.subsystems.etcd.model import EtcdState, Member

START_WITHIN = 120.0  # seconds; systemd gives up after 90
VOTE_WITHIN = 30.0
ROLE_WITHIN = 30.0
PAUSE = 0.5
TRIES = 5
CLOSE = 100  # entries of the log behind the leader that count as caught up
NODES = "/cluster/nodes/"
_UNIT = Command(("systemctl", "is-active", "etcd.service"), timeout=10.0)
_LOG = Command(("journalctl", "-u", "etcd.service", "-n", "12", "-o", "cat", "--no-pager", "-q"), timeout=10.0)


def no_voter(store: Store, step: Step, job: Job) -> str:
    """`args["node"]` holds no vote: its etcd may be stopped and its data set aside."""
    node = step.args["node"]
    member = next((m for m in store.read(job).members if m.node == node and not m.learner), None)
    if member is None or not member.name:
        return ""
    return _("{node} is a member of etcd with a vote.").format(node=node)


def majority_stays(store: Store, step: Step, job: Job) -> str:
    """Taking out `args["member"]` leaves etcd able to decide, as things are now."""
    state, wanted = store.read(job), parse_number(step.args["member"])
    member = next((m for m in state.members if m.id == wanted), None)
    if member is None:
        return _("It is no member of etcd any more.")
    if member.leader and state.voters > 1:
        return _("{member} leads etcd again.").format(member=member.label)
    verdict = remove_verdict(state.members, member)
    return verdict.reason if verdict.refused else ""


def joined(store: Store, step: Step, job: Job) -> None:
    """Wait until the member with `args["peer_url"]`, whose etcd was just started on the node, has caught up."""
    node, url = step.args["node"], step.args["peer_url"]

    def look() -> str:
        state = store.read(job)
        member = _at(state, url)
        if member is not None and member.healthy:
            return _behind(member, state)
        _check_unit(store, node, job)
        return _("Waiting for etcd on {node}").format(node=node)

    _until(look, START_WITHIN, job, lambda why: _late(store, node, why, job))


def voting(store: Store, step: Step, job: Job) -> None:
    """Wait until the member has its vote, answers, and etcd has a leader."""
    node, url = step.args["node"], step.args["peer_url"]

    def look() -> str:
        state = store.read(job)
        member = _at(state, url)
        if member is None or member.learner:
            return _("{node} has no vote yet.").format(node=node)
        if not member.healthy:
            return _("{node} has its vote, but its etcd does not answer.").format(node=node)
        return "" if state.leader is not None else _("etcd is choosing a leader.")

    _until(look, VOTE_WITHIN, job, lambda why: _late(store, node, why, job))


def registered(store: Store, step: Step, job: Job) -> None:
    """Wait until the node's key "role" says `args["role"]`."""
    node, role = step.args["node"], step.args["role"]

    def look() -> str:
        found = store.client.get(f"{NODES}{node}/role", job=job)
        said = found.text if found is not None else ""
        return "" if said == role else _("Waiting for the heartbeat of {node}").format(node=node)

    def late(_why: str) -> NasError:
        return NasError(
            _("{node} does not register itself as {role}.").format(node=node, role=role),
            hint=_("Look at its heartbeat service: journalctl -u nascluster-heartbeat"),
        )

    _until(look, ROLE_WITHIN, job, late)


def _until(look: Callable[[], str], seconds: float, job: Job, late: Callable[[str], NasError]) -> None:
    """Look until there is nothing left to wait for. An etcd without a leader for a moment is asked again."""
    end = time.monotonic() + seconds
    while True:
        try:
            why = look()
        except StoreError as error:
            if time.monotonic() > end:
                raise
            why = str(error)
        if not why:
            return
        if time.monotonic() > end:
            raise late(why)
        job.report(why)
        job.sleep(PAUSE)


def _at(state: EtcdState, peer_url: str) -> Member | None:
    return next((m for m in state.members if peer_url in m.peer_urls), None)


def _behind(member: Member, state: EtcdState) -> str:
    lag = lag_of(member, state.leader)
    if lag is not None and lag <= CLOSE:
        return ""
    return _("{member} is still catching up with the leader.").format(member=member.label)


def _check_unit(store: Store, node: str, job: Job) -> None:
    """Raises ServiceDown once systemd says that etcd failed: no need to wait any longer."""
    said = store.nodes[node].run(_UNIT, job).stdout.strip()
    if said == "failed":
        raise ServiceDown(
            _("etcd does not start on {node}.").format(node=node),
            hint=_("Its log tells why. Mend that and go on, or take the promotion back."),
            details=_log(store, node, job),
        )


def _late(store: Store, node: str, why: str, job: Job) -> NasError:
    return StoreError(
        why,
        hint=_("Its log tells more. Then go on, or take the promotion back."),
        details=_log(store, node, job),
    )


def _log(store: Store, node: str, job: Job) -> str:
    try:
        return store.nodes[node].run(_LOG, job).stdout
    except NasError as error:
        return str(error)


def run_put(store: Store, command: Command, job: Job) -> Result:
    """`etcdctl put --ignore-lease -- KEY VALUE`: the lease stays, also if the node registers anew just then.

    A key that is not there stays so: the node is not registered now.
    """
    key, value = command.argv[4:6]
    for _try in range(TRIES):
        found = store.client.get(key, job=job)
        if found is None:
            return Result(0, _("{key} is not there now, nothing was written.").format(key=key) + "\n")
        if store.client.compare_and_swap(key, value, found.mod_revision, lease=found.lease, job=job):
            return Result(0, "OK\n")
    raise PlanOutdated(_("{key} is changed by somebody else all the time.").format(key=key))


RUNS: dict[tuple[str, ...], Run] = {("put", "--ignore-lease"): run_put}
CHECKS: dict[str, Check] = {"roles.no_voter": no_voter, "roles.majority_stays": majority_stays}
FOLLOWS: dict[str, Follow] = {"roles.joined": joined, "roles.voting": voting, "roles.registered": registered}
