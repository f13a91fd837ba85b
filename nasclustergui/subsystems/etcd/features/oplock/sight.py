"""Who holds the operation lock, for the screen: read now and then, watched in between."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from nasclustergui.core.errors import NasError
from nasclustergui.core.job import Job
from nasclustergui.core.oplock import LockState, LockView
from nasclustergui.remote.etcd_types import EventKind, KeyValue, WatchEvent, WatchKind, WatchState
from nasclustergui.subsystems.etcd.features.oplock.model import KEY, holder_of

if TYPE_CHECKING:
    from nasclustergui.remote.etcd import EtcdClient
    from nasclustergui.remote.etcd_watch import Watch

_SECONDS = 3.0


class Sight:
    """The lock as it was seen last: `view`. Thread-safe."""

    def __init__(self, instance: str) -> None:
        """`instance`: this program's own, so that its own lock isn't taken for a foreign one."""
        self._instance = instance
        self._lock = threading.Lock()
        self._revision = 0
        self.view = LockView()

    def read(self, client: EtcdClient, job: Job | None = None) -> LockView:
        """Ask etcd. Where it doesn't say, that is what is seen; raises only Cancelled."""
        try:
            listing = client.get_prefix(KEY, limit=1, seconds=_SECONDS, job=job)
        except NasError as error:
            return self.missing(str(error))
        kv = next((kv for kv in listing.items if kv.key == KEY.encode()), None)
        self._see(kv, listing.revision)
        return self.view

    def missing(self, why: str) -> LockView:
        """There is no lock to be had now; `why` is a sentence."""
        self.view = LockView(LockState.MISSING, why=why)
        return self.view

    def follow(self, client: EtcdClient, on_change: Callable[[], None], ask: Callable[[], None]) -> Watch:
        """See changes at once: `on_change` is called from another thread; `ask` when it should be read again."""

        def on_events(events: tuple[WatchEvent, ...]) -> None:
            for event in events:
                if event.kv.key == KEY.encode():
                    gone = event.kind is EventKind.DELETE
                    self._see(None if gone else event.kv, event.kv.mod_revision)
            on_change()

        def on_state(state: WatchState) -> None:
            if state.kind is not WatchKind.LOST:
                ask()

        return client.watch_prefix(KEY, on_events, on_state)

    def _see(self, kv: KeyValue | None, revision: int) -> None:
        """Take it, unless something newer was seen already."""
        with self._lock:
            if revision < self._revision:
                return
            self._revision = revision
            if kv is None:
                self.view = LockView(LockState.FREE)
                return
            holder = holder_of(kv)
            ours = holder.instance == self._instance
            self.view = LockView(LockState.OURS if ours else LockState.TAKEN, holder)
