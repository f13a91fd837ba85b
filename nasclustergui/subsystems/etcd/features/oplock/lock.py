"""Takes, keeps and gives back the operation lock for all plans of this program."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING

from nasclustergui.core.errors import Cancelled, LockHeld, LockLost, NasError
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.oplock import Holder
from nasclustergui.core.plan import Plan
from nasclustergui.core.plan_json import plan_id
from nasclustergui.remote.guard import not_guarded
from nasclustergui.subsystems.etcd.features.oplock.model import Running
from nasclustergui.subsystems.etcd.features.oplock.term import Owner, Standing, Term, take

if TYPE_CHECKING:
    from nasclustergui.remote.etcd import EtcdClient

PATIENCE = 3.0  # seconds that a plan waits for etcd before it runs without the lock
_LATE_PATIENCE = 1.0  # the same between the steps of a plan that runs without it
_PAUSE = 5.0  # seconds in which an etcd that didn't answer isn't asked again between steps
LOOK = 0.5  # seconds between looks at a lock that somebody else holds


class OperationLock:
    """One per open cluster. Thread-safe; `hold` and what it returns may block up to `PATIENCE`.

    The program holds the lock as long as any of its plans runs: two lanes of one window don't exclude each other.
    """

    def __init__(self, client: Callable[[], EtcdClient], who: str) -> None:
        """`client` may ask for etcd's password. `who`: "anna@desk-3"."""
        self._client = client
        self._owner = Owner(who, uuid.uuid4().hex)
        self._mutex = threading.Lock()
        self._term: Term | None = None

    @property
    def instance(self) -> str:
        """What tells this program from others in `Holder.instance`."""
        return self._owner.instance

    @property
    def held(self) -> bool:
        """A plan runs under it now."""
        return self._term is not None

    def hold(self, plan: Plan, job: Job, wait: float | None) -> OperationHold:
        """See `remote.guard.Guard`."""
        running = Running(plan.title, plan.lane, plan_id(plan), time.time())
        end = None if wait is None else time.monotonic() + wait
        hold = OperationHold(self, running)
        waited = False
        while True:
            try:
                self._enter(hold, job, PATIENCE)
                break
            except LockHeld as taken:
                if end is not None and time.monotonic() >= end:
                    raise
                waited = True
                _say_wait(job, str(taken))
            except NasError as error:
                if not waited:  # who waits knows that somebody's change runs: etcd's silence doesn't end it
                    job.remark(not_guarded(str(error)))
                    break
            job.sleep(LOOK)
        job.waits_for = ""
        return hold

    def _enter(self, hold: OperationHold, job: Job, patience: float) -> None:
        """Get the lock for this hold, or join the one that is held already. Raises LockHeld, NasError, Cancelled."""
        with self._mutex:
            client = self._client()
            end = time.monotonic() + patience
            hold.running.started = time.time()
            term = self._term
            if term is None or not term.stands(client, patience, job):
                term = take(client, self._owner, hold.running, end, job)
                self._term = term
            hold.term = term
            term.join(client, hold.running)

    def check(self, hold: OperationHold, job: Job) -> None:
        """See `remote.guard.Hold`."""
        if hold.term is None:
            self._enter_late(hold, job)
            return
        if time.monotonic() < hold.next_try:
            return
        try:
            standing, holder = hold.term.look(self._client(), PATIENCE, job)
        except NasError as error:  # a half-done change is worse than one that goes on without the lock
            job.remark(not_guarded(str(error)))
            hold.next_try = time.monotonic() + _PAUSE
            return
        if standing is Standing.OURS:
            return
        if standing is Standing.EXPIRED:
            self._again(hold, job)
            return
        hold.term.broken = True
        raise _lost(holder)

    def _again(self, hold: OperationHold, job: Job) -> None:
        """The lease ran out (etcd was gone for long, the computer slept): take it again if nobody else had it since."""
        left = hold.term
        try:
            self._enter(hold, job, PATIENCE)
        except LockHeld as error:
            raise LockLost(
                _("The cluster's lock ran out, and now {sentence}").format(sentence=error), hint=_after_loss()
            ) from error
        except NasError as error:
            job.remark(not_guarded(str(error)))
            return
        if left is not None and left is not hold.term:
            left.leave(None, hold.running)
        if hold.term is not None and hold.term.before is not None:
            raise _meanwhile(hold.term.before)
        job.remark(_("The cluster's lock ran out and was taken again; nobody else held it in between."))

    def _enter_late(self, hold: OperationHold, job: Job) -> None:
        """A plan that began without the lock gets it as soon as it can; it may be the one that mends etcd."""
        if time.monotonic() < hold.next_try:
            return
        try:
            self._enter(hold, job, _LATE_PATIENCE)
        except LockHeld as error:
            job.remark(not_guarded(str(error)))
        except NasError:
            hold.next_try = time.monotonic() + _PAUSE

    def release(self, hold: OperationHold) -> None:
        """See `remote.guard.Hold`."""
        with self._mutex:
            term, hold.term = hold.term, None
            if term is None:
                return
            if term is self._term and term.alone(hold.running):
                self._term = None
            try:
                term.leave(self._client(), hold.running)
            except (NasError, Cancelled):
                term.leave(None, hold.running)

    def close(self) -> None:
        """The program ends: give it back, whatever still runs. Blocks at most 1 s."""
        term = self._term
        if term is not None:
            term.close()


class OperationHold:
    """The lock for one plan. `term` is None while it could not be had."""

    def __init__(self, lock: OperationLock, running: Running) -> None:
        self._lock, self.running = lock, running
        self.term: Term | None = None
        self.next_try = 0.0

    def check(self, job: Job) -> None:
        """See `remote.guard.Hold`."""
        self._lock.check(self, job)

    def release(self) -> None:
        """See `remote.guard.Hold`."""
        self._lock.release(self)


def _say_wait(job: Job, why: str) -> None:
    if job.waits_for != why:
        job.waits_for = why
        said = _("Waits: {why}").format(why=why)
        job.report(said)
        job.write("", said)


def _lost(holder: Holder | None) -> LockLost:
    if holder is None:
        return LockLost(_("Somebody broke the cluster's lock while this plan ran."), hint=_after_loss())
    said = _("Somebody broke the cluster's lock, and now {sentence}").format(sentence=holder.sentence)
    return LockLost(said, hint=_after_loss())


def _meanwhile(other: Holder) -> LockLost:
    said = _("The cluster's lock ran out, and {who} ran “{title}” in between.")
    return LockLost(said.format(who=other.who, title=other.title), hint=_after_loss())


def _after_loss() -> str:
    return _("Look at the cluster and at what the other one does, then plan the rest again.")
