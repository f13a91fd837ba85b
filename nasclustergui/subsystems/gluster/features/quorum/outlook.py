"""What the quorum rules say about a volume now, and after one more loss. Pure; `quorum` and `safety` have the rules."""

from __future__ import annotations

from dataclasses import dataclass, replace

from nasclustergui.core.i18n import _
from nasclustergui.subsystems.gluster.model import (
    Brick,
    GlusterState,
    Peer,
    PeerState,
    Volume,
    VolumeStatus,
    VolumeType,
)
from nasclustergui.subsystems.gluster.quorum import Access, peers_needed, server_quorum, set_access
from nasclustergui.subsystems.gluster.safety import Reach, SetImpact, VolumeImpact, impact

TYPE, COUNT = "cluster.quorum-type", "cluster.quorum-count"
SERVER, RATIO = "cluster.server-quorum-type", "cluster.server-quorum-ratio"


@dataclass(frozen=True)
class SetOutlook:
    """One set now.

    Attributes:
        number: from 1. bricks: in `volume info` order; the last one is the arbiter where there is one.
        up: of its bricks; those of unknown state count. unsure: bricks whose state nobody told.
        needed: bricks that must be up for writing; `needed_with_first` if the first one is among them.
        access: what clients can do. unhealed: with what waits for a heal. pending: how much that is, None if unknown.
    """

    number: int
    bricks: tuple[Brick, ...]
    up: int
    unsure: int
    needed: int
    needed_with_first: int
    access: Access
    unhealed: Access
    pending: int | None


@dataclass(frozen=True)
class Loss:
    """What would be if one more node, or one more brick, were gone.

    Attributes:
        what: the node's or the brick's name. gone: it is down already.
        result: of the volume. brick_of: the node that carries the brick, "" for a node itself.
    """

    what: str
    result: VolumeImpact
    gone: bool = False
    brick_of: str = ""


@dataclass(frozen=True)
class ServerQuorum:
    """`enforced`: for this volume. ratio: percent as set, "" for the default of 51. Peers without bricks count too."""

    enforced: bool
    ratio: str
    peers: int
    connected: int
    needed: int

    @property
    def spare(self) -> int:
        """Peers that may still be lost; negative below quorum."""
        return self.connected - self.needed


@dataclass(frozen=True)
class Outlook:
    """A volume."""

    volume: str
    now: VolumeImpact
    sets: tuple[SetOutlook, ...]
    losses: tuple[Loss, ...]
    server: ServerQuorum


def outlook(volume: Volume, state: GlusterState) -> Outlook:
    """Everything there is to say; of a stopped volume, as if it were started and its bricks were up."""
    if volume.status is not VolumeStatus.STARTED:
        bricks = tuple(replace(brick, online=None) for brick in volume.bricks)
        volume = replace(volume, status=VolumeStatus.STARTED, bricks=bricks)
    alone = replace(state, volumes=(volume,), peers=tuple(map(_named, state.peers)))
    now = _impact(alone, frozenset())
    sets = tuple(_set(volume, found, volume.sets[found.number - 1]) for found in now.sets)
    return Outlook(volume.name, now, sets, _losses(volume, alone), server(volume, state))


def server(volume: Volume, state: GlusterState) -> ServerQuorum:
    """The rule between the peers."""
    needed = peers_needed(len(state.peers), volume.options)
    connected = sum(peer.connected for peer in state.peers)
    return ServerQuorum(
        server_quorum(volume), volume.options.get(RATIO, "").rstrip("%"), len(state.peers), connected, needed
    )


def rule(volume: Volume, group: tuple[Brick, ...]) -> str:
    """The rule of a set in one sentence."""
    n, first = len(group), group[0].node or group[0].host
    match volume.type:
        case VolumeType.DISTRIBUTE:
            return _("A single brick holds these files: without it they are out of reach.")
        case VolumeType.DISPERSE:
            return _rule_of_parts(volume)
    kind = effective_type(volume)
    text = _("One brick is enough, whichever it is: sides that lost sight of each other both go on.")
    if kind == "fixed":
        text = _("{k} of {n} bricks must be up.").format(k=fixed_count(volume), n=n)
    elif kind == "auto" and n % 2 == 0:
        text = _("{half} of {n} bricks are enough if the first one ({first}) is among them, else {more}.")
        text = text.format(half=n // 2, n=n, first=first, more=n // 2 + 1)
    elif kind == "auto":
        text = _("More than half: {k} of {n} bricks must be up.").format(k=n // 2 + 1, n=n)
    if volume.arbiter:
        text += " " + _("One of them must hold files: the arbiter alone is not enough.")
    return text


def _rule_of_parts(volume: Volume) -> str:
    need = volume.disperse - volume.redundancy
    text = _("{k} of {n} bricks must be up.").format(k=need, n=volume.disperse)
    writes = _needed(volume, [True] * volume.disperse)
    if writes > need:
        text += " " + _("Writes need {k}; below that they fail, but may have been made in part.").format(k=writes)
    return text


def effective_type(volume: Volume) -> str:
    """ "auto", "fixed" or "none": the default is auto from three copies on, whatever `volume get` shows."""
    return volume.options.get(TYPE, "auto" if volume.replica > 2 else "none")


def fixed_count(volume: Volume) -> int:
    """Bricks that "fixed" asks for; one where no count is set (measured: the last of three was written to)."""
    text = volume.options.get(COUNT, "")
    return int(text) if text.isdigit() and int(text) else 1


def splits(volume: Volume) -> bool:
    """True if two sides that don't see each other could both be written."""
    kind = effective_type(volume)
    return kind == "none" or (kind == "fixed" and fixed_count(volume) <= volume.replica // 2)


def _set(volume: Volume, found: SetImpact, group: tuple[Brick, ...]) -> SetOutlook:
    up = [brick.online is not False for brick in group]
    return SetOutlook(
        number=found.number,
        bricks=group,
        up=found.up,
        unsure=sum(brick.online is None for brick in group),
        needed=_needed(volume, [k > 0 for k in range(len(up))]),
        needed_with_first=_needed(volume, [True] * len(up)),
        access=found.access,
        unhealed=found.unhealed,
        pending=found.pending,
    )


def _needed(volume: Volume, order: list[bool]) -> int:
    """The fewest bricks that must be up for writing; `order[0]` False: without the first one."""
    n, skip = len(order), 0 if order[0] else 1
    for k in range(1, n + 1 - skip):
        up = [skip <= i < k + skip for i in range(n)]
        if set_access(volume, up) is Access.FULL:
            return k
    return n


def _losses(volume: Volume, state: GlusterState) -> tuple[Loss, ...]:
    """Each node with bricks of the volume or, under server quorum, each peer; then bricks of nodes with several."""
    on: dict[str, list[Brick]] = {}
    for brick in volume.bricks:
        on.setdefault(brick.node or brick.host, []).append(brick)
    peers = {peer.node: peer for peer in state.peers}
    names = [*on, *(name for name in peers if name not in on)] if server_quorum(volume) else [*on]
    found = list[Loss]()
    for name in names:
        peer, bricks = peers.get(name), on.get(name, [])
        gone = (peer is not None and peer.state is PeerState.DISCONNECTED) or (
            bool(bricks) and all(brick.online is False for brick in bricks)
        )
        found.append(Loss(name, _impact(state, frozenset({name})), gone))
        if len(bricks) > 1:
            found += [_brick_loss(volume, brick, state, name) for brick in bricks]
    return tuple(found)


def _brick_loss(volume: Volume, lost: Brick, state: GlusterState, node: str) -> Loss:
    bricks = tuple(replace(b, online=False) if b is lost else b for b in volume.bricks)
    without = replace(state, volumes=(replace(volume, bricks=bricks),))
    return Loss(lost.name, _impact(without, frozenset()), lost.online is False, node)


def _impact(state: GlusterState, gone: frozenset[str]) -> VolumeImpact:
    (found,) = impact(state, gone).volumes
    return found


def _named(peer: Peer) -> Peer:
    """A peer that the profile doesn't know is called as its bricks' hosts are."""
    return peer if peer.node else replace(peer, node=peer.hostnames[0])


def worse(before: VolumeImpact, after: VolumeImpact) -> bool:
    """True if clients can do less."""
    order = list(Reach)
    return (order.index(after.reach), after.lost_share) > (order.index(before.reach), before.lost_share)
