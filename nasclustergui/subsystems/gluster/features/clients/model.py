"""Who is connected to the bricks of a volume."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from nasclustergui.subsystems.gluster.audience import Audience


class Kind(StrEnum):
    """What a client is."""

    MOUNT = "mount"  # FUSE
    PROGRAM = "program"  # uses the library: Samba, Ganesha, QEMU
    DAEMON = "daemon"  # the pool's own: self-heal, quota, bitrot, rebalance
    OUTSIDE = "outside"  # on a machine that we can't log in to and that is no member: a mount or a program
    UNKNOWN = "unknown"  # on a member that couldn't be asked: a client or a daemon


REAL = frozenset({Kind.MOUNT, Kind.PROGRAM, Kind.OUTSIDE})


@dataclass(frozen=True)
class Connection:
    """A TCP connection to a brick. `sent`, `received`: bytes by the client, with those of the protocol."""

    brick: str
    brick_port: int | None
    address: str
    port: str
    sent: int
    received: int
    op_version: str


@dataclass(frozen=True)
class Process:
    """A process at the other end of connections, on a node that we can log in to.

    Attributes:
        where: mount point, "" for others. ends: (own address, own port, the brick's port).
    """

    node: str
    pid: int
    name: str
    kind: Kind
    where: str = ""
    ends: frozenset[tuple[str, str, str]] = frozenset()


@dataclass(frozen=True)
class Client:
    """A process that uses the volume; on other machines, all of one address together.

    Attributes:
        host: name of the node, or the host's name, else its address. processes: how many they are at least.
        bricks: those that it is connected to. sent, received: bytes, to all of them together.
    """

    host: str
    address: str
    kind: Kind
    name: str
    where: str
    pid: int | None
    processes: int
    bricks: tuple[str, ...]
    sent: int
    received: int
    op_version: str


@dataclass(frozen=True)
class ClientList:
    """One reading.

    Attributes:
        bricks: those that told. silent: bricks of the volume that told nothing.
        unread: node → why its processes could not be looked at: clients there are of unknown kind.
    """

    volume: str
    clients: tuple[Client, ...]
    bricks: tuple[str, ...]
    silent: tuple[str, ...] = ()
    unread: Mapping[str, str] = field(default_factory=dict)

    @property
    def real(self) -> tuple[Client, ...]:
        """Without daemons."""
        return tuple(client for client in self.clients if client.kind is not Kind.DAEMON)

    def audience(self) -> Audience:
        """For the plans that take the volume away. What may be a client counts as one."""
        hosts = tuple(dict.fromkeys(client.host for client in self.real))
        return Audience(hosts, sum(client.processes for client in self.real))
