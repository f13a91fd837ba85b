"""Keeps a lease alive through any member, and tells when it is lost."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Protocol

from nasclustergui.core.errors import Cancelled, NasError

_log = logging.getLogger(__name__)


class Leases(Protocol):
    """What the keeper needs of the client."""

    def keep_alive(self, lease: int, *, seconds: float) -> int:
        """Renew; returns the seconds it now lives, 0 if it doesn't exist any more."""

    def revoke(self, lease: int, *, seconds: float) -> None:
        """End it now, with all keys that hang on it."""


class LeaseKeeper:
    """Renews lease `id` every third of its `ttl` (seconds) in a thread of its own.

    `on_lost` is called once, from that thread, when the lease is gone or could not be renewed for a whole ttl: whoever
    held something by it must stop.
    """

    def __init__(self, leases: Leases, lease: int, ttl: int, on_lost: Callable[[], None] = lambda: None) -> None:
        self._leases, self.id, self.ttl, self._on_lost = leases, lease, ttl, on_lost
        self._stop = threading.Event()
        self._lost = threading.Event()
        self._thread = threading.Thread(target=self._run, name="etcd-lease", daemon=True)
        self._thread.start()

    @property
    def lost(self) -> bool:
        """True once the lease is gone."""
        return self._lost.is_set()

    def stop(self) -> None:
        """Renew no more; does not wait. The lease runs out by itself."""
        self._stop.set()

    def close(self, *, revoke: bool = True, seconds: float = 1.0) -> None:
        """Renew no more and, unless told otherwise, end the lease now. A failure to do so is no error: it runs out."""
        self._stop.set()
        if revoke and not self.lost:
            try:
                self._leases.revoke(self.id, seconds=seconds)
            except (NasError, Cancelled) as error:
                _log.info("lease %x not revoked, it runs out by itself: %s", self.id, error)
        if self._thread is not threading.current_thread():
            self._thread.join(seconds)

    def _run(self) -> None:
        renewed = time.monotonic()
        while not self._stop.wait(self.ttl / 3):
            asked = time.monotonic()
            try:
                if self._leases.keep_alive(self.id, seconds=self.ttl / 3) <= 0:
                    break
                renewed = asked
            except Cancelled:
                return
            except NasError as error:
                _log.info("lease %x not renewed: %s", self.id, error)
                if time.monotonic() - renewed >= self.ttl:
                    break
        if not self._stop.is_set():
            self._lost.set()
            self._on_lost()
