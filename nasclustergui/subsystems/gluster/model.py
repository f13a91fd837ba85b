"""What a GlusterFS trusted pool looks like at one moment: plain frozen data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property


class VolumeType(StrEnum):
    """Kinds of sub-volume; whether they are distributed says `Volume.sets`."""

    DISTRIBUTE = "distribute"
    REPLICATE = "replicate"
    ARBITER = "arbiter"
    DISPERSE = "disperse"


class VolumeStatus(StrEnum):
    """`statusStr` of `volume info`."""

    CREATED = "Created"
    STARTED = "Started"
    STOPPED = "Stopped"


class PeerState(StrEnum):
    """What a peer is to the pool; glusterd's numbers are in `commands`."""

    CONNECTED = "connected"
    DISCONNECTED = "disconnected"
    REJECTED = "rejected"
    JOINING = "joining"  # probed, handshake not finished


class TaskKind(StrEnum):
    """What a volume's task does."""

    REBALANCE = "rebalance"
    FIX_LAYOUT = "fix-layout"
    REMOVE_BRICK = "remove-brick"


class TaskState(StrEnum):
    """glusterd's task status 0 … 4; STALE is ours (facts: a node died in the middle)."""

    NOT_STARTED = "not started"
    RUNNING = "in progress"
    STOPPED = "stopped"
    COMPLETED = "completed"
    FAILED = "failed"
    STALE = "stale"


@dataclass(frozen=True)
class Peer:
    """A member of the trusted pool.

    Attributes:
        uuid: identifies it; host names don't.
        hostnames: all names gluster knows it by; the node that was asked calls itself "localhost", resolved by us.
        node: name in the profile, "" if the profile doesn't know it.
        connected: as seen from the node that was asked.
    """

    uuid: str
    hostnames: tuple[str, ...]
    node: str
    connected: bool
    state: PeerState


@dataclass(frozen=True)
class Brick:
    """One directory on one node that holds a part of a volume.

    Attributes:
        host: as gluster writes it ("node1"); node: name in the profile, "" if unknown.
        online: process up; None when nobody told (status not readable): never shown as up or down.
        port, pid: of its process, None if down.
        size, free: bytes of its file system, None if unknown. inodes_*: likewise.
        heal_pending: entries that wait for a heal on this brick, None if unknown.
        split_brain: entries in split-brain, None if unknown.
    """

    host: str
    path: str
    host_uuid: str = ""
    node: str = ""
    arbiter: bool = False
    online: bool | None = None
    port: int | None = None
    pid: int | None = None
    size: int | None = None
    free: int | None = None
    filesystem: str = ""
    device: str = ""
    inodes: int | None = None
    inodes_free: int | None = None
    heal_pending: int | None = None
    split_brain: int | None = None

    @property
    def name(self) -> str:
        """ "node1:/bricks/d1/data", as the CLI writes it."""
        return f"{self.host}:{self.path}"


@dataclass(frozen=True)
class NodeProgress:
    """What a rebalance or a remove-brick has done on one node, from `… status --xml`.

    Attributes:
        files: moved; bytes: moved; lookups: looked at; failures, skipped: files.
        seconds: run time.
    """

    node: str
    host_uuid: str
    files: int
    bytes: int
    lookups: int
    failures: int
    skipped: int
    state: TaskState
    seconds: float


@dataclass(frozen=True)
class Task:
    """Work that gluster does by itself on a volume.

    Attributes:
        id: gluster's own.
        nodes: progress per node; empty when only `volume status` was read.
        bricks: those being removed (remove-brick).
    """

    kind: TaskKind
    state: TaskState
    id: str = ""
    nodes: tuple[NodeProgress, ...] = ()
    bricks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Volume:
    """A volume as `volume info` has it, with what `volume status` knows about its bricks.

    Attributes:
        bricks: in `volume info` order: consecutive groups of `set_size` form the sets.
        replica: bricks per replica set (arbiter included), 1 if not replicated.
        arbiter: arbiter bricks per set (0 or 1).
        disperse, redundancy: bricks per disperse set and how many of them may be lost, 0 if not dispersed.
        options: set by somebody; defaults are not in it.
        heal_peak: the largest backlog since there last was none, 0 while there is none.
        shd_online: self-heal daemon per node name (profile's, else host), None if unknown.
    """

    name: str
    uuid: str
    type: VolumeType
    status: VolumeStatus
    bricks: tuple[Brick, ...]
    replica: int = 1
    arbiter: int = 0
    disperse: int = 0
    redundancy: int = 0
    transport: str = "tcp"
    options: Mapping[str, str] = field(default_factory=dict)
    tasks: tuple[Task, ...] = ()
    shd_online: Mapping[str, bool] = field(default_factory=dict)
    snapshot_count: int = 0
    heal_peak: int = 0

    @property
    def set_size(self) -> int:
        """Bricks per set: 1 for a plain distributed volume."""
        return self.disperse or self.replica or 1

    @cached_property
    def sets(self) -> tuple[tuple[Brick, ...], ...]:
        """The sub-volumes: groups of bricks that hold the same files (or their fragments)."""
        n = self.set_size
        return tuple(self.bricks[i : i + n] for i in range(0, len(self.bricks), n))

    @cached_property
    def heal_pending(self) -> int | None:
        """Entries that wait for a heal: per set the largest count, summed; None if no set told.

        Every good brick of a set lists the same entries, so summing bricks would count them twice.
        """
        per_set = [[b.heal_pending for b in group if b.heal_pending is not None] for group in self.sets]
        known = [max(counts) for counts in per_set if counts]
        return sum(known) if known else None

    @cached_property
    def usable(self) -> int | None:
        """Bytes that clients can store, None while any set's size is unknown."""
        return self._total("size")

    @cached_property
    def available(self) -> int | None:
        """Bytes that clients can still store, None while any set's free space is unknown."""
        return self._total("free")

    def _total(self, attribute: str) -> int | None:
        total = 0
        for group in self.sets:
            values = [getattr(b, attribute) for b in group if not b.arbiter]
            known = [v for v in values if v is not None]
            if not known:
                return None
            data_bricks = self.disperse - self.redundancy if self.disperse else 1
            total += min(known) * data_bricks
        return total


@dataclass(frozen=True)
class GlusterState:
    """One reading of the pool.

    Attributes:
        version: GlusterFS version of the node that was asked, "" if unknown.
        asked: name of the node that answered.
        read_at: Unix time of the last complete reading.
        status_at: when brick states, tasks and sizes were read; older than `read_at` when `volume status`
            could not be read or wasn't due: then `status_error` may say why.
        status_error: one sentence why brick states are old or missing, "" if they are fresh; status_hint: what to do.
        waits_for: nodes whose glusterd hangs or that can't be reached, so that every locking command waits for them.
        heal_errors: volume name → why its heal backlog could not be read.
        node_errors: node → why gluster could not be asked there, for nodes that were tried and failed.
    """

    volumes: tuple[Volume, ...] = ()
    peers: tuple[Peer, ...] = ()
    version: str = ""
    asked: str = ""
    read_at: float = 0.0
    status_at: float = 0.0
    status_error: str = ""
    status_hint: str = ""
    waits_for: tuple[str, ...] = ()
    heal_errors: Mapping[str, str] = field(default_factory=dict)
    node_errors: Mapping[str, str] = field(default_factory=dict)

    def volume(self, name: str) -> Volume | None:
        """The volume of that name."""
        return next((v for v in self.volumes if v.name == name), None)
