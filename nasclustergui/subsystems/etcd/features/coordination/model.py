"""What is held in etcd, by whom, and who waits for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from nasclustergui.core.errors import NasError
from nasclustergui.remote.etcd_leases import LeaseLife
from nasclustergui.remote.etcd_types import KeyValue, printable

NODES = b"/cluster/nodes/"
SERVICES = b"/cluster/services/"


@dataclass(frozen=True)
class Contender:
    """A key NAME/LEASE of the recipe of etcd's package `concurrency`: one place in a queue.

    Attributes:
        lease: whose end ends it too. create_revision: the lowest of a queue owns the lock, or leads.
        value: "" for a lock; what a candidate says of himself in an election.
        left, granted: seconds of the lease, None if they could not be read.
    """

    key: bytes
    lease: int
    create_revision: int
    value: bytes = b""
    left: int | None = None
    granted: int | None = None


@dataclass(frozen=True)
class Queue:
    """A lock or an election: those who want it, in order. `error`: why their order could not be read."""

    name: str
    contenders: tuple[Contender, ...]
    error: str = ""

    @property
    def election(self) -> bool:
        """etcdctl's locks hold no value, its candidates do: nothing else tells them apart."""
        return any(contender.value for contender in self.contenders)

    @property
    def owner(self) -> Contender | None:
        """Who has the lock, or leads; None where the order isn't known."""
        return self.contenders[0] if self.contenders and not self.error else None

    @property
    def prefix(self) -> bytes:
        """Where its keys are."""
        return self.contenders[0].key.rpartition(b"/")[0] + b"/" if self.contenders else b""


@dataclass(frozen=True)
class Service:
    """`/cluster/services/NAME/…`: fields by name. `leased`: it goes when whoever registered it goes."""

    name: str
    fields: Mapping[str, str] = field(default_factory=dict)
    leased: bool = False


@dataclass(frozen=True)
class Beat:
    """What a node says of itself in `/cluster/nodes/NAME/…`.

    Attributes:
        stamp: its last heartbeat in its own words. revision: of that key, which changes with each beat.
        lease: what its keys hang on, 0 for none. left, granted: the lease's seconds, None if not known.
    """

    node: str
    ip: str = ""
    role: str = ""
    status: str = ""
    stamp: str = ""
    revision: int = 0
    lease: int = 0
    left: int | None = None
    granted: int | None = None


@dataclass(frozen=True)
class Survey:
    """One look at all of it.

    Attributes:
        read_at: Unix time. leases: all, by number; `leases_error` tells why they could not be read.
        more_leases: how many there are beyond those that were looked at.
    """

    read_at: float
    leases: tuple[LeaseLife, ...] = ()
    queues: tuple[Queue, ...] = ()
    services: tuple[Service, ...] = ()
    beats: tuple[Beat, ...] = ()
    leases_error: NasError | None = None
    services_error: NasError | None = None
    beats_error: NasError | None = None
    more_leases: int = 0

    def lease(self, number: int) -> LeaseLife | None:
        """The lease of that number."""
        return next((lease for lease in self.leases if lease.id == number), None)

    def queue(self, name: str) -> Queue | None:
        """The lock or election of that name."""
        return next((queue for queue in self.queues if queue.name == name), None)


def queue_name(key: bytes, lease: int) -> bytes:
    """The name of the queue in which this key is a place; b"" if it is none."""
    name, slash, place = key.rpartition(b"/")
    return name if slash and place == f"{lease:x}".encode() else b""


def services_of(items: tuple[KeyValue, ...]) -> tuple[Service, ...]:
    """From the keys below SERVICES, by name."""
    fields: dict[str, dict[str, str]] = {}
    leased: set[str] = set()
    for kv in items:
        name, _slash, entry = printable(kv.key.removeprefix(SERVICES)).partition("/")
        fields.setdefault(name, {})[entry] = kv.text
        if kv.lease:
            leased.add(name)
    return tuple(Service(name, fields[name], name in leased) for name in sorted(fields))


def beats_of(items: tuple[KeyValue, ...], lives: Mapping[int, LeaseLife]) -> tuple[Beat, ...]:
    """From the keys below NODES, by name; `lives` tells of their leases."""
    nodes: dict[str, dict[str, KeyValue]] = {}
    for kv in items:
        name, _slash, entry = printable(kv.key.removeprefix(NODES)).partition("/")
        nodes.setdefault(name, {})[entry] = kv
    return tuple(_beat(name, nodes[name], lives) for name in sorted(nodes))


def _beat(name: str, keys: Mapping[str, KeyValue], lives: Mapping[int, LeaseLife]) -> Beat:
    texts = {entry: keys[entry].text for entry in ("ip", "role", "status") if entry in keys}
    beat = keys.get("last_heartbeat")
    lease = next((kv.lease for kv in (beat, *keys.values()) if kv is not None and kv.lease), 0)
    life = lives.get(lease)
    return Beat(
        name,
        **texts,
        stamp=beat.text if beat else "",
        revision=beat.mod_revision if beat else 0,
        lease=lease,
        left=life.left if life else None,
        granted=life.granted if life else None,
    )
