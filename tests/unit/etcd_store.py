"""A store in memory that behaves like etcd's client, as far as locks and leases need it."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from nasclustergui.core.errors import StoreError
from nasclustergui.core.job import Job
from nasclustergui.remote.etcd_lease import LeaseKeeper
from nasclustergui.remote.etcd_leases import LeaseLife
from nasclustergui.remote.etcd_types import (
    Compare,
    Delete,
    Get,
    KeyValue,
    Listing,
    Operation,
    Put,
    Target,
    TxnResult,
    to_bytes,
)


class MemoryWatch:
    """Told whenever a lease ends."""

    def __init__(self, store: MemoryStore, on_events: Callable[[Any], None]) -> None:
        self._store, self.on_events = store, on_events

    def stop(self) -> None:
        self._store.watches.remove(self)


class MemoryStore:
    """Keys with revisions and leases. `down`: what every call raises. `forget(lease)` lets one run out."""

    def __init__(self) -> None:
        self.keys: dict[bytes, KeyValue] = {}
        self.leases: dict[int, int] = {}
        self.revision = 1
        self.down: StoreError | None = None
        self.calls: list[str] = []
        self.before_txn: Callable[[], None] = lambda: None
        self._ids = itertools.count(101)
        self.watches: list[MemoryWatch] = []
        self._lock = threading.RLock()

    def _call(self, name: str) -> None:
        self.calls.append(name)
        if self.down is not None:
            raise self.down

    def get(self, key: str, *, seconds: float = 8.0, job: Job | None = None) -> KeyValue | None:
        self._call("get")
        return self.keys.get(to_bytes(key))

    def get_prefix(
        self, prefix: str, *, keys_only: bool = False, limit: int = 0, seconds: float = 8.0, job: Job | None = None
    ) -> Listing:
        self._call("get_prefix")
        found = sorted((kv for k, kv in self.keys.items() if k.startswith(to_bytes(prefix))), key=lambda kv: kv.key)
        return Listing(tuple(found[: limit or None]), self.revision)

    def put(self, key: str, value: str, *, lease: int = 0, **_more: Any) -> int:
        self.txn([], [Put(key, value, lease)])
        return self.revision

    def txn(
        self,
        compare: Sequence[Compare],
        success: Sequence[Operation],
        failure: Sequence[Operation] = (),
        *,
        seconds: float = 8.0,
        job: Job | None = None,
    ) -> TxnResult:
        self._call("txn")
        self.before_txn()
        with self._lock:
            holds = all(self._holds(each) for each in compare)
            found = tuple(f for each in (success if holds else failure) for f in self._do(each))
            return TxnResult(holds, self.revision, found)

    def _holds(self, compare: Compare) -> bool:
        kv = self.keys.get(to_bytes(compare.key), KeyValue(b""))
        number = {
            Target.CREATE_REVISION: kv.create_revision,
            Target.MOD_REVISION: kv.mod_revision,
            Target.LEASE: kv.lease,
        }[compare.target]
        assert compare.relation == "="
        return number == compare.operand

    def _do(self, operation: Operation) -> list[tuple[KeyValue, ...]]:
        key = to_bytes(operation.key)
        old = self.keys.get(key)
        if isinstance(operation, Get):
            return [(old,) if old else ()]
        self.revision += 1
        if isinstance(operation, Delete):
            self.keys.pop(key, None)
            return []
        if operation.lease and operation.lease not in self.leases:
            raise StoreError("The lease has run out or was revoked.")
        new = KeyValue(key, to_bytes(operation.value), self.revision, self.revision, 1, operation.lease)
        if old:
            new = replace(new, create_revision=old.create_revision, version=old.version + 1)
        self.keys[key] = new
        return []

    def lease(self, ttl: int, **_more: Any) -> int:
        self._call("lease")
        number = next(self._ids)
        self.leases[number] = ttl
        return number

    def keep_alive(self, lease: int, **_more: Any) -> int:
        self._call("keep_alive")
        return self.leases.get(lease, 0)

    def revoke(self, lease: int, **_more: Any) -> None:
        self._call("revoke")
        self.forget(lease)

    def forget(self, lease: int) -> None:
        """It is over, with all keys that hang on it."""
        with self._lock:
            self.leases.pop(lease, None)
            for key in [k for k, kv in self.keys.items() if kv.lease == lease]:
                self.revision += 1
                del self.keys[key]
        for watch in list(self.watches):
            watch.on_events(())

    def keep(self, lease: int, ttl: int, on_lost: Callable[[], None] = lambda: None) -> LeaseKeeper:
        return LeaseKeeper(self, lease, ttl, on_lost)

    def time_to_live(self, lease: int, *, keys: bool = True, **_more: Any) -> LeaseLife:
        self._call("time_to_live")
        if lease not in self.leases:
            return LeaseLife(lease, 0, -1)
        found = tuple(sorted(k for k, kv in self.keys.items() if kv.lease == lease)) if keys else ()
        return LeaseLife(lease, self.leases[lease], self.leases[lease] - 1, found)

    def all_leases(self, **_more: Any) -> tuple[int, ...]:
        self._call("leases")
        return tuple(self.leases)

    def watch_prefix(self, _prefix: str | bytes, on_events: Any, _on_state: Any = None) -> MemoryWatch:
        watch = MemoryWatch(self, on_events)
        self.watches.append(watch)
        return watch

    def keep_lease(self, ttl: int, on_lost: Callable[[], None] = lambda: None, **_more: Any) -> LeaseKeeper:
        return LeaseKeeper(self, self.lease(ttl), ttl, on_lost)


class StoreClient:
    """The memory store with the client's own name for the list of leases."""

    def __init__(self, memory: MemoryStore) -> None:
        self._memory = memory

    def __getattr__(self, name: str) -> Any:
        return self._memory.all_leases if name == "leases" else getattr(self._memory, name)


def wait_until(true: Callable[[], object], seconds: float = 5.0) -> None:
    """Wait for something that another thread does."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)
