"""Looks at the certificates once an hour, beside the readings of etcd, so that an end that comes is told in time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from nasclustergui.core.errors import Cancelled, NasError
from nasclustergui.remote.certificates import Certificate
from nasclustergui.remote.etcd import EtcdClient
from nasclustergui.remote.etcd_certs import endpoint_states, own_files

HOUR = 3600.0
Ends = tuple[tuple[str, float], ...]


def ends_of(client: EtcdClient) -> Ends:
    """(endpoint's URL or file's path, Unix time of its certificate's end) of all that can be read. Blocks for seconds.

    Raises InvalidInput for a file of the profile that can't be used.
    """
    shown: list[tuple[str, Certificate | None]] = [(one.url, one.certificate) for one in endpoint_states(client)]
    shown += [(one.path, one.certificate) for one in own_files(client.profile)]
    return tuple((where, certificate.ends) for where, certificate in shown if certificate is not None)


class ExpiryWatch:
    """Calls return at once, with what the last look found; the look itself has a thread of its own, for seconds."""

    def __init__(self, look: Callable[[], Ends], clock: Callable[[], float] = time.monotonic) -> None:
        self._look, self._clock = look, clock
        self._ends: Ends = ()
        self._next = 0.0
        self._thread: threading.Thread | None = None

    def __call__(self) -> Ends:
        """What is known; () before the first look."""
        idle = self._thread is None or not self._thread.is_alive()
        if idle and (not self._next or self._clock() >= self._next):
            self._next = self._clock() + HOUR
            self._thread = threading.Thread(target=self._run, name="etcd-certificates", daemon=True)
            self._thread.start()
        return self._ends

    def _run(self) -> None:
        try:
            self._ends = self._look()
        except (NasError, Cancelled):
            return  # the reading of etcd itself tells it
