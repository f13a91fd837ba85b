"""What this program holds in etcd until it ends: leases, locks, candidacies."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nasclustergui.remote.etcd_lease import LeaseKeeper

_END_SECONDS = 1.0


class Kind(StrEnum):
    """What is held."""

    LEASE = "lease"
    LOCK = "lock"
    ELECTION = "election"


@dataclass(eq=False)
class Held:
    """Something that this program renews. `key` and `revision`: its place in the queue, empty for a mere lease.

    `since` is Unix time. `waits`: it is in the queue, but not at its head yet.
    """

    kind: Kind
    name: str
    keeper: LeaseKeeper
    key: bytes = b""
    revision: int = 0
    value: str = ""
    waits: bool = False
    since: float = field(default_factory=time.time)

    @property
    def lease(self) -> int:
        """Number of the lease."""
        return self.keeper.id

    @property
    def lost(self) -> bool:
        """The lease ran out although it was renewed: what hung on it is gone."""
        return self.keeper.lost


class Holdings:
    """All that one client of etcd holds. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: dict[int, Held] = {}

    def add(self, held: Held) -> None:
        """Hold it until it is given back or the program ends."""
        with self._lock:
            self._held[held.lease] = held

    def all(self) -> tuple[Held, ...]:
        """What is held, oldest first."""
        with self._lock:
            return tuple(sorted(self._held.values(), key=lambda held: held.since))

    def get(self, lease: int) -> Held | None:
        """What hangs on this lease of ours; None if it isn't ours."""
        with self._lock:
            return self._held.get(lease)

    def leave(self, lease: int) -> Held | None:
        """Renew it no more; whoever calls ends the lease, or lets it run out."""
        with self._lock:
            held = self._held.pop(lease, None)
        if held is not None:
            held.keeper.stop()
        return held

    def close(self) -> None:
        """Give everything back, all at once. Blocks at most 1 s or so."""
        with self._lock:
            left = list(self._held.values())
            self._held.clear()
        ends = [threading.Thread(target=_end, args=(held,), name="etcd-giveback", daemon=True) for held in left]
        for thread in ends:
            thread.start()
        for thread in ends:
            thread.join(_END_SECONDS)


def _end(held: Held) -> None:
    held.keeper.close(seconds=_END_SECONDS / 2)
