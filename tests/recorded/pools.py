"""Made-up pools for tests: peers, volumes and whole states with few words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from nasclustergui.subsystems.gluster.layout import BrickSpec
from nasclustergui.subsystems.gluster.model import (
    Brick,
    GlusterState,
    NodeProgress,
    Peer,
    PeerState,
    Task,
    TaskKind,
    TaskState,
    Volume,
    VolumeStatus,
    VolumeType,
)

GIB = 1 << 30


def peer(number: int, state: PeerState = PeerState.CONNECTED) -> Peer:
    """Peer "uuid3" is node3."""
    name = f"node{number}"
    return Peer(f"uuid{number}", (name,), name, state is not PeerState.DISCONNECTED, state)


def brick(number: int, path: str = "/bricks/d1/data", **more: Any) -> Brick:
    """A brick of nodeN that is up, 100 GiB large, half full."""
    values: dict[str, Any] = {"online": True, "size": 100 * GIB, "free": 50 * GIB, "port": 49152, "pid": 100 + number}
    return Brick(f"node{number}", path, f"uuid{number}", f"node{number}", **(values | more))


def volume(
    kind: VolumeType = VolumeType.REPLICATE,
    nodes: Sequence[int] = (1, 2, 3),
    name: str = "data",
    size: int = 0,
    **more: Any,
) -> Volume:
    """A started volume with a brick on each of the nodes; `size`: bricks per set, all by default."""
    n = size or (1 if kind is VolumeType.DISTRIBUTE else len(nodes))
    counts: dict[str, Any] = {}
    if kind in (VolumeType.REPLICATE, VolumeType.ARBITER):
        counts["replica"] = n
    if kind is VolumeType.ARBITER:
        counts["arbiter"] = 1
    if kind is VolumeType.DISPERSE:
        counts |= {"disperse": n, "redundancy": more.pop("redundancy", 1)}
    bricks = tuple(
        brick(node, f"/bricks/d1/{name}{i // n}", arbiter=kind is VolumeType.ARBITER and i % n == n - 1)
        for i, node in enumerate(nodes)
    )
    return Volume(name, f"id-{name}", kind, VolumeStatus.STARTED, bricks, **(counts | more))


def with_bricks(found: Volume, *changes: dict[str, Any] | None) -> Volume:
    """The volume with values of its bricks changed, one mapping per brick in order."""
    changed = [replace(b, **(c or {})) for b, c in zip(found.bricks, changes, strict=False)]
    return replace(found, bricks=(*changed, *found.bricks[len(changed) :]))


def state(*volumes: Volume, peers: Sequence[Peer] = (), **more: Any) -> GlusterState:
    """A pool of four connected peers with these volumes, asked through node1."""
    values: dict[str, Any] = {"version": "10.3", "asked": "node1", "read_at": 1000.0, "status_at": 1000.0}
    return GlusterState(volumes, tuple(peers) or tuple(peer(n) for n in (1, 2, 3, 4)), **(values | more))


def task(
    kind: TaskKind = TaskKind.REBALANCE,
    status: TaskState = TaskState.RUNNING,
    lookups: int = 0,
    moved: int = 0,
    **more: Any,
) -> Task:
    """A task with one node's progress."""
    failures = more.pop("failures", 0)
    progress = NodeProgress("node1", "uuid1", moved, moved * 1000, lookups, failures, 0, status, 1.0)
    return Task(kind, status, "task-1", (progress,), **more)


def spec_brick(number: int, path: str = "/bricks/d1/new", **more: Any) -> BrickSpec:
    """A brick to be, on its own disk."""
    values: dict[str, Any] = {"mount": "/bricks/d1", "size": 100 * GIB, "free": 100 * GIB}
    return BrickSpec(f"node{number}", path, f"node{number}", **(values | more))
