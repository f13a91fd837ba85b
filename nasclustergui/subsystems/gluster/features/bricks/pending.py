"""Reads what every brick of a volume lists as waiting for a heal, fresh, entry by entry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from nasclustergui.core.errors import CommandFailed, NasError
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.subsystems.gluster import commands
from nasclustergui.subsystems.gluster.commands.answer import Answer, not_utf8
from nasclustergui.subsystems.gluster.commands.heal import (
    HealBrick,
    parse_heal_info,
    parse_heal_info_plain,
    parse_indices,
)
from nasclustergui.subsystems.gluster.features.pool import Pool
from nasclustergui.subsystems.gluster.model import Brick, Volume, VolumeStatus, VolumeType
from nasclustergui.subsystems.gluster.parallel import gather

Lists = dict[str, frozenset[str] | int | None]


@dataclass(frozen=True)
class Pending(Mapping[str, int | None]):
    """Brick name → how many entries it lists as waiting for a heal, None if nobody could tell.

    Attributes:
        lists: the same with the entries themselves (gfids) where they are known, else their number.
        split: entries in split-brain, as far as they were asked for.
    """

    lists: Mapping[str, frozenset[str] | int | None] = field(default_factory=dict)
    split: frozenset[str] = frozenset()

    def __getitem__(self, brick: str) -> int | None:
        found = self.lists[brick]
        return len(found) if isinstance(found, frozenset) else found

    def __iter__(self) -> Iterator[str]:
        return iter(self.lists)

    def __len__(self) -> int:
        return len(self.lists)


def read_pending(pool: Pool, volume: Volume, job: Job) -> Pending:
    """What each brick lists; bricks that `heal info` can't read (they are down) are counted on their own disks.

    Slow where much waits: a minute was measured at 3,000 entries. Raises Cancelled, a NasError only where gluster
    itself can't be asked.
    """
    if volume.type is VolumeType.DISTRIBUTE:
        return Pending()
    job.report(_("Comparing what waits for a heal on every brick of {volume}").format(volume=volume.name))
    lists: Lists = {brick.name: None for brick in volume.bricks}
    if volume.status is VolumeStatus.STARTED:
        lists.update({brick.brick: _listed(brick) for brick in _heal_info(pool, volume.name, job)})
    lists = {brick.name: lists[brick.name] for brick in volume.bricks}
    silent = [brick for brick in volume.bricks if lists[brick.name] is None]
    lists.update(_on_disks(pool, silent, job))
    doubtful = None in lists.values() and any(lists.values())
    return Pending(lists, _split(pool, volume.name, job) if doubtful else frozenset())


def _heal_info(pool: Pool, volume: str, job: Job) -> Sequence[HealBrick]:
    """Nothing where gluster refuses: then the disks are asked."""
    try:
        found = pool.ask(commands.volume_heal_info(volume), _or_none, job)
        if found is None:
            found = pool.ask(commands.volume_heal_info(volume, xml=False), parse_heal_info_plain, job)
    except CommandFailed:
        return ()
    return found


def _or_none(answer: Answer) -> tuple[HealBrick, ...] | None:
    return None if not_utf8(answer) else parse_heal_info(answer)


def _listed(brick: HealBrick) -> frozenset[str] | int | None:
    """The entries, only their number where the list isn't complete, None if the brick told nothing."""
    if not brick.connected or brick.entries is None:
        return None
    found = frozenset(gfid or path for gfid, path in brick.files)
    return found if len(found) == brick.entries else brick.entries


def _on_disks(pool: Pool, bricks: Sequence[Brick], job: Job) -> Lists:
    by_node: dict[str, list[Brick]] = {}
    for brick in bricks:
        if brick.node:
            by_node.setdefault(brick.node, []).append(brick)
    found: Lists = {}
    for node, answer in gather({n: partial(_count, pool, n, some, job) for n, some in by_node.items()}).items():
        if not isinstance(answer, NasError):
            found.update({b.name: n for b, n in zip(by_node[node], answer, strict=True)})
    return found


def _count(pool: Pool, node: str, bricks: Sequence[Brick], job: Job) -> tuple[int | None, ...]:
    paths = [brick.path for brick in bricks]
    return pool.client.ask_node(node, commands.heal_indices(paths), lambda a: parse_indices(a, len(paths)), job)


def _split(pool: Pool, volume: str, job: Job) -> frozenset[str]:
    """Entries in split-brain; asked for only where a silent brick leaves open who blames whom."""
    found = pool.ask(commands.volume_heal_info(volume, "split-brain"), parse_heal_info, job)
    return frozenset(gfid or path for brick in found for gfid, path in brick.files)
