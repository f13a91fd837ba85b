"""Finds out about a node that is to be no manager any more, also if it is dead. For worker threads."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TypeGuard

from nasclustergui.cluster.lifecycle.roles.demote import Leaver
from nasclustergui.cluster.lifecycle.roles.model import Look
from nasclustergui.cluster.lifecycle.roles.read import own_member, read_look
from nasclustergui.core.errors import InvalidInput, NasError
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.remote.parallel import gather
from nasclustergui.subsystems.etcd.features import Store
from nasclustergui.subsystems.etcd.model import EtcdState, Member
from nasclustergui.subsystems.nodes.features.heartbeat.model import Heartbeat
from nasclustergui.subsystems.nodes.features.heartbeat.read import heartbeats


def read_leaver(store: Store, node: str, job: Job) -> Leaver:
    """Look at a node that is to be no manager any more, also if it is dead. Raises StoreError, InvalidInput."""
    if node not in list(store.nodes):
        raise InvalidInput(_("The profile has no node “{node}”.").format(node=node), field="node")
    job.report(_("Reading etcd's members"))
    state = store.read(job)
    answer = gather({node: partial(read_look, store, node)}, job)[node]
    look, why = (None, str(answer)) if isinstance(answer, NasError) else (answer, "")
    member = own_member(state, node)
    hosts = [address.partition("/")[0] for address in look.addresses] if look is not None else []
    member = member or next((m for host in hosts if (m := own_member(state, node, host)) is not None), None)
    stranded = _stranded(store, state, member, job) if member is not None else ()
    return Leaver(node, state, member, look, why, read_role(store, node, job), stranded)


def _stranded(store: Store, state: EtcdState, leaver: Member, job: Job) -> tuple[str, ...]:
    """Nodes whose heartbeat would find no member any more."""
    left = {url for m in state.members if m is not leaver and not m.learner for url in m.client_urls}
    found = heartbeats(store.nodes, store.nodes.answering(), job)
    asked = {node: beat.values.get("ETCDCTL_ENDPOINTS", "") for node, beat in found.items() if _beats(beat)}
    return tuple(node for node, urls in asked.items() if urls and not left & set(urls.split(",")))


def _beats(found: Heartbeat | NasError) -> TypeGuard[Heartbeat]:
    return isinstance(found, Heartbeat) and found.version is not None


def read_leavers(store: Store, nodes: Sequence[str], job: Job) -> dict[str, Leaver]:
    """Nodes that should be no members, without their roles. Those that don't answer are left out."""
    looks = gather({node: partial(read_look, store, node) for node in nodes}, job)
    state = store.read(job)
    members = {node: own_member(state, node) for node in nodes}
    return {n: Leaver(n, state, members[n], look) for n, look in looks.items() if isinstance(look, Look)}


def read_role(store: Store, node: str, job: Job) -> str:
    """What the node's key "role" says now, "" if there is none. Raises StoreError."""
    found = store.client.get(f"/cluster/nodes/{node}/role", job=job)
    return found.text if found is not None else ""
