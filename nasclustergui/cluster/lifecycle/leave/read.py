"""Finds out everything about a node that is to be drained or removed, also if it is dead. For worker threads."""

from __future__ import annotations

import getpass
import platform
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from nasclustergui.cluster.lifecycle.join.work import look_at_node, profile_node
from nasclustergui.cluster.lifecycle.leave.model import Draining, Held, Leaving, Place
from nasclustergui.cluster.lifecycle.leave.places import offered, paths_on, places_for
from nasclustergui.cluster.lifecycle.roles.read_leaver import read_leaver
from nasclustergui.cluster.session import Session
from nasclustergui.cluster.state import with_volumes
from nasclustergui.core.command import Command
from nasclustergui.core.disks import Disk
from nasclustergui.core.errors import InvalidInput, NasError, StoreError
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.remote.parallel import gather
from nasclustergui.subsystems.etcd.features.drain.read import DrainKey, read_drain
from nasclustergui.subsystems.etcd.features.registration import users
from nasclustergui.subsystems.gluster.features.bricks.copies import only_good_copies, read_pending
from nasclustergui.subsystems.gluster.features.disk.judge import diagnose
from nasclustergui.subsystems.gluster.features.disk.look import look as look_at_places
from nasclustergui.subsystems.gluster.features.disk.model import Ground
from nasclustergui.subsystems.gluster.features.disk.read import look_at_place
from nasclustergui.subsystems.gluster.model import Brick, GlusterState, PeerState, Volume

MOUNTS = Command(("sh", "-c", "grep ' fuse.glusterfs ' /proc/mounts || true"), timeout=8.0)

Found = Mapping[tuple[str, str], Ground]


def who() -> str:
    """ "anna@desk": who asks, as it is noted in etcd."""
    return f"{getpass.getuser()}@{platform.node().partition('.')[0]}"


def need_etcd(session: Session) -> None:
    """A drain must be seen by everybody: without etcd there is no place to note it. Raises InvalidInput."""
    if not session.has_etcd:
        raise InvalidInput(
            _("The cluster's profile names no etcd: a drain could not be noted where others see it."),
            hint=_("Add etcd's endpoints in the cluster's settings."),
        )


# ---- drain


def read_draining(session: Session, node: str, job: Job) -> Draining:
    """What a drain of the node concerns. Raises InvalidInput, StoreError without etcd."""
    profile_node(session, node)
    need_etcd(session)
    session.nodes.connect_all()
    tasks: dict[str, Callable[[Job], Any]] = {
        "etcd": session.read_etcd,
        "key": lambda inner: read_drain(session.store(), node, inner),
        "gluster": session.gluster.pool.read,
    }
    for name in session.nodes:
        if name != node:
            tasks[f"mounts {name}"] = partial(session.nodes[name].run, MOUNTS)
    answers = gather(tasks, job)
    good = _good(answers, ("etcd", "key"))
    if good["etcd"].leader is None:
        raise StoreError(_("etcd has no leader: nothing can be noted now."), hint=_("Bring members back first."))
    gluster = answers["gluster"] if isinstance(answers["gluster"], GlusterState) else None
    hosts = _hosts(session, node, gluster)
    mounted = (
        name
        for name in session.nodes
        if not isinstance(answer := answers.get(f"mounts {name}"), NasError | None) and _served(answer.stdout, hosts)
    )
    return Draining(node, good["etcd"], good["key"], gluster, tuple(mounted))


def _good(answers: Mapping[str, Any], needed: Iterable[str]) -> dict[str, Any]:
    """Those that are needed. Raises the NasError of one that could not be had."""
    for name in needed:
        if isinstance(answers[name], NasError):
            raise answers[name]
    return {name: answers[name] for name in needed}


def _hosts(session: Session, node: str, gluster: GlusterState | None) -> frozenset[str]:
    peer = next((p for p in gluster.peers if p.node == node), None) if gluster is not None else None
    return frozenset((node, session.nodes[node].host, *(peer.hostnames if peer else ())))


def _served(mounts: str, hosts: frozenset[str]) -> bool:
    """Some volume was mounted by that host's name: "node5:/data /mnt fuse.glusterfs …"."""
    return any(line.partition(":")[0] in hosts for line in mounts.splitlines())


# ---- remove


def read_leaving(session: Session, node: str, job: Job) -> Leaving:
    """Everything that a removal of the node concerns. Raises InvalidInput, a NasError if gluster or etcd don't tell."""
    profile_node(session, node)
    session.nodes.connect_all()
    tasks: dict[str, Callable[[Job], Any]] = {
        "look": partial(look_at_node, session, node),
        "gluster": session.gluster.pool.read,
        "disks": session.disks,
    }
    if session.has_etcd:
        tasks["leaver"] = lambda inner: read_leaver(session.store(), node, inner)
        tasks["key"] = lambda inner: read_drain(session.store(), node, inner)
        tasks["own_user"] = lambda inner: users.user_of(node) in (users.known(session.store(), inner) or ((), ()))[0]
    job.report(_("Asking gluster, etcd and the nodes"))
    answers = gather(tasks, job)
    good = _good(answers, [name for name in tasks if name != "disks"])
    verdict, leaver = good["look"], good.get("leaver")
    drains = leaver.state.drains if leaver is not None else {}
    state = _asked_elsewhere(good["gluster"], node)
    disks = answers["disks"] if isinstance(answers["disks"], tuple) else ()
    fit = offered(with_volumes(disks, state), node, state, drains)
    found = Leaving(
        verdict.look,
        state,
        verdict.findings[0].text if verdict.look.machine is None and verdict.findings else "",
        leaver,
        (),
        fit,
        good.get("key") or DrainKey(),
        drains,
        who(),
        bool(good.get("own_user")),
    )
    return replace(found, held=_held(session, found, fit, job))


def _asked_elsewhere(state: GlusterState, node: str) -> GlusterState:
    """Commands run on another node than the one that goes."""
    others = [p.node for p in state.peers if p.node and p.node != node and p.state is PeerState.CONNECTED]
    if state.asked != node or not others:
        return state
    return replace(state, asked=others[0])


def _held(session: Session, found: Leaving, disks: tuple[Disk, ...], job: Job) -> tuple[Held, ...]:
    mine = [(v, b) for v in found.state.volumes for b in v.bricks if _is_mine(found, b)]
    if not mine:
        return ()
    job.report(_("Looking at the bricks and at the disks that could take them"))
    answers = found.look.machine is not None  # else it would be waited for once more
    wanted: dict[str, list[str]] = {found.node: [brick.path for _volume, brick in mine]} if answers else {}
    by_name = {volume.name: volume for volume, _brick in mine}
    for disk in disks:
        wanted.setdefault(disk.node, []).extend(path for name in by_name for path in paths_on(disk, name))
    grounds = look_at_places(session.gluster.pool, wanted, job)
    pending = {name: read_pending(session.gluster.pool, volume, job) for name, volume in by_name.items()}
    return tuple(_one(found, volume, brick, disks, grounds, pending[volume.name]) for volume, brick in mine)


def _one(
    found: Leaving, volume: Volume, brick: Brick, disks: tuple[Disk, ...], grounds: Found, pending: Mapping[str, Any]
) -> Held:
    unknown = Ground(found.node, brick.path, why_unknown=found.why or _("The node does not answer."))
    ground = grounds.get((found.node, brick.path), unknown)
    only = only_good_copies(volume, [brick.name], pending)
    places = places_for(volume, brick, disks, found.state, grounds)
    return Held(volume, brick, diagnose(found.state, volume, brick, ground), only[0] if only else None, places)


def _is_mine(found: Leaving, brick: Brick) -> bool:
    peer = found.peer
    if peer is not None and brick.host_uuid:
        return brick.host_uuid == peer.uuid
    return (brick.node or brick.host) == found.node


def read_places(session: Session, found: Leaving, wanted: list[str], job: Job) -> list[Place]:
    """Places that were named ("node1:/bricks/d2/data"), looked at. Raises InvalidInput, a NasError."""
    places = []
    for name in wanted:
        spec, ground = look_at_place(session.gluster.pool, found.state, name, job)
        if spec.place == found.node:
            raise InvalidInput(
                _("{brick} lies on {node} itself.").format(brick=name, node=found.node),
                field="to",
                hint=_("Name a disk of another node."),
            )
        if spec.place in found.drains:
            raise InvalidInput(
                _("{node} is being drained: nothing new is placed on it.").format(node=spec.place),
                field="to",
                hint=_("End its drain first, or name a disk of another node."),
            )
        places.append(Place(spec, ground))
    return places
