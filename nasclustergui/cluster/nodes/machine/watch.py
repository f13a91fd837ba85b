"""Looks at all machines every few minutes, and at one of them whenever somebody looks at its tabs."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject, QTimer, Signal

from nasclustergui.cluster.state import ClusterState
from nasclustergui.core.job import Job
from nasclustergui.subsystems.nodes.features.machine.model import Reading
from nasclustergui.subsystems.nodes.features.machine.read import Machines
from nasclustergui.ui.desk import Desk
from nasclustergui.ui.jobs import Jobs
from nasclustergui.ui.poller import Poller

EVERY_MS = 600_000  # all machines: disks fail over days, clocks drift over hours
FIRST_MS = 30_000  # after a node came: it has better things to do at once
DEADLINE_MS = 300_000


class MachineWatch(QObject):
    """Reads in worker threads; what was read is kept there and picked up by `readings`.

    Signals:
        changed: some machine was read, or could not be.
    """

    changed = Signal()

    def __init__(self, machines: Machines, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._machines = machines
        self._desk: Desk[Machines] = Desk(jobs, lambda: machines)
        self._names: tuple[str, ...] = ()
        self._online: frozenset[str] = frozenset()
        self._busy: dict[tuple[str, str], Job] = {}
        self._closed = False
        self._poller = Poller(jobs, self._look_around, EVERY_MS, name="machines", deadline_ms=DEADLINE_MS, parent=self)
        self._poller.state.connect(lambda _state: self.changed.emit())
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(FIRST_MS)
        self._soon.timeout.connect(self.look_around)

    def readings(self) -> dict[str, Reading]:
        """Of every node that was read in this session."""
        found = ((name, self._machines.latest(name)) for name in self._names)
        return {name: reading for name, reading in found if reading is not None}

    def set_state(self, state: ClusterState) -> None:
        """Nodes that came are looked at soon."""
        self._names = tuple(node.name for node in state.nodes.nodes)
        online = frozenset(node.name for node in state.nodes.nodes if node.online)
        if online - self._online and not self._soon.isActive():
            self._soon.start()
        self._online = online

    def look_around(self) -> None:
        """All that answer, now."""
        if not self._closed:
            self._poller.start()
            self._poller.poke()

    def _look_around(self, job: Job) -> object:
        return self._machines.look_around(sorted(self._online), job)

    def look(self, name: str, tab: str, anew: bool = False) -> None:
        """What the tab of that node shows; of the others what it is compared with. Once at a time."""
        self._read(name, "facts", lambda machines, job: machines.look(name, job))
        if tab == "disks":
            self._read(name, "disks", lambda machines, job: machines.look_disks(name, job))
        elif tab == "software":
            self._read(name, "updates", lambda machines, job: machines.look_updates(name, job, anew))
        if tab in ("network", "software"):
            self._compare(sorted(self._online - {name}))

    def _compare(self, others: Iterable[str]) -> None:
        for other in others:
            self._read(other, "facts", lambda machines, job, other=other: machines.look(other, job))  # type: ignore[misc]

    def busy(self, name: str) -> bool:
        """The node is being read now."""
        return any(node == name for node, _part in self._busy)

    def _read(self, name: str, part: str, work: Callable[[Machines, Job], None]) -> None:
        key = (name, part)
        if key in self._busy or self._closed or name not in self._online:
            return

        def ended(_outcome: object) -> None:
            self._busy.pop(key, None)
            if not self._closed:
                self.changed.emit()

        self._busy[key] = self._desk.read(self, work, ended, ended)

    def close(self) -> None:
        """The cluster is being left."""
        self._closed = True
        self._soon.stop()
        self._poller.stop()
        for job in self._busy.values():
            job.cancel()
        self._busy.clear()
