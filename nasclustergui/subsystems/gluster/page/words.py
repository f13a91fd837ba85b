"""What a volume, a set and a brick are called, and the words for how they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.units import count
from nasclustergui.subsystems.gluster.health import FULL_PERCENT, problems
from nasclustergui.subsystems.gluster.model import (
    Brick,
    GlusterState,
    TaskKind,
    TaskState,
    Volume,
    VolumeStatus,
    VolumeType,
)
from nasclustergui.subsystems.gluster.quorum import Access, set_access

NEARLY_FULL = FULL_PERCENT / 100


@dataclass(frozen=True)
class Said:
    """A state of the theme, its word (at most 16 characters) and a few more words beside it."""

    state: str
    word: str
    more: str = ""


Grades = Mapping[str, str]  # key of a problem → state of the theme


def grades(state: GlusterState) -> Grades:
    """How bad each problem of the pool is, so that a badge never says less or more than the verdict does."""
    return {problem.key: problem.severity.name.lower() for problem in problems(state)}


@dataclass(frozen=True)
class SetHealth:
    """How many bricks of a set are up, and what that means for clients.

    Attributes:
        number: from 0. up, total, unknown: bricks.
        access: clients can read and write. spare: losses that it survives whichever bricks they hit.
        waiting: entries that wait for a heal, None if unknown. down: nodes of bricks that are down.
    """

    number: int
    up: int
    total: int
    unknown: int
    access: bool
    spare: int
    waiting: int | None
    down: tuple[str, ...]

    @property
    def damaged(self) -> bool:
        """True if a brick is known to be down."""
        return self.up + self.unknown < self.total


def set_health(volume: Volume, number: int) -> SetHealth:
    """How the set is; `number` counts from 0. A brick of which nobody knows counts as up: it was not seen to fail."""
    bricks = volume.sets[number]
    up = [b.online is not False for b in bricks]
    pending = [b.heal_pending for b in bricks if b.heal_pending is not None]
    return SetHealth(
        number,
        sum(b.online is True for b in bricks),
        len(bricks),
        sum(b.online is None for b in bricks),
        set_access(volume, up) is Access.FULL,
        _spare(volume, up),
        max(pending, default=None),
        tuple(dict.fromkeys(b.node or b.host for b in bricks if b.online is False)),
    )


def _spare(volume: Volume, up: list[bool]) -> int:
    """Losing the first bricks is the worst case: the first one tips an even vote, the arbiter is the last one."""
    left, spare = list(up), -1
    while True in left and set_access(volume, left) is Access.FULL:
        left[left.index(True)] = False
        spare += 1
    return max(spare, 0)


def type_words(volume: Volume) -> str:
    """ "Replicated 3", "Distributed-replicated 2 × 3", "Dispersed 4 + 2", "Distributed 4" …"""
    sets = len(volume.sets)
    match volume.type:
        case VolumeType.DISTRIBUTE:
            return _("Distributed {n}").format(n=sets)
        case VolumeType.DISPERSE:
            parts = {"data": volume.disperse - volume.redundancy, "parity": volume.redundancy, "n": sets}
            one, many = _("Dispersed {data} + {parity}"), _("Distributed-dispersed {n} × ({data} + {parity})")
            return (one if sets == 1 else many).format(**parts)
        case VolumeType.ARBITER:
            one, many = _("Replicated {copies} + arbiter"), _("Distributed-replicated {n} × ({copies} + arbiter)")
            return (one if sets == 1 else many).format(copies=volume.replica - volume.arbiter, n=sets)
        case _:
            one, many = _("Replicated {copies}"), _("Distributed-replicated {n} × {copies}")
            return (one if sets == 1 else many).format(copies=volume.replica, n=sets)


def set_type(volume: Volume) -> str:
    """What one set is: "3 copies", "2 copies + arbiter", "4 + 2 parts"."""
    match volume.type:
        case VolumeType.DISPERSE:
            data = volume.disperse - volume.redundancy
            return _("{data} + {parity} parts").format(data=data, parity=volume.redundancy)
        case VolumeType.ARBITER:
            return _("{n} copies + arbiter").format(n=volume.replica - volume.arbiter)
        case _:
            return ngettext("{n} copy", "{n} copies", volume.replica).format(n=volume.replica)


def set_survives(health: SetHealth) -> str:
    """What a further loss would do, for the line beside the set's name."""
    if health.spare > 0:
        return ngettext("survives any {n} loss", "survives any {n} losses", health.spare).format(n=health.spare)
    if health.access:
        return _("no loss to spare")
    return _("clients cannot reach its files")


def set_outlook(health: SetHealth) -> str:
    """The same for the picture of the sets, where there is room for the consequence."""
    if health.access and health.spare <= 0:
        return _("one more loss stops access")
    return set_survives(health)


def set_state(volume: Volume, number: int, found: Grades) -> Said:
    """The badge of a set. `found` are the pool's problems."""
    health = set_health(volume, number)
    if health.unknown:
        return Said("unknown", _("Unknown"))
    if health.damaged:
        word = _("{up} of {n} parts") if volume.disperse else _("{up} of {n} copies")
        return Said(_damage(volume, health, found), word.format(up=health.up, n=health.total))
    if health.waiting:
        return Said("busy", _("Healing"))
    return Said("ok", _("Healthy"))


def _damage(volume: Volume, health: SetHealth, found: Grades) -> str:
    return found.get(f"gluster/{volume.name}/set/{health.number + 1}", "warn" if health.access else "critical")


def brick_state(brick: Brick, running: bool) -> Said:
    """The badge of a brick; bricks of a stopped volume are down on purpose."""
    if not running:
        return Said("stopped", _("Stopped"))
    if brick.online is None:
        return Said("unknown", _("Unknown"))
    if not brick.online:
        return Said("critical", _("Down"))
    if brick.split_brain:
        return Said("critical", _("Split-brain"))
    return Said("ok", _("Online"))


def leaving(volume: Volume, brick: Brick) -> Said | None:
    """The badge of a brick that is being removed: `volume info` never says so, only the volume's tasks do."""
    for task in volume.tasks:
        if task.kind is TaskKind.REMOVE_BRICK and brick.name in task.bricks:
            done = task.state is TaskState.COMPLETED and not any(n.failures or n.skipped for n in task.nodes)
            return Said("drain", _("Emptied") if done else _("Leaving"))
    return None


def volume_state(volume: Volume, found: Grades) -> Said:
    """The badge of a volume: the worst of what is known about it. `found` are the pool's problems."""
    if volume.status is not VolumeStatus.STARTED:
        word = _("Stopped") if volume.status is VolumeStatus.STOPPED else _("Never started")
        return Said("stopped", word)
    return _broken(volume, found) or _doubtful(volume) or _at_work(volume) or Said("ok", _("Healthy"))


def _broken(volume: Volume, found: Grades) -> Said | None:
    sets = [set_health(volume, n) for n in range(len(volume.sets))]
    if all(health.unknown == health.total for health in sets):
        return Said("unknown", _("Unknown"))
    hurt = [health for health in sets if health.damaged]
    if hurt:
        worst = min(hurt, key=lambda health: (health.access, health.spare))
        word = _("Degraded") if all(health.access for health in sets) else _("Part offline")
        return Said(_damage(volume, worst, found), word, _where(volume, worst))
    split = sum(max((b.split_brain or 0 for b in group), default=0) for group in volume.sets)
    if split:
        return Said("critical", _("Split-brain"), ngettext("{n} file", "{n} files", split).format(n=count(split)))
    return None


def _doubtful(volume: Volume) -> Said | None:
    """Some of its bricks told nothing: what is not known is not well."""
    unknown = sum(brick.online is None for brick in volume.bricks)
    if not unknown:
        return None
    return Said("unknown", _("Unknown"), ngettext("{n} brick", "{n} bricks", unknown).format(n=unknown))


def _where(volume: Volume, health: SetHealth) -> str:
    if volume.set_size == 1:
        return ", ".join(health.down)
    if len(volume.sets) == 1:
        return _("{up} of {n} up").format(up=health.up, n=health.total)
    return _("set {set}: {up} of {n}").format(set=health.number + 1, up=health.up, n=health.total)


def _at_work(volume: Volume) -> Said | None:
    for task in volume.tasks:
        if task.state is TaskState.FAILED:
            return Said("warn", _("Work failed"), task_words(task.kind))
        if task.state is TaskState.STALE:
            return Said("warn", _("Work stuck"), task_words(task.kind))
    for task in volume.tasks:
        if task.state is TaskState.RUNNING:
            words = {TaskKind.REMOVE_BRICK: _("Emptying bricks"), TaskKind.FIX_LAYOUT: _("Fixing layout")}
            return Said("busy", words.get(task.kind, _("Rebalancing")))
    if any(task.kind is TaskKind.REMOVE_BRICK for task in volume.tasks):
        return Said("wait", _("Removal waits"))  # the column beside it says for what
    waiting = volume.heal_pending
    if waiting:
        return Said("busy", _("Healing"), ngettext("{n} file", "{n} files", waiting).format(n=count(waiting)))
    used = used_fraction(volume.usable, volume.available)
    return Said("warn", _("Nearly full")) if used is not None and used >= NEARLY_FULL else None


def task_words(kind: TaskKind) -> str:
    """The work's name as in a sentence."""
    return {
        TaskKind.REBALANCE: _("rebalance"),
        TaskKind.FIX_LAYOUT: _("fix of the layout"),
        TaskKind.REMOVE_BRICK: _("removal of bricks"),
    }[kind]


def used_fraction(size: int | None, free: int | None) -> float | None:
    """0 … 1, None while unknown."""
    return None if not size or free is None else 1 - free / size
