"""What a removal of bricks is: which sets go, whether their files have room elsewhere, how far it is (pure)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.subsystems.gluster.estimate import Estimate, Rates
from nasclustergui.subsystems.gluster.model import Brick, GlusterState, Task, TaskKind, TaskState, Volume
from nasclustergui.subsystems.gluster.rebalance_meter import ALMOST, files_for_inodes, node_key

MIN_FREE = 0.10  # cluster.min-free-disk: a brick fuller than that takes no files from a removal (measured)


@dataclass(frozen=True)
class Room:
    """Whether the files of the sets that go fit on those that stay, bytes; None where a size is unknown.

    Attributes:
        needed: what is used on the sets that go. free: what the others take before they are too full for gluster.
        shared: the disks of the sets that go hold bricks of other volumes too: `needed` is too much.
        usable: of the volume afterwards.
    """

    needed: int | None
    free: int | None
    usable: int | None
    shared: bool = False

    @property
    def fits(self) -> bool | None:
        """None if nobody can tell."""
        return None if self.needed is None or self.free is None else self.needed <= self.free


def removal_of(tasks: Sequence[Task]) -> Task | None:
    """The removal that is not committed yet, whatever its state: gluster forgets it once it is stopped or committed."""
    return next((task for task in tasks if task.kind is TaskKind.REMOVE_BRICK), None)


def set_numbers(volume: Volume, bricks: Sequence[str]) -> tuple[int, ...]:
    """The sets (from 0) that these bricks make up. Raises InvalidInput unless they are whole and one set stays."""
    _check_known(volume, bricks)
    numbers = tuple(n for n, group in enumerate(volume.sets) if any(b.name in bricks for b in group))
    for number in numbers:
        rest = [b.name for b in volume.sets[number] if b.name not in bricks]
        if rest:
            raise InvalidInput(
                _("Set {set} goes as a whole: {bricks} belongs to it too.").format(
                    set=number + 1, bricks=", ".join(rest)
                ),
                field="bricks",
                hint=_("Name all bricks of the set. To keep fewer copies of every file, reduce the number of copies."),
            )
    if len(numbers) == len(volume.sets):
        raise InvalidInput(
            _("The last set of {volume} cannot be removed: its files would have nowhere to go.").format(
                volume=volume.name
            ),
            field="bricks",
            hint=_("Leave a set, add others first, or delete the volume."),
        )
    return numbers


def _check_known(volume: Volume, bricks: Sequence[str]) -> None:
    names = [brick.name for brick in volume.bricks]
    for brick in bricks:
        if brick not in names:
            raise InvalidInput(
                _("{brick} is no brick of volume {volume}.").format(brick=brick, volume=volume.name),
                field="bricks",
                hint=_("Its bricks are: {bricks}").format(bricks=", ".join(names)),
            )
    if not bricks or len(set(bricks)) < len(bricks):
        raise InvalidInput(_("Name each brick that is to go once."), field="bricks")


def without_sets(volume: Volume, numbers: Collection[int]) -> Volume:
    """The volume as it would be."""
    return replace(
        volume, bricks=tuple(b for n, group in enumerate(volume.sets) if n not in numbers for b in group), tasks=()
    )


def room_for(volume: Volume, numbers: Collection[int], state: GlusterState | None = None) -> Room:
    """Space for the files of these sets on the others. `state` tells which disks other volumes use too."""
    going = [volume.sets[n] for n in numbers]
    staying = [group for n, group in enumerate(volume.sets) if n not in numbers]
    shares = volume.disperse - volume.redundancy if volume.disperse else 1
    used, free = [_used(group) for group in going], [_free(group, _min_free(volume)) for group in staying]
    return Room(
        None if None in used else sum(u for u in used if u is not None) * shares,
        None if None in free else sum(f for f in free if f is not None) * shares,
        without_sets(volume, numbers).usable,
        state is not None and any(_is_shared(brick, volume, state) for group in going for brick in group),
    )


def _data(group: Sequence[Brick]) -> list[Brick]:
    return [brick for brick in group if not brick.arbiter]


def _used(group: Sequence[Brick]) -> int | None:
    """The fullest brick knows: one that was down lacks files."""
    known = [b.size - b.free for b in _data(group) if b.size is not None and b.free is not None]
    return max(known) if known else None


def _free(group: Sequence[Brick], keep: float) -> int | None:
    """`keep`: a share of the size below 1, else bytes."""
    known = [
        max(0, b.free - int(keep * b.size if keep < 1 else keep))
        for b in _data(group)
        if b.size is not None and b.free is not None
    ]
    return min(known) if known else None


def _min_free(volume: Volume) -> float:
    said = volume.options.get("cluster.min-free-disk", "").strip()
    units = {"KB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30, "TB": 1 << 40}
    try:
        if said.endswith("%"):
            return min(float(said[:-1]) / 100, 0.99)
        return max(1.0, float(said[:-2]) * units[said[-2:].upper()]) if said[-2:].upper() in units else MIN_FREE
    except ValueError:
        return MIN_FREE


def _is_shared(brick: Brick, volume: Volume, state: GlusterState) -> bool:
    others = (b for v in state.volumes if v.name != volume.name for b in v.bricks)
    mine = (brick.host_uuid or brick.host, brick.device)
    return bool(brick.device) and any((b.host_uuid or b.host, b.device) == mine for b in others)


def files_to_go(volume: Volume, bricks: Collection[str]) -> float | None:
    """About how many files still lie on these bricks, each once; None while a set's size is unknown."""
    total = 0.0
    for group in volume.sets:
        going = [b for b in group if b.name in bricks]
        if not going:
            continue
        used = [b.inodes - b.inodes_free for b in going if b.inodes is not None and b.inodes_free is not None]
        if not used:
            return None
        total += files_for_inodes(max(used))
    return total


class RemovalMeter:
    """Progress of a removal: files moved against all that were on the bricks. Never goes back.

    Other than a rebalance's, every file of the bricks must be moved, so what was looked at doesn't matter.

    Attributes:
        by_node: the same for every node: they share out the files of a set while they go.
    """

    def __init__(self, files_left: float | None) -> None:
        self._left, self._total = files_left, 0.0
        self._progress = 0.0
        self._rates = Rates()
        self.by_node: dict[str, Estimate] = {}

    def add(self, at: float, task: Task) -> Estimate:
        """The estimate after another reading; `at` in seconds of any clock."""
        found = self._estimate(at, task)
        self.by_node = {node_key(node): found for node in task.nodes}
        return found

    def _estimate(self, at: float, task: Task) -> Estimate:
        if task.state is TaskState.COMPLETED:
            return Estimate(1.0, (0.0, 0.0, 0.0))
        done = float(sum(n.files for n in task.nodes))
        self._rates.add(at, done)
        if not self._left:
            return Estimate(None, None, self._rates.likely)
        self._total = max(self._total, done) if self._total else self._left + done
        self._progress = max(self._progress, min(ALMOST, done / self._total)) if self._total else 0.0
        return Estimate(self._progress, self._rates.time_for(max(0.0, self._total - done)), self._rates.likely)


def moved_words(task: Task) -> str:
    """ "242 files moved, 3 failed, 1 skipped", what is 0 left out."""
    files, failed = sum(n.files for n in task.nodes), sum(n.failures for n in task.nodes)
    skipped = sum(n.skipped for n in task.nodes)
    parts = [ngettext("{n} file moved", "{n} files moved", files).format(n=files)]
    if failed:
        parts.append(_("{n} failed").format(n=failed))
    if skipped:
        parts.append(_("{n} skipped").format(n=skipped))
    return ", ".join(parts)
