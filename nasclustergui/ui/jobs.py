"""Runs work off the GUI thread and brings the outcome back to it."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot
from shiboken6 import isValid

from nasclustergui.core.errors import Cancelled
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job, JobState
from nasclustergui.ui.workers import Workers

Work = Callable[[Job], Any]
Done = Callable[[Any], object]
Failed = Callable[[Exception], object]
Stopped = Callable[[], object]

LISTED = 200  # jobs kept in `Jobs.all`
SAMPLE_MS = 100
_BUDGET = 0.008  # seconds of outcomes handed over before the event loop gets its turn
_OVER = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


def is_over(job: Job) -> bool:
    """True once the job is done, failed or cancelled."""
    return job.state in _OVER


class _Task:
    """A job with its work and those who wait for it."""

    def __init__(self, owner: QObject, job: Job, work: Work, done: Done, failed: Failed, stopped: Stopped) -> None:
        self.owner, self.job, self.work = owner, job, work
        self.done, self.failed, self.stopped = done, failed, stopped
        self.forget_waker: Callable[[], None] = lambda: None

    def run(self) -> None:
        """In a worker thread: never raises, leaves the outcome in the job."""
        job = self.job
        job.started = time.time()
        job.state = JobState.RUNNING
        try:
            job.check()
            job.result = self.work(job)
            state = JobState.DONE
        except Cancelled:
            state = JobState.CANCELLED
        except BaseException as error:  # also SystemExit of a library: nothing may end a worker
            job.error, state = error, JobState.FAILED
        job.ended = time.time()
        job.state = state

    def tell(self) -> None:
        """In the GUI thread: call back, unless the owner is gone."""
        if not isValid(self.owner):
            return
        if self.job.state is JobState.DONE:
            self.done(self.job.result)
        elif self.job.state is JobState.CANCELLED:
            self.stopped()
        elif isinstance(self.job.error, Exception):
            self.failed(self.job.error)
        elif self.job.error is not None:
            self.failed(RuntimeError(repr(self.job.error)))


def _ignore(_outcome: object = None) -> None:
    pass


class Jobs(QObject):
    """All running work of the application. Its methods belong to the GUI thread.

    `work` runs in a worker thread; callbacks run in the GUI thread, unless their owner is gone by then.
    A job's state, times, result and error are set by the worker before anybody is told. An exception in a
    callback goes to `sys.excepthook` and harms no other job.

    Attributes:
        all: listed (not quiet) jobs, newest first, at most `LISTED`; those that run are never dropped.

    Signals: of listed jobs only, in the GUI thread.
        added: the job, when submitted.
        changed: the job, ten times a second while it runs: its progress is sampled, never pushed.
        finished: the job, after its callbacks.
    """

    added = Signal(object)
    changed = Signal(object)
    finished = Signal(object)
    _returned = Signal()  # emitted by workers; the only one that crosses threads

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.all: list[Job] = []
        self._workers = Workers()
        self._lanes: dict[str, deque[_Task]] = defaultdict(deque)  # the first of a lane is the one that runs
        self._tasks: dict[Job, _Task] = {}
        self._outcomes: deque[Job] = deque()
        self._told = threading.Event()  # a `_returned` is under way
        self._closed = False
        self._returned.connect(self._on_returned, Qt.ConnectionType.QueuedConnection)
        self._sampler = QTimer(self)
        self._sampler.setInterval(SAMPLE_MS)
        self._sampler.timeout.connect(self._on_sample)

    def submit(
        self,
        owner: QObject,
        job: Job,
        work: Work,
        done: Done = _ignore,
        failed: Failed = _ignore,
        stopped: Stopped = _ignore,
    ) -> Job:
        """Run `work(job)` in a thread; returns the job at once.

        Args:
            owner: if it is deleted meanwhile, nobody is called back (the job goes on).
            done: called with what `work` returned.
            failed: called with what it raised.
            stopped: called if the job was cancelled.
        """
        task = _Task(owner, job, work, done, failed, stopped)
        if self._closed:
            job.state = JobState.CANCELLED
            return job
        self._tasks[job] = task
        if not job.quiet:
            self._list(job)
        if job.lane is None:
            self._start(task)
        else:
            self._queue(job.lane, task)
        return job

    def running(self) -> list[Job]:
        """Listed jobs that wait or run, newest first."""
        return [job for job in self.all if not is_over(job)]

    def close(self, seconds: float = 1.5) -> bool:
        """Cancel everything; wait for the workers, but never longer than `seconds`. True if all ended.

        The default leaves the rest of the process half a second, so that the app is gone two after its window.
        Nobody is called back any more. Cancelling happens in a thread of its own, so that neither a
        waker that blocks nor one that raises can hold the exit.
        """
        self._closed = True
        self._sampler.stop()
        end = time.monotonic() + seconds
        jobs = [job for job in self._tasks if not is_over(job)]
        canceller = threading.Thread(target=_cancel_all, args=(jobs,), name="cancel", daemon=True)
        canceller.start()
        canceller.join(seconds)
        return self._workers.close(end - time.monotonic())

    def _list(self, job: Job) -> None:
        self.all.insert(0, job)
        if len(self.all) > LISTED:
            oldest = next((j for j in reversed(self.all) if is_over(j)), None)
            if oldest is not None:
                self.all.remove(oldest)
        self._sampler.start()
        self.added.emit(job)

    def _queue(self, name: str, task: _Task) -> None:
        lane = self._lanes[name]
        lane.append(task)
        if len(lane) == 1:
            self._start(task)
        else:
            task.job.waits_for = lane[0].job.title
            task.forget_waker = task.job.on_cancel(partial(self._post, task.job))

    def _start(self, task: _Task) -> None:
        task.forget_waker()
        task.job.waits_for = ""

        def run() -> None:
            task.run()
            self._post(task.job)

        self._workers.start(run)

    def _post(self, job: Job) -> None:
        """From any thread: an outcome is there (or a waiting job was cancelled)."""
        self._outcomes.append(job)
        if not self._closed and not self._told.is_set():
            self._told.set()
            with contextlib.suppress(RuntimeError):  # the application ended, and we with it
                self._returned.emit()

    @Slot()
    def _on_returned(self) -> None:
        self._told.clear()  # first: what is posted from here on tells again
        end = time.monotonic() + _BUDGET
        while self._outcomes and not self._closed:
            self._settle(self._outcomes.popleft())
            if time.monotonic() > end and self._outcomes and not self._told.is_set():
                self._told.set()
                self._returned.emit()
                return

    def _settle(self, job: Job) -> None:
        task = self._tasks.get(job)
        if task is None:
            return
        if job.lane is not None and not self._leave(job.lane, task):
            return
        del self._tasks[job]
        try:
            task.tell()
        except Exception:
            sys.excepthook(*sys.exc_info())
        if not job.quiet:
            self.finished.emit(job)

    def _leave(self, name: str, task: _Task) -> bool:
        """Take the task out of its lane and start the next; False if it has started but not ended."""
        job, lane = task.job, self._lanes[name]
        if lane[0] is not task:  # cancelled while it waited
            lane.remove(task)
            job.ended, job.state, job.waits_for = time.time(), JobState.CANCELLED, ""
            return True
        if not is_over(job):
            return False
        lane.popleft()
        if lane:
            self._start(lane[0])
            for waiting in tuple(lane)[1:]:
                waiting.job.waits_for = lane[0].job.title
        else:
            del self._lanes[name]
        return True

    @Slot()
    def _on_sample(self) -> None:
        listed = [job for job in self._tasks if not job.quiet]
        if not listed:
            self._sampler.stop()
        for job in listed:
            if job.state is not JobState.WAITING:
                self.changed.emit(job)


def _cancel_all(jobs: list[Job]) -> None:
    for job in jobs:
        try:
            job.cancel()
        except Exception as error:  # one job's waker must not spare the others
            job.write("", _("The job could not be cancelled: {error}").format(error=error))
