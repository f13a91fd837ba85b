"""What a volume is with fewer or more bricks per set, and which changes gluster knows (pure)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.units import size
from nasclustergui.subsystems.gluster.layout import BrickSpec
from nasclustergui.subsystems.gluster.model import Brick, Volume, VolumeType

COPIED = (VolumeType.REPLICATE, VolumeType.ARBITER)


@dataclass(frozen=True)
class Raised:
    """What a set is to be. `replica` counts the arbiter: 3 with `arbiter` 1."""

    replica: int
    arbiter: int = 0

    def added(self, volume: Volume) -> int:
        """Bricks that every set gets."""
        return self.replica - volume.set_size


def lowered_kind(volume: Volume) -> str:
    """ "3 copies", "2 copies and an arbiter", "1 copy"."""
    copies = volume.replica - volume.arbiter
    if volume.arbiter:
        return _("{n} copies and an arbiter").format(n=copies)
    return ngettext("{n} copy", "{n} copies", copies).format(n=copies)


def why_no_fewer(volume: Volume) -> str:
    """Why the volume can't keep fewer copies, "" if it can."""
    if volume.type in COPIED:
        return ""
    if volume.type is VolumeType.DISPERSE:
        return _("A dispersed volume keeps its number of parts.")
    return _("It keeps every file once already.")


def why_no_more(volume: Volume) -> str:
    """Why the volume can't keep more copies, "" if it can."""
    if volume.type is VolumeType.DISPERSE:
        return _("A dispersed volume keeps its number of parts.")
    if volume.type is VolumeType.ARBITER:
        return _("It has an arbiter: gluster adds no copies to such a volume. Take the arbiter out first.")
    return ""


def lowered(volume: Volume, bricks: Sequence[str]) -> Volume:
    """The volume without these bricks, the same number from every set. Raises InvalidInput for anything else."""
    if why := why_no_fewer(volume):
        raise InvalidInput(why, field="bricks", hint=_("Only whole sets can be removed from it."))
    names = {brick.name for brick in volume.bricks}
    for brick in bricks:
        if brick not in names:
            raise InvalidInput(
                _("{brick} is no brick of volume {volume}.").format(brick=brick, volume=volume.name), field="bricks"
            )
    going = [[b for b in group if b.name in bricks] for group in volume.sets]
    least, most = min(map(len, going)), max(map(len, going))
    if least != most or not most or len(set(bricks)) < len(bricks):
        raise InvalidInput(
            _("Every set must give up the same number of bricks; these give up {least} to {most}.").format(
                least=least, most=most
            ),
            field="bricks",
            hint=_("Name as many bricks of each set. To remove whole sets, leave out the number of copies."),
        )
    if most >= volume.set_size:
        raise InvalidInput(
            _("One copy of every file must stay."), field="bricks", hint=_("To remove whole sets, choose that instead.")
        )
    return _without(volume, bricks, going)


def _without(volume: Volume, bricks: Sequence[str], going: Sequence[Sequence[Brick]]) -> Volume:
    arbiters = sum(b.arbiter for group in going for b in group)
    if volume.arbiter and (arbiters != len(going) or len(going[0]) != 1):
        raise InvalidInput(
            _("As long as {volume} has arbiters only they can be taken out.").format(volume=volume.name),
            field="bricks",
            hint=_("Take out the arbiter of every set first; it is the last brick of its set."),
        )
    left = tuple(b for b in volume.bricks if b.name not in bricks)
    replica = volume.replica - len(going[0])
    kind = VolumeType.REPLICATE if replica > 1 else VolumeType.DISTRIBUTE
    return replace(volume, type=kind, bricks=left, replica=replica, arbiter=0, tasks=())


def suggested(volume: Volume) -> tuple[str, ...]:
    """A brick of every set that can go best: the arbiter, one that is down, one that misses something, the last."""
    if volume.type not in COPIED:
        return ()
    return tuple(_best(group).name for group in volume.sets)


def _best(group: Sequence[Brick]) -> Brick:
    """A brick that lists nothing while others do is the one that is behind."""
    last = len(group) - 1
    ranked = sorted(
        enumerate(group), key=lambda e: (not e[1].arbiter, e[1].online is True, e[1].heal_pending or 0, last - e[0])
    )
    return ranked[0][1]


def check_raise(volume: Volume, wanted: Raised, bricks: int) -> None:
    """Raise InvalidInput if gluster doesn't know that change, or not every set gets its bricks."""
    if why := why_no_more(volume):
        raise InvalidInput(why, field="type")
    if wanted.arbiter and (wanted.arbiter, wanted.replica, volume.replica) != (1, 3, 2):
        raise InvalidInput(
            _("An arbiter can only be added to volumes with 2 copies."),
            field="type",
            hint=_("Write replica 3 arbiter 1, with one brick for every set."),
        )
    if wanted.added(volume) < 1:
        raise InvalidInput(
            _("{volume} keeps {kind} already.").format(volume=volume.name, kind=lowered_kind(volume)), field="type"
        )
    needed = wanted.added(volume) * len(volume.sets)
    if bricks != needed:
        raise InvalidInput(
            ngettext(
                "{n} brick is needed, {per} for each set; {given} are given.",
                "{n} bricks are needed, {per} for each set; {given} are given.",
                needed,
            ).format(n=needed, per=wanted.added(volume), given=bricks),
            field="bricks",
            hint=_("Name the new bricks of the first set first, then those of the second, and so on."),
        )


def gluster_wants_force(volume: Volume, bricks: Sequence[BrickSpec]) -> bool:
    """True if a node of a new brick has any brick of the volume: gluster 10 doesn't look at the sets (measured)."""
    nodes = {brick.node or brick.host for brick in volume.bricks}
    return any(brick.place in nodes for brick in bricks)


def check_places(volume: Volume, wanted: Raised, bricks: Sequence[BrickSpec], force: bool) -> None:
    """Raise InvalidInput for a second brick of a set on one node or the system disk (unless `force`), a small disk."""
    per = wanted.added(volume)
    system = next((brick for brick in bricks if brick.mount == "/"), None)
    if system is not None and not force:
        raise InvalidInput(
            _("{brick} lies on the system disk: when it is full, the node stops.").format(brick=system.name),
            field="bricks",
            hint=_("Choose a directory on a disk of its own, or accept it with “force”."),
        )
    for number, group in enumerate(volume.sets):
        new = bricks[number * per : (number + 1) * per]
        places = [b.node or b.host for b in group] + [b.place for b in new]
        twice = next((b for b in new if places.count(b.place) > 1), None)
        if twice is not None and not force:
            raise InvalidInput(
                _("Set {set} would have two bricks on {node}: losing that node takes both.").format(
                    set=number + 1, node=twice.place
                ),
                field="bricks",
                hint=_("Choose a disk of another node, or accept it with “force”."),
            )
        if not wanted.arbiter:
            _check_sizes(number, group, new)


def _check_sizes(number: int, group: Sequence[Brick], new: Sequence[BrickSpec]) -> None:
    used = [b.size - b.free for b in group if not b.arbiter and b.size is not None and b.free is not None]
    for brick in new:
        if used and brick.free is not None and brick.free < min(used):
            raise InvalidInput(
                _("{brick} has {free} free, the files of set {set} need {used}.").format(
                    brick=brick.name, free=size(brick.free), set=number + 1, used=size(min(used))
                ),
                field="bricks",
                hint=_("Choose a larger disk."),
            )


def raised(volume: Volume, wanted: Raised, bricks: Sequence[BrickSpec]) -> Volume:
    """The volume as it would be; new bricks follow the old ones in each set."""
    per, left = wanted.added(volume), []
    for number, group in enumerate(volume.sets):
        new = bricks[number * per : (number + 1) * per]
        left += [*group, *(_brick(b, bool(wanted.arbiter)) for b in new)]
    kind = VolumeType.ARBITER if wanted.arbiter else VolumeType.REPLICATE
    return replace(
        volume, type=kind, bricks=tuple(left), replica=wanted.replica, arbiter=wanted.arbiter, disperse=0, redundancy=0
    )


def _brick(spec: BrickSpec, arbiter: bool) -> Brick:
    return Brick(spec.host, spec.path, node=spec.node, arbiter=arbiter, size=spec.size, free=spec.free)
