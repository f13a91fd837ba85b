"""A store in memory that remembers every revision: for the tests of history, comparison, import and deletion."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

from nasclustergui.core.errors import StoreError
from nasclustergui.core.job import Job
from nasclustergui.remote.etcd_replay import Replay
from nasclustergui.remote.etcd_types import (
    Compare,
    Delete,
    EventKind,
    Get,
    KeyValue,
    Listing,
    Operation,
    Put,
    Target,
    TxnResult,
    WatchEvent,
    WatchKind,
    WatchState,
    to_bytes,
)

_VALUES: dict[Target, Callable[[KeyValue], int | bytes]] = {
    Target.MOD_REVISION: lambda kv: kv.mod_revision,
    Target.CREATE_REVISION: lambda kv: kv.create_revision,
    Target.VALUE: lambda kv: kv.value,
}


class FakeWatch:
    """What the store's watches look like to their owner."""

    def __init__(self, prefix: bytes, on_events: Any, on_state: Any) -> None:
        self.prefix, self.on_events, self.on_state, self.ended = prefix, on_events, on_state, False

    def stop(self) -> None:
        self.ended = True


class HistoryStore:
    """The client's methods that the feature uses. `unsure`: the next so many transactions happen, but say nothing.

    Attributes:
        compacted: revisions below are gone. before_txn: what another administrator does right before a transaction.
    """

    def __init__(self) -> None:
        self.states: list[dict[bytes, KeyValue]] = [{}, {}]
        self.events: list[WatchEvent] = []
        self.watches: list[FakeWatch] = []
        self.compacted, self.unsure, self.transactions = 0, 0, 0
        self.down: StoreError | None = None
        self.before_txn: Callable[[], None] = lambda: None

    @property
    def store(self) -> Any:
        return SimpleNamespace(client=self)

    @property
    def revision(self) -> int:
        return len(self.states) - 1

    def put(self, key: str, value: str | bytes, lease: int = 0) -> int:
        self._do([Put(key, value, lease)])
        return self.revision

    def delete(self, key: str) -> int:
        self._do([Delete(key)])
        return self.revision

    def _do(self, operations: Sequence[Operation]) -> None:
        now, before = dict(self.states[-1]), self.states[-1]
        revision, events = self.revision + 1, []
        for each in operations:
            key = to_bytes(each.key)
            old = before.get(key)
            if isinstance(each, Put):
                made, version = (old.create_revision, old.version + 1) if old else (revision, 1)
                now[key] = KeyValue(key, to_bytes(each.value), made, revision, version, each.lease)
                events.append(WatchEvent(EventKind.PUT, now[key], old))
            elif isinstance(each, Delete) and old is not None:
                del now[key]
                events.append(WatchEvent(EventKind.DELETE, KeyValue(key, mod_revision=revision), old))
        if not events:
            return
        self.states.append(now)
        self.events += events
        for watch in self.watches:
            mine = tuple(event for event in events if event.kv.key.startswith(watch.prefix))
            if mine and not watch.ended:
                watch.on_events(mine)

    # ---- as EtcdClient

    def _at(self, revision: int) -> dict[bytes, KeyValue]:
        if self.down is not None:
            raise self.down
        if revision and revision < self.compacted:
            raise StoreError("compacted", details="mvcc: required revision has been compacted")
        return self.states[revision or -1]

    def get(self, key: str | bytes, *, revision: int = 0, job: Job | None = None) -> KeyValue | None:
        return self._at(revision).get(to_bytes(key))

    def get_prefix(self, prefix: str | bytes, *, revision: int = 0, job: Job | None = None) -> Listing:
        found = [kv for key, kv in sorted(self._at(revision).items()) if key.startswith(to_bytes(prefix))]
        return Listing(tuple(found), revision or self.revision)

    def count(self, prefix: str | bytes, *, job: Job | None = None) -> tuple[int, int]:
        return len(self.get_prefix(prefix).items), self.revision

    def replay(
        self, key: bytes, start_revision: int = 1, until: int = 0, *, newest: int = 1000, job: Job | None = None
    ) -> Replay:
        since = max(start_revision, self.compacted)
        found = [e for e in self.events if e.kv.key == key and e.kv.mod_revision >= since]
        found = [e for e in found if not until or e.kv.mod_revision <= until]
        return Replay(tuple(found[-newest:]), since, max(0, len(found) - newest))

    def txn(
        self,
        compare: Sequence[Compare],
        success: Sequence[Operation],
        failure: Sequence[Operation] = (),
        *,
        job: Job | None = None,
    ) -> TxnResult:
        if self.down is not None:
            raise self.down
        if len(success) > 128:
            raise StoreError("too many operations in txn request")
        if gets := [each for each in success if isinstance(each, Get)]:
            found = tuple(tuple(kv for kv in [self.get(each.key)] if kv) for each in gets)
            return TxnResult(True, self.revision, found)
        self.before_txn()
        self.transactions += 1
        held = all(self._holds(condition) for condition in compare)
        self._do(success if held else failure)
        if self.unsure:
            self.unsure -= 1
            raise StoreError("no answer", ambiguous=True)
        return TxnResult(held, self.revision)

    def _holds(self, condition: Compare) -> bool:
        kv = self.states[-1].get(to_bytes(condition.key)) or KeyValue(b"")
        return bool(_VALUES[condition.target](kv) == condition.operand)

    def watch_prefix(
        self, prefix: str | bytes, on_events: Any, on_state: Any, start: int | None = None, *, prev: bool = False
    ) -> FakeWatch:
        if self.down is not None:
            raise self.down
        watch = FakeWatch(to_bytes(prefix), on_events, on_state)
        self.watches.append(watch)
        on_state(WatchState(WatchKind.CONNECTED, "https://10.0.0.1:2379", start or self.revision + 1))
        return watch
