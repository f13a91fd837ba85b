"""A watch that loses nothing and shows nothing twice, whatever happens to the members."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from typing import Any

from nasclustergui.core.errors import Cancelled, NasError
from nasclustergui.remote import etcd_messages
from nasclustergui.remote.etcd_errors import RpcFailed, Verdict, reason
from nasclustergui.remote.etcd_failover import Failover
from nasclustergui.remote.etcd_link import Link
from nasclustergui.remote.etcd_types import WatchEvent, WatchKind, WatchState

_log = logging.getLogger(__name__)
_PAUSE, _LONGEST_PAUSE = 0.1, 2.0  # seconds between rounds over all members
_LONGEST_REFUSED = 30.0  # seconds between rounds while all refuse: a login costs the server much

OnEvents = Callable[[tuple[WatchEvent, ...]], None]
OnState = Callable[[WatchState], None]


class Watch:
    """Changes of a range of keys, delivered in order, each once.

    It has a stream and a thread of its own. A reply of etcd always holds whole revisions, so when the stream breaks
    the next one, at any member, begins at the last delivered revision + 1. `on_events` and `on_state` run in the
    watch's thread and must not block for long; an exception in them is logged and changes nothing.
    """

    def __init__(
        self,
        failover: Failover[Link],
        span: tuple[bytes, bytes],
        current_revision: Callable[[], int],
        on_events: OnEvents,
        on_state: OnState,
        start_revision: int | None,
        prev: bool = False,
    ) -> None:
        """`prev`: events carry what each key was before."""
        self._failover, self._span, self._current_revision = failover, span, current_revision
        self._on_events, self._on_state = on_events, on_state
        self._next, self._prev = start_revision, prev
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._call: Any = None
        self._fruitful = False
        self._thread = threading.Thread(target=self._run, name="etcd-watch", daemon=True)
        self._thread.start()

    @property
    def next_revision(self) -> int | None:
        """The first revision not delivered yet; None before the first connection if none was asked for."""
        return self._next

    @property
    def ended(self) -> bool:
        """True once nothing will be delivered any more: it was stopped, or its client was closed."""
        return self._stop.is_set() or not self._thread.is_alive()

    @property
    def alive(self) -> bool:
        """It listens or tries to; False once it or its client was closed."""
        return self._thread.is_alive()

    def close(self, seconds: float = 1.0) -> bool:
        """End the stream and the thread; False if a callback still runs after `seconds`."""
        self.stop()
        if self._thread is not threading.current_thread():
            self._thread.join(seconds)
        return not self._thread.is_alive()

    def stop(self) -> None:
        """Begin to end; does not wait."""
        self._stop.set()
        with self._lock:
            if self._call is not None:
                self._call.cancel()

    def _run(self) -> None:
        pause = _PAUSE
        try:
            while not self._stop.is_set():
                refused = self._round()
                longest = _LONGEST_REFUSED if refused else _LONGEST_PAUSE
                pause = _PAUSE if self._fruitful else min(longest, pause * 2)
                self._stop.wait(pause)
        except Cancelled:
            return

    def _round(self) -> bool:
        """Listen at one member after the other. True if all of them refused for good."""
        self._fruitful, refusals = False, 0
        order = self._failover.order()
        for i in order:
            if self._stop.is_set():
                return False
            link = self._failover.members[i]
            try:
                self._listen(i, link)
            except RpcFailed as failure:
                if self._stop.is_set():
                    return False
                refusals += self._lost(i, link, failure)
                if self._fruitful:  # it worked for a while: begin anew with the best
                    return False
        return refusals == len(order)

    def _lost(self, i: int, link: Link, failure: RpcFailed) -> int:
        """Take note of a broken stream; 1 if the member refused for good."""
        _log.info("watch at %s ended: %s %s", link.url, failure.code, failure.text)
        self._failover.failed(i)
        self._tell(WatchState(WatchKind.LOST, link.url, self._next or 0, reason(failure)))
        if failure.verdict is Verdict.NEXT:
            return 0
        link.forget_token()  # a watch with a token that ran out is refused as "permission denied"
        return 1

    def _listen(self, i: int, link: Link) -> None:
        """Deliver changes until the stream breaks, which raises RpcFailed."""
        revision = self._start()
        requests: queue.SimpleQueue[Any] = queue.SimpleQueue()
        requests.put(etcd_messages.watch_request(*self._span, revision, self._prev))
        call = link.stream("Watch.Watch", iter(requests.get, None))
        with self._lock:
            self._call = call
        if self._stop.is_set():
            call.cancel()
        try:
            for reply in call:
                self._take(i, link, reply)
            raise RpcFailed(link.url, "UNAVAILABLE", "the member ended the watch")
        except (RpcFailed, Cancelled):
            raise
        except Exception as error:
            raise link.stream_failed(error) from error
        finally:
            requests.put(None)
            call.cancel()

    def _start(self) -> int:
        """Where to begin: now, if nothing was delivered and nothing asked for."""
        while self._next is None:
            try:
                self._next = self._current_revision() + 1
            except NasError as error:
                self._tell(WatchState(WatchKind.LOST, "", 0, str(error)))
                if self._stop.wait(_LONGEST_PAUSE):
                    raise Cancelled from error
        return self._next

    def _take(self, i: int, link: Link, reply: Any) -> None:
        if reply.compact_revision:
            self._compacted(link)
            raise RpcFailed(link.url, "ABORTED", "compacted")
        if reply.canceled:
            why = str(reply.cancel_reason).rpartition("desc = ")[2]  # "rpc error: code = PermissionDenied desc = …"
            raise RpcFailed(link.url, "PERMISSION_DENIED", why)
        if reply.created:
            self._fruitful = True
            self._failover.worked(i)
            self._tell(WatchState(WatchKind.CONNECTED, link.url, self._next or 0))
        events = tuple(e for e in etcd_messages.watch_events(reply) if e.kv.mod_revision >= (self._next or 0))
        if events:
            self._next = events[-1].kv.mod_revision + 1
            self._guard(self._on_events, events)

    def _compacted(self, link: Link) -> None:
        """Go on at the present; the caller lists again after it was told, so that nothing falls in between."""
        self._next = None
        revision = self._start()
        self._tell(WatchState(WatchKind.COMPACTED, link.url, revision - 1))

    def _tell(self, state: WatchState) -> None:
        if not self._stop.is_set():
            self._guard(self._on_state, state)

    def _guard(self, callback: Callable[[Any], None], argument: object) -> None:
        try:
            callback(argument)
        except Exception:
            _log.exception("a watch's callback failed")
