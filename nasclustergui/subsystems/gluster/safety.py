"""What would stop if nodes were gone: per set and volume, by the rules that were measured (docs/design/gluster.md)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from nasclustergui.subsystems.gluster.model import Brick, GlusterState, Volume, VolumeStatus
from nasclustergui.subsystems.gluster.quorum import Access, peers_needed, server_quorum, set_access


class Reach(StrEnum):
    """What clients can do with a whole volume."""

    FULL = "full"
    READ = "read"  # everywhere readable, somewhere not writable
    PARTIAL = "partial"  # some sets can't be reached: `ls` leaves their files out without an error
    NONE = "none"


@dataclass(frozen=True)
class SetImpact:
    """One set. `number` counts from 1.

    Attributes:
        up: bricks that would be up, of `bricks`.
        access: what clients could do with healed files.
        unhealed: what they could do with files that wait for a heal, counting only bricks that hold them.
        pending: entries that wait for a heal, None if unknown.
    """

    number: int
    up: int
    bricks: int
    access: Access
    unhealed: Access
    pending: int | None


@dataclass(frozen=True)
class VolumeImpact:
    """One started volume. `lost_share`: 0 … 1, share of its sets (and so of its files) out of reach."""

    volume: str
    reach: Reach
    lost_share: float
    sets: tuple[SetImpact, ...]
    server_quorum_lost: bool = False

    @property
    def unhealed_lost(self) -> bool:
        """True if files that wait for a heal would be out of reach although the volume isn't."""
        return any(s.access > s.unhealed for s in self.sets)


@dataclass(frozen=True)
class Impact:
    """What the loss of `gone` would do, on top of what is down already."""

    gone: frozenset[str]
    volumes: tuple[VolumeImpact, ...]

    @property
    def worst(self) -> Reach:
        """The worst of all volumes."""
        order = list(Reach)
        return max((v.reach for v in self.volumes), key=order.index, default=Reach.FULL)


def impact(state: GlusterState, gone: Collection[str]) -> Impact:
    """What clients could still do without these nodes (names of the profile). Bricks of unknown state count as up."""
    away = frozenset(gone)
    seen = sum(peer.connected and peer.node not in away for peer in state.peers)
    started = [volume for volume in state.volumes if volume.status is VolumeStatus.STARTED]
    return Impact(away, tuple(_volume(volume, away, len(state.peers), seen) for volume in started))


def survives(volume: Volume, losses: int) -> Reach:
    """The worst that the loss of any so many nodes does to the volume; all its bricks count as up.

    Sets don't share files and only a set's own nodes matter to it, so each is tried alone.
    """
    reach = Reach.FULL
    for group in volume.sets:
        nodes = sorted({_place(brick) for brick in group})
        for gone in combinations(nodes, min(losses, len(nodes))):
            access = set_access(volume, [_place(brick) not in gone for brick in group])
            if access is Access.NONE:
                return Reach.NONE if len(volume.sets) == 1 else Reach.PARTIAL
            if access is Access.READ:
                reach = Reach.READ
    return reach


def _volume(volume: Volume, away: frozenset[str], peers: int, seen: int) -> VolumeImpact:
    lost_quorum = server_quorum(volume) and bool(peers) and seen < peers_needed(peers, volume.options)
    sets = tuple(_set(volume, n, group, away, lost_quorum) for n, group in enumerate(volume.sets, 1))
    dead = sum(s.access is Access.NONE for s in sets)
    if dead:
        reach = Reach.NONE if dead == len(sets) else Reach.PARTIAL
    else:
        reach = Reach.READ if any(s.access is Access.READ for s in sets) else Reach.FULL
    return VolumeImpact(volume.name, reach, dead / len(sets) if sets else 0.0, sets, lost_quorum)


def _set(volume: Volume, number: int, group: tuple[Brick, ...], away: frozenset[str], lost_quorum: bool) -> SetImpact:
    """Below server quorum glusterd stops the volume's bricks on all surviving nodes."""
    up = [b.online is not False and _place(b) not in away and not lost_quorum for b in group]
    clean = _clean(group)
    counts = [b.heal_pending for b in group if b.heal_pending is not None]
    return SetImpact(
        number,
        sum(up),
        len(group),
        set_access(volume, up),
        set_access(volume, [on and good for on, good in zip(up, clean, strict=True)]),
        max(counts) if counts else None,
    )


def _clean(group: tuple[Brick, ...]) -> list[bool]:
    """Which bricks hold the newest version of what waits for a heal: those whose own index lists it."""
    if not any(brick.heal_pending for brick in group):
        return [True] * len(group)
    return [bool(brick.heal_pending) for brick in group]


def _place(brick: Brick) -> str:
    return brick.node or brick.host
