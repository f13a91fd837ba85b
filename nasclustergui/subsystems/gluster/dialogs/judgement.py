"""What a draft of sets is worth: which losses it survives, what would be unwise, in words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from itertools import combinations

from nasclustergui.core.disks import Disk
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.units import decimal, size
from nasclustergui.subsystems.gluster.dialogs.draft import Draft, Place, Shape
from nasclustergui.subsystems.gluster.model import VolumeType

UNEQUAL = 1.10  # above this ratio of sizes the larger disk's rest is worth a word


class Grade(IntEnum):
    """What is left after a loss: nothing sure, the files but no access, or both."""

    LOST = 0
    DATA_ONLY = 1
    ACCESS = 2


@dataclass(frozen=True)
class Note:
    """A state of the theme and what it says."""

    state: str
    text: str


def grade(shape: Shape, alive: list[int]) -> Grade:
    """What a set can do with only the bricks at these slots."""
    contents = [slot for slot in alive if not shape.is_arbiter(slot)]
    if len(contents) < shape.data_bricks:
        return Grade.LOST
    return Grade.ACCESS if shape.allows_access([slot in alive for slot in range(shape.size)]) else Grade.DATA_ONLY


def survives(draft: Draft, losses: int, domain: str = "node") -> Grade | None:
    """The worst that the loss of any so many nodes (or racks) does to the complete sets; None without such a set.

    Sets don't share files, so the volume is as good as its worst set, and only its own nodes matter to a set.
    """
    grades: list[Grade] = []
    for number in draft.complete():
        places = [getattr(disk, domain) for disk in draft.members(number)]
        names = sorted(set(places))
        grades.extend(
            grade(draft.shape, [slot for slot, name in enumerate(places) if name not in gone])
            for gone in combinations(names, min(losses, len(names)))
        )
    return min(grades, default=None)


def has_racks(disks: list[Disk]) -> bool:
    """True if every disk's rack is known and there are several: only then racks are worth a word."""
    racks = {disk.rack for disk in disks}
    return "" not in racks and len(racks) > 1


def verdict(draft: Draft, number: int) -> Note:
    """The badge of a set: what it survives, or how many disks it lacks."""
    shape, members = draft.shape, draft.members(number)
    lacking = shape.size - len(members)
    if lacking:
        text = (
            ngettext("needs {n} more disk", "needs {n} more disks", lacking)
            if members
            else ngettext("needs {n} disk", "needs {n} disks", lacking)
        )
        return Note("warn" if members else "info", text.format(n=lacking))
    return _complete(shape, members)


def _complete(shape: Shape, members: list[Disk]) -> Note:
    if shape.size == 1:
        return Note("warn", _("no copies"))
    nodes = [disk.node for disk in members]
    for node in dict.fromkeys(nodes):
        left = grade(shape, [slot for slot, name in enumerate(nodes) if name != node])
        if left is Grade.LOST:
            return Note("critical", _("files are lost with {node}").format(node=node))
        if left is Grade.DATA_ONLY:
            return Note("warn", _("access stops with {node}").format(node=node))
    if shape.type is VolumeType.REPLICATE and shape.size == 2:
        return Note("warn", _("2 copies can end in split-brain"))
    spare = ngettext("survives any {n} loss", "survives any {n} losses", shape.spare).format(n=shape.spare)
    return Note("ok", _("{where}, {survives}").format(where=_spread(members), survives=spare))


def _spread(members: list[Disk]) -> str:
    racks = {disk.rack for disk in members}
    if has_racks(members) and len(racks) == len(members):
        return ngettext("{n} rack", "{n} racks", len(racks)).format(n=len(racks))
    nodes = {disk.node for disk in members}
    return ngettext("{n} node", "{n} nodes", len(nodes)).format(n=len(nodes))


def invitation(draft: Draft, disk: Disk, place: Place) -> Note:
    """What the slot under a dragged disk says: "Drop here: third rack", a doubt, or why it is refused."""
    refusal = draft.refusal(disk, place)
    if refusal:
        return Note("critical", _("Not here: {reason}").format(reason=refusal))
    others = [d for d in (draft.members(place.set) if place.set < len(draft.sets) else []) if d.key != disk.key]
    if draft.shape.size > 1 and disk.node in {other.node for other in others}:
        return Note("warn", _("Second brick on {node}").format(node=disk.node))
    if has_racks([*others, disk]) and disk.rack not in {other.rack for other in others}:
        return Note("info", _drop_rack(len({other.rack for other in others}) + 1))
    return Note("info", _drop_node(len({other.node for other in others}) + 1))


def _drop_node(n: int) -> str:
    words = (_("Drop here: first node"), _("Drop here: second node"), _("Drop here: third node"))
    return words[n - 1] if n <= len(words) else _("Drop here: node {n}").format(n=n)


def _drop_rack(n: int) -> str:
    words = (_("Drop here: first rack"), _("Drop here: second rack"), _("Drop here: third rack"))
    return words[n - 1] if n <= len(words) else _("Drop here: rack {n}").format(n=n)


def warnings(draft: Draft) -> list[Note]:
    """Everything unwise about the sets, worst first."""
    found = [note for number in range(len(draft.sets)) for note in _set_warnings(draft, number)]
    if draft.shape.type is VolumeType.REPLICATE and draft.shape.size == 2:
        found.append(
            Note(
                "warn",
                _("2 copies can end in split-brain when the nodes lose touch; an arbiter on a third prevents it"),
            )
        )
    if draft.shape.type is VolumeType.DISPERSE and draft.shape.data_bricks & (draft.shape.data_bricks - 1):
        found.append(Note("info", _("Writes are fastest when the number of data bricks is 2, 4, 8 or 16")))
    found.extend(_disk_warnings(draft))
    return worst_first(found)


def worst_first(notes: list[Note]) -> list[Note]:
    """In the order in which they should be read."""
    order = ("critical", "warn", "info")
    return sorted(notes, key=lambda note: order.index(note.state))


def needs_force(draft: Draft) -> bool:
    """True if gluster takes these bricks only with "force": a set twice on a node, or the system disk."""
    if any(disk.mount == "/" for _place, disk in draft.assigned()):
        return True
    nodes = [[disk.node for disk in draft.members(n)] for n in range(len(draft.sets))]
    return draft.shape.size > 1 and any(len(set(names)) < len(names) for names in nodes)


def _set_warnings(draft: Draft, number: int) -> list[Note]:
    members, found = draft.members(number), []
    nodes = [disk.node for disk in members]
    if draft.shape.size > 1:
        for node in dict.fromkeys(nodes):
            if nodes.count(node) > 1:
                text = _("Set {set} has {n} bricks on {node}: one failure takes them all")
                found.append(Note("warn", text.format(set=draft.first + number, n=nodes.count(node), node=node)))
        found.extend(_unequal(draft, number))
    return found


def _unequal(draft: Draft, number: int) -> list[Note]:
    full = [d for i, d in enumerate(draft.sets[number]) if d is not None and not draft.shape.is_arbiter(i)]
    least = min((disk.free for disk in full), default=0)
    text = _("{disk} in {node} has {free} free, only {used} of it can be used in set {set}")
    return [
        Note(
            "warn",
            text.format(disk=d.label, node=d.node, free=size(d.free), used=size(least), set=draft.first + number),
        )
        for d in full
        if d.free > least * UNEQUAL and not draft.is_fixed(Place(number, draft.sets[number].index(d)))
    ]


def _disk_warnings(draft: Draft) -> list[Note]:
    found = []
    for _place, disk in draft.assigned():
        name = {"disk": disk.label, "node": disk.node}
        if disk.warning:
            found.append(Note("warn", _("{disk} in {node}: {warning}").format(warning=disk.warning, **name)))
        if disk.used_by:
            text = _("{disk} in {node} also holds {volumes}: they share its space and speed")
            found.append(Note("info", text.format(volumes=", ".join(disk.used_by), **name)))
    return found


def meaning(shape: Shape) -> str:
    """The one line below the form: what this kind of volume means for files, losses and space."""
    cost = decimal(shape.size / shape.data_bricks, 0 if shape.size % shape.data_bricks == 0 else 1)
    match shape.type:
        case VolumeType.DISTRIBUTE:
            return _("Every file lies on one disk. A lost disk loses the files on it. Uses all the space.")
        case VolumeType.ARBITER:
            return _(
                "Every file is kept 2 times; a third, small brick decides which copy is right. "
                "Each set survives any 1 loss. Uses 2 TiB of disk per 1 TiB of files."
            )
        case VolumeType.DISPERSE:
            return ngettext(
                "Every file is cut into {data} parts plus {n} of parity. Each set survives any {n} loss. "
                "Uses {cost} TiB of disk per 1 TiB of files; slower than copies.",
                "Every file is cut into {data} parts plus {n} of parity. Each set survives any {n} losses. "
                "Uses {cost} TiB of disk per 1 TiB of files; slower than copies.",
                shape.redundancy,
            ).format(data=shape.data_bricks, n=shape.redundancy, cost=cost)
        case _ if shape.size == 2:
            return _("Every file is kept 2 times, on 2 nodes. Uses 2 TiB of disk per 1 TiB of files.")
        case _:
            return ngettext(
                "Every file is kept {copies} times, on {copies} nodes. Each set survives any {n} loss; after {more} "
                "the files are kept, but access stops. Uses {copies} TiB of disk per 1 TiB of files.",
                "Every file is kept {copies} times, on {copies} nodes. Each set survives any {n} losses; after {more} "
                "the files are kept, but access stops. Uses {copies} TiB of disk per 1 TiB of files.",
                shape.spare,
            ).format(copies=shape.size, n=shape.spare, more=shape.spare + 1)
