"""Watches what a step started in the cluster until it ended: rebalances, heals, bricks that come up.

Nothing here can make such work fail: it runs in the cluster, not in the program. So a node that stops answering, a lock
that is taken, a broken connection are told once and asked again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from nasclustergui.core.errors import NasError
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.job import Job
from nasclustergui.core.units import count, decimal, size
from nasclustergui.subsystems.gluster import commands
from nasclustergui.subsystems.gluster.client import GlusterClient
from nasclustergui.subsystems.gluster.commands.answer import Answer
from nasclustergui.subsystems.gluster.commands.heal import parse_crawls
from nasclustergui.subsystems.gluster.commands.status import parse_status
from nasclustergui.subsystems.gluster.commands.work import not_running, parse_rebalance
from nasclustergui.subsystems.gluster.estimate import BacklogMeter, Estimate
from nasclustergui.subsystems.gluster.model import (
    GlusterState,
    Task,
    TaskState,
    Volume,
    VolumeStatus,
    VolumeType,
)
from nasclustergui.subsystems.gluster.rebalance_meter import RebalanceMeter, Standstill, meter_for, node_key

PAUSE = 1.0  # seconds between looks
SHARE, LONGEST = 0.05, 15.0  # a running rebalance is asked after that part of its run time: that takes gluster's lock
HEAL_PAUSE = 2.0
GONE_LOOKS = 5  # looks in a row that find no rebalance before it counts as gone: a new one is not there at once
CLEAN_LOOKS = 2  # readings without a backlog that end a heal
STUCK = 900.0  # seconds without any change before a heal counts as stuck: the daemons look again every 600
UP_WITHIN = 30.0  # seconds for bricks to come up

Read = Callable[[Job], GlusterState]
T = TypeVar("T")


class Follower:
    """Follows one step's work. `read` gives the pool's state, brick states and backlogs included."""

    def __init__(self, client: GlusterClient, read: Read, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._read = read
        self._clock = clock

    def rebalance(self, volume: str, job: Job) -> None:
        """Until the rebalance is done. Raises NasError when it failed, was stopped, or left files behind."""
        meter: RebalanceMeter | None = None
        trouble, standstill = Trouble(job), Standstill()
        missing = 0
        while True:
            task = trouble.attempt(lambda: self._rebalance_task(volume, job))
            if isinstance(task, Task):
                missing = 0
                meter = meter or self._meter(volume, task, job)
                _report_rebalance(volume, task, meter.add(self._clock(), task), job)
                if _ended(volume, task):
                    return
                _check_alive(volume, task, standstill.add(self._clock(), task))
            elif trouble.quiet:
                missing += 1
                if missing >= GONE_LOOKS:
                    raise _vanished(volume)
            job.sleep(_pause(task))

    def heal(self, volume: str, full: bool, job: Job) -> None:
        """Until nothing waits for a heal. Raises NasError when only split-brains are left or nothing moves."""
        meter, trouble = BacklogMeter(), Trouble(job)
        begun, changed_at, last, clean, seen_at = time.time(), self._clock(), -1, 0, 0.0
        while True:
            state = trouble.attempt(lambda: self._read(job))
            found = state.volume(volume) if state else None
            if state and found is None:
                raise NasError(_("Volume {volume} does not exist any more.").format(volume=volume))
            if state and found and state.status_at > max(begun, seen_at) and not state.status_error:
                seen_at = state.status_at
                pending = found.heal_pending
                _report_heal(found, meter.add(self._clock(), pending or 0), job)
                clean = clean + 1 if pending == 0 and _all_up(found) else 0
                if clean >= CLEAN_LOOKS and not (full and self._crawling(found, job)):
                    job.write("", _("Nothing waits for a heal any more."))
                    return
                if pending != last:
                    last, changed_at = pending if pending is not None else -1, self._clock()
                _check_stuck(found, self._clock() - changed_at)
            job.sleep(HEAL_PAUSE)

    def bricks_up(self, volume: str, job: Job) -> None:
        """Until every brick of a connected peer runs. Raises NasError naming those that don't come up."""
        trouble, end = Trouble(job), self._clock() + UP_WITHIN
        down: list[str] | None = None
        while self._clock() < end:
            found = trouble.attempt(lambda: self._down(volume, job))
            if found is not None:
                down = found
                if not down:
                    return
                job.report(_("Waiting for {bricks}").format(bricks=", ".join(down)))
            job.sleep(PAUSE)
        raise _not_up(volume, down)

    def _rebalance_task(self, volume: str, job: Job) -> Task | None:
        command = commands.volume_rebalance(volume, "status")
        task, __ = self._client.ask(command, _task_or_none, job)
        return task

    def _meter(self, volume: str, task: Task, job: Job) -> RebalanceMeter:
        """Knows how much there is to do, if the bricks' sizes can be read."""
        try:
            found = self._read(job).volume(volume)
        except NasError:
            found = None
        return meter_for(found, task) if found else RebalanceMeter(None)

    def _down(self, volume: str, job: Job) -> list[str]:
        """Names of the bricks that glusterd reports as down; those of absent peers are missing from its answer."""
        reports, __ = self._client.ask(commands.volume_status(volume), parse_status, job)
        return [brick.name for report in reports for brick in report.bricks if not brick.online]

    def _crawling(self, volume: Volume, job: Job) -> bool:
        """True while a self-heal daemon still walks the whole volume; dispersed ones don't tell."""
        if volume.type is VolumeType.DISPERSE:
            return False
        try:
            crawls, __ = self._client.ask(commands.volume_heal_statistics(volume.name), parse_crawls, job)
        except NasError:
            return True
        return any(crawl.kind == "FULL" and crawl.running for crawl in crawls)


def _check_alive(volume: str, task: Task, dead: tuple[str, ...]) -> None:
    """Raise where only nodes are left that don't go on."""
    working = [node for node in task.nodes if node.state is TaskState.RUNNING]
    if working and all(node_key(node) in dead for node in working):
        names = ", ".join(node.node for node in working)
        raise NasError(
            _("The rebalance of {volume} does not go on.").format(volume=volume),
            hint=_(
                "Gluster says that {nodes} works, but its run time stands still: its process is gone or hangs. "
                "Stop the rebalance, then start it again: it skips what is in place."
            ).format(nodes=names),
        )


def _pause(task: Task | None) -> float:
    ran = max((node.seconds for node in task.nodes), default=0.0) if task is not None else 0.0
    return min(max(PAUSE, ran * SHARE), LONGEST)


class Trouble:
    """Tells each different trouble once, and when it is over."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._said = ""

    @property
    def quiet(self) -> bool:
        """True if the last attempt went well."""
        return not self._said

    def attempt(self, work: Callable[[], T]) -> T | None:
        """What the work gives, None if it failed for a reason that may pass."""
        try:
            found = work()
        except NasError as error:
            if str(error) != self._said:
                self._job.write(
                    "", _("{error} The work goes on in the cluster; asking again.").format(error=_sentence(error))
                )
            self._said = str(error)
            return None
        if self._said:
            self._job.write("", _("The cluster answers again."))
        self._said = ""
        return found


def _task_or_none(answer: Answer) -> Task | None:
    return None if not_running(answer) else parse_rebalance(answer)


def _ended(volume: str, task: Task) -> bool:
    failures = sum(node.failures for node in task.nodes)
    if task.state is TaskState.COMPLETED and failures:
        raise NasError(
            ngettext(
                "The rebalance of {volume} ended, but {n} file could not be moved.",
                "The rebalance of {volume} ended, but {n} files could not be moved.",
                failures,
            ).format(volume=volume, n=count(failures)),
            hint=_("They stay where they were. The reasons are in /var/log/glusterfs/{volume}-rebalance.log.").format(
                volume=volume
            ),
        )
    if task.state is TaskState.FAILED:
        raise NasError(
            _("The rebalance of {volume} failed.").format(volume=volume),
            hint=_("A brick or a node went away. Bring it back, then rebalance again; no file is lost."),
            details="\n".join(f"{node.node}: {node.state}" for node in task.nodes),
        )
    if task.state is TaskState.STOPPED:
        raise NasError(_("The rebalance of {volume} was stopped by somebody else.").format(volume=volume))
    return task.state is TaskState.COMPLETED


def _not_up(volume: str, down: list[str] | None) -> NasError:
    if down is None:
        return NasError(
            _("Whether the bricks of {volume} came up is not known: their states cannot be read.").format(
                volume=volume
            ),
            hint=_("Look at the volume again once the cluster answers."),
        )
    text = ngettext(
        "A brick of {volume} does not come up: {bricks}.", "Bricks of {volume} do not come up: {bricks}.", len(down)
    )
    return NasError(
        text.format(volume=volume, bricks=", ".join(down)),
        hint=_(
            "gluster itself reported success. Is the disk mounted, is the directory there? "
            "The brick's log is in /var/log/glusterfs/bricks on its node."
        ),
    )


def _vanished(volume: str) -> NasError:
    return NasError(
        _("The rebalance of {volume} is no longer running.").format(volume=volume),
        hint=_(
            "Somebody stopped it, or a node went away in the middle: “Rebalance” of the volume shows what was left."
        ),
    )


def _report_rebalance(volume: str, task: Task, estimate: Estimate, job: Job) -> None:
    files, moved = sum(n.files for n in task.nodes), sum(n.bytes for n in task.nodes)
    lookups, skipped = sum(n.lookups for n in task.nodes), sum(n.skipped for n in task.nodes)
    text = _("{files} files moved ({size}), {lookups} looked at").format(
        files=count(files), size=size(moved), lookups=count(lookups)
    )
    if estimate.rate:
        text += ", " + _("{rate} files per second").format(rate=decimal(estimate.rate, 0 if estimate.rate >= 10 else 1))
    job.report(_("Rebalance {volume}: {text}").format(volume=volume, text=text), estimate.progress)
    job.seconds_left = estimate.seconds_left
    if task.state is not TaskState.RUNNING:
        ended = _("{text}, {skipped} skipped: {state}").format(
            text=text, skipped=count(skipped), state=task.state.value
        )
        job.write("", ended)


def _report_heal(volume: Volume, estimate: Estimate, job: Job) -> None:
    pending = volume.heal_pending
    down = [brick.name for brick in volume.bricks if not brick.online]
    if pending is None:
        text = _("the backlog is not known")
    else:
        text = ngettext("{n} entry waits for a heal", "{n} entries wait for a heal", pending).format(n=count(pending))
    if down:
        text += ", " + _("not up: {bricks}").format(bricks=", ".join(down))
    job.report(_("Heal {volume}: {text}").format(volume=volume.name, text=text), estimate.progress)
    job.seconds_left = estimate.seconds_left


def _all_up(volume: Volume) -> bool:
    return volume.status is VolumeStatus.STARTED and all(brick.online for brick in volume.bricks)


def _check_stuck(volume: Volume, seconds: float) -> None:
    split = max((brick.split_brain or 0 for brick in volume.bricks), default=0)
    if split and volume.heal_pending and volume.heal_pending <= split:
        raise NasError(
            ngettext(
                "{n} file of {volume} is in split-brain.", "{n} files of {volume} are in split-brain.", split
            ).format(n=count(split), volume=volume.name),
            hint=_("Gluster cannot decide which copy is right: choose one for each file. All else is healed."),
        )
    if seconds > STUCK:
        raise NasError(
            _("The heal of {volume} does not get on: nothing was healed for 15 minutes.").format(volume=volume.name),
            hint=_("Look at bricks that are down and at /var/log/glusterfs/glustershd.log on their nodes."),
        )


def _sentence(error: NasError) -> str:
    text = str(error)
    return text if text.endswith((".", "!", "?")) else text + "."
