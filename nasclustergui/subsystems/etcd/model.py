"""What etcd says at one moment: its members and the nodes that registered themselves."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Member:
    """A member of the etcd cluster.

    Attributes:
        id: 64-bit number. name: as the member calls itself.
        node: name in the profile (matched by address), "" if unknown.
        endpoint: the client URL we use; client_urls: all that it advertises.
        healthy: it answered a status request; error: why not.
        leader: it leads. learner: it has no vote.
        version, db_size (bytes), raft_term, raft_index: None or "" while it doesn't answer.
    """

    id: int
    name: str
    node: str = ""
    client_urls: tuple[str, ...] = ()
    peer_urls: tuple[str, ...] = ()
    healthy: bool = False
    error: str = ""
    leader: bool = False
    learner: bool = False
    version: str = ""
    db_size: int | None = None
    raft_term: int | None = None
    raft_index: int | None = None


@dataclass(frozen=True)
class Registration:
    """`/cluster/nodes/<name>/…`: what a node says of itself under its lease; gone when the lease ran out."""

    name: str
    ip: str = ""
    role: str = ""
    status: str = ""
    last_heartbeat: str = ""


@dataclass(frozen=True)
class EtcdState:
    """One reading of etcd.

    Attributes:
        members: all that the member list knows.
        registrations: nodes whose lease is alive.
        alarms: "NOSPACE", "CORRUPT" with the member's name.
        read_at: Unix time.
    """

    members: tuple[Member, ...] = ()
    registrations: tuple[Registration, ...] = field(default=())
    alarms: tuple[str, ...] = ()
    read_at: float = 0.0

    @property
    def leader(self) -> Member | None:
        """The member that leads, None without quorum."""
        return next((m for m in self.members if m.leader), None)

    @property
    def majority(self) -> int:
        """Voting members needed for a decision."""
        return sum(not m.learner for m in self.members) // 2 + 1

    @property
    def healthy(self) -> int:
        """Voting members that answer."""
        return sum(m.healthy and not m.learner for m in self.members)
