"""What is known about the pool's snapshots: plain frozen data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

MOST = 256  # snapshots of a volume that glusterd allows at all


@dataclass(frozen=True)
class Snapshot:
    """A snapshot as `snapshot info` has it.

    Attributes:
        volume: the volume it was taken of. active: its bricks are mounted and served.
        created: Unix time, None if it could not be read.
    """

    name: str
    uuid: str
    volume: str
    active: bool
    created: float | None = None
    description: str = ""


@dataclass(frozen=True)
class Limits:
    """How many snapshots a volume may have: its own hard limit, the one that counts, and where warnings begin."""

    hard: int
    effective: int
    soft: int


@dataclass(frozen=True)
class Config:
    """`snapshot config`.

    Attributes:
        hard_limit: of the whole pool; the smaller of it and a volume's own counts.
        soft_percent: of the hard limit, where warnings and auto-delete begin.
        volumes: volume name → its limits.
    """

    hard_limit: int
    soft_percent: int
    auto_delete: bool
    activate_on_create: bool
    volumes: Mapping[str, Limits] = field(default_factory=dict)

    def limit(self, volume: str) -> int:
        """Snapshots that this volume may have."""
        found = self.volumes.get(volume)
        return found.effective if found is not None else self.hard_limit


@dataclass(frozen=True)
class SnapBrick:
    """A brick of a snapshot, from `snapshot status`. `running` is its process; the rest "" where it is not active."""

    name: str
    running: bool
    volume_group: str = ""
    used_percent: str = ""
    size: str = ""


@dataclass(frozen=True)
class BrickGround:
    """What a brick's file system lies on.

    Attributes:
        brick: "node1:/bricks/d1/data".
        thin: it is a thin logical volume; None if nobody could tell, `why` says why or what it is instead.
        device, filesystem, pool: as the node tells them.
    """

    brick: str
    thin: bool | None
    device: str = ""
    filesystem: str = ""
    pool: str = ""
    why: str = ""


@dataclass(frozen=True)
class Known:
    """All snapshots and the limits, read without the cluster's lock."""

    snapshots: tuple[Snapshot, ...]
    config: Config

    def of(self, volume: str) -> tuple[Snapshot, ...]:
        """The volume's own, newest first."""
        mine = [snapshot for snapshot in self.snapshots if snapshot.volume == volume]
        return tuple(sorted(mine, key=lambda s: (s.created or 0.0, s.name), reverse=True))

    def named(self, name: str) -> Snapshot | None:
        """The snapshot of that name."""
        return next((snapshot for snapshot in self.snapshots if snapshot.name == name), None)


def possible(grounds: tuple[BrickGround, ...]) -> bool | None:
    """True if all bricks are thin, False if one is known not to be, None while nobody can tell."""
    if any(ground.thin is False for ground in grounds):
        return False
    return True if grounds and all(ground.thin for ground in grounds) else None
