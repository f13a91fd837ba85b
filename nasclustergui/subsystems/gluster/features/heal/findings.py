"""What the heal doctor can find and offer: plain data, worst first by its order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from nasclustergui.core.events import Severity
from nasclustergui.subsystems.gluster.features.heal.history import VolumeHistory
from nasclustergui.subsystems.gluster.features.heal.model import BrickFacts, EntryList, NodeFacts, Probe
from nasclustergui.subsystems.gluster.model import Brick, GlusterState, Peer, PeerState, Volume


class Cause(StrEnum):
    """Why a heal does not get on; the value is the same in every language (`--json`)."""

    NOT_STARTED = "volume-stopped"
    NO_QUORUM = "no-quorum"
    DIRECTORY_MISSING = "directory-missing"
    DISK_FULL = "disk-full"
    DISK_ERROR = "disk-error"
    PEER_AWAY = "peer-away"
    BRICK_DOWN = "brick-down"
    GLUSTERD_HANGS = "glusterd-hangs"
    DAEMON_OFF = "daemon-off"
    DAEMON_DOWN = "daemon-down"
    DAEMON_HALTED = "daemon-halted"
    NO_NETWORK = "no-network"
    SPLIT_BRAIN = "split-brain"
    LOCKED = "locked"
    GROWS = "grows"
    WAITS = "waits-for-crawl"
    SLOW = "no-progress"
    UNREAD = "unread"
    HEALING = "healing"
    WELL = "well"


class Offer(StrEnum):
    """What one click leads to: a plan, or another place of the window."""

    START_BRICKS = "start-bricks"
    HEAL = "heal"
    ENABLE = "enable"
    SPLIT_BRAIN = "split-brain"
    LIST = "list"
    FAILED_DISK = "failed-disk"


@dataclass(frozen=True)
class Finding:
    """One cause. `title`: a sentence without full stop; `text`: what it means; `todo`: what to do, in order."""

    cause: Cause
    severity: Severity
    title: str
    text: str = ""
    todo: tuple[str, ...] = ()
    offer: Offer | None = None


@dataclass(frozen=True)
class Case:
    """All that a diagnosis knows. `now`: Unix time. `probe`, `earlier`, `entries`: None where nobody looked.

    `earlier`: the probe before: what lasts only a moment (a daemon that is started anew, or connects) is no cause.
    `options`: those that are in force, as far as known.
    """

    volume: Volume
    state: GlusterState
    history: VolumeHistory
    options: Mapping[str, str]
    now: float
    probe: Probe | None = None
    entries: EntryList | None = None
    earlier: Probe | None = None
    absent: frozenset[str] = field(default_factory=frozenset)  # ids of peers that are not connected

    @property
    def pending(self) -> int | None:
        """Entries that wait, None if unknown."""
        return self.volume.heal_pending

    def facts(self, brick: Brick) -> BrickFacts:
        """What the brick's node says of it; all unknown where it was not asked."""
        return (self.probe.bricks.get(brick.name) if self.probe else None) or BrickFacts()

    def node(self, name: str) -> NodeFacts:
        """What the node says of its daemon; all unknown where it was not asked."""
        return (self.probe.nodes.get(name) if self.probe else None) or NodeFacts()

    def before(self, name: str) -> NodeFacts:
        """What the node said the time before."""
        return (self.earlier.nodes.get(name) if self.earlier else None) or NodeFacts()

    def away(self, brick: Brick) -> bool:
        """True if the brick's peer is not connected."""
        return brick.host_uuid in self.absent


Rule = Callable[[Case], Finding | None]


def absent_peers(state: GlusterState) -> frozenset[str]:
    """Ids of the peers that are not connected."""
    return frozenset(peer.uuid for peer in state.peers if peer.state is PeerState.DISCONNECTED)


def place(brick: Brick) -> str:
    """The brick's node as the profile calls it, else its host."""
    return brick.node or brick.host


def peer_name(peer: Peer) -> str:
    """The peer's node as the profile calls it, else its first host name."""
    return peer.node or peer.hostnames[0]


def names(bricks: list[Brick]) -> str:
    """ "node1:/bricks/d1/data, …"."""
    return ", ".join(brick.name for brick in bricks)
