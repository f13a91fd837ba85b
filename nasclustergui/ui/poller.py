"""Reads the state of something every few seconds, politely."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from nasclustergui.core.errors import NasError, ServiceDown
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.units import duration
from nasclustergui.ui.jobs import Jobs

HIDDEN_FACTOR = 5  # a page nobody looks at is read that much less often
LONGEST_MS = 30_000  # how far backing off goes
_BUSY_SHARE = 0.5  # of the time that reading may take before it is done less often


class Poller(QObject):
    """Calls `read` again and again: never two at once, less often while it is slow, fails or nobody looks.

    It never opens a dialog: who shows the state says how old it is (`fresh_at`) and why (`lost`).

    Attributes:
        fresh_at: Unix time at which the last state arrived, None before the first.
        busy_since: Unix time at which the read under way began, None while there is none.
        failures: reads that failed since the last good one.

    Signals:
        state: what `read` returned.
        lost: the error that kept us from getting it. A read that hangs past the deadline says so once, as
            ServiceDown, and is asked to stop; the next one starts when it has really ended.
    """

    state = Signal(object)
    lost = Signal(object)

    def __init__(
        self,
        jobs: Jobs,
        read: Callable[[Job], object],
        every_ms: int,
        *,
        name: str = "poll",
        lane: str | None = None,
        deadline_ms: int = 20_000,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.fresh_at: float | None = None
        self.busy_since: float | None = None
        self.failures = 0
        self._jobs, self._read, self._every_ms = jobs, read, every_ms
        self._name, self._lane = name, lane
        self._job: Job | None = None
        self._running = self._again = self._overdue = False
        self._visible = True
        self._took_ms = self._began = 0.0
        self._ended: float | None = None  # monotonic time of the last read's end
        self._next = QTimer(self)
        self._next.setSingleShot(True)
        self._next.timeout.connect(self._begin)
        self._deadline = QTimer(self)
        self._deadline.setSingleShot(True)
        self._deadline.setInterval(deadline_ms)
        self._deadline.timeout.connect(self._on_deadline)

    def start(self) -> None:
        """Read now and from then on."""
        if not self._running:
            self._running = True
            self.poke()

    def stop(self) -> None:
        """Read no more; a read under way is cancelled and its outcome ignored."""
        self._running = self._again = False
        self._next.stop()
        self._deadline.stop()
        if self._job is not None:
            self._job.cancel()

    @Slot()
    def poke(self) -> None:
        """Read now, for instance because something was changed; if a read is under way, once more after it."""
        if not self._running:
            return
        if self._job is not None:
            self._again = True
        else:
            self._begin()

    def set_visible(self, visible: bool) -> None:
        """Hidden, it reads `HIDDEN_FACTOR` times less often; shown again, at once if the state is old."""
        if visible == self._visible:
            return
        self._visible = visible
        if self._job is not None or not self._running:
            return
        since_ms = 0.0 if self._ended is None else 1000 * (time.monotonic() - self._ended)
        self._next.start(max(0, round(self.interval_ms() - since_ms)))

    def interval_ms(self) -> int:
        """Time from the end of a read to the next one, as things stand."""
        every = self._every_ms * (1 if self._visible else HIDDEN_FACTOR)
        slow = self._took_ms * (1 / _BUSY_SHARE - 1)
        backed_off = max(float(every << min(self.failures, 10)), slow)
        return max(every, round(min(backed_off, LONGEST_MS)))

    @Slot()
    def _begin(self) -> None:
        self._next.stop()
        self._again = self._overdue = False
        self.busy_since, self._began = time.time(), time.monotonic()
        self._deadline.start()
        self._job = Job(self._name, self._lane, quiet=True)
        self._jobs.submit(self, self._job, self._read, self._on_state, self._on_error, self._on_stopped)

    def _end(self) -> bool:
        """A read ended; True if somebody still wants to know."""
        self._deadline.stop()
        self._ended = time.monotonic()
        self._took_ms = 1000 * (self._ended - self._began)
        self._job, self.busy_since = None, None
        return self._running

    def _plan_next(self) -> None:
        if self._running and self._job is None:
            if self._again:
                self._begin()
            else:
                self._next.start(self.interval_ms())

    def _on_state(self, state: object) -> None:
        if self._end():
            self.failures = 0
            self.fresh_at = time.time()
            self.state.emit(state)
            self._plan_next()

    def _on_error(self, error: Exception) -> None:
        if self._end():
            self._fail(error)
            self._plan_next()

    def _on_stopped(self) -> None:
        if self._end():
            self._plan_next()

    def _fail(self, error: Exception) -> None:
        if self._overdue:  # told already
            return
        self.failures += 1
        self.lost.emit(error)

    @Slot()
    def _on_deadline(self) -> None:
        if self._job is None:
            return
        self._fail(self._no_answer())
        self._overdue = True
        self._job.cancel()

    def _no_answer(self) -> NasError:
        waited = duration(self._deadline.interval() / 1000)
        return ServiceDown(
            _("No answer within {time}").format(time=waited),
            hint=_("It is read again as soon as the cluster answers."),
        )
