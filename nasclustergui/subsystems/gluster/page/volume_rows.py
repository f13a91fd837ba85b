"""The tree of volumes: volume, its sets, their bricks. Pure: from a state to rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.units import DASH, clock, count, percent, size
from nasclustergui.subsystems.gluster.model import Brick, GlusterState, Volume, VolumeStatus
from nasclustergui.subsystems.gluster.page.words import (
    NEARLY_FULL,
    Grades,
    Said,
    SetHealth,
    brick_state,
    leaving,
    set_health,
    set_state,
    set_survives,
    set_type,
    type_words,
    used_fraction,
    volume_state,
)
from nasclustergui.ui.cell import EMPTY, Cell, Row

OPEN = ("critical", "warn")  # rows in these states are opened when they first appear


class Bar(NamedTuple):
    """Work in progress: 0 … 1, the words beside the bar, more of them as tool tip."""

    value: float
    text: str
    tip: str = ""


class Space(NamedTuple):
    """Bytes of a brick's file system when it was read last. `at` is Unix time."""

    size: int
    free: int
    at: float


def _no_work(_volume: Volume, _brick: Brick | None = None) -> Bar | None:
    return None


@dataclass(frozen=True)
class Context:
    """What the rows need beside the state.

    Attributes:
        stale: "Seen 03:02:17" when states of bricks are old, "" when they are fresh.
        work: what a volume (or one of its bricks) is busy with, None for nothing.
        spaces: brick name → space, for bricks that don't tell it any more.
        grades: the pool's problems.
    """

    stale: str = ""
    work: Callable[[Volume, Brick | None], Bar | None] = _no_work
    spaces: Mapping[str, Space] = field(default_factory=dict)
    grades: Grades = field(default_factory=dict)


def volume_key(volume: str) -> str:
    """Key of a volume's row."""
    return volume


def brick_key(volume: str, brick: str) -> str:
    """Key of a brick's row."""
    return f"{volume}/{brick}"


def brick_of(key: str) -> str:
    """The brick whose row it is ("node1:/bricks/d1/data"), "" for rows of volumes and sets."""
    name = key.partition("/")[2]
    return name if ":/" in name else ""


def volume_of(key: str) -> str:
    """The volume that a row belongs to: volumes' names hold no slash."""
    return key.split("/", 1)[0]


def volume_rows(state: GlusterState, context: Context) -> list[Row]:
    """A row per volume, in alphabetical order; the tree itself puts the worst first."""
    return [volume_row(volume, context) for volume in sorted(state.volumes, key=lambda v: v.name.casefold())]


def volume_row(volume: Volume, context: Context) -> Row:
    """The row of a volume with its sets and bricks below it."""
    running = volume.status is VolumeStatus.STARTED
    said = shown_state(volume, context.stale, context.grades)
    capacity = _capacity(volume, context.spaces)
    cells = (
        Cell(volume.name, "name", "database", strong=True),
        Cell(type_words(volume)),
        _badge(said),
        _work(context.work(volume, None), bool(context.stale)),
        _up(volume.bricks, running, context.stale),
        _used(volume.usable, volume.available, bool(context.stale)) if running else Cell(DASH, role="text3"),
        _size(capacity, bool(context.stale)),
    )
    fraction = used_fraction(volume.usable, volume.available)
    sort = (volume.name, None, None, None, None, fraction, capacity)
    if volume.set_size == 1:
        children = tuple(_brick(volume, brick, None, context) for brick in volume.bricks)
    else:
        children = tuple(_set(volume, number, context) for number in range(len(volume.sets)))
    opened = said.state in OPEN or bool(volume.tasks)
    return Row(volume_key(volume.name), cells, children, _sortable(cells, sort), volume, open=opened)


def _capacity(volume: Volume, spaces: Mapping[str, Space]) -> int | None:
    """A stopped volume tells no sizes, but a disk does not change its size: the last one counts."""
    if volume.usable is not None:
        return volume.usable
    sized = (replace(b, size=spaces[b.name].size) if b.name in spaces else b for b in volume.bricks)
    return replace(volume, bricks=tuple(sized)).usable


def _sortable(cells: tuple[Cell, ...], sort: tuple[float | str | None, ...]) -> tuple[float | str | None, ...]:
    """Columns of words sort by their words."""
    return tuple(cells[n].text if n in (1, 2, 3, 4) else value for n, value in enumerate(sort))


def shown_state(volume: Volume, stale: str, found: Grades) -> Said:
    """The volume's badge; old states of its bricks must not look fresh."""
    said = volume_state(volume, found)
    if stale and volume.status is VolumeStatus.STARTED:
        return Said("stale", stale, said.word)
    return said


def _badge(said: Said) -> Cell:
    """The state; the word of an old one goes into the tool tip, its age has to be read first."""
    if said.state == "stale":
        return Cell(said.word, "state", state="stale", tip=_("{state} when it was read").format(state=said.more))
    return Cell(said.word, "state", state=said.state, sub=said.more)


def _set(volume: Volume, number: int, context: Context) -> Row:
    health, bricks = set_health(volume, number), volume.sets[number]
    running = volume.status is VolumeStatus.STARTED
    state = EMPTY
    if running:
        said = Said("stale", context.stale) if context.stale else set_state(volume, number, context.grades)
        state = Cell(said.word, "state", state=said.state)
    fresh = running and not context.stale and not health.unknown
    capacity = _set_size(volume, bricks)
    cells = (
        Cell(_("Set {n}").format(n=number + 1), "name", "layers", sub=set_survives(health) if fresh else ""),
        Cell(set_type(volume)),
        state,
        _backlog(health, bool(context.stale)) if running else EMPTY,
        _up(bricks, running, context.stale),
        EMPTY,
        _size(capacity, bool(context.stale)),
    )
    children = tuple(_brick(volume, brick, health, context) for brick in bricks)
    return Row(f"{volume.name}/{number}", cells, children, data=volume, open=state.state in OPEN)


def _set_size(volume: Volume, bricks: tuple[Brick, ...]) -> int | None:
    known = [b.size for b in bricks if b.size is not None and not b.arbiter]
    return min(known) * ((volume.disperse - volume.redundancy) or 1) if known else None


def _backlog(health: SetHealth, stale: bool) -> Cell:
    if not health.waiting:
        return EMPTY
    n, values = health.waiting, {"n": count(health.waiting)}
    if health.down:
        text = ngettext("{n} file waits for {nodes}", "{n} files wait for {nodes}", n)
        values["nodes"] = ", ".join(health.down)
    else:
        text = ngettext("{n} file to heal", "{n} files to heal", n)
    return Cell(text.format(**values), role="text2", stale=stale)


def _brick(volume: Volume, brick: Brick, health: SetHealth | None, context: Context) -> Row:
    running = volume.status is VolumeStatus.STARTED
    known = context.spaces.get(brick.name)
    old = running and (bool(context.stale) or brick.online is not True)
    total, free = brick.size, brick.free
    if total is None and known is not None:
        total, free = known.size, known.free
        old = True
    said = brick_state(brick, running)
    if said.state == "ok":
        said = leaving(volume, brick) or said
    if context.stale and running:
        said = Said("stale", context.stale)
    cells = (
        Cell(brick.node or brick.host, "name", "hard-drive", sub=brick.path, stale=old, tip=brick.name),
        EMPTY,
        Cell(said.word, "state", state=said.state, sub=_("arbiter") if brick.arbiter else ""),
        _brick_work(volume, brick, health, context, known),
        EMPTY,
        _used(total, free, old) if running else Cell(DASH, role="text3"),
        _size(total, old),
    )
    sort = (brick.name, None, None, None, None, used_fraction(total, free), total)
    return Row(brick_key(volume.name, brick.name), cells, (), _sortable(cells, sort), volume)


def _brick_work(volume: Volume, brick: Brick, health: SetHealth | None, context: Context, known: Space | None) -> Cell:
    """What the brick does: moves files, is the source of a heal, or is not there any more."""
    if volume.status is not VolumeStatus.STARTED:
        return EMPTY
    work = context.work(volume, brick)
    if work is not None:
        return _work(work, bool(context.stale))
    if context.stale:
        return EMPTY
    if brick.online is False and known is not None:
        return Cell(_("last read {time}").format(time=clock(known.at)), role="text3", stale=True)
    if brick.split_brain:
        n = brick.split_brain
        text = ngettext("{n} file in split-brain", "{n} files in split-brain", n)
        return Cell(text.format(n=count(n)), role="critical")
    if not brick.heal_pending:
        return EMPTY
    if health is not None and health.down:
        n = brick.heal_pending
        text = ngettext("source of the heal, {n} file", "source of the heal, {n} files", n)
        return Cell(text.format(n=count(n)), role="text3")
    text = ngettext("{n} file to heal", "{n} files to heal", brick.heal_pending)
    return Cell(text.format(n=count(brick.heal_pending)), role="text3")


def _work(bar: Bar | None, stale: bool) -> Cell:
    return Cell(bar.text, "progress", value=bar.value, stale=stale, tip=bar.tip) if bar is not None else EMPTY


def _up(bricks: tuple[Brick, ...], running: bool, stale: str) -> Cell:
    """ "5 of 6 up"; a dash while nobody knows."""
    if running and all(b.online is None for b in bricks):
        return Cell(DASH, role="text3")
    up = sum(b.online is True for b in bricks) if running else 0
    return Cell(_("{up} of {n} up").format(up=up, n=len(bricks)), stale=bool(stale) and running)


def _used(total: int | None, free: int | None, old: bool) -> Cell:
    fraction = used_fraction(total, free)
    if fraction is None:
        return Cell(DASH, role="text3")
    state = "warn" if fraction >= NEARLY_FULL else "accent"
    return Cell(percent(fraction * 100), "meter", value=fraction, state=state, stale=old)


def _size(total: int | None, old: bool) -> Cell:
    return Cell(size(total), "num", stale=old) if total is not None else Cell(DASH, "num", role="text3")
