"""The sets that a person builds from disks before a volume exists: what fits where, and what is missing."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nasclustergui.core.disks import Disk
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.subsystems.gluster.model import Volume, VolumeStatus, VolumeType
from nasclustergui.subsystems.gluster.quorum import Access, set_access

SAME_SIZE = 0.05  # disks whose sizes differ by less count as equal: file systems of one model differ a little


@dataclass(frozen=True)
class Shape:
    """What one set is made of.

    Attributes:
        type: kind of sub-volume. size: bricks per set, arbiter included; 1 where files are only distributed.
        redundancy: fragments of a dispersed set that may be lost.
    """

    type: VolumeType
    size: int
    redundancy: int = 0

    @property
    def data_bricks(self) -> int:
        """How many bricks' worth of space a set gives."""
        return self.size - self.redundancy if self.type is VolumeType.DISPERSE else 1

    @property
    def spare(self) -> int:
        """Losses after which reading and writing still go on, whichever bricks they hit (the first ones are worst)."""
        up = [True] * self.size
        for losses in range(self.size):
            up[losses] = False
            if not self.allows_access(up):
                return losses
        return self.size

    def allows_access(self, up: list[bool]) -> bool:
        """True if clients can read and write with these bricks of a set up, as GlusterFS decides it by default."""
        volume = Volume(
            "",
            "",
            self.type,
            VolumeStatus.STARTED,
            (),
            replica=1 if self.type in (VolumeType.DISTRIBUTE, VolumeType.DISPERSE) else self.size,
            arbiter=1 if self.type is VolumeType.ARBITER else 0,
            disperse=self.size if self.type is VolumeType.DISPERSE else 0,
            redundancy=self.redundancy,
        )
        return set_access(volume, up) is Access.FULL

    def is_arbiter(self, slot: int) -> bool:
        """True for the brick that keeps names but no contents: the last one of its set."""
        return self.type is VolumeType.ARBITER and slot == self.size - 1


@dataclass(frozen=True)
class Place:
    """A slot: both count from 0. `set` may be the number of sets: then a new set begins with it."""

    set: int
    slot: int


class Draft:
    """Disks in slots. Only what `refusal` allows gets in; what is merely unwise is told by `judgement`.

    Attributes:
        first: what the first set is called: 1, or more where a volume has sets already.
        sets: per set one entry per slot, None where no disk is yet. There is always at least one set.
        may_grow: further sets can be begun.
    """

    may_grow = True

    def __init__(self, shape: Shape, first: int = 1) -> None:
        self.shape, self.first = shape, first
        self.sets: list[list[Disk | None]] = [self._empty()]

    def _empty(self) -> list[Disk | None]:
        return [None] * self.shape.size

    def disk(self, place: Place) -> Disk | None:
        """What lies there; None for an empty slot and beyond the last set."""
        return self.sets[place.set][place.slot] if place.set < len(self.sets) else None

    def is_fixed(self, place: Place) -> bool:
        """True if what lies there can't be taken away."""
        return False

    def place_of(self, disk: Disk) -> Place | None:
        """Where the disk lies, None if it is free."""
        for place, found in self.assigned():
            if found.key == disk.key:
                return place
        return None

    def assigned(self) -> Iterator[tuple[Place, Disk]]:
        """Every disk with its place, in brick order."""
        for s, group in enumerate(self.sets):
            for i, disk in enumerate(group):
                if disk is not None:
                    yield Place(s, i), disk

    def members(self, number: int) -> list[Disk]:
        """The disks of a set, in brick order."""
        return [disk for disk in self.sets[number] if disk is not None]

    def complete(self) -> list[int]:
        """Numbers of the sets without an empty slot."""
        return [n for n in range(len(self.sets)) if len(self.members(n)) == self.shape.size]

    def started(self) -> list[int]:
        """Numbers of the sets with some disks, but not all."""
        return [n for n in range(len(self.sets)) if 0 < len(self.members(n)) < self.shape.size]

    def refusal(self, disk: Disk, place: Place) -> str:
        """Why the disk cannot go there, one clause; "" if it can."""
        if disk.problem:
            return disk.problem
        there = self.disk(place)
        if there is not None and there.key != disk.key:
            return _("taken by {node} {disk}").format(node=there.node, disk=there.label)
        return ""

    def assign(self, disk: Disk, place: Place) -> bool:
        """Put the disk there, away from where it lay. False (and nothing happens) if it is refused."""
        if self.refusal(disk, place):
            return False
        old = self.place_of(disk)
        if old is not None:
            self.sets[old.set][old.slot] = None
        if place.set >= len(self.sets):
            self.sets.append(self._empty())
            place = Place(len(self.sets) - 1, place.slot)
        self.sets[place.set][place.slot] = disk
        self._drop_empty_sets(keep=place.set)
        return True

    def free(self, place: Place) -> None:
        """Take the disk away; a set left empty goes too."""
        if place.set < len(self.sets):
            self.sets[place.set][place.slot] = None
            self._drop_empty_sets()

    def _drop_empty_sets(self, keep: int = -1) -> None:
        self.sets = [g for n, g in enumerate(self.sets) if n == keep or any(g)] or [self._empty()]

    def renew(self, disks: Iterable[Disk]) -> None:
        """The disks as they are now; one that is gone keeps its slot and its last values."""
        now = {disk.key: disk for disk in disks}
        self.sets = [[now.get(disk.key, disk) if disk else None for disk in group] for group in self.sets]

    def clear(self) -> None:
        """All slots empty."""
        self.sets = [self._empty()]

    def reshape(self, shape: Shape) -> None:
        """Another kind of set: the disks stay in their order and fill the new sets."""
        disks = [disk for _place, disk in self.assigned()]
        self.shape = shape
        self.sets = [self._empty()]
        for n, disk in enumerate(disks):
            if n and n % shape.size == 0:
                self.sets.append(self._empty())
            self.sets[-1][n % shape.size] = disk

    def next_place(self, disk: Disk) -> Place | None:
        """The first empty slot where its node is new to the set, else a new set once all are complete.

        None if it has no place: a second brick of a node gets into a set by hand only, never by itself.
        """
        if disk.problem or self.place_of(disk) is not None:
            return None
        for number, group in enumerate(self.sets):
            if disk.node not in {member.node for member in self.members(number)} and None in group:
                return Place(number, group.index(None))
        return None if self.started() or not self.complete() else Place(len(self.sets), 0)

    def arrange(self, disks: tuple[Disk, ...]) -> int:
        """Fill sets from the usable disks: different nodes and racks in a set, like sizes together.

        Keeps what is there. Disks that hold other volumes, or of which less than half could be used, are taken
        only if the others give no set at all. Returns how many disks found a slot.
        """
        good = [d for d in disks if d.usable and not d.warning and self.place_of(d) is None]
        empty = [d for d in good if not d.used_by]
        for free, waste in ((empty, 2.0), (empty, math.inf), (good, math.inf)):
            placed = self._arrange(list(free), waste)
            if placed or self.complete():
                return placed
        return 0

    def _arrange(self, free: list[Disk], waste: float) -> int:
        placed = sum(self._fill(number, free, waste) for number in range(len(self.sets)))
        while not self.started():
            added = 0
            if self.complete():
                self.sets.append(self._empty())
                added = self._fill(len(self.sets) - 1, free, waste)
                self._drop_empty_sets()
            if not added:
                break
            placed += added
        return placed

    def _fill(self, number: int, free: list[Disk], waste: float) -> int:
        """Fill a set's empty slots from `free` (and take those from it), if all of them can be filled.

        `waste`: how many times larger than the smallest a disk may be.
        """
        group, chosen = list(self.sets[number]), []
        for slot, held in enumerate(group):
            if held is None:
                left = [d for d in free if d not in chosen]
                best = self._best(group, left, math.inf if self.shape.is_arbiter(slot) else waste)
                if best is None:
                    break
                group[slot] = best
                chosen.append(best)
        if None in group:
            return 0
        self.sets[number] = group
        free[:] = [d for d in free if d not in chosen]
        return len(chosen)

    def _best(self, group: list[Disk | None], free: list[Disk], waste: float) -> Disk | None:
        """The disk that suits the set: a new node always, a new rack if possible, the closest size (an arbiter: the
        smallest), then the node with the most disks left, so that as many sets as possible come about."""
        arbiter = self.shape.is_arbiter(group.index(None))
        members = [disk for disk in group if disk is not None]
        nodes, racks = {d.node for d in members}, {d.rack for d in members if d.rack}
        room = Counter(d.node for d in free)
        wanted = min((d.free for d in members), default=max((d.free for d in free), default=0))

        def rank(disk: Disk) -> tuple[int, int, int]:
            apart = disk.free if arbiter else abs(disk.free - wanted)
            steps = round(apart / max(wanted, 1) / SAME_SIZE)
            return (disk.rack in racks, steps, -room[disk.node])

        fitting = (d for d in free if d.node not in nodes and d.free * waste >= wanted)
        return min(fitting, key=rank, default=None)

    def usable(self, numbers: list[int] | None = None) -> int:
        """Bytes that files can take in these sets (all complete ones); the smallest disk of a set decides."""
        return sum(self.set_usable(n) for n in (self.complete() if numbers is None else numbers))

    def set_usable(self, number: int) -> int:
        """Bytes that files can take in the set as it is, once it is complete."""
        sizes = [d.free for i, d in enumerate(self.sets[number]) if d is not None and not self.shape.is_arbiter(i)]
        return min(sizes, default=0) * self.shape.data_bricks

    def raw(self) -> int:
        """Bytes of disk that the complete sets take."""
        return sum(disk.free for n in self.complete() for disk in self.members(n))


def what_is_missing(draft: Draft) -> str:
    """What the sets still need, a sentence without its full stop; "" if every set is complete."""
    unfinished = draft.started() or ([] if draft.complete() else [0])
    if not unfinished:
        return ""
    if draft.shape.size == 1:
        return _("At least 1 disk is needed")
    number = unfinished[0]
    members = draft.members(number)
    lacking = draft.shape.size - len(members)
    names = dict.fromkeys(disk.node for disk in members)
    if not names:
        return ngettext(
            "Set {set} needs {n} disk", "Set {set} needs {n} disks, each from another node", lacking
        ).format(set=draft.first + number, n=lacking)
    return ngettext(
        "Set {set} needs {n} more disk, from a node other than {nodes}",
        "Set {set} needs {n} more disks, from nodes other than {nodes}",
        lacking,
    ).format(set=draft.first + number, n=lacking, nodes=_join(list(names)))


def _join(names: list[str]) -> str:
    if len(names) == 1:
        return names[0]
    return _("{names} and {last}").format(names=", ".join(names[:-1]), last=names[-1])
