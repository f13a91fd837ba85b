"""The handle that an operation holds while it runs."""

from __future__ import annotations

import itertools
import threading
import time
from collections import deque
from collections.abc import Callable
from enum import StrEnum

from nasclustergui.core.errors import Cancelled

_numbers = itertools.count(1)
OUTPUT_LINES = 2000


class JobState(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Job:
    """What one running operation tells the screen, and what the screen asks of it.

    Written by the worker thread, read by the GUI thread ten times a second, so reporting costs an
    assignment and can never flood the event loop.

    Attributes:
        number: unique in this process.
        title: for instance "Rebalance data".
        lane: jobs of one lane run one after another; None runs at once.
        by: who started it (a user's name), for the list of jobs.
        quiet: background reading (polls): never listed.
        step: what happens now; step_number of step_count, both 0 while unknown.
        progress: 0 … 1, None while unknown.
        seconds_left: an estimate as (low, likely, high), None while there is none.
        icon: name of the icon in the list of jobs.
        cancel_effect: what a cancel leaves behind, a sentence for the confirmation.
        result: what the work returned; error: what it raised.
        waits_for: what it waits for, in words: the job before it in its lane, or another administrator's change.
        remarks: what the person should know although nothing failed; part of the output too.
    """

    def __init__(
        self, title: str, lane: str | None = None, *, by: str = "", quiet: bool = False, icon: str = "list-checks"
    ) -> None:
        self.number = next(_numbers)
        self.title, self.lane, self.by, self.quiet, self.icon = title, lane, by, quiet, icon
        self.state = JobState.WAITING
        self.created = time.time()
        self.started: float | None = None
        self.ended: float | None = None
        self.step = ""
        self.step_number = self.step_count = 0
        self.progress: float | None = None
        self.seconds_left: tuple[float, float, float] | None = None
        self.waits_for = ""
        self.cancel_effect = ""
        self.error: BaseException | None = None
        self.result: object = None
        self.remarks: list[str] = []
        self._stop = threading.Event()
        self._wakers: list[Callable[[], None]] = []
        self._wakers_lock = threading.Lock()
        self._output: deque[tuple[float, str, str]] = deque(maxlen=OUTPUT_LINES)

    def report(self, step: str, progress: float | None = None) -> None:
        """Say what happens now. `progress` is 0 … 1, None while unknown."""
        self.step, self.progress = step, progress

    def write(self, node: str, line: str) -> None:
        """Add a line to the job's output, stamped with the time."""
        self._output.append((time.time(), node, line))

    def remark(self, text: str) -> None:
        """Tell the person something although nothing failed, once."""
        if text not in self.remarks:
            self.remarks.append(text)
            self.write("", text)

    @property
    def output(self) -> tuple[tuple[float, str, str], ...]:
        """(Unix time, node, line), oldest first, at most `OUTPUT_LINES`."""
        while True:
            try:
                return tuple(self._output)
            except RuntimeError:  # a worker appended meanwhile
                continue

    def cancel(self) -> None:
        """Ask the work to stop. Returns at once, wakes what blocks."""
        self._stop.set()
        with self._wakers_lock:
            wakers = tuple(self._wakers)
        for wake in wakers:
            wake()

    @property
    def cancelled(self) -> bool:
        """True once somebody asked to stop."""
        return self._stop.is_set()

    def check(self) -> None:
        """Raise Cancelled if the user asked to stop."""
        if self._stop.is_set():
            raise Cancelled

    def sleep(self, seconds: float) -> None:
        """Wait, but wake at once when cancelled."""
        if self._stop.wait(seconds):
            raise Cancelled

    def on_cancel(self, wake: Callable[[], None]) -> Callable[[], None]:
        """Call `wake` from the cancelling thread (it must not block). Returns a function that takes it back."""
        with self._wakers_lock:
            self._wakers.append(wake)
        if self._stop.is_set():
            wake()

        def forget() -> None:
            with self._wakers_lock:
                if wake in self._wakers:
                    self._wakers.remove(wake)

        return forget
