"""Reads a volume's split-brains: gluster names them, the bricks show what their copies are like."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar

from nasclustergui.core.errors import NasError
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.subsystems.gluster.commands import volume_heal_info
from nasclustergui.subsystems.gluster.commands.answer import Answer, not_utf8, unexpected
from nasclustergui.subsystems.gluster.commands.heal import HealBrick, parse_heal_info
from nasclustergui.subsystems.gluster.features.pool import Pool
from nasclustergui.subsystems.gluster.features.split_brain import commands, decode
from nasclustergui.subsystems.gluster.features.split_brain.model import Copy, Entry, Kind, SplitBrains
from nasclustergui.subsystems.gluster.model import Brick, Volume, VolumeStatus, VolumeType
from nasclustergui.subsystems.gluster.parallel import gather

LIMIT = 1000  # entries that are read in full
COPIES = frozenset({VolumeType.REPLICATE, VolumeType.ARBITER})
ITEM = "gfid:"

T = TypeVar("T")
Set = tuple[Brick, ...]
Copies = Mapping[str, Mapping[str, Copy]]  # brick name → item → copy


def can_split(volume: Volume) -> bool:
    """True if the volume keeps copies that could disagree, and is started."""
    return volume.type in COPIES and volume.status is VolumeStatus.STARTED


def read(pool: Pool, volume: Volume, job: Job) -> SplitBrains:
    """All split-brains of the volume. `heal info` walks everything that waits for a heal: it can take a minute.

    Bricks that can't be looked at are named in `unread`; the other copies are shown all the same.
    Raises a NasError when gluster can't name the entries, Cancelled.
    """
    if not can_split(volume):
        return SplitBrains(volume.name, read_at=time.time())
    listed, unread = _listed(pool, volume, job)
    down = frozenset(unread)
    ids = brick_ids(pool, volume, job)
    entries: list[Entry] = []
    total = 0
    for number, group in enumerate(volume.sets, 1):
        gfids = _of_set(listed or (), group)
        gfids = list(dict.fromkeys([*gfids, *_indexed(pool, group, ids, unread, job)]))
        entries += _read_set(pool, number, group, gfids[: max(0, LIMIT - len(entries))], ids, unread, job)
        total += len(gfids)
    entries = [replace(e, copies=tuple(replace(c, down=c.brick in down) for c in e.copies)) for e in entries]
    return SplitBrains(volume.name, tuple(entries), total, unread, listed is None, time.time())


def brick_ids(pool: Pool, volume: Volume, job: Job) -> Mapping[str, str]:
    """glusterd's name of a brick in attributes → the brick. By position where it doesn't tell (older versions)."""
    by_position = {f"{volume.name}-client-{n}": brick.name for n, brick in enumerate(volume.bricks)}
    try:
        told = pool.ask(commands.brick_ids(volume.name), commands.parse_brick_ids, job)
    except NasError:
        return by_position
    known = {brick.name for brick in volume.bricks}
    return dict(told) if set(told.values()) == known else by_position


def read_copies(pool: Pool, brick: Brick, items: Sequence[str], ids: Mapping[str, str], job: Job) -> dict[str, Copy]:
    """item → this brick's copy of it. Raises a NasError when the brick can't be looked at, Cancelled."""
    if not items:
        return {}
    command = commands.inspect(brick.path, items)
    answer = Answer(command, pool.on_node(brick.node, command, job), brick.node)
    rows = commands.parse_inspect(answer, items)
    try:
        return {row[0]: decode.copy_of(brick, row, ids) for row in rows}
    except ValueError as error:
        raise unexpected(answer, str(error)) from error


def copies_of(pool: Pool, group: Set, items: Sequence[str], ids: Mapping[str, str], job: Job) -> dict[str, list[Copy]]:
    """item → the copies on all bricks of a set; those that can't be read say why in `problem`."""
    problems: dict[str, str] = {}
    found = _ask_bricks(group, lambda b: read_copies(pool, b, items, ids, job), problems)
    return {item: [_copy(brick, item, found, problems) for brick in group] for item in items}


def _listed(pool: Pool, volume: Volume, job: Job) -> tuple[tuple[HealBrick, ...] | None, dict[str, str]]:
    """gluster's list, None if it printed none because of a name; and why bricks are missing in it."""
    command = volume_heal_info(volume.name, "split-brain")
    bricks = pool.ask(command, lambda answer: None if not_utf8(answer) else parse_heal_info(answer), job)
    away = [b.brick for b in bricks or () if not b.connected]
    return bricks, {name: _("The brick does not run or cannot be reached.") for name in away}


def _of_set(bricks: Sequence[HealBrick], group: Set) -> list[str]:
    names = {brick.name for brick in group}
    gfids = (gfid for brick in bricks if brick.brick in names for gfid, _path in brick.files)
    return [ITEM + gfid for gfid in dict.fromkeys(gfids)]


def _indexed(pool: Pool, group: Set, ids: Mapping[str, str], unread: dict[str, str], job: Job) -> list[str]:
    """What the bricks themselves blame each other for.

    gluster's list leaves out what is locked at that moment, and the self-heal daemon locks what it tries in vain.
    """

    def ask(brick: Brick) -> Mapping[str, Mapping[str, bytes]]:
        command = commands.index(brick.path)
        return commands.parse_index(Answer(command, pool.on_node(brick.node, command, job), brick.node))

    return [ITEM + gfid for gfid in decode.blaming_each_other(_ask_bricks(group, ask, unread), ids)]


def _read_set(
    pool: Pool, number: int, group: Set, items: Sequence[str], ids: Mapping[str, str], unread: dict[str, str], job: Job
) -> list[Entry]:
    if not items:
        return []
    copies = copies_of(pool, group, items, ids, job)
    unread.update({c.brick: c.problem for c in copies[items[0]] if c.problem})
    entries = [_entry(item, number, copies[item]) for item in items]
    directories = [e for e in entries if e.kind in (Kind.NAMES, Kind.NAMES_METADATA) and e.path]
    conflicts = _compare_names(pool, group, directories, ids, unread, job)
    by_item = {e.item: e for e in directories}
    found: list[Entry] = []
    for entry in entries:
        if entry.item in by_item:
            directory, inner = conflicts[entry.item]
            found += [directory, *inner]
        else:
            found.append(entry)
    return found


def _entry(item: str, number: int, copies: Sequence[Copy]) -> Entry:
    path = next((copy.path for copy in copies if copy.path), "")
    return Entry(item, path, number, decode.kind_of(copies), tuple(copies))


def _compare_names(
    pool: Pool, group: Set, directories: Sequence[Entry], ids: Mapping[str, str], unread: dict[str, str], job: Job
) -> dict[str, tuple[Entry, list[Entry]]]:
    """item → the directory with the names that differ, and an entry for each name with another file behind it."""
    if not directories:
        return {}
    items = [entry.item for entry in directories]
    told = _ask_bricks(group, lambda b: _read_names(pool, b, items, job), unread)
    wanted: dict[str, list[str]] = {}
    cut: set[str] = set()
    for entry in directories:
        lists = [names[entry.item] for names in told.values()]
        noted = bool(lists) and all(only_noted for only_noted, _names in lists)
        union = sorted(set().union(*(names for _noted, names in lists)))
        if not noted and any(len(names) > commands.NAMES_LIMIT for __, names in lists):
            cut.add(entry.item)
            union = union[: commands.NAMES_LIMIT]
        wanted[entry.item] = [f"{entry.path.rstrip('/')}/{name}" for name in union]
    copies = copies_of(pool, group, [path for paths in wanted.values() for path in paths], ids, job)
    return {e.item: _with_names(e, wanted[e.item], copies, e.item in cut) for e in directories}


def _with_names(
    entry: Entry, paths: Sequence[str], copies: Mapping[str, Sequence[Copy]], cut: bool
) -> tuple[Entry, list[Entry]]:
    inner: list[Entry] = []
    names: dict[str, tuple[str, ...]] = {}
    for path in paths:
        kind = decode.conflict_of(copies[path])
        lacking = tuple(c.brick for c in copies[path] if not c.there and not c.problem)
        if kind is not None:
            inner.append(Entry(path, path, entry.set_number, kind, tuple(copies[path])))
        elif lacking and any(copy.there for copy in copies[path]):
            names[path.rsplit("/", 1)[1]] = lacking
    directory = Entry(
        entry.item, entry.path, entry.set_number, entry.kind, entry.copies, names, cut, conflicts=len(inner)
    )
    return directory, inner


def _read_names(pool: Pool, brick: Brick, items: Sequence[str], job: Job) -> Mapping[str, tuple[bool, frozenset[str]]]:
    command = commands.names(brick.path, items)
    return commands.parse_names(Answer(command, pool.on_node(brick.node, command, job), brick.node), items)


def _ask_bricks(group: Set, ask: Callable[[Brick], T], problems: dict[str, str]) -> dict[str, T]:
    """Ask all bricks of a set at once: brick name → answer. What can't be asked says why in `problems`."""
    known = {brick.name: brick for brick in group if brick.node}
    strange = _("The profile does not know the node of this brick.")
    problems.update({brick.name: strange for brick in group if not brick.node})
    answers = gather({name: partial(ask, brick) for name, brick in known.items()})
    problems.update({name: str(answer) for name, answer in answers.items() if isinstance(answer, NasError)})
    return {name: answer for name, answer in answers.items() if not isinstance(answer, NasError)}


def _copy(brick: Brick, item: str, found: Copies, problems: Mapping[str, str]) -> Copy:
    if brick.name in found:
        return found[brick.name][item]
    return Copy(brick.name, brick.node, brick.arbiter, problem=problems.get(brick.name, _("It was not read.")))
