"""Reads what needs the cluster's lock or the bricks' nodes: brick states, sizes, progress, heal backlogs.

While our command holds the lock, another client's command fails at once (gluster doesn't wait for a lock). So the lock
is only taken when a look at the nodes shows that something changed, and for the progress of what runs.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from nasclustergui.core.errors import CommandFailed, LockBusy, NasError, NodeError, ServiceDown
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.subsystems.gluster import commands
from nasclustergui.subsystems.gluster.backlog import read_backlog
from nasclustergui.subsystems.gluster.client import GlusterClient, timed_out
from nasclustergui.subsystems.gluster.commands.answer import Answer, not_utf8
from nasclustergui.subsystems.gluster.commands.peers import parse_peers
from nasclustergui.subsystems.gluster.commands.pulse import Pulse, Space, parse_pulse, pulse
from nasclustergui.subsystems.gluster.commands.status import StatusReport, parse_brick_processes, parse_status
from nasclustergui.subsystems.gluster.commands.work import not_running, parse_rebalance, parse_remove_brick
from nasclustergui.subsystems.gluster.model import Task, TaskKind, TaskState, Volume, VolumeStatus
from nasclustergui.subsystems.gluster.parallel import gather

DETAIL_EVERY = 15.0  # seconds between readings of sizes
PROBE = commands.gluster("pool", "list", timeout=3)  # shows that a glusterd lives
ASK_AGAIN = 10.0  # seconds before a node that failed is tried again
TRUSTED = 600.0  # seconds after which brick states are read under the lock though nothing seems to have changed
PROGRESS_SHARE = 0.05  # a task's progress is asked for after that part of its run time …
PROGRESS_EVERY = (3.0, 15.0)  # … but in seconds not sooner and not later than that

SETTLE = 60.0  # seconds after a change in which daemons that were not there yet are asked for again

Signs = tuple[object, ...]


@dataclass(frozen=True)
class Reading:
    """What was read last, and when.

    Attributes:
        at: Unix time of `reports`; detail_at: of `details`. 0 if never.
        reports, details: volume → its report, without and with sizes.
        progress: volume → its running or just ended task with progress per node.
        backlog: (volume, brick name) → entries that wait for a heal, None if nobody could tell.
        heal_errors: volume → why a part of its backlog is not known.
        processes: node whose peer is not connected → paths of the bricks that run there all the same, since its
            glusterd alone may be down; none where the node cannot be reached either.
        error, hint: why the newest attempt failed, "" if it went well. waits_for: the nodes that gluster waited for.
        locked: seconds that it took under the lock, None if unknown.
    """

    at: float = 0.0
    detail_at: float = 0.0
    reports: Mapping[str, StatusReport] = field(default_factory=dict)
    details: Mapping[str, StatusReport] = field(default_factory=dict)
    progress: Mapping[str, Task] = field(default_factory=dict)
    backlog: Mapping[tuple[str, str], int | None] = field(default_factory=dict)
    heal_errors: Mapping[str, str] = field(default_factory=dict)
    processes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    error: str = ""
    hint: str = ""
    waits_for: tuple[str, ...] = ()
    locked: float | None = None


@dataclass(frozen=True)
class Blocked:
    """The nodes that gluster waits for, a sentence about them, and what to do."""

    nodes: tuple[str, ...]
    sentence: str
    hint: str


class StatusReader:
    """Reads everything anew. `node_of` gives a brick's node in the profile, "" if it has none there."""

    def __init__(self, client: GlusterClient, names: Sequence[str]) -> None:
        self._client = client
        self._names = tuple(names)
        self._signs: Signs | None = None  # as they were at the last reading under the lock
        self._locked_at = self._changed_at = 0.0
        self._progress_at: dict[str, float] = {}

    def read(self, volumes: Sequence[Volume], absent: Sequence[str], before: Reading, job: Job) -> Reading:
        """The next reading; on failure the one before with `error` set.

        `volumes`: bricks with their nodes. `absent`: nodes whose peers are not connected.
        """
        started = [volume for volume in volumes if volume.status is VolumeStatus.STARTED]
        before = replace(before, processes=self._processes(absent, job))
        pulses = {} if absent else self._pulses(started, job)
        if not (pulses or absent) and started:
            if hung := self._hung(job):  # under the lock it would hang as well, and others were refused meanwhile
                self._signs = None
                return replace(before, error=hung.sentence, hint=hung.hint, waits_for=hung.nodes)
            pulses = self._pulses(started, job)  # a busy node that was late once is no reason to take the lock
        signs = _signs(volumes, pulses) if pulses else None
        begun = time.monotonic()
        if self._holds(before, signs) and _agree(before.reports, started, pulses):
            reading = replace(before, at=time.time())
        else:
            try:
                reading = self._under_lock(started, before, signs, job)
            except NasError as error:
                self._signs = None
                found = self._explain(error, job)
                return replace(before, error=found.sentence, hint=found.hint, waits_for=found.nodes)
        if pulses:
            reading = replace(reading, details=_with_spaces(reading.details, started, pulses))
        self._ask_again(job)
        progress = self._progress(reading.reports, before.progress, job)
        locked = time.monotonic() - begun
        backlog, heal_errors = read_backlog(self._client, started, reading.reports, job)
        return replace(reading, progress=progress, backlog=backlog, heal_errors=heal_errors, locked=locked)

    def _under_lock(self, started: Sequence[Volume], before: Reading, signs: Signs | None, job: Job) -> Reading:
        reports = self._status(started, "", job)
        now = time.time()
        reading = replace(before, at=now, reports=reports, error="", hint="", waits_for=())
        new = signs is None or signs != self._signs or not before.detail_at
        if (new and now - before.detail_at > DETAIL_EVERY) or before.details.keys() != reports.keys():
            reading = replace(reading, details=self._status(started, "detail", job), detail_at=time.time())
        if signs != self._signs:
            self._changed_at = time.time()
        self._signs, self._locked_at = signs, time.time()
        self._progress_at.clear()
        return reading

    def _holds(self, before: Reading, signs: Signs | None) -> bool:
        """True if what was read under the lock last is still so."""
        if signs is None or signs != self._signs or before.error or not before.detail_at:
            return False
        missing = any(daemon.online is False for report in before.reports.values() for daemon in report.daemons)
        if missing and time.time() - self._changed_at < SETTLE:
            return False
        return time.time() - self._locked_at < TRUSTED

    def _pulses(self, started: Sequence[Volume], job: Job) -> dict[str, Pulse]:
        """A look at every node with a brick; {} where one of them can't be looked at."""
        paths: dict[str, list[str]] = {}
        for volume in started:
            for brick in volume.bricks:
                paths.setdefault(brick.node, []).append(brick.path)
        if "" in paths or set(paths) & set(self._client.faults):
            return {}
        ask = self._client.ask_node
        found = gather({name: partial(ask, name, pulse(paths[name]), parse_pulse, job) for name in paths})
        good = {name: answer for name, answer in found.items() if not isinstance(answer, NasError)}
        return good if len(good) == len(paths) else {}

    def _processes(self, absent: Sequence[str], job: Job) -> dict[str, frozenset[str]]:
        command = commands.brick_processes()
        ask = self._client.ask_node
        found = gather({name: partial(ask, name, command, parse_brick_processes, job) for name in absent})
        gather({name: partial(ask, name, PROBE, parse_peers, job) for name in absent})  # so that its fault is known
        return {name: frozenset() if isinstance(paths, NasError) else paths for name, paths in found.items()}

    def _ask_again(self, job: Job) -> None:
        """Nodes that failed us before: a good answer takes the blame from them."""
        old = [name for name, fault in self._client.faults.items() if time.time() - fault.at > ASK_AGAIN]
        gather({name: partial(self._client.ask_node, name, PROBE, parse_peers, job) for name in old})

    def _status(self, started: Sequence[Volume], what: str, job: Job) -> dict[str, StatusReport]:
        if not started:
            return {}
        found, __ = self._client.ask(commands.volume_status("all", what), _status_or_none, job)
        reports = {report.volume: report for report in found or ()}
        # `all` leaves out, without a word, volumes that another client has locked (10.3), and prints nothing at all
        # where a path isn't UTF-8: asked for by its name, such a volume is refused, waited for and told.
        for volume in started:
            if volume.name not in reports:
                reports.update(self._status_of(volume.name, what, job))
        return reports

    def _status_of(self, volume: str, what: str, job: Job) -> dict[str, StatusReport]:
        """One volume's report. Empty if it was stopped or deleted meanwhile, or a path of it isn't UTF-8."""
        try:
            found, __ = self._client.ask(commands.volume_status(volume, what), _status_or_none, job)
        except LockBusy:
            raise
        except CommandFailed:
            return {}
        return {report.volume: report for report in found or ()}

    def _explain(self, error: NasError, job: Job) -> Blocked:
        """Where glusterd only timed out, look for the node that it waits for."""
        blocked = self.who_blocks(job) if timed_out(error) else None
        return blocked or Blocked((), str(error), error.hint)

    def who_blocks(self, job: Job) -> Blocked | None:
        """The nodes that gluster waits for; None if all answer."""
        answers = self._probe(job)
        hung = [name for name, answer in answers.items() if isinstance(answer, ServiceDown)]
        gone = [name for name, answer in answers.items() if isinstance(answer, NodeError)]
        if hung:
            return _waits_for(hung)
        if gone:
            return Blocked(
                tuple(gone),
                _("{nodes} cannot be reached, and all of gluster waits for it.").format(nodes=", ".join(gone)),
                _("Bring the node back. Without it gluster gives up after two minutes or more."),
            )
        return None

    def _hung(self, job: Job) -> Blocked | None:
        """The nodes whose glusterd runs and doesn't answer; None if there is none."""
        hung = [name for name, answer in self._probe(job).items() if isinstance(answer, NasError) and timed_out(answer)]
        return _waits_for(hung) if hung else None

    def _probe(self, job: Job) -> dict[str, object]:
        """Every node's glusterd asked without the lock: its peers, or why it doesn't tell them."""
        ask = self._client.ask_node
        return dict(gather({name: partial(ask, name, PROBE, parse_peers, job) for name in self._names}))

    def _progress(self, reports: Mapping[str, StatusReport], before: Mapping[str, Task], job: Job) -> dict[str, Task]:
        """Progress of what runs or waits for a commit; what `volume status` shows but nobody can tell of is stale."""
        found: dict[str, Task] = {}
        for name, report in reports.items():
            for task in report.tasks:
                if task.state is not TaskState.RUNNING and task.kind is not TaskKind.REMOVE_BRICK:
                    continue  # a removal counts until it is committed
                known = before.get(name)
                if known is None or known.id != task.id or self._is_due(name, known):
                    known = self._task(name, task, job)
                    self._progress_at[name] = time.monotonic()
                found[name] = known
        return found

    def _is_due(self, volume: str, known: Task) -> bool:
        ran = max((node.seconds for node in known.nodes), default=0.0)
        shortest, longest = PROGRESS_EVERY
        pause = min(max(ran * PROGRESS_SHARE, shortest), longest)
        return time.monotonic() - self._progress_at.get(volume, -pause) >= pause

    def _task(self, volume: str, task: Task, job: Job) -> Task:
        if task.kind is TaskKind.REMOVE_BRICK:
            command = commands.volume_remove_brick(volume, task.bricks, "status")
            parse = parse_remove_brick
        else:
            command, parse = commands.volume_rebalance(volume, "status"), parse_rebalance
        try:
            found, __ = self._client.ask(command, lambda a: None if not_running(a) else parse(a), job)
        except NasError:
            return task  # the state is known, only its numbers aren't
        if found is None:
            return replace(task, state=TaskState.STALE)
        return replace(found, kind=task.kind, bricks=task.bricks)


def _waits_for(hung: Sequence[str]) -> Blocked:
    return Blocked(
        tuple(hung),
        _("glusterd on {nodes} does not answer, and all of gluster waits for it; clients go on.").format(
            nodes=", ".join(hung)
        ),
        _("Restart it there (systemctl restart glusterd); its bricks may stop for a moment."),
    )


def _signs(volumes: Sequence[Volume], pulses: Mapping[str, Pulse]) -> Signs:
    """What `volume status` depends on: the volumes with their bricks, and what every node shows."""
    shape = tuple((v.uuid, v.status, tuple(brick.name for brick in v.bricks)) for v in volumes)
    return shape, tuple((name, pulses[name].signs) for name in sorted(pulses))


def _agree(reports: Mapping[str, StatusReport], started: Sequence[Volume], pulses: Mapping[str, Pulse]) -> bool:
    """True if every brick that was reported as online has its process, and every other one has none.

    A process is there before glusterd knows it: what was read in between must not be kept.
    """
    for volume in started:
        told = {(b.host, b.path): b.online for b in reports[volume.name].bricks} if volume.name in reports else {}
        for brick in volume.bricks:
            runs = any(sign.endswith(f" {brick.path}") for sign in pulses[brick.node].signs)
            if bool(told.get((brick.host, brick.path))) != runs:
                return False
    return True


def _with_spaces(
    details: Mapping[str, StatusReport], started: Sequence[Volume], pulses: Mapping[str, Pulse]
) -> dict[str, StatusReport]:
    """The reports with sizes as they are now."""
    spaces = {
        (volume.name, brick.host_uuid or brick.host, brick.path): space
        for volume in started
        for brick in volume.bricks
        if (space := pulses[brick.node].spaces.get(brick.path)) is not None
    }
    return {name: _with_space(name, report, spaces) for name, report in details.items()}


def _with_space(name: str, report: StatusReport, spaces: Mapping[tuple[str, str, str], Space]) -> StatusReport:
    bricks = []
    for brick in report.bricks:
        space = spaces.get((name, brick.host_uuid or brick.host, brick.path))
        sizes = {} if space is None or brick.size is None else vars(space)
        bricks.append(replace(brick, **sizes))
    return replace(report, bricks=tuple(bricks))


def _status_or_none(answer: Answer) -> tuple[StatusReport, ...] | None:
    return None if not_utf8(answer) else parse_status(answer)
