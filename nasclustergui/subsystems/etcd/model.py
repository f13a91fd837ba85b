"""What etcd says at one moment: its members and the nodes that registered themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Member:
    """A member of the etcd cluster.

    Attributes:
        id: 64-bit number. name: as the member calls itself; "" if it was added but never started.
        node: name in the profile (matched by address, else by name), "" if unknown.
        client_urls, peer_urls: what it advertises.
        healthy: it answered a status request; error: why not, in a few words.
        leader: it leads. learner: it has no vote.
        version, db_size (bytes), raft_term, raft_index: None or "" while it doesn't answer.
        endpoint: the client URL that was asked, "" if there is none.
        db_in_use: bytes of db_size that hold keys; None while it doesn't answer.
        revision: of the store as it has it. seconds: how long its answer took.
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
    endpoint: str = ""
    db_in_use: int | None = None
    revision: int | None = None
    seconds: float | None = None

    @property
    def label(self) -> str:
        """How to call it: the node, else its own name, else its number as etcdctl writes it."""
        return self.node or self.name or f"{self.id:x}"


@dataclass(frozen=True)
class Registration:
    """`/cluster/nodes/<name>/…`: what a node says of itself under its lease; gone when the lease ran out."""

    name: str
    ip: str = ""
    role: str = ""
    status: str = ""
    last_heartbeat: str = ""


@dataclass(frozen=True)
class Drain:
    """`/cluster/nodes/<name>/drain`: nothing new is to be placed on the node, whether it is on or off.

    Attributes:
        who: "anna@desk", "" if unknown. at: Unix time, None if unknown. why: for people, may be empty.
    """

    node: str
    who: str = ""
    at: float | None = None
    why: str = ""


@dataclass(frozen=True)
class MemberAlarm:
    """An alarm, "NOSPACE" or "CORRUPT", and the member (its label) that raised it."""

    kind: str
    member: str


@dataclass(frozen=True)
class EtcdState:
    """One reading of etcd.

    Attributes:
        members: all that the member list knows.
        registrations: nodes whose lease is alive, by name; () too when they could not be read.
        alarms: what the members that answer complain of.
        read_at: Unix time.
        expected: nodes of the profile, which should be registered.
        registrations_error: why the registrations could not be read, a sentence; "" if they were.
        last_roles: node → the role it registered with last, also where that can't be read now or its lease ran out.
        registrations_hint: what to do about it. login_refused: etcd wants another user or password for them.
        drains: node → that it is being drained, as it was read last.
        certificates: endpoint or file → Unix time at which its certificate ends, looked at once an hour.
    """

    members: tuple[Member, ...] = ()
    registrations: tuple[Registration, ...] = field(default=())
    alarms: tuple[MemberAlarm, ...] = ()
    read_at: float = 0.0
    expected: tuple[str, ...] = ()
    registrations_error: str = ""
    registrations_hint: str = ""
    login_refused: bool = False
    last_roles: Mapping[str, str] = field(default_factory=dict)
    drains: Mapping[str, Drain] = field(default_factory=dict)
    certificates: tuple[tuple[str, float], ...] = ()

    @property
    def leader(self) -> Member | None:
        """The member that leads, None without quorum."""
        return next((m for m in self.members if m.leader), None)

    @property
    def voters(self) -> int:
        """Members that have a vote."""
        return sum(not m.learner for m in self.members)

    @property
    def majority(self) -> int:
        """Voting members needed for a decision."""
        return self.voters // 2 + 1

    @property
    def healthy(self) -> int:
        """Voting members that answer."""
        return sum(m.healthy and not m.learner for m in self.members)

    @property
    def missing(self) -> tuple[str, ...]:
        """Nodes of the profile that send no heartbeat; () if that isn't known or no node at all is registered."""
        if self.registrations_error or not self.registrations:
            return ()
        registered = {r.name for r in self.registrations}
        return tuple(name for name in self.expected if name not in registered)
