"""What is unwise about the place that a brick is to get, before anything is planned. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nasclustergui.core.disks import Disk
from nasclustergui.core.i18n import _
from nasclustergui.core.units import size
from nasclustergui.subsystems.gluster.dialogs.judgement import Note
from nasclustergui.subsystems.gluster.features.disk.model import Diagnosis, Ground
from nasclustergui.subsystems.gluster.features.disk.rules import needed
from nasclustergui.subsystems.gluster.model import Brick, Volume


@dataclass(frozen=True)
class Doubts:
    """Notes about a place, and what must be accepted for it: `unwise`, `aside` (see `rules.Accepted`)."""

    notes: tuple[Note, ...] = ()
    unwise: bool = False
    aside: bool = False


def doubts(
    volume: Volume, one: Diagnosis, ground: Ground | None, disk: Disk | None = None, disks: Sequence[Disk] = ()
) -> Doubts:
    """About the brick's own place (`disk` None) or another one. `ground`: what lies there, None while not known."""
    brick = next(b for b in volume.bricks if b.name == one.brick)
    group = next(g for g in volume.sets if brick in g)
    others = [b for b in group if b.name != brick.name]
    notes, unwise = [], False
    if disk is not None:
        doubled = disk.node in {b.node or b.host for b in others}
        unwise |= doubled
        notes += _domain(one.set_number, disk, others, disks, doubled)
        notes += _shared(disk)
    need = needed(volume, brick)
    if need is not None and ground is not None and ground.free is not None and ground.free < need:
        unwise = True
        text = _("It has {free} free, but may need {need}")
        notes.append(Note("warn", text.format(free=size(ground.free), need=size(need))))
    aside = ground is not None and ground.occupied
    if aside and ground is not None:
        notes.append(Note("warn", _("{path} is not empty").format(path=ground.path)))
    return Doubts(tuple(notes), unwise, aside)


def _domain(number: int, disk: Disk, others: Sequence[Brick], disks: Sequence[Disk], doubled: bool) -> list[Note]:
    """Where the set's bricks share their fate."""
    if doubled:
        text = _("Set {set} would have two bricks on {node}")
        return [Note("warn", text.format(set=number, node=disk.node))]
    racks = {d.node: d.rack for d in disks if d.rack}
    shared = [b.node for b in others if disk.rack and racks.get(b.node) == disk.rack]
    if shared and len(set(racks.values())) > 1:
        text = _("{node} is in the same rack as {others}: {rack}")
        return [Note("info", text.format(node=disk.node, others=", ".join(shared), rack=disk.rack))]
    return []


def _shared(disk: Disk) -> list[Note]:
    found = []
    if disk.warning:
        found.append(Note("warn", _("{disk}: {warning}").format(disk=disk.label, warning=disk.warning)))
    if disk.used_by:
        text = _("It also holds {volumes}: they share its space and speed")
        found.append(Note("info", text.format(volumes=", ".join(disk.used_by))))
    return found
