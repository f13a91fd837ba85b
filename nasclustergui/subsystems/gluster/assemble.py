"""Puts one state together from what was asked at different times: pure, so that every mixture can be tested."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from nasclustergui.subsystems.gluster.commands.peers import LOCALHOST
from nasclustergui.subsystems.gluster.commands.status import SELF_HEAL, StatusReport
from nasclustergui.subsystems.gluster.model import Brick, Peer, PeerState, Task, Volume, VolumeStatus
from nasclustergui.subsystems.gluster.status_reader import Reading

ABSENT = frozenset({PeerState.DISCONNECTED})


def resolve_peers(
    peers: Sequence[Peer], asked: str, node_names: Mapping[str, str], known: Mapping[str, str]
) -> tuple[Peer, ...]:
    """Peers with their nodes. `node_names`: host or address → node; `known`: peer id → node, learnt before.

    The asked node calls itself "localhost": that name is replaced by its own.
    """
    return tuple(_resolve(peer, asked, node_names, known) for peer in peers)


def _resolve(peer: Peer, asked: str, node_names: Mapping[str, str], known: Mapping[str, str]) -> Peer:
    if LOCALHOST in peer.hostnames:
        others = tuple(name for name in peer.hostnames if name != LOCALHOST)
        return replace(peer, node=asked, hostnames=others or (asked,))
    by_name = next((node_names[name] for name in peer.hostnames if name in node_names), "")
    return replace(peer, node=known.get(peer.uuid) or by_name)


def place_bricks(volumes: Sequence[Volume], peers: Sequence[Peer], node_names: Mapping[str, str]) -> tuple[Volume, ...]:
    """The volumes with every brick's node filled in: by the id of its peer, else by its host name."""
    by_id = {peer.uuid: peer.node for peer in peers if peer.node}
    by_host = {host: peer.node for peer in peers if peer.node for host in peer.hostnames} | dict(node_names)
    return tuple(
        replace(v, bricks=tuple(replace(b, node=by_id.get(b.host_uuid) or by_host.get(b.host, "")) for b in v.bricks))
        for v in volumes
    )


def merge(
    volumes: Sequence[Volume],
    peers: Sequence[Peer],
    reading: Reading,
    split_brain: Mapping[tuple[str, str], int] | None = None,
    lost: Collection[str] = (),
) -> tuple[Volume, ...]:
    """The volumes with what the last reading of `volume status` knew.

    Bricks of absent peers are missing from the status. Where only glusterd is down they run on, so their node's
    processes decide; a node that can't be reached either has none. Without any such word they are unknown.
    Nothing is taken over for a volume that isn't started. `lost`: nodes that can't be reached while the reading is
    old: what it says about their bricks may be wrong by now.
    """
    gone_ids = {peer.uuid for peer in peers if peer.state in ABSENT}
    gone_hosts = {host for peer in peers if peer.state in ABSENT for host in peer.hostnames}
    merged = (_merge_volume(v, peers, reading, gone_ids, gone_hosts, split_brain or {}) for v in volumes)
    return tuple(_without_lost(volume, lost) for volume in merged)


def keep_unchanged(old: Sequence[Volume], new: Sequence[Volume]) -> tuple[Volume, ...]:
    """The new volumes; one that equals its old reading is the old object, so that nobody has to compare it again."""
    before = {volume.uuid: volume for volume in old}
    return tuple(before[v.uuid] if before.get(v.uuid) == v else v for v in new)


def _without_lost(volume: Volume, lost: Collection[str]) -> Volume:
    if volume.status is not VolumeStatus.STARTED or not lost:
        return volume
    bricks = (replace(b, online=None, heal_pending=None) if b.online and b.node in lost else b for b in volume.bricks)
    return replace(volume, bricks=tuple(bricks))


def _merge_volume(
    volume: Volume,
    peers: Sequence[Peer],
    reading: Reading,
    gone_ids: set[str],
    gone_hosts: set[str],
    split_brain: Mapping[tuple[str, str], int],
) -> Volume:
    if volume.status is not VolumeStatus.STARTED:
        return replace(volume, bricks=tuple(replace(brick, online=False) for brick in volume.bricks))
    report = reading.reports.get(volume.name, StatusReport(volume.name))
    detail = reading.details.get(volume.name, StatusReport(volume.name))
    bricks = []
    for brick in volume.bricks:
        gone = brick.host_uuid in gone_ids or brick.host in gone_hosts
        found = _find(brick, report.bricks)
        merged = _sized(brick, _find(brick, detail.bricks) if not gone else None)
        if gone:
            merged = replace(merged, online=_runs_without_glusterd(brick, reading))
        elif found is not None:
            merged = replace(merged, online=found.online, port=found.port, pid=found.pid)
        key = (volume.name, brick.name)
        if merged.online:
            merged = replace(merged, heal_pending=reading.backlog.get(key), split_brain=split_brain.get(key))
        bricks.append(merged)
    return replace(
        volume,
        bricks=tuple(bricks),
        tasks=_tasks(report, reading.progress.get(volume.name)),
        shd_online=_shd(report, peers),
    )


def _runs_without_glusterd(brick: Brick, reading: Reading) -> bool | None:
    if not brick.node:
        return False  # the profile has no way to that node: the pool's word must do
    running = reading.processes.get(brick.node)
    return None if running is None else brick.path in running


def _find(brick: Brick, reported: Sequence[Brick]) -> Brick | None:
    """The same brick in a report: by id where both have one, since a peer can have several names."""
    for other in reported:
        if other.path == brick.path and (
            other.host_uuid == brick.host_uuid if other.host_uuid and brick.host_uuid else other.host == brick.host
        ):
            return other
    return None


def _sized(brick: Brick, found: Brick | None) -> Brick:
    if found is None:
        return brick
    return replace(
        brick,
        size=found.size,
        free=found.free,
        filesystem=found.filesystem,
        device=found.device,
        inodes=found.inodes,
        inodes_free=found.inodes_free,
    )


def _tasks(report: StatusReport, progress: Task | None) -> tuple[Task, ...]:
    return tuple(progress if progress and progress.id == task.id else task for task in report.tasks)


def _shd(report: StatusReport, peers: Sequence[Peer]) -> dict[str, bool]:
    nodes = {peer.uuid: peer.node or peer.hostnames[0] for peer in peers}
    return {
        nodes.get(daemon.host_uuid, daemon.host): daemon.online
        for daemon in report.daemons
        if daemon.kind == SELF_HEAL and daemon.online is not None
    }
