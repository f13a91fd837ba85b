"""Watches a removal until all files have left the bricks. It can't fail by itself: it runs in the cluster, not here."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from nasclustergui.core.errors import NasError
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Step
from nasclustergui.core.units import count, decimal, size
from nasclustergui.subsystems.gluster import commands
from nasclustergui.subsystems.gluster.commands.answer import Answer
from nasclustergui.subsystems.gluster.commands.status import parse_status
from nasclustergui.subsystems.gluster.commands.work import not_running, parse_remove_brick
from nasclustergui.subsystems.gluster.estimate import Estimate
from nasclustergui.subsystems.gluster.features.bricks.removal import RemovalMeter, files_to_go, moved_words, removal_of
from nasclustergui.subsystems.gluster.features.pool import Pool
from nasclustergui.subsystems.gluster.follow import GONE_LOOKS, Trouble
from nasclustergui.subsystems.gluster.model import NodeProgress, Task, TaskState, VolumeStatus

PAUSE = 3.0  # seconds between looks: each takes the volume's lock, which refuses other clients meanwhile
RESTS = 900.0  # seconds that a node may be away before the watching ends: a reboot takes minutes


def follow_removal(pool: Pool, step: Step, job: Job) -> None:
    """Until the bricks are empty. Raises NasError when files could not be moved, it failed, or somebody ended it."""
    volume, bricks = step.args["volume"], step.args["bricks"].splitlines()
    Watch(pool, volume, bricks, job).run()


class Watch:
    """One removal while it is watched."""

    def __init__(
        self, pool: Pool, volume: str, bricks: Sequence[str], job: Job, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._pool, self._volume, self._bricks, self._job, self._clock = pool, volume, tuple(bricks), job, clock
        self._said: dict[str, tuple[TaskState, int]] = {}  # node → state and failures told last
        self._resting_since: float | None = None

    def run(self) -> None:
        """Look again and again. Raises as `follow_removal`."""
        meter, trouble, missing = self._meter(), Trouble(self._job), 0
        while True:
            task = trouble.attempt(self._status)
            if isinstance(task, Task):
                missing = 0
                self._tell(task)
                self._report(task, meter.add(self._clock(), task))
                if self._ended(task):
                    return
            elif trouble.quiet:
                missing += 1
                if missing >= GONE_LOOKS:
                    raise self._vanished()
            self._job.sleep(PAUSE)

    def _status(self) -> Task | None:
        return read_removal(self._pool, self._volume, self._bricks, self._job)

    def _meter(self) -> RemovalMeter:
        try:
            found = self._pool.read(self._job).volume(self._volume)
        except NasError:
            found = None
        return RemovalMeter(files_to_go(found, self._bricks) if found else None)

    def _tell(self, task: Task) -> None:
        """A line whenever a node's state changes or more of its files fail."""
        for node in task.nodes:
            now = (node.state, node.failures)
            if self._said.get(_key(node)) != now and (node.failures or node.state is not TaskState.RUNNING):
                self._job.write(node.node, _node_words(node))
            self._said[_key(node)] = now

    def _report(self, task: Task, estimate: Estimate) -> None:
        moved = sum(n.bytes for n in task.nodes)
        text = _("{done} ({size})").format(done=moved_words(task), size=size(moved))
        if estimate.rate:
            rate = decimal(estimate.rate, 0 if estimate.rate >= 10 else 1)
            text += ", " + _("{rate} files per second").format(rate=rate)
        self._job.report(_("Emptying {bricks}: {text}").format(bricks=", ".join(self._bricks), text=text))
        self._job.progress, self._job.seconds_left = estimate.progress, estimate.seconds_left
        if len(task.nodes) > 1:
            self._job.step += "; " + "; ".join(_node_words(node) for node in task.nodes)

    def _ended(self, task: Task) -> bool:
        if task.state is TaskState.NOT_STARTED:
            self._rest()
            return False
        self._resting_since = None
        if task.state is TaskState.FAILED:
            raise failed_removal(self._volume, self._bricks, task)
        if task.state is TaskState.STOPPED:
            raise _stopped(self._volume)
        if task.state is TaskState.COMPLETED:
            refuse_incomplete(self._volume, self._bricks, task)
            self._job.write("", moved_words(task))
            return True
        return False

    def _rest(self) -> None:
        """No node of the bricks does anything: they are away. gluster goes on by itself when they are back."""
        if self._resting_since is None:
            self._resting_since = self._clock()
            text = _("The nodes of the bricks are away: the removal rests and goes on by itself once they are back.")
            self._job.write("", text)
            self._job.write("", _("Nothing is committed."))
        self._job.report(_("The nodes of {bricks} are away, the removal rests").format(bricks=", ".join(self._bricks)))
        self._job.seconds_left = None
        if self._clock() - self._resting_since > RESTS:
            raise NasError(
                _("The nodes of {bricks} stay away; the removal is not committed.").format(
                    bricks=", ".join(self._bricks)
                ),
                hint=_("Bring them back: gluster then goes on by itself, watch and commit it. Or stop the removal."),
            )

    def _vanished(self) -> NasError:
        """Nothing runs any more, and it was not us: committed or stopped by somebody else."""
        try:
            now = self._pool.now(self._job).volume(self._volume)
        except NasError:
            now = None
        if now is not None and not any(brick.name in self._bricks for brick in now.bricks):
            return NasError(_("The removal was committed by somebody else: the bricks are gone from the volume."))
        if now is not None and now.status is not VolumeStatus.STARTED:  # gluster keeps it, and calls it failed then
            return NasError(
                _("{volume} was stopped while its bricks were being emptied.").format(volume=self._volume),
                hint=_(
                    "Nothing is committed. Start the volume: the removal then stands there as failed. "
                    "Try it again, or stop it and keep the bricks."
                ),
            )
        return _stopped(self._volume)


def read_removal(pool: Pool, volume: str, bricks: Sequence[str], job: Job) -> Task | None:
    """Where the removal stands, from gluster now; None if it knows of none."""
    command = commands.volume_remove_brick(volume, bricks, "status")
    return pool.ask(command, _task_or_none, job)


def current_removal(pool: Pool, volume: str, job: Job) -> Task | None:
    """The volume's removal with its bricks, fresh from `volume status V tasks`; None if there is none."""
    reports = pool.ask(commands.volume_status(volume, "tasks"), parse_status, job)
    return next((found for r in reports if (found := removal_of(r.tasks)) is not None), None)


def refuse_incomplete(volume: str, bricks: Sequence[str], task: Task) -> None:
    """Raise NasError unless it is completed and every file was moved."""
    failures, skipped = sum(n.failures for n in task.nodes), sum(n.skipped for n in task.nodes)
    if task.state is not TaskState.COMPLETED:
        raise NasError(
            _("The bricks of {volume} are not empty yet: {state}.").format(volume=volume, state=task.state.value),
            hint=_("Wait until the removal has completed."),
        )
    if not failures + skipped:
        return
    text = ngettext(
        "{n} file could not be moved away from {bricks}; the removal is not committed.",
        "{n} files could not be moved away from {bricks}; the removal is not committed.",
        failures + skipped,
    )
    raise NasError(
        text.format(n=count(failures + skipped), bricks=", ".join(bricks)),
        hint=_(
            "They stay where they are, clients reach them. The reasons are in {log} on the nodes of the bricks: often "
            "the other bricks are too full. Mend it and try the removal again, or stop it and keep the bricks."
        ).format(log=f"/var/log/glusterfs/{volume}-rebalance.log"),
        details="\n".join(_node_words(node) for node in task.nodes),
    )


def failed_removal(volume: str, bricks: Sequence[str], task: Task) -> NasError:
    """For a removal that gluster gave up."""
    return NasError(
        _("The removal of {bricks} failed; it is not committed, no file is lost.").format(bricks=", ".join(bricks)),
        hint=_(
            "A brick or a node of {volume} went away in the middle. Bring it back, then try the removal again, "
            "or stop it and keep the bricks."
        ).format(volume=volume),
        details="\n".join(_node_words(node) for node in task.nodes),
    )


def _stopped(volume: str) -> NasError:
    return NasError(
        _("The removal of bricks from {volume} was stopped by somebody else.").format(volume=volume),
        hint=_("The bricks stay in the volume. Files that were moved stay at their new place."),
    )


def _task_or_none(answer: Answer) -> Task | None:
    return None if not_running(answer) else parse_remove_brick(answer)


def _key(node: NodeProgress) -> str:
    return node.host_uuid or node.node


def _node_words(node: NodeProgress) -> str:
    parts = [ngettext("{n} file moved", "{n} files moved", node.files).format(n=count(node.files))]
    if node.failures:
        parts.append(_("{n} failed").format(n=count(node.failures)))
    if node.skipped:
        parts.append(_("{n} skipped").format(n=count(node.skipped)))
    return _("{node}: {state}, {done}").format(node=node.node, state=node.state.value, done=", ".join(parts))
