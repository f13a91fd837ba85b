"""What is known of a node that is to be drained or removed. Plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from nasclustergui.cluster.lifecycle.join.model import Look
from nasclustergui.cluster.lifecycle.roles.demote import Leaver
from nasclustergui.cluster.lifecycle.roles.model import Finding
from nasclustergui.core.disks import Disk
from nasclustergui.core.plan import Meaning, Step
from nasclustergui.subsystems.etcd.features.drain.read import DrainKey
from nasclustergui.subsystems.etcd.model import Drain, EtcdState
from nasclustergui.subsystems.gluster.features.bricks.copies import OnlyCopy
from nasclustergui.subsystems.gluster.features.disk.model import Diagnosis, Ground
from nasclustergui.subsystems.gluster.layout import BrickSpec
from nasclustergui.subsystems.gluster.model import Brick, GlusterState, Peer, PeerState, Volume


@dataclass(frozen=True)
class Place:
    """Where a brick may go: what it would be called there, and what lies there now. `warning`: why one hesitates."""

    spec: BrickSpec
    ground: Ground
    warning: str = ""

    @property
    def key(self) -> str:
        """ "node1:/bricks/d2/data", by the node's name in the profile."""
        return f"{self.spec.place}:{self.spec.path}"


@dataclass(frozen=True)
class Held:
    """A brick on the node.

    Attributes:
        only: why it must not go, None if it may. places: where it may go, the best first.
    """

    volume: Volume
    brick: Brick
    diagnosis: Diagnosis
    only: OnlyCopy | None = None
    places: tuple[Place, ...] = ()


@dataclass(frozen=True)
class Leaving:
    """Everything that was found out about a node that is to be removed.

    Attributes:
        look: the machine and the cluster around it; `look.machine` is None where it does not let us in.
        why: then why not. state: the pool, asked from another node where there is one.
        leaver: it as a member of etcd, None where the profile names no etcd.
        held: its bricks, in the volumes' order. disks: places for bricks on the other nodes.
        drain: the drain as noted in etcd. drains: of all nodes.
        user: who is asking, for the note in etcd. own_user: etcd has a user for this node's heartbeat alone.
    """

    look: Look
    state: GlusterState
    why: str = ""
    leaver: Leaver | None = None
    held: tuple[Held, ...] = ()
    disks: tuple[Disk, ...] = ()
    drain: DrainKey = field(default_factory=DrainKey)
    drains: Mapping[str, Drain] = field(default_factory=dict)
    user: str = ""
    own_user: bool = False

    @property
    def node(self) -> str:
        """Its name in the profile."""
        return self.look.name

    @property
    def peer(self) -> Peer | None:
        """It as a peer of the pool."""
        return next((p for p in self.state.peers if p.node == self.node), None) or self.look.peer

    @property
    def dead(self) -> bool:
        """It neither lets us in nor is connected to its peers: it is treated as gone for good."""
        gone = self.peer is None or self.peer.state is not PeerState.CONNECTED
        return self.look.machine is None and gone


Targets = Mapping[str, Place | None]
"""Brick name → where it goes; None: its files move to the other bricks of its volume (distributed ones only)."""


@dataclass(frozen=True)
class Part:
    """A part of a plan: its steps, what they mean, and what forbids them."""

    steps: tuple[Step, ...] = ()
    meaning: tuple[Meaning, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Draining:
    """A node that is to be drained, or is to take new things again.

    Attributes:
        etcd: as it is. key: the drain as noted now. gluster: the pool, None where it could not be read.
        mounted: nodes whose clients got their volume's layout from this one: they ask it again when they mount anew.
    """

    node: str
    etcd: EtcdState
    key: DrainKey = field(default_factory=DrainKey)
    gluster: GlusterState | None = None
    mounted: tuple[str, ...] = ()
