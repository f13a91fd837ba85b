"""Which disks a new volume takes: directories, host names as the pool writes them, an arrangement for all sets."""

from __future__ import annotations

from collections.abc import Sequence

from nasclustergui.core.disks import Disk
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _
from nasclustergui.subsystems.gluster.layout import BrickSpec
from nasclustergui.subsystems.gluster.model import GlusterState


def host_of(state: GlusterState, node: str) -> str:
    """What the pool calls a node of the profile. Raises InvalidInput (field "host") if it is no member."""
    peer = next((p for p in state.peers if p.node == node), None)
    if peer is None:
        raise InvalidInput(_("{host} is no member of the pool.").format(host=node), field="host")
    used = {brick.host for volume in state.volumes for brick in volume.bricks}
    return next((name for name in peer.hostnames if name in used), peer.hostnames[0])


def brick_on(disk: Disk, volume: str, state: GlusterState) -> BrickSpec:
    """A brick of the volume on a disk: a directory of its name below the mount point, never the mount point itself."""
    path = f"{disk.mount.rstrip('/')}/{volume}"
    return BrickSpec(host_of(state, disk.node), path, disk.node, disk.rack, disk.mount, disk.size, disk.free)


def arrange(disks: Sequence[Disk], set_size: int, sets: int = 0) -> tuple[tuple[Disk, ...], ...]:
    """Disks for so many sets (0: as many as fit), each spread over racks, then nodes, then alike in size.

    Only usable disks without bricks are taken. Fewer sets come back where no node is left for another one.
    """
    free = sorted((d for d in disks if d.usable and d.mount and not d.used_by), key=lambda d: (-d.free, d.key))
    found: list[tuple[Disk, ...]] = []
    while not sets or len(found) < sets:
        taken: dict[str, int] = {}
        for group in found:
            for disk in group:
                taken[disk.node] = taken.get(disk.node, 0) + 1
        chosen = _choose(free, set_size, taken)
        if len(chosen) < set_size:
            break
        found.append(tuple(chosen))
        free = [disk for disk in free if disk not in chosen]
    return tuple(found)


def _choose(free: Sequence[Disk], set_size: int, taken: dict[str, int]) -> list[Disk]:
    chosen: list[Disk] = []
    while len(chosen) < set_size:
        nodes = {disk.node for disk in chosen}
        racks = {disk.rack for disk in chosen}
        fitting = [disk for disk in free if disk.node not in nodes]
        if not fitting:
            break
        chosen.append(
            min(fitting, key=lambda d: (bool(d.rack) and d.rack in racks, taken.get(d.node, 0), -d.free, d.key))
        )
    return chosen
