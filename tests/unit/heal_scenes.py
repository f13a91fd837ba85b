"""A replicated volume for the tests of healing."""

from __future__ import annotations

from nasclustergui.subsystems.gluster.model import (
    Brick,
    Volume,
    VolumeStatus,
    VolumeType,
)

NODES = ("node1", "node2", "node3")
GIB = 2**30


def brick(n: int, pending: int | None = 0, **more: object) -> Brick:
    values: dict[str, object] = {"online": True, "size": 100 * GIB, "free": 50 * GIB, "port": 49000 + n, "pid": 100 + n}
    values |= {"node": f"node{n}", "host_uuid": f"id-{n}", "heal_pending": pending, "inodes": 1000, "inodes_free": 500}
    return Brick(f"node{n}", "/b/data", **(values | more))  # type: ignore[arg-type]


def volume(*pending: int | None, **more: object) -> Volume:
    bricks = tuple(brick(n, p) for n, p in enumerate(pending or (0, 0, 0), 1))
    shd = dict.fromkeys(NODES, True)
    values: dict[str, object] = {"bricks": bricks, "replica": 3, "shd_online": shd}
    values |= {"name": "data", "uuid": "0123-4567", "type": VolumeType.REPLICATE, "status": VolumeStatus.STARTED}
    return Volume(**(values | more))  # type: ignore[arg-type]
