"""Where the bricks of a node that leaves may go: never two of a set on one node, on a disk with room for them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from nasclustergui.cluster.lifecycle.leave.model import Held, Leaving, Place, Targets
from nasclustergui.core.disks import Disk
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.units import size
from nasclustergui.subsystems.gluster.features.bricks.removal import room_for
from nasclustergui.subsystems.gluster.features.disk.model import Ground
from nasclustergui.subsystems.gluster.features.disk.rules import check_ground, needed
from nasclustergui.subsystems.gluster.model import Brick, GlusterState, PeerState, Volume, VolumeType
from nasclustergui.subsystems.gluster.placement import brick_on

SUFFIXES = ("", "-2", "-3")  # a directory of the volume's name may be there already: left over, or another set's


def offered(disks: Iterable[Disk], node: str, state: GlusterState, drains: Iterable[str]) -> tuple[Disk, ...]:
    """Disks that may take a brick of the node: on other nodes, connected to the pool, not draining."""
    away = {node, *drains}
    connected = {peer.node for peer in state.peers if peer.node and peer.state is PeerState.CONNECTED}
    return tuple(
        d for d in disks if d.usable and d.mount not in ("", "/") and d.node in connected and d.node not in away
    )


def paths_on(disk: Disk, volume: str) -> tuple[str, ...]:
    """Directories that would do on that disk, the nicest first."""
    return tuple(f"{disk.mount.rstrip('/')}/{volume}{suffix}" for suffix in SUFFIXES)


def places_for(
    volume: Volume, brick: Brick, disks: Sequence[Disk], state: GlusterState, grounds: Mapping[tuple[str, str], Ground]
) -> tuple[Place, ...]:
    """Where the brick may go, the best first: apart from the rest of its set, with room, in another rack, unused."""
    group = next(g for g in volume.sets if brick in g)
    others = {b.node or b.host for b in group if b is not brick}
    racks = {disk.rack for disk in disks if disk.node in others and disk.rack}
    found = []
    for disk in disks:
        place = _place(volume, disk, state, grounds) if disk.node not in others else None
        if place is not None and not _unfit(volume, brick, place.ground):
            found.append((disk.rack in racks, bool(disk.used_by), bool(disk.warning), -disk.free, disk.key, place))
    return tuple(each[-1] for each in sorted(found, key=lambda each: each[:-1]))


def _place(volume: Volume, disk: Disk, state: GlusterState, grounds: Mapping[tuple[str, str], Ground]) -> Place | None:
    """The first directory on the disk that is free."""
    for path in paths_on(disk, volume.name):
        ground = grounds.get((disk.node, path))
        if ground is not None and not ground.why_unknown and not ground.occupied:
            return Place(replace(brick_on(disk, volume.name, state), path=path), ground, disk.warning)
    return None


def _unfit(volume: Volume, brick: Brick, ground: Ground) -> bool:
    try:
        check_ground(ground)
    except InvalidInput:
        return True
    need = room_needed(volume, brick)
    return need is not None and ground.free is not None and ground.free < need


def room_needed(volume: Volume, brick: Brick) -> int | None:
    """Bytes that the new brick must take, None if unknown."""
    if volume.type is not VolumeType.DISTRIBUTE:
        return needed(volume, brick)
    return brick.size - brick.free if brick.size is not None and brick.free is not None else None


def suggest(found: Leaving) -> dict[str, Place | None]:
    """A place for every brick that needs one: each disk once as long as there are enough."""
    chosen: dict[str, Place | None] = {}
    for held in found.held:
        if held.volume.type is VolumeType.DISTRIBUTE and not must_have_place(held, found):
            chosen[held.brick.name] = None
            continue
        taken = [place for place in chosen.values() if place is not None]
        best = sorted(held.places, key=lambda place: sum(_same_disk(place, other) for other in taken))
        free = [p for p in best if not any(p.key == other.key for other in taken)]
        apart = [p for p in free if not _beside_sibling(held, p, found, chosen)]
        if apart:
            chosen[held.brick.name] = apart[0]
    return chosen


def must_have_place(held: Held, found: Leaving) -> bool:
    """A distributed brick whose files have nowhere to move to: no other brick of the volume stays, or has room."""
    mine = {each.brick.name for each in found.held}
    volume = held.volume
    numbers = [n for n, group in enumerate(volume.sets) if any(brick.name in mine for brick in group)]
    if len(numbers) == len(volume.sets):
        return True
    room = room_for(volume, numbers, found.state)
    return room.fits is False and not room.shared


def _same_disk(one: Place, other: Place) -> bool:
    return (one.spec.place, one.spec.mount) == (other.spec.place, other.spec.mount)


def _beside_sibling(held: Held, place: Place, found: Leaving, chosen: Targets) -> bool:
    """Another brick of the same set, which lies on the node too, goes to that node already."""
    group = next(g for g in held.volume.sets if held.brick in g)
    names = {brick.name for brick in group}
    return any(
        other is not None and name in names and other.spec.place == place.spec.place for name, other in chosen.items()
    )


def no_place(held: Held, found: Leaving) -> tuple[str, str]:
    """Why there is none, and what to do."""
    need = room_needed(held.volume, held.brick)
    text = _("No disk of another node can take {brick} of {volume}.")
    hint = _("It must lie on a connected node that has no other brick of the set and is not being drained")
    if need is not None:
        hint = _("{hint}, with {size} free").format(hint=hint, size=size(need))
    return text.format(brick=held.brick.name, volume=held.volume.name), _("{hint}: add a disk or a node.").format(
        hint=hint
    )


def named(found: Leaving, places: Sequence[Place]) -> dict[str, Place | None]:
    """The places that were named, for the bricks in their order; the others get the suggested ones.

    Raises InvalidInput for more places than bricks.
    """
    if len(places) > len(found.held):
        raise InvalidInput(
            ngettext("{node} has {n} brick.", "{node} has {n} bricks.", len(found.held)).format(
                node=found.node, n=len(found.held)
            ),
            field="to",
            hint=_("Name one place for each of them at most."),
        )
    given = {held.brick.name: place for held, place in zip(found.held, places, strict=False)}
    return suggest(found) | given
