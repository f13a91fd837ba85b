"""What is checked right before peers are changed, and watched until it is really so."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from nasclustergui.core.errors import NasError
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Step
from nasclustergui.subsystems.gluster.commands.peers import LOCALHOST
from nasclustergui.subsystems.gluster.features.peers.doctor import diagnose
from nasclustergui.subsystems.gluster.features.peers.model import Survey
from nasclustergui.subsystems.gluster.features.peers.plans import bricks_on
from nasclustergui.subsystems.gluster.features.peers.read import own_id, survey
from nasclustergui.subsystems.gluster.features.pool import Check, Follow, Pool
from nasclustergui.subsystems.gluster.model import Peer, PeerState

WITHIN = (
    90.0  # seconds: two glusterds that missed each other try again every 3 s, a handshake with many volumes takes long
)
PAUSE = 0.7


def _absent(pool: Pool, step: Step, job: Job) -> str:
    host = step.args["host"]
    there = any(host in peer.hostnames for peer in pool.now(job).peers)
    return _("{host} is in the pool by now.").format(host=host) if there else ""


def _present(pool: Pool, step: Step, job: Job) -> str:
    there = any(peer.uuid == step.args["id"] for peer in pool.now(job).peers)
    return "" if there else _("{peer} is not in the pool any more.").format(peer=step.args["peer"])


def _without_bricks(pool: Pool, step: Step, job: Job) -> str:
    state = pool.now(job)
    peer = next((peer for peer in state.peers if peer.uuid == step.args["id"]), None)
    bricks = bricks_on(peer, state) if peer else ()
    names = ", ".join(brick.name for _volume, brick in bricks)
    return _("{peer} has bricks by now: {bricks}.").format(peer=step.args["peer"], bricks=names) if bricks else ""


def _rejected(pool: Pool, step: Step, job: Job) -> str:
    found, node = diagnose(survey(pool, job), pool.now(job)), step.args["node"]
    if node not in found.rejected:
        return _("{node} is not rejected any more.").format(node=node)
    return "" if found.majority else _("No majority of the pool agrees on the configuration any more.")


def _joined(pool: Pool, step: Step, job: Job) -> None:
    """Until every member that can be asked sees the host as connected, and it sees them: the probe returns before."""
    host = step.args["host"]

    def missing(seen: Survey) -> list[str]:
        peer = _named(seen, host)
        return _blind(seen, peer.uuid) if peer else [host]

    _wait(pool, job, missing, lambda seen: _named(seen, host), _("Waiting until {peer} is connected").format(peer=host))


def _named_so(pool: Pool, step: Step, job: Job) -> None:
    """Until the others know the name."""
    host, uuid = step.args["host"], step.args["id"]

    def missing(seen: Survey) -> list[str]:
        others = {node: view for node, view in seen.views.items() if own_id(view) != uuid}
        return [n for n, view in others.items() if not any(p.uuid == uuid and host in p.hostnames for p in view)]

    _wait(pool, job, missing, lambda _seen: None, _("Waiting until the pool knows {peer}").format(peer=host))


def _left(pool: Pool, step: Step, job: Job) -> None:
    """Until no member lists it any more."""
    uuid, name = step.args["id"], step.args["peer"]

    def missing(seen: Survey) -> list[str]:
        members = {node: view for node, view in seen.views.items() if own_id(view) != uuid}
        return [node for node, view in members.items() if any(peer.uuid == uuid for peer in view)]

    _wait(pool, job, missing, lambda _seen: None, _("Waiting until {peer} has left").format(peer=name))


def _mended(pool: Pool, step: Step, job: Job) -> None:
    """Until it is a connected member with the same configuration, and its bricks run."""
    node, uuid = step.args["node"], step.args["id"]

    def missing(seen: Survey) -> list[str]:
        blind = _blind(seen, uuid)
        if blind or node in seen.unread:
            return blind or [node]
        return list(diagnose(seen, pool.now(job)).differing)

    _wait(pool, job, missing, lambda _seen: None, _("Waiting until {peer} is taken back").format(peer=node))
    _wait_bricks(pool, uuid, node, job)


def _wait_bricks(pool: Pool, uuid: str, node: str, job: Job) -> None:
    end, down = time.monotonic() + WITHIN, list[str]()
    while time.monotonic() < end:
        bricks = [b for volume in pool.read(job).volumes for b in volume.bricks if b.host_uuid == uuid]
        down = [brick.name for brick in bricks if brick.online is False]
        if not down:
            return
        job.report(_("Waiting for {bricks}").format(bricks=", ".join(down)))
        job.sleep(PAUSE)
    raise NasError(
        _("{node} is a member again, but these bricks do not run: {bricks}").format(node=node, bricks=", ".join(down)),
        hint=_("Start the missing bricks of their volumes."),
    )


def _wait(
    pool: Pool, job: Job, missing: Callable[[Survey], list[str]], peer: Callable[[Survey], Peer | None], text: str
) -> None:
    """Until nobody is missing, twice in a row. Raises NasError when a peer is rejected or the time is over."""
    end, good, late = time.monotonic() + WITHIN, 0, list[str]()
    while time.monotonic() < end:
        seen = survey(pool, job)
        found = peer(seen)
        if found is not None and found.state is PeerState.REJECTED:
            raise NasError(
                _("{peer} was rejected by the pool.").format(peer=found.hostnames[0]),
                hint=_("Look at the page Peers: the doctor says in which volume its configuration differs."),
            )
        late = missing(seen)
        good = 0 if late or not seen.views else good + 1
        if good > 1:
            return
        job.report(text if not late else _("{text}: {nodes}").format(text=text, nodes=", ".join(late)))
        job.sleep(PAUSE)
    raise NasError(
        _("{text}: not within {seconds} s. Still missing: {nodes}.").format(
            text=text, seconds=int(WITHIN), nodes=", ".join(late) or "—"
        ),
        hint=_("The change was accepted. Check names and port 24007 between the nodes, then look at the peers again."),
    )


def _named(seen: Survey, host: str) -> Peer | None:
    return next((peer for view in seen.views.values() for peer in view if host in peer.hostnames), None)


def _blind(seen: Survey, uuid: str) -> list[str]:
    """Nodes that don't see this member as connected; on its own node: those that it doesn't see."""
    return [
        node
        for node, view in seen.views.items()
        if _is_member(seen.views, node, uuid)
        and not (all(map(_well, view)) if own_id(view) == uuid else any(p.uuid == uuid and _well(p) for p in view))
    ]


def _is_member(views: Mapping[str, tuple[Peer, ...]], node: str, uuid: str) -> bool:
    """A node of the profile that is in no pool, or in another one, has no say."""
    mine = own_id(views[node])
    return mine == uuid or any(mine in {p.uuid for p in view} for n, view in views.items() if n != node)


def _well(peer: Peer) -> bool:
    return peer.state is PeerState.CONNECTED or LOCALHOST in peer.hostnames


CHECKS: dict[str, Check] = {
    "peer_absent": _absent,
    "peer_present": _present,
    "peer_without_bricks": _without_bricks,
    "peer_rejected": _rejected,
}
FOLLOWS: dict[str, Follow] = {
    "peer_joined": _joined,
    "peer_named": _named_so,
    "peer_left": _left,
    "peer_mended": _mended,
}
