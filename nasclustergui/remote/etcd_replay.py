"""Reads the past of one key as etcd still knows it: every change, deletions too, which no reading of keys shows."""

from __future__ import annotations

import queue
import threading
from collections import deque
from dataclasses import dataclass
from typing import Any

from nasclustergui.core.errors import Cancelled
from nasclustergui.core.job import Job
from nasclustergui.remote import etcd_messages
from nasclustergui.remote.etcd_errors import RpcFailed, Verdict
from nasclustergui.remote.etcd_link import Link
from nasclustergui.remote.etcd_types import WatchEvent

QUIET = 1.0  # seconds without an event after which a past without a known end counts as read


@dataclass(frozen=True)
class Replay:
    """The changes of a key.

    Attributes:
        events: oldest first, the newest ones if there are more than were wanted.
        since: the revision from which on nothing is missing: the one asked for, or what compaction left.
        dropped: how many older events were left out.
    """

    events: tuple[WatchEvent, ...]
    since: int
    dropped: int = 0


def replay(
    link: Link,
    span: tuple[bytes, bytes],
    start: int,
    until: int,
    newest: int,
    seconds: float,
    job: Job | None = None,
) -> Replay:
    """Everything since revision `start`, or since the compaction after it.

    `until`: the revision of an event that is known to exist: it ends the reading, for certain. With 0 (a key that is
    not there now has no such event) it ends once etcd told nothing more for `QUIET` seconds; etcd sends the past within
    about 0.1 s. Raises RpcFailed (also when `seconds` are over), Cancelled.
    """
    again = True
    while not until or start <= until:
        reading = _Reading(link, span, start, until, newest, seconds, job)
        try:
            compacted = reading.run()
        except RpcFailed as failure:
            if failure.verdict is Verdict.NEXT or not again:
                raise
            again = False  # a watch with a token that ran out is refused as "permission denied"
            link.forget_token()
            continue
        if not compacted:
            return Replay(tuple(reading.events), start, reading.count - len(reading.events))
        start = compacted
    return Replay((), start)


class _Reading:
    """One stream, from its request to its end."""

    def __init__(
        self,
        link: Link,
        span: tuple[bytes, bytes],
        start: int,
        until: int,
        newest: int,
        seconds: float,
        job: Job | None,
    ) -> None:
        self._link, self._until, self._job = link, until, job
        self._request = etcd_messages.watch_request(*span, start)
        self._seconds = seconds
        self.events: deque[WatchEvent] = deque(maxlen=newest)
        self.count = 0
        self._told = threading.Event()  # something came since the last look
        self._over = threading.Event()
        self._quiet = False

    def run(self) -> int:
        """0, or the first revision that is still there if `start` was compacted away."""
        requests: queue.SimpleQueue[Any] = queue.SimpleQueue()
        requests.put(self._request)
        call = self._link.stream("Watch.Watch", iter(requests.get, None), self._seconds)
        forget = self._job.on_cancel(call.cancel) if self._job else None
        listener = threading.Thread(target=self._listen_for_quiet, args=(call,), name="etcd-replay", daemon=True)
        try:
            return self._read(call, listener)
        except (RpcFailed, Cancelled):
            raise
        except Exception as error:
            if self._job:
                self._job.check()
            if self._quiet:
                return 0
            raise self._link.stream_failed(error) from error
        finally:
            self._over.set()
            requests.put(None)
            call.cancel()
            if forget:
                forget()

    def _read(self, call: Any, listener: threading.Thread) -> int:
        for reply in call:
            self._told.set()
            if reply.compact_revision:
                return int(reply.compact_revision)
            if reply.canceled:
                why = str(reply.cancel_reason).rpartition("desc = ")[2]
                raise RpcFailed(self._link.url, "PERMISSION_DENIED", why)
            if reply.created and not self._until:
                listener.start()
            for event in etcd_messages.watch_events(reply):
                self.count += 1
                self.events.append(event)
                if self._until and event.kv.mod_revision >= self._until:
                    return 0
        raise RpcFailed(self._link.url, "UNAVAILABLE", "the member ended the watch")

    def _listen_for_quiet(self, call: Any) -> None:
        while not self._over.is_set():
            self._told.clear()
            if not self._over.wait(QUIET) and not self._told.is_set():
                self._quiet = True
                call.cancel()
                return
