"""Reads what needs the cluster's lock or the bricks' nodes: brick states, sizes, progress, heal backlogs."""

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
from nasclustergui.subsystems.gluster.commands.status import StatusReport, parse_brick_processes, parse_status
from nasclustergui.subsystems.gluster.commands.work import not_running, parse_rebalance, parse_remove_brick
from nasclustergui.subsystems.gluster.model import Task, TaskKind, TaskState, Volume, VolumeStatus
from nasclustergui.subsystems.gluster.parallel import gather

DETAIL_EVERY = 15.0  # seconds between readings of sizes
PROBE = commands.gluster("pool", "list", timeout=3)  # shows that a glusterd lives
ASK_AGAIN = 10.0  # seconds before a node that failed is tried again


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

    def read(self, volumes: Sequence[Volume], absent: Sequence[str], before: Reading, job: Job) -> Reading:
        """The next reading; on failure the one before with `error` set.

        `volumes`: bricks with their nodes. `absent`: nodes whose peers are not connected.
        """
        started = [volume for volume in volumes if volume.status is VolumeStatus.STARTED]
        before = replace(before, processes=self._processes(absent, job))
        try:
            reports = self._status(started, "", job)
            now = time.time()
            reading = replace(before, at=now, reports=reports, error="", hint="", waits_for=())
            if now - before.detail_at > DETAIL_EVERY or before.details.keys() != reports.keys():
                reading = replace(reading, details=self._status(started, "detail", job), detail_at=time.time())
        except NasError as error:
            found = self._explain(error, job)
            return replace(before, error=found.sentence, hint=found.hint, waits_for=found.nodes)
        self._ask_again(job)
        backlog, heal_errors = read_backlog(self._client, started, reports, job)
        progress = self._progress(reports, job)
        return replace(reading, progress=progress, backlog=backlog, heal_errors=heal_errors)

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
        answers = gather({n: partial(self._client.ask_node, n, PROBE, parse_peers, job) for n in self._names})
        hung = [name for name, answer in answers.items() if isinstance(answer, ServiceDown)]
        gone = [name for name, answer in answers.items() if isinstance(answer, NodeError)]
        if hung:
            return Blocked(
                tuple(hung),
                _("glusterd on {nodes} does not answer, and all of gluster waits for it; clients go on.").format(
                    nodes=", ".join(hung)
                ),
                _("Restart it there (systemctl restart glusterd); its bricks may stop for a moment."),
            )
        if gone:
            return Blocked(
                tuple(gone),
                _("{nodes} cannot be reached, and all of gluster waits for it.").format(nodes=", ".join(gone)),
                _("Bring the node back. Without it gluster gives up after two minutes or more."),
            )
        return None

    def _progress(self, reports: Mapping[str, StatusReport], job: Job) -> dict[str, Task]:
        """Progress of what runs or waits for a commit; what `volume status` shows but nobody can tell of is stale."""
        found: dict[str, Task] = {}
        for name, report in reports.items():
            for task in report.tasks:
                if task.state is TaskState.RUNNING or task.kind is TaskKind.REMOVE_BRICK:  # until it is committed
                    found[name] = self._task(name, task, job)
        return found

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


def _status_or_none(answer: Answer) -> tuple[StatusReport, ...] | None:
    return None if not_utf8(answer) else parse_status(answer)
