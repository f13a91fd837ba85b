"""Gets a call answered by any of the members: tries them in turn until one does or time is up."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from enum import Enum
from typing import Generic, Protocol, TypeVar

from nasclustergui.core.errors import Cancelled, StoreError
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.remote.etcd_errors import Circumstances, RpcFailed, Verdict, explain

_REST = 5.0  # seconds in which a member that failed is asked last
_PAUSE, _LONGEST_PAUSE = 0.05, 1.0  # seconds between rounds, doubled each time, shortened at random
_LONGEST_TRY = 5.0  # seconds


class Access(Enum):
    """What may be done when nobody knows whether a call took effect."""

    READ = "read"  # ask again
    WRITE = "write"  # ask again: the same value twice does no harm
    ONCE = "once"  # never again: a transaction whose condition held would fail the second time


class Member(Protocol):
    """What is needed of a connection here."""

    @property
    def url(self) -> str:
        """Its endpoint, for people."""

    def forget_token(self) -> None:
        """Log in again before the next call."""


M = TypeVar("M", bound=Member)
T = TypeVar("T")


class Failover(Generic[M]):
    """The members in the order of preference: the one that answered last comes first. Thread-safe.

    Attributes:
        members: connections, in the profile's order.
    """

    def __init__(
        self,
        members: Sequence[M],
        try_seconds: float = 2.0,
        diagnose: Callable[[M], str] = lambda _member: "",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`diagnose` says in a sentence what TLS has against a member, "" if nothing."""
        self.members = tuple(members)
        self._try_seconds, self._diagnose, self._clock = try_seconds, diagnose, clock
        self._preferred = 0
        self._resting: dict[int, float] = {}
        self._closed = threading.Event()

    def close(self) -> None:
        """End whatever waits between two tries."""
        self._closed.set()

    @property
    def closed(self) -> bool:
        """True after `close()`."""
        return self._closed.is_set()

    def order(self) -> list[int]:
        """Numbers of the members, best first. Those that failed lately come last but are never left out."""
        now, count = self._clock(), len(self.members)
        turn = [(self._preferred + n) % count for n in range(count)]
        return sorted(turn, key=lambda i: self._resting.get(i, 0.0) > now)

    def worked(self, i: int) -> None:
        """Member i answered: go on with it."""
        self._preferred = i
        self._resting.pop(i, None)

    def failed(self, i: int) -> None:
        """Member i failed: others first for some seconds."""
        self._resting[i] = self._clock() + _REST

    def call(
        self,
        attempt: Callable[[M, float], T],
        *,
        access: Access = Access.READ,
        seconds: float = 8.0,
        where: Circumstances | None = None,
        job: Job | None = None,
    ) -> T:
        """`attempt(member, seconds)` with one member after the other until it returns.

        Raises StoreError when a member refused for good or `seconds` are over, Cancelled when the job was cancelled
        or the client closed.
        """
        task = _Task(self, attempt, access, where or Circumstances())
        end, pause = self._clock() + seconds, _PAUSE
        patience = _LONGEST_TRY if access is Access.ONCE else self._try_seconds
        while True:
            for i in self.order():
                self._check(job)
                left = end - self._clock()
                if left > 0 and task.ask(i, min(patience, left)):
                    return task.answer[0]
            self._check(job)
            self._give_up_on_tls(task.failures)
            if self._clock() + pause >= end:
                raise task.error()
            self._wait(pause * random.random(), job)
            pause, patience = min(_LONGEST_PAUSE, pause * 2), min(_LONGEST_TRY, patience * 2)

    def _check(self, job: Job | None) -> None:
        if job:
            job.check()
        if self.closed:
            raise Cancelled

    def _wait(self, seconds: float, job: Job | None) -> None:
        if job:
            job.sleep(seconds)
        else:
            self._closed.wait(seconds)
        self._check(job)

    def _give_up_on_tls(self, failures: dict[int, RpcFailed]) -> None:
        """A refused certificate stays refused: say so at once instead of trying until time is up."""
        if len(failures) < len(self.members) or not all(each.smells_of_tls for each in failures.values()):
            return
        with ThreadPoolExecutor(len(self.members), "etcd-tls") as pool:
            faults = list(pool.map(self._diagnose, self.members))
        if all(faults):
            raise StoreError(
                faults[0],
                hint=_("Correct the certificates or the endpoints in the cluster's profile."),
                details="\n".join([*faults, *(str(each) for each in failures.values())]),
            )


class _Task(Generic[M, T]):
    """One call on its way through the members: its answer, or who refused and why."""

    def __init__(
        self, failover: Failover[M], attempt: Callable[[M, float], T], access: Access, where: Circumstances
    ) -> None:
        self._failover, self._attempt, self._access, self._where = failover, attempt, access, where
        self.answer: list[T] = []
        self.failures: dict[int, RpcFailed] = {}
        self._perhaps_done = False

    def ask(self, i: int, seconds: float) -> bool:
        """True if member i answered. Raises StoreError if asking further makes no sense."""
        try:
            self.answer = [self._try(self._failover.members[i], seconds)]
        except RpcFailed as failure:
            self._note(i, failure)
            return False
        self._failover.worked(i)
        return True

    def _try(self, member: M, seconds: float) -> T:
        try:
            return self._attempt(member, seconds)
        except RpcFailed as failure:
            if failure.verdict is not Verdict.LOGIN:
                raise
        member.forget_token()
        return self._attempt(member, seconds)

    def _note(self, i: int, failure: RpcFailed) -> None:
        self.failures[i] = failure
        if failure.verdict is not Verdict.NEXT:
            raise self.error() from failure
        self._failover.failed(i)
        self._perhaps_done = self._perhaps_done or failure.perhaps_done
        if self._access is Access.ONCE and self._perhaps_done:
            raise self.error() from failure

    def error(self) -> StoreError:
        """What to tell the person."""
        perhaps = self._perhaps_done and self._access is not Access.READ
        return explain(list(self.failures.values()), self._where, perhaps_done=perhaps)
