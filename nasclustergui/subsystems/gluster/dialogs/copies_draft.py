"""The sets of a volume that exists, with empty slots for the copies that are to be added."""

from __future__ import annotations

from nasclustergui.core.disks import Disk, mount_of
from nasclustergui.core.i18n import _
from nasclustergui.subsystems.gluster.dialogs.draft import Draft, Place, Shape
from nasclustergui.subsystems.gluster.features.bricks.shapes import Raised
from nasclustergui.subsystems.gluster.model import Brick, Volume, VolumeType


def shape_with(volume: Volume, wanted: Raised) -> Shape:
    """What a set will be made of."""
    return Shape(VolumeType.ARBITER if wanted.arbiter else VolumeType.REPLICATE, wanted.replica)


class CopiesDraft(Draft):
    """The first slots of each set hold its bricks and can't be changed; there are as many sets as there are."""

    may_grow = False

    def __init__(self, volume: Volume, wanted: Raised) -> None:
        self._volume = volume
        self._old = volume.set_size
        super().__init__(shape_with(volume, wanted))
        self.sets = self._begun(())

    def _begun(self, disks: tuple[Disk, ...]) -> list[list[Disk | None]]:
        empty: list[Disk | None] = [None] * (self.shape.size - self._old)
        return [[*(_as_disk(b, disks) for b in group), *empty] for group in self._volume.sets]

    def is_fixed(self, place: Place) -> bool:
        """The volume's own bricks are."""
        return place.slot < self._old

    def added(self) -> list[Disk]:
        """The new ones, those of the first set first."""
        return [disk for place, disk in self.assigned() if not self.is_fixed(place)]

    def refusal(self, disk: Disk, place: Place) -> str:
        """No further sets, and no slot of a brick that is there."""
        if place.set >= len(self.sets):
            return _("the volume keeps its number of sets")
        return _("a brick of the volume is there") if self.is_fixed(place) else super().refusal(disk, place)

    def free(self, place: Place) -> None:
        """Take a new one away."""
        if not self.is_fixed(place):
            super().free(place)

    def renew(self, disks: object) -> None:
        """The disks as they are now; the volume's own bricks keep what they said of themselves."""
        known = {disk.key: disk for disk in disks}  # type: ignore[attr-defined]
        for group in self.sets:
            for slot in range(self._old, self.shape.size):
                held = group[slot]
                if held is not None:
                    group[slot] = known.get(held.key, held)

    def clear(self) -> None:
        """Only the volume's own bricks stay."""
        self.sets = self._begun(())

    def choose(self, wanted: Raised) -> None:
        """Another number of copies: what was arranged stays where it fits."""
        disks = self.added()
        self.shape = shape_with(self._volume, wanted)
        self.clear()
        places = (Place(n, s) for n in range(len(self.sets)) for s in range(self._old, self.shape.size))
        for place, disk in zip(places, disks, strict=False):
            self.sets[place.set][place.slot] = disk

    def next_place(self, disk: Disk) -> Place | None:
        """The first empty slot in a set that has no brick on this node."""
        if disk.problem or self.place_of(disk) is not None:
            return None
        for number, group in enumerate(self.sets):
            if disk.node not in {member.node for member in self.members(number)} and None in group:
                return Place(number, group.index(None))
        return None

    def _arrange(self, free: list[Disk], waste: float) -> int:
        return sum(self._fill(number, free, waste) for number in range(len(self.sets)))

    def _drop_empty_sets(self, keep: int = -1) -> None:
        """There are as many sets as the volume has."""


def _as_disk(brick: Brick, disks: tuple[Disk, ...]) -> Disk:
    """A brick that is there, for the eye and for the rules about nodes and sizes."""
    there = {disk.mount: disk for disk in disks if disk.node == brick.node and disk.mount}
    mount = mount_of(brick.path, list(there)) or brick.path.rsplit("/", 1)[0]
    size = brick.size or 0
    rack = there[mount].rack if mount in there else ""
    return Disk(brick.node or brick.host, brick.device, mount, brick.filesystem, size, size, rack)
