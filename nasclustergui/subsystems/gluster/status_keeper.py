"""Keeps the newest reading of `volume status` and renews it in the background: a poll never hangs on it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace

from nasclustergui.core.errors import Cancelled
from nasclustergui.core.job import Job
from nasclustergui.subsystems.gluster.model import Volume
from nasclustergui.subsystems.gluster.status_reader import Reading, StatusReader

SHORTEST, LONGEST = 2.0, 15.0  # seconds between readings, which take the cluster's lock: other tools need it too
SHARE = 0.05  # of the time at most is spent reading under the lock
LATE = 3.0  # seconds in which a reading should have ended
AFTER_ERROR = (4.0, 8.0, 15.0, 30.0)  # growing pauses while it can't be read


class StatusKeeper:
    """At most one reading is under way; it outlives the poll that began it. Thread-safe."""

    def __init__(self, reader: StatusReader) -> None:
        self._reader = reader
        self._job = Job("volume status", quiet=True)
        self._lock = threading.Lock()
        self._idle = threading.Condition(self._lock)
        self._reading = Reading()
        self._busy_since: float | None = None
        self._tried_at = 0.0
        self._pause = SHORTEST
        self._absent: set[str] = set()
        self._failed: set[str] = set()
        self._errors = 0
        self._again = False
        self._crash: BaseException | None = None

    @property
    def reading(self) -> Reading:
        """The newest one."""
        with self._lock:
            return self._reading

    @property
    def late(self) -> bool:
        """True if a reading is under way that should have ended by now."""
        with self._lock:
            return self._busy_since is not None and time.monotonic() - self._busy_since > LATE

    def expire(self) -> None:
        """Something was changed: what was read before, or is being read now, may be outdated."""
        with self._lock:
            self._tried_at = 0.0
            self._errors = 0
            self._again = self._busy_since is not None
            self._reading = replace(self._reading, detail_at=0.0)

    def renew(self, volumes: Sequence[Volume], absent: Sequence[str], failed: Iterable[str] = ()) -> None:
        """Begin a reading if one is due and none is under way.

        `absent`: nodes whose peers are not connected. `failed`: nodes that gluster could not be asked on.
        """
        with self._lock:
            pause = AFTER_ERROR[min(self._errors, len(AFTER_ERROR)) - 1] if self._errors else self._pause
            news = set(absent) != self._absent  # a peer came or went: that can't wait
            news = news or (not self._errors and not self._failed >= set(failed))  # nor can the first sign of trouble
            self._failed = set(failed)
            due = news or time.monotonic() - self._tried_at >= pause or not self._tried_at
            if not due or self._busy_since is not None or self._job.cancelled:
                return
            self._busy_since = time.monotonic()
            self._absent = set(absent)
        threading.Thread(
            target=self._work, args=(tuple(volumes), tuple(absent)), daemon=True, name="gluster-status"
        ).start()

    def wait(self, seconds: float, job: Job) -> None:
        """Wait for the reading under way, but not longer than `seconds` after it began. Raises Cancelled."""
        while True:
            with self._lock:
                left = 0.0 if self._busy_since is None else self._busy_since + seconds - time.monotonic()
                if left > 0:
                    self._idle.wait(min(left, 0.1))
                crash, self._crash = self._crash, None
            if crash is not None:
                raise crash
            if left <= 0:
                return
            job.check()

    def close(self) -> None:
        """Stop what is under way and begin nothing more."""
        self._job.cancel()

    def _work(self, volumes: tuple[Volume, ...], absent: tuple[str, ...]) -> None:
        before, crash = self.reading, None
        reading = before
        try:
            reading = self._reader.read(volumes, absent, before, self._job)
        except Cancelled:
            pass
        except Exception as error:  # handed to the poll that waits: a mistake must not vanish in this thread
            crash = error
        with self._lock:
            self._reading, self._crash = replace(reading, detail_at=0.0) if self._again else reading, crash
            self._errors = self._errors + 1 if reading.error else 0
            now = time.monotonic()
            took = now - (self._busy_since or now) if reading.locked is None else reading.locked
            self._pause = min(max(took / SHARE, SHORTEST), LONGEST)
            self._tried_at = 0.0 if self._again else now
            self._busy_since, self._again = None, False
            self._idle.notify_all()
