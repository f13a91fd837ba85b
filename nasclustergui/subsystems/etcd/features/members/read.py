"""What a rescue must know before it is planned: how the nodes start their etcd. For worker threads."""

from __future__ import annotations

from nasclustergui.core.errors import InvalidInput, NasError
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Plan
from nasclustergui.subsystems.etcd.commands.members import number
from nasclustergui.subsystems.etcd.features.members.rescue import plan_force_new, plan_lost_member, plan_nospace
from nasclustergui.subsystems.etcd.features.members.settings import NodeSettings, read_settings
from nasclustergui.subsystems.etcd.features.store import Store
from nasclustergui.subsystems.etcd.model import EtcdState, Member


def nospace(store: Store, cluster: str, keep: int, job: Job) -> Plan:
    """The rescue of a full database. Raises NasError."""
    state = store.read(job)
    return plan_nospace(state, cluster, quota(store, state, job), keep)


def quota(store: Store, state: EtcdState, job: Job) -> int | None:
    """The smallest quota of the members' nodes in bytes, None where none can be asked."""
    found = [s.quota for m in state.members if (s := _try(store, m.node, job)) is not None]
    return min(found, default=None)


def lost_member(store: Store, cluster: str, name: str, job: Job) -> Plan:
    """The rescue of a member, or of a node of the profile that is none any more. Raises NasError."""
    state = store.read(job)
    member = next((m for m in state.members if name in (m.label, m.node, m.name, number(m.id))), None)
    node = member.node if member is not None else name
    if not node:
        raise InvalidInput(
            _("{member} runs on no node of this cluster's profile, so nobody can log in there.").format(member=name),
            hint=_("Remove it, then add it anew by hand."),
        )
    return plan_lost_member(state, cluster, read_settings(store, node, job), member)


def force_new(store: Store, cluster: str, name: str, job: Job) -> Plan:
    """A new beginning from one survivor. Raises NasError."""
    state = store.read(job)
    member = next((m for m in state.members if name in (m.label, m.node, m.name)), None)
    if member is None or not member.healthy:
        raise InvalidInput(_("{member} is no member that answers.").format(member=name))
    others = [_try(store, m.node, job) for m in state.members if m.id != member.id]
    known = [settings for settings in others if settings is not None]
    return plan_force_new(state, cluster, read_settings(store, member.node, job), member, known)


def survivor(state: EtcdState) -> Member | None:
    """The member that has seen most: the best one to begin anew from."""
    able = [m for m in state.members if m.healthy and not m.learner and m.node]
    return max(able, key=lambda m: (m.raft_term or 0, m.raft_index or 0), default=None)


def _try(store: Store, node: str, job: Job) -> NodeSettings | None:
    try:
        return read_settings(store, node, job) if node else None
    except NasError:
        return None
