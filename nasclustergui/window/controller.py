"""Keeps the picture of one cluster fresh: polls, merges, notices changes, runs plans."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from nasclustergui.cluster.session import Session
from nasclustergui.cluster.state import ClusterState, with_drains, with_volumes
from nasclustergui.cluster.verdict import Since, Verdict, problems, verdict
from nasclustergui.core.disks import Disk
from nasclustergui.core.errors import LockHeld, NasError, OutcomeUnknown
from nasclustergui.core.events import Event, Problem, Severity
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.metrics import Sample
from nasclustergui.core.plan import Plan
from nasclustergui.core.series import SeriesBook
from nasclustergui.subsystems.etcd import health as etcd_health
from nasclustergui.subsystems.etcd.model import EtcdState
from nasclustergui.subsystems.gluster import health as gluster_health
from nasclustergui.subsystems.gluster.model import GlusterState
from nasclustergui.subsystems.nodes import health as nodes_health
from nasclustergui.subsystems.nodes.features.machine.model import Reading
from nasclustergui.subsystems.nodes.model import Link, NodesState
from nasclustergui.ui.jobs import Jobs
from nasclustergui.ui.poller import Poller

EVENTS = 500  # kept in memory
NODES_MS = 1000
GLUSTER_MS = 3000
ETCD_MS = 5000
DISKS_MS = 30_000


class Controller(QObject):
    """One per open cluster; lives in the GUI thread and does no I/O there.

    Attributes:
        state: what is known now. disks: places for bricks. events: newest first. found: problems, worst first.
        book: series of every node's metrics.

    Signals:
        changed: state, verdict, events or disks are new.
        ticked: once a second: samples are in the book, ages grew.
        plan_ended: (job, plan, error or None).
    """

    changed = Signal()
    ticked = Signal()
    plan_ended = Signal(object, object, object)
    _linked = Signal()  # from worker threads
    _etcd_changed = Signal()  # likewise

    def __init__(self, session: Session, jobs: Jobs, parent: QObject | None = None, every_ms: int = GLUSTER_MS) -> None:
        """`every_ms`: between two readings of the volumes; etcd is read at most as often."""
        super().__init__(parent)
        self.session, self.jobs = session, jobs
        self.state = ClusterState(session.profile)
        self.verdict: Verdict = verdict(self.state, ())
        self.found: tuple[Problem, ...] = ()
        self.disks: tuple[Disk, ...] = ()
        self.events: tuple[Event, ...] = ()
        self.book = SeriesBook()
        self._since = Since()
        self._samples: deque[tuple[str, Sample]] = deque()
        self._bare_disks: tuple[Disk, ...] = ()
        self._forget: list[Callable[[], None]] = []
        self.gluster = Poller(jobs, session.gluster.read, every_ms, name="gluster", parent=self)
        self.etcd = Poller(jobs, session.read_etcd, max(ETCD_MS, every_ms), name="etcd", parent=self)
        self.disk_poller = Poller(jobs, session.disks, DISKS_MS, name="disks", parent=self)
        self._tick = QTimer(self)
        self._tick.setInterval(NODES_MS)
        self._connect()

    def _connect(self) -> None:
        self.gluster.state.connect(partial(self._on_read, "gluster"))
        self.gluster.lost.connect(partial(self._on_lost, "gluster"))
        self.etcd.state.connect(partial(self._on_read, "etcd"))
        self.etcd.lost.connect(partial(self._on_lost, "etcd"))
        self.disk_poller.state.connect(self._on_disks)
        self._tick.timeout.connect(self._on_tick)
        self._etcd_changed.connect(self.etcd.poke, Qt.ConnectionType.QueuedConnection)
        self._linked.connect(self._on_linked, Qt.ConnectionType.QueuedConnection)

    def start(self) -> None:
        """Connect and read from now on."""
        self._forget.append(self.session.nodes.listen(lambda _name, _info: self._linked.emit()))
        self.session.on_etcd_change = self._etcd_changed.emit
        self.session.start(lambda name, sample: self._samples.append((name, sample)))
        self.gluster.start()
        if self.session.has_etcd:
            self.etcd.start()
        self.disk_poller.start()
        self._tick.start()
        self._on_tick()

    def stop(self) -> None:
        """Read no more and end the session; waits for nobody."""
        self._tick.stop()
        for poller in (self.gluster, self.etcd, self.disk_poller):
            poller.stop()
        for forget in self._forget:
            forget()
        self._forget.clear()
        self.session.close()

    def read_now(self) -> None:
        """F5: ask everybody, also the nodes that wait for their next attempt."""
        self.session.nodes.retry_now()
        self.session.ask_etcd_again()
        self.session.gluster.expire()
        for poller in (self.gluster, self.etcd, self.disk_poller):
            poller.poke()

    def reconnect(self, node: str) -> None:
        """Connect to one node now; what was refused before is asked again."""
        self.session.nodes.retry_now(node)

    @Slot()
    def _on_linked(self) -> None:
        self._read_nodes()

    @Slot()
    def _on_tick(self) -> None:
        self._drain_samples()
        self._read_nodes()
        self.ticked.emit()

    def _drain_samples(self) -> None:
        while self._samples:
            self.book.record(*self._samples.popleft())
        now = time.time()
        for node in self.state.nodes.nodes:
            if node.link is Link.LOST and node.sample is not None:
                self.book.gap(node.name, now)

    def _read_nodes(self) -> None:
        new = self.session.machines.read()
        before, now = _online(self.state.nodes), _online(new)
        if self.state.nodes.nodes:
            self._note(nodes_health.changes(self.state.nodes, new))
        self._merge(nodes=new)
        if before != now:
            self._look_again(bool(now - before))

    def _look_again(self, came: bool) -> None:
        """Nodes came or went: what was read of volumes and members before may be wrong by now."""
        if self.state.gluster is not None:
            self.session.gluster.expire()
        self.gluster.poke()
        self.etcd.poke()
        if came:
            self.disk_poller.poke()

    def _on_read(self, name: str, new: object) -> None:
        errors = {key: error for key, error in self.state.errors.items() if key != name}
        read_at = {**self.state.read_at, name: time.time()}
        if isinstance(new, GlusterState):
            if self.state.gluster is not None:
                self._note(gluster_health.changes(self.state.gluster, new))
            self._merge(gluster=new, errors=errors, read_at=read_at)
        elif isinstance(new, EtcdState):
            if self.state.etcd is not None:
                self._note(etcd_health.changes(self.state.etcd, new))
            self._merge(etcd=new, errors=errors, read_at=read_at)

    def _on_lost(self, name: str, error: Exception) -> None:
        shown = error if isinstance(error, NasError) else _bug(error)
        self._merge(errors={**self.state.errors, name: shown})

    def _on_disks(self, disks: tuple[Disk, ...]) -> None:
        self._bare_disks = disks
        self._show_disks()
        self.changed.emit()

    def _show_disks(self) -> None:
        """With the volumes on them, and why they take no bricks now."""
        drains = self.state.etcd.drains if self.state.etcd is not None else {}
        self.disks = with_drains(with_volumes(self._bare_disks, self.state.gluster), drains)

    def _merge(
        self,
        *,
        nodes: NodesState | None = None,
        gluster: GlusterState | None = None,
        etcd: EtcdState | None = None,
        errors: dict[str, NasError] | None = None,
        read_at: dict[str, float] | None = None,
    ) -> None:
        old = self.state
        self.state = replace(
            old,
            profile=self.session.profile,
            nodes=nodes or old.nodes,
            gluster=gluster or old.gluster,
            etcd=etcd or old.etcd,
            errors=old.errors if errors is None else errors,
            read_at=old.read_at if read_at is None else read_at,
        )
        if gluster is not None or etcd is not None:
            self._show_disks()
        self.found = self._since.stamp(problems(self.state))
        self.verdict = verdict(self.state, self.found)
        self.changed.emit()

    def set_etcd_left(self, nodes: frozenset[str]) -> None:
        """Nodes on which something of etcd is left although they are no members."""
        self.state = replace(self.state, etcd_left=nodes)
        self.changed.emit()

    def set_machines(self, readings: Mapping[str, Reading]) -> None:
        """Machines were looked at closely: disks that fail and clocks that are wrong are problems, too."""
        self.state = replace(self.state, machines=readings)
        self._merge()

    def _note(self, events: tuple[Event, ...]) -> None:
        if events:
            self.events = (*reversed(events), *self.events)[:EVENTS]

    def run_plan(self, plan: Plan, typed: str, wait: bool = False) -> Job:
        """Run a plan that the user agreed to, as a job in the plan's lane.

        `wait`: until another administrator's change is done, however long it takes.
        """
        plan = plan.with_author(self.session.user)
        job = Job(plan.title, plan.lane or None, by=self.session.user, icon=plan.icon)
        job.cancel_effect = plan.cancel_effect
        self._note((Event(time.time(), Severity.INFO, _("Started: {title}").format(title=plan.title), "", ""),))
        end = partial(self._on_plan_end, job, plan)
        return self.jobs.submit(
            self,
            job,
            lambda j: self.session.executor.run(plan, j, confirmed=typed, wait_lock=None if wait else 0.0),
            lambda _outcomes: end(None),
            end,
            lambda: end(None),
        )

    def _on_plan_end(self, job: Job, plan: Plan, error: Exception | None) -> None:
        now = time.time()
        if isinstance(error, LockHeld):
            self._note((Event(now, Severity.INFO, _("Not done: {title}").format(title=plan.title), str(error)),))
        elif error is not None:
            unknown = isinstance(error, OutcomeUnknown)
            title = _("Outcome unknown: {title}") if unknown else _("Failed: {title}")
            self._note((Event(now, Severity.CRITICAL, title.format(title=plan.title), str(error)),))
        elif job.cancelled:
            self._note((Event(now, Severity.INFO, _("Cancelled: {title}").format(title=plan.title)),))
        else:
            self._note((Event(now, Severity.OK, _("Done: {title}").format(title=plan.title)),))
        self.session.gluster.expire()
        self.gluster.poke()
        self.etcd.poke()
        self.disk_poller.poke()
        self.plan_ended.emit(job, plan, error)
        self.changed.emit()


def _online(state: NodesState) -> set[str]:
    return {node.name for node in state.nodes if node.online}


def _bug(error: Exception) -> NasError:
    """Polling never opens a dialog: a mistake of ours is shown in the place of the data it kept us from."""
    return NasError(
        _("This is a bug in NAS Cluster GUI: {error}").format(error=repr(error)),
        hint=_("Other pages go on. Report it with the details."),
        details=repr(error),
    )
