"""The operation lock of one open cluster: loaded when a plan first asks for it, seen by whoever shows it."""

from __future__ import annotations

import platform
import threading
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.oplock import LockState, LockView
from nasclustergui.core.plan import Plan
from nasclustergui.remote.guard import Hold, NoGuard

if TYPE_CHECKING:
    from nasclustergui.remote.etcd import EtcdClient
    from nasclustergui.subsystems.etcd.features.coordination.held import Holdings
    from nasclustergui.subsystems.etcd.features.oplock.lock import OperationLock
    from nasclustergui.subsystems.etcd.features.oplock.sight import Sight
    from nasclustergui.subsystems.etcd.manager import EtcdManager


class ClusterGuard:
    """See `remote.guard.Guard`. Made without I/O and without loading etcd's client.

    Attributes:
        on_change: called from a thread when somebody took the lock or gave it back; set before the session starts.
    """

    def __init__(self, manager: Callable[[], EtcdManager] | None, user: str) -> None:
        """`manager` may block: it asks for a password once. None: the profile names no etcd."""
        self._manager = manager
        self._who = f"{user}@{platform.node().partition('.')[0]}"
        self.on_change: Callable[[], None] = lambda: None

    @cached_property
    def _lock(self) -> OperationLock:
        from nasclustergui.subsystems.etcd.features.oplock.lock import OperationLock

        manager = self._manager
        assert manager is not None
        return OperationLock(lambda: manager().store.client, self._who)

    @cached_property
    def _sight(self) -> Sight:
        from nasclustergui.subsystems.etcd.features.oplock.sight import Sight

        return Sight(self._lock.instance)

    @property
    def view(self) -> LockView:
        """The lock as it was seen last; no I/O."""
        if self._manager is None:
            return LockView(LockState.MISSING, why=_no_etcd())
        return self._sight.view if "_sight" in self.__dict__ else LockView()

    def hold(self, plan: Plan, job: Job, wait: float | None) -> Hold:
        """Take the lock for a plan. See `remote.guard.Guard`."""
        if self._manager is None:
            return NoGuard(_no_etcd()).hold(plan, job, wait)
        return self._lock.hold(plan, job, wait)

    def read(self, job: Job) -> LockView:
        """Who holds it now. Raises what keeps the manager from being made."""
        if self._manager is None:
            return self.view
        return self._sight.read(self._manager().store.client, job)

    def look(self, leader: bool, job: Job) -> None:
        """See who holds it; without a leader nothing can be read for certain. Called after etcd was read."""
        if leader:
            self.read(job)
        else:
            self._sight.missing(_("etcd has no leader."))

    def follow(self, client: EtcdClient, ask: Callable[[], None]) -> None:
        """See changes as they happen; ends with the client. `ask`: read etcd again soon."""
        self._sight.follow(client, lambda: self.on_change(), ask)

    def close(self, held: Holdings, then: Callable[[], None]) -> None:
        """The session ends: give back the lock if a plan of ours still runs, and what else is held, then do `then`.

        Waits for nobody.
        """
        lock = self._lock if "_lock" in self.__dict__ and self._lock.held else None
        if lock is None and not held.all():
            then()
            return

        def end() -> None:
            if lock is not None:
                lock.close()
            held.close()
            then()

        threading.Thread(target=end, name="etcd-giveback", daemon=True).start()


def _no_etcd() -> str:
    return _("The cluster's profile names no etcd endpoint.")
