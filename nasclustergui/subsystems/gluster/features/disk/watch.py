"""Watches a brick come up and get its files, until nothing waits for a heal any more."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import partial

from nasclustergui.core.errors import NasError
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Step
from nasclustergui.core.units import count
from nasclustergui.subsystems.gluster import commands
from nasclustergui.subsystems.gluster.commands.heal import parse_crawls, parse_indices
from nasclustergui.subsystems.gluster.commands.status import parse_status
from nasclustergui.subsystems.gluster.features.disk.meter import DiskMeter, fill
from nasclustergui.subsystems.gluster.features.pool import Pool
from nasclustergui.subsystems.gluster.follow import CLEAN_LOOKS, HEAL_PAUSE, STUCK, UP_WITHIN, Trouble
from nasclustergui.subsystems.gluster.model import Brick, GlusterState, PeerState, Volume, VolumeType
from nasclustergui.subsystems.gluster.parallel import gather

PAUSE = 1.0  # seconds between looks at a brick that is to come up
DOWN_FOR = 10.0  # seconds that the brick may be down in the middle before the heal counts as interrupted


def brick_up(pool: Pool, step: Step, job: Job) -> None:
    """Until the step's brick runs. Raises NasError if it doesn't within half a minute. Args: volume, brick."""
    volume, brick = step.args["volume"], step.args["brick"]
    trouble, end = Trouble(job), time.monotonic() + UP_WITHIN
    while time.monotonic() < end:
        if trouble.attempt(lambda: _runs(pool, volume, brick, job)):
            return
        job.report(_("Waiting for {bricks}").format(bricks=brick))
        job.sleep(PAUSE)
    raise NasError(
        _("Brick {brick} does not come up.").format(brick=brick),
        hint=_("Its log is in /var/log/glusterfs/bricks on its node. Look at its disk again."),
    )


def heal(pool: Pool, step: Step, job: Job) -> None:
    """Until nothing waits for a heal in the brick's set. Raises NasError if the brick goes down or nothing moves.

    Args: volume, brick, full ("yes" or "").
    """
    name, brick = step.args["volume"], step.args["brick"]
    watch = _HealWatch(pool, name, brick, bool(step.args.get("full")), job)
    while not watch.look():
        job.sleep(HEAL_PAUSE)
    job.write("", _("Nothing waits for a heal in the set of {brick}.").format(brick=brick))


class _HealWatch:
    """What is remembered between looks."""

    def __init__(self, pool: Pool, volume: str, brick: str, full: bool, job: Job) -> None:
        self._pool, self._volume, self._brick, self._full, self._job = pool, volume, brick, full, job
        self._trouble, self._meter = Trouble(job), DiskMeter(brick)
        self._begun = time.time()
        self._clean = 0
        self._moved_at = time.monotonic()
        self._last: tuple[float, int] | None = None
        self._down_since: float | None = None

    def look(self) -> bool:
        """Look once; True when it is healed."""
        state = self._trouble.attempt(lambda: self._pool.read(self._job))
        volume = state.volume(self._volume) if state else None
        if state is None:
            return False
        group = _set_of(volume, self._brick)
        if volume is None or not group:
            raise NasError(
                _("{brick} is no longer a brick of {volume}.").format(brick=self._brick, volume=self._volume)
            )
        if state.status_error or state.status_at <= self._begun:
            return False
        self._check_up(state, group)
        counted = self._trouble.attempt(lambda: _counted(self._pool, group, self._job))
        return counted is not None and self._healed(replace(volume, bricks=_with(volume, counted)), counted)

    def _healed(self, volume: Volume, group: tuple[Brick, ...]) -> bool:
        counts = [brick.heal_pending for brick in group]
        known = [n for n in counts if n is not None]
        pending = max(known, default=None)
        estimate = self._meter.add(time.monotonic(), volume, pending or 0)
        self._job.report(_words(self._brick, pending, group), estimate.progress)
        self._job.seconds_left = estimate.seconds_left
        self._check_moving((fill(volume, self._brick) or 0.0, pending or 0), group)
        clean = pending == 0 and len(known) == len(counts) and all(b.online for b in group)
        self._clean = self._clean + 1 if clean else 0
        return self._clean >= CLEAN_LOOKS and not (self._full and self._crawling(volume))

    def _check_up(self, state: GlusterState, group: tuple[Brick, ...]) -> None:
        """A node that is away comes back with its brick; a process that died doesn't."""
        brick = next(b for b in group if b.name == self._brick)
        absent = {peer.uuid for peer in state.peers if peer.state is PeerState.DISCONNECTED}
        if brick.online is not False or brick.host_uuid in absent:
            self._down_since = None
            return
        now = time.monotonic()
        self._down_since = self._down_since if self._down_since is not None else now
        if now - self._down_since >= DOWN_FOR:
            raise NasError(
                _("Brick {brick} went down in the middle of the heal.").format(brick=self._brick),
                hint=_(
                    "What it has got so far stays. Open “Replace failed disk…” again: it looks at the disk, and goes "
                    "on from there."
                ),
            )

    def _check_moving(self, seen: tuple[float, int], group: tuple[Brick, ...]) -> None:
        if seen != self._last:
            self._last, self._moved_at = seen, time.monotonic()
        split = max((b.split_brain or 0 for b in group), default=0)
        if split and 0 < seen[1] <= split:
            text = ngettext(
                "{n} file of {volume} is in split-brain.", "{n} files of {volume} are in split-brain.", split
            )
            raise NasError(
                text.format(n=count(split), volume=self._volume),
                hint=_("Gluster cannot decide which copy is right: choose one for each file. All else is healed."),
            )
        if time.monotonic() - self._moved_at > STUCK:
            raise NasError(
                _("The heal of {brick} does not get on: nothing was healed for 15 minutes.").format(brick=self._brick),
                hint=_("Look at bricks that are down and at /var/log/glusterfs/glustershd.log on their nodes."),
            )

    def _crawling(self, volume: Volume) -> bool:
        """True while a daemon still walks the volume; dispersed ones don't tell, the proof counts their files."""
        if volume.type is VolumeType.DISPERSE:
            return False
        command = commands.volume_heal_statistics(volume.name)
        crawls = self._trouble.attempt(lambda: self._pool.ask(command, parse_crawls, self._job))
        return crawls is None or any(crawl.kind == "FULL" and crawl.running for crawl in crawls)


def _runs(pool: Pool, volume: str, brick: str, job: Job) -> bool:
    """Told apart by peer and path: a peer can have several names."""
    found = pool.now(job).volume(volume)
    wanted = {(b.host_uuid, b.path) for b in found.bricks if b.name == brick} if found else set()
    reports = pool.ask(commands.volume_status(volume), parse_status, job)
    return any(b.online and (b.host_uuid, b.path) in wanted for report in reports for b in report.bricks)


def _set_of(volume: Volume | None, brick: str) -> tuple[Brick, ...]:
    return next((g for g in volume.sets if any(b.name == brick for b in g)), ()) if volume else ()


def _counted(pool: Pool, group: tuple[Brick, ...], job: Job) -> tuple[Brick, ...]:
    """The set with its backlog as it is on the disks now: no lock, and no waiting for the next reading of states."""
    tasks = {brick.name: partial(_count, pool, brick, job) for brick in group if brick.node and brick.online}
    found = gather(tasks)
    counts = {name: n for name, n in found.items() if isinstance(n, int)}
    return tuple(replace(b, heal_pending=counts.get(b.name)) if b.name in tasks else b for b in group)


def _count(pool: Pool, brick: Brick, job: Job) -> int | None:
    command = commands.heal_indices([brick.path])
    return pool.client.ask_node(brick.node, command, lambda answer: parse_indices(answer, 1)[0], job)


def _with(volume: Volume, group: tuple[Brick, ...]) -> tuple[Brick, ...]:
    newer = {brick.name: brick for brick in group}
    return tuple(newer.get(brick.name, brick) for brick in volume.bricks)


def _words(brick: str, pending: int | None, group: tuple[Brick, ...]) -> str:
    if pending is None:
        text = _("the backlog is not known")
    else:
        text = ngettext("{n} entry waits for a heal", "{n} entries wait for a heal", pending).format(n=count(pending))
    down = [b.name for b in group if b.online is False]
    if down:
        text += ", " + _("not up: {bricks}").format(bricks=", ".join(down))
    return _("Heal {brick}: {text}").format(brick=brick, text=text)
