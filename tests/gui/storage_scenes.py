"""A pool like the one in the design: five volumes, one of them hurt, one rebalancing, one healing."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QCoreApplication, QEvent

from nasclustergui.core.disks import Disk
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

TIB = 2**40
AT = 1_795_400_000.0
NODES = tuple(f"node{n}" for n in range(1, 7))


def uuid_of(node: str) -> str:
    """The id of a node's peer."""
    return f"{NODES.index(node):08x}-0000-4000-8000-000000000000"


def brick(node: str, path: str, tib: float, used: float, **more: object) -> Brick:
    """An online brick; `tib` is its size, `used` 0 … 1."""
    total = round(tib * TIB)
    device = "/dev/" + path.split("/")[2]
    values: dict[str, object] = {
        "host_uuid": uuid_of(node),
        "node": node,
        "online": True,
        "size": total,
        "free": round(total * (1 - used)),
        "device": device,
        "inodes": 10_000_000,
        "inodes_free": 9_800_000,
        "heal_pending": 0,
    }
    return Brick(node, path, **(values | more))  # type: ignore[arg-type]


def data() -> Volume:
    """Two replica sets of three; one brick of the second set is gone, its neighbours keep what it lacks."""
    bricks = [brick(n, "/bricks/sdb/data", 12, 0.68) for n in ("node4", "node5", "node6")]
    bricks += [brick(n, "/bricks/sdd/data", 12, 0.64, heal_pending=1284) for n in ("node1", "node2")]
    gone: dict[str, object] = {"online": False, "size": None, "free": None, "inodes": None, "inodes_free": None}
    bricks.append(brick("node3", "/bricks/sdd/data", 12, 0.64, heal_pending=None, **gone))
    return Volume("data", "id-data", VolumeType.REPLICATE, VolumeStatus.STARTED, tuple(bricks), replica=3)


def media(done: float = 0.62) -> Volume:
    """Four bricks, files on the move: `done` of what there is has been looked at."""
    used = {"node1": 0.78, "node2": 0.78, "node4": 0.78, "node5": 0.31}
    bricks = tuple(brick(name, "/bricks/sdc/media", 9, share) for name, share in used.items())
    nodes = [_progress("node1", 1.0, TaskState.COMPLETED)]
    for name, factor in (("node2", 1.2), ("node4", 0.84), ("node5", 0.36)):
        nodes.append(_progress(name, done * factor, TaskState.RUNNING))
    task = Task(TaskKind.REBALANCE, TaskState.RUNNING, "task-1", tuple(nodes))
    return Volume("media", "id-media", VolumeType.DISTRIBUTE, VolumeStatus.STARTED, bricks, tasks=(task,))


def _progress(node: str, share: float, state: TaskState) -> NodeProgress:
    looked = round(min(share, 1.0) * 150_000)
    return NodeProgress(node, uuid_of(node), looked // 3, looked * 40_000, looked, 0, 0, state, 3500.0)


def vm_images(pending: int = 312) -> Volume:
    """Two copies and an arbiter, healing."""
    path = "/bricks/sde/vm-images"
    bricks = [brick(n, path, 8, 0.44, heal_pending=pending) for n in ("node1", "node2")]
    bricks.append(brick("node3", path, 0.1, 0.02, arbiter=True))
    return Volume("vm-images", "id-vm", VolumeType.ARBITER, VolumeStatus.STARTED, tuple(bricks), replica=3, arbiter=1)


def archive() -> Volume:
    """Four data parts and two of parity, well."""
    bricks = tuple(brick(n, "/bricks/sdf/archive", 7, 0.58) for n in NODES)
    return Volume("archive", "id-archive", VolumeType.DISPERSE, VolumeStatus.STARTED, bricks, disperse=6, redundancy=2)


def scratch() -> Volume:
    """Stopped on purpose."""
    none: dict[str, object] = {"online": False, "size": None, "free": None, "heal_pending": None}
    bricks = tuple(brick(n, "/bricks/sdg/scratch", 2, 0, **none) for n in ("node4", "node5", "node6"))
    return Volume("scratch", "id-scratch", VolumeType.DISTRIBUTE, VolumeStatus.STOPPED, bricks)


def peers() -> tuple[Peer, ...]:
    """Six members; node3 knows two names."""
    return tuple(
        Peer(uuid_of(n), (n, f"10.20.0.{10 + i}") if n == "node3" else (n,), n, True, PeerState.CONNECTED)
        for i, n in enumerate(NODES, 1)
    )


def pool(*volumes: Volume, at: float = AT, **more: object) -> GlusterState:
    """A fresh state of these volumes, all five if none are given."""
    chosen = volumes or (data(), media(), vm_images(), archive(), scratch())
    values: dict[str, object] = {"version": "10.3", "asked": "node1", "read_at": at, "status_at": at}
    return GlusterState(chosen, peers(), **(values | more))  # type: ignore[arg-type]


def healthy() -> Volume:
    """`data` with all its bricks."""
    hurt = data()
    good = [replace(b, online=True, size=12 * TIB, free=4 * TIB, heal_pending=0) for b in hurt.bricks]
    return replace(hurt, bricks=tuple(good))


def disk(node: str, name: str, tib: float = 8.0, **more: object) -> Disk:
    """An empty XFS disk, usable for a brick."""
    rack = "Rack " + "ABC"[(int(node[-1]) - 1) % 3]
    total = round(tib * TIB)
    values: dict[str, object] = {"rack": rack, "kind": "HDD"}
    return Disk(node, f"/dev/{name}", f"/bricks/{name}", "xfs", total, total, **(values | more))  # type: ignore[arg-type]


def disks() -> tuple[Disk, ...]:
    """What the nodes of the design offer."""
    return (
        disk("node1", "sde"),
        disk("node1", "sdf"),
        disk("node2", "sde"),
        disk("node2", "sdf"),
        disk("node3", "sde", 10.0),
        disk("node3", "sdd", 12.0, problem="it has no file system yet"),
        disk("node4", "sdc"),
        disk("node4", "nvme1", 2.0, kind="SSD"),
        disk("node5", "sdc"),
        disk("node6", "sdc"),
        disk("node6", "sdg", 4.0, problem="ext4 lacks the extended attributes that gluster needs"),
    )


def with_peers(chosen: tuple[Peer, ...]) -> GlusterState:
    """The whole pool, but with these peers."""
    return replace(pool(), peers=chosen)


def renamed(volume: Volume, name: str) -> Volume:
    """The volume under another name and id."""
    return replace(volume, name=name, uuid=f"id-{name}")


def delete_closed_widgets() -> None:
    """What a test closed is deleted at once; without a running event loop it would live on and be restyled for ever."""
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
