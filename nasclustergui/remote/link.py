"""How we stand with one node: connects in the background, notices a loss, tries again with patience."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from nasclustergui.core.errors import HostKeyChanged, HostKeyUnknown, LoginRefused, NodeError, Unreachable
from nasclustergui.core.i18n import _
from nasclustergui.remote.waiting import Bell, DaemonPool, Watch

if TYPE_CHECKING:
    from nasclustergui.remote.ssh_transport import SshTransport

QUIET = 4.0  # seconds without a packet after which we ask for a sign of life …
PATIENCE = 9.0  # … and for how long we wait for it
MAX_DELAY = 30.0
STEADY = 10.0  # a connection that lived so long wasn't a failure
REFUSED_DELAY = 300.0  # keys were refused: seldom enough for fail2ban
HOST_KEY_DELAY = 60.0


class LinkState(StrEnum):
    """How we stand with a node; the same words as `subsystems.nodes.model.Link`."""

    ONLINE = "online"
    CONNECTING = "connecting"
    LOST = "lost"
    REFUSED = "refused"


@dataclass(frozen=True)
class LinkInfo:
    """A moment of a link.

    Attributes:
        state: CONNECTING as long as the node was never reached, LOST after it was.
        error: why there is no connection; None while there is one or while the first attempt runs.
        since: Unix time of the last change of `state`.
        retry_at: Unix time of the next attempt; None if none is planned: only `retry_now` helps.
    """

    state: LinkState
    error: NodeError | None = None
    since: float = 0.0
    retry_at: float | None = None


class Link:
    """One connection at a time to one node. All methods may be called from any thread.

    Args:
        connect: makes a connection, may block. Raises a NodeError.
        dialers: pool for `connect`. carers: pool for packets that may block on a sick connection.
        changed: called without a lock, from any thread, when `info` changed.
    """

    def __init__(
        self,
        node: str,
        connect: Callable[[], SshTransport],
        dialers: DaemonPool,
        carers: DaemonPool,
        changed: Callable[[str, LinkInfo], None],
    ) -> None:
        self._node, self._connect_now, self._dialers, self._carers = node, connect, dialers, carers
        self._changed = changed
        self._lock = threading.Lock()
        self._bells: set[Bell] = set()
        self._transport: SshTransport | None = None
        self._info = LinkInfo(LinkState.CONNECTING, since=time.time())
        self._busy = self._wait_for_it = self._closed = self._was_online = False
        self._failures = 0
        self._online_at = self._retry_at = self._pinged_at = self._answer_by = 0.0

    @property
    def info(self) -> LinkInfo:
        """How we stand now."""
        return self._info

    @property
    def shaky(self) -> bool:
        """A sign of life is overdue."""
        transport = self._transport
        return transport is not None and self._pinged_at > transport.heard_at

    def current(self) -> SshTransport | None:
        """The connection if there is one now."""
        transport = self._transport
        return transport if transport is not None and transport.is_active() else None

    def start(self) -> None:
        """Begin to connect, unless there is a connection, an attempt runs or one failed before."""
        with self._lock:
            if self._transport is None and self._info.error is None:
                self._begin(wait_for_it=True)

    def retry_now(self) -> None:
        """Connect at once, whatever happened before. `transport` waits for the outcome."""
        with self._lock:
            self._failures = 0
            if self._transport is None:
                self._begin(wait_for_it=True)

    def hurry(self) -> None:
        """The network may be back: don't wait for the planned attempt. Refusals stay as they are."""
        with self._lock:
            if self._transport is None and self._retry_at and self._info.state is not LinkState.REFUSED:
                self._failures = 0
                self._begin(wait_for_it=False)

    def transport(self, watch: Watch) -> SshTransport:
        """The connection; waits for a first or a wished attempt. Raises the last error, Cancelled or TimeUp."""
        self.start()
        with self._lock:
            self._bells.add(watch.bell)
        try:
            watch.until(lambda: self._closed or self.current() is not None or not (self._busy and self._wait_for_it))
        finally:
            with self._lock:
                self._bells.discard(watch.bell)
        transport, error = self.current(), self._info.error
        if transport is not None:
            return transport
        if error is not None:
            raise error.with_traceback(None)
        raise Unreachable(self._node, _("the connection broke"))

    def tick(self, now: float) -> None:
        """Once a second: try again when it is time, notice a silent peer. `now` is monotonic."""
        transport = self._transport
        if transport is None:
            with self._lock:
                if self._retry_at and now >= self._retry_at:
                    self._begin(wait_for_it=False)
        elif self._pinged_at > transport.heard_at:
            if now >= self._answer_by:
                transport.drop(_("no sign of life from the node"))
        elif now - transport.heard_at >= QUIET:
            self.probe(PATIENCE)

    def probe(self, patience: float) -> None:
        """Ask for a sign of life now; without one within `patience` seconds the connection counts as lost."""
        transport, now = self._transport, time.monotonic()
        if transport is None:
            return
        waiting = self._pinged_at > transport.heard_at
        self._answer_by = min(self._answer_by, now + patience) if waiting else now + patience
        if not waiting:
            self._pinged_at = now
            self._carers.submit(transport.ping)

    def close(self) -> None:
        """End it for good, without waiting."""
        with self._lock:
            self._closed = True
            self._retry_at = 0.0
            transport = self._transport
        if transport is not None:
            transport.drop()
        self._ring()

    def _begin(self, wait_for_it: bool) -> None:
        """With the lock held: let a thread connect, if none does yet."""
        self._retry_at = 0.0
        self._wait_for_it = self._wait_for_it or wait_for_it
        if not self._busy and not self._closed:
            self._busy = True
            self._dialers.submit(self._dial)

    def _dial(self) -> None:
        try:
            transport = self._connect_now()
        except NodeError as error:
            self._failed(error)
        except Exception as error:  # a bug or a bad file; the link must stay usable
            said = _("connecting failed ({reason})").format(reason=error)
            self._failed(Unreachable(self._node, said, hint=_("This is a bug."), details=repr(error)))
        else:
            self._connected(transport)

    def _connected(self, transport: SshTransport) -> None:
        with self._lock:
            self._busy = self._wait_for_it = False
            self._pinged_at = 0.0
            if self._closed:
                transport.drop()
                return
            self._transport = transport
            self._was_online = True
            self._online_at = time.monotonic()
            self._info = LinkInfo(LinkState.ONLINE, since=time.time())
        transport.on_end = self._ended
        if not transport.is_active():  # it ended before we could listen
            self._ended(transport)
        self._tell()

    def _failed(self, error: NodeError) -> None:
        with self._lock:
            self._busy = self._wait_for_it = False
            self._failures += 1
            delay = self._delay(error)
            self._schedule(error, delay)
        self._tell()

    def _ended(self, transport: SshTransport) -> None:
        """Called by the connection's thread when it ended."""
        error = Unreachable(
            self._node,
            transport.ended_because or transport.goodbye or _("the connection broke"),
        )
        with self._lock:
            if self._transport is not transport:
                return
            self._transport = None
            steady = time.monotonic() - self._online_at >= STEADY
            self._failures = 0 if steady else self._failures + 1
            if steady:
                self._schedule(error, None)
                self._begin(wait_for_it=True)
            else:
                self._schedule(error, self._delay(error))
        self._tell()

    def _schedule(self, error: NodeError, delay: float | None) -> None:
        """With the lock held: note the error and when to try again."""
        refused = isinstance(error, LoginRefused | HostKeyUnknown | HostKeyChanged)
        state = LinkState.LOST if self._was_online else LinkState.CONNECTING
        state = LinkState.REFUSED if refused else state
        since = self._info.since if self._info.state is state else time.time()
        self._retry_at = 0.0 if delay is None else time.monotonic() + delay
        self._info = LinkInfo(state, error, since, None if delay is None else time.time() + delay)

    def _delay(self, error: NodeError) -> float | None:
        """Seconds until the next attempt; None if only the user can help."""
        if isinstance(error, LoginRefused):
            from nasclustergui.remote.ssh_auth import SecretRefused

            if isinstance(error, SecretRefused):
                return None
            return MAX_DELAY if self._was_online else REFUSED_DELAY
        if isinstance(error, HostKeyUnknown | HostKeyChanged):
            return HOST_KEY_DELAY
        return min(MAX_DELAY, 2.0 ** min(self._failures - 1, 5)) * random.uniform(0.8, 1.2)

    def _tell(self) -> None:
        self._ring()
        if not self._closed:
            self._changed(self._node, self._info)

    def _ring(self) -> None:
        with self._lock:
            bells = tuple(self._bells)
        for bell in bells:
            bell.set()
