"""Runs a look in a worker thread and brings each check's outcome to a dialog as it comes."""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal, Slot

from nasclustergui.cluster.lifecycle.join.look import Tell
from nasclustergui.cluster.lifecycle.join.model import Check, Finding, Verdict
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.ui.jobs import Jobs, is_over

Work = Callable[[Job, Tell], Verdict]


class Looker(QObject):
    """One per dialog.

    Signals:
        found: (Check, findings). ended: the Verdict, or None when it was stopped. failed: the error.
    """

    found = Signal(object, object)
    ended = Signal(object)
    failed = Signal(object)
    _told = Signal()  # the only one that crosses threads

    def __init__(self, jobs: Jobs, parent: QObject) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._job: Job | None = None
        self._findings: deque[tuple[Job, Check, tuple[Finding, ...]]] = deque()
        self._told.connect(self._on_told, Qt.ConnectionType.QueuedConnection)

    @property
    def running(self) -> bool:
        """True while answers are awaited."""
        return self._job is not None and not is_over(self._job)

    def start(self, work: Work) -> None:
        """Look, from the beginning; an earlier look that still runs is forgotten."""
        self.stop()
        job = Job(_("Check the machine"), quiet=True)
        self._job = job

        def tell(check: Check, findings: tuple[Finding, ...]) -> None:
            self._findings.append((job, check, findings))
            with contextlib.suppress(RuntimeError):  # deleted meanwhile
                self._told.emit()

        self._jobs.submit(
            self,
            job,
            lambda j: work(j, tell),
            lambda verdict: self._end(job, verdict),
            lambda error: self._fail(job, error),
            lambda: self._end(job, None),
        )

    def stop(self) -> None:
        """Wait no longer."""
        if self._job is not None:
            self._job.cancel()

    @Slot()
    def _on_told(self) -> None:
        while self._findings:
            job, check, findings = self._findings.popleft()
            if job is self._job:
                self.found.emit(check, findings)

    def _end(self, job: Job, verdict: Verdict | None) -> None:
        if job is self._job:
            self._on_told()
            self.ended.emit(verdict)

    def _fail(self, job: Job, error: Exception) -> None:
        if job is self._job:
            self._on_told()
            self.failed.emit(error)
