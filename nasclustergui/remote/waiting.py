"""Blocking calls that a job's cancel wakes at once: a bell, a deadline, a few daemon threads."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from types import TracebackType

from nasclustergui.core.job import Job


class TimeUp(Exception):
    """The deadline of a `Watch` passed. Never leaves `remote/`: it becomes NoAnswer there.

    Attributes:
        sent: the command had been sent.
    """

    sent = False


class Bell(threading.Event):
    """Wakes the one thread that waits; rung any number of times before that, it counts once.

    It stands in for the Event of a paramiko buffer, which clears it when it was read empty: that
    must not swallow a ring that came from elsewhere, so only `wait` resets it. Look at what may
    have happened after `wait`, not before.
    """

    def clear(self) -> None:
        """Does nothing, see above."""

    def wait(self, timeout: float | None = None) -> bool:
        """Sleep until it rings, at most `timeout` seconds; True if it rang."""
        rang = super().wait(timeout)
        super().clear()
        return rang


class Watch:
    """What ends a blocking call early: its deadline and its job's cancel. Used by one thread, in a `with`.

    Attributes:
        bell: ring it when something changed that the caller may wait for.
        seconds: how long the call may take; None for ever.
    """

    def __init__(self, seconds: float | None = None, job: Job | None = None) -> None:
        self.bell = Bell()
        self.seconds = seconds
        self._end = None if seconds is None else time.monotonic() + seconds
        self._job = job
        self._forget: Callable[[], None] | None = None

    def __enter__(self) -> Watch:
        if self._job is not None:
            self._forget = self._job.on_cancel(self.bell.set)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._forget is not None:
            self._forget()

    def check(self) -> None:
        """Raise Cancelled or TimeUp if it is time to stop."""
        if self._job is not None:
            self._job.check()
        if self._end is not None and time.monotonic() >= self._end:
            raise TimeUp

    def until(self, true: Callable[[], bool]) -> None:
        """Sleep until `true()`, which is looked at after every ring. Raises Cancelled or TimeUp."""
        while not true():
            self.check()
            self.bell.wait(None if self._end is None else max(0.0, self._end - time.monotonic()))

    def extend(self, seconds: float) -> None:
        """Move the deadline: the time in which a person was asked something doesn't count."""
        if self._end is not None:
            self._end += seconds


class Slots:
    """At most `limit` at a time; the others wait for their turn, as long as their watch allows."""

    REGROW = 60.0  # seconds after which a smaller limit is tried out again

    def __init__(self, limit: int) -> None:
        self._limit = self._most = limit
        self._used = 0
        self._grow_at = 0.0
        self._lock = threading.Lock()
        self._waiting: set[Bell] = set()

    def acquire(self, watch: Watch) -> None:
        """Take a slot. Raises Cancelled or TimeUp, then without one."""
        if self._take(watch.bell):
            return
        try:
            watch.until(lambda: self._take(watch.bell))
        finally:
            with self._lock:
                self._waiting.discard(watch.bell)

    def _take(self, bell: Bell) -> bool:
        with self._lock:
            if self._limit < self._most and time.monotonic() >= self._grow_at:
                self._limit += 1
                self._grow_at = time.monotonic() + self.REGROW
            if self._used >= self._limit:
                self._waiting.add(bell)
                return False
            self._used += 1
            return True

    def release(self) -> None:
        """Give a slot back."""
        with self._lock:
            self._used -= 1
            waiting = tuple(self._waiting)
        for bell in waiting:
            bell.set()

    def shrink(self) -> bool:
        """The other side refused one of ours: allow fewer for a while. False if it was the only one."""
        with self._lock:
            if self._used <= 1:
                return False
            self._limit = min(self._limit, self._used - 1)
            self._grow_at = time.monotonic() + self.REGROW
            return True


class DaemonPool:
    """A few threads for work that may block for long; the program's exit never waits for them."""

    IDLE = 20.0

    def __init__(self, name: str, size: int) -> None:
        self._name, self._size = name, size
        self._ready = threading.Condition()
        self._work: deque[Callable[[], None]] = deque()
        self._threads = self._idle = self._started = 0

    def submit(self, work: Callable[[], None]) -> None:
        """Run it soon in one of the threads. It must not raise."""
        with self._ready:
            self._work.append(work)
            if self._idle >= len(self._work):
                self._ready.notify()
            elif self._threads < self._size:
                self._threads += 1
                self._started += 1
                threading.Thread(target=self._serve, name=f"{self._name}-{self._started}", daemon=True).start()

    def _serve(self) -> None:
        try:
            while (work := self._next()) is not None:
                work()
        finally:
            with self._ready:
                self._threads -= 1

    def _next(self) -> Callable[[], None] | None:
        with self._ready:
            self._idle += 1
            try:
                self._ready.wait_for(lambda: bool(self._work), self.IDLE)
            finally:
                self._idle -= 1
            return self._work.popleft() if self._work else None
