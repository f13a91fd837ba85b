"""The live feed: what a watch delivers, each change once and in order, in bounded memory and with honest gaps."""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from nasclustergui.remote.etcd_types import EventKind, KeyValue, WatchEvent, WatchKind, WatchState, printable

KEPT = 5_000  # changes
KEPT_HEARTBEATS = 500
KEPT_BYTES = 32 << 20  # of values; the oldest changes go first
VALUE_BYTES = 16 << 10  # of one value; what is longer is cut, the key's history shows it whole
HEARTBEAT = b"/last_heartbeat"


class What(StrEnum):
    """What an entry of the feed tells."""

    CREATED = "created"
    CHANGED = "changed"
    DELETED = "deleted"
    GAP = "gap"  # no change: between two revisions the history was compacted, nobody knows what happened there


@dataclass(frozen=True, slots=True)
class Change:
    """One change, or a gap.

    Attributes:
        number: counts all changes of this feed, from 1.
        at: Unix time at which it was received here. revision: the store's.
        old, new: values, None where there is none; cut after `VALUE_BYTES`.
        old_known: False: the key was there before, but etcd had forgotten what it held.
        lease: id of the lease the key hangs on now, 0 for none. sizes: bytes of old and new before the cut.
        since: of a gap, the first revision that cannot be shown; `revision` is the last one.
    """

    number: int
    at: float
    what: What
    key: bytes
    revision: int
    old: bytes | None = None
    new: bytes | None = None
    old_known: bool = True
    lease: int = 0
    sizes: tuple[int, int] = (0, 0)
    since: int = 0

    @property
    def name(self) -> str:
        """The key for people."""
        return printable(self.key)

    @property
    def is_heartbeat(self) -> bool:
        """A node that merely says that it is still there."""
        return self.what is What.CHANGED and self.key.endswith(HEARTBEAT)


@dataclass(frozen=True)
class Standing:
    """Where the watch stands.

    Attributes:
        kind: None until etcd was reached for the first time.
        endpoint: where it listens, or listened last. since: Unix time of the last change of `kind`.
        began: Unix time at which changes first arrived, None before. revision: the first one not delivered yet.
        error: why the connection is lost. losses: how often it was lost and found again.
        ended: the watch is over: its client was closed.
    """

    kind: WatchKind | None = None
    endpoint: str = ""
    since: float = 0.0
    began: float | None = None
    revision: int = 0
    error: str = ""
    losses: int = 0
    ended: bool = False

    @property
    def live(self) -> bool:
        """Changes arrive."""
        return self.kind is WatchKind.CONNECTED and not self.ended


@dataclass(frozen=True)
class Counts:
    """Sums since the feed began.

    Attributes:
        changes: all, heartbeats included. listed: without them.
        dropped: changes that fell out because of the limits.
        heartbeats: of which key how many.
        gaps: stretches that cannot be shown.
    """

    changes: int
    listed: int
    dropped: int
    heartbeats: dict[bytes, int]
    gaps: int

    @property
    def folded(self) -> int:
        """Heartbeats in all."""
        return sum(self.heartbeats.values())


class Feed:
    """Collects in the watch's thread, is read in another. Thread-safe; newest `KEPT` changes, at most `KEPT_BYTES`.

    `on_events` and `on_state` belong to the watch. It never forgets to count what it no longer keeps.
    """

    def __init__(self, kept: int = KEPT, kept_bytes: int = KEPT_BYTES, clock: Callable[[], float] = time.time) -> None:
        self._kept, self._kept_bytes, self._clock = kept, kept_bytes, clock
        self._lock = threading.Lock()
        self._changes: deque[Change] = deque()
        self._heartbeats: deque[Change] = deque(maxlen=KEPT_HEARTBEATS)
        self._beats: Counter[bytes] = Counter()
        self._bytes = self._number = self._listed = self._dropped = self._gaps = 0
        self._standing = Standing()

    # ---- what the watch calls

    def on_events(self, events: Sequence[WatchEvent]) -> None:
        """Changes, in order."""
        now = self._clock()
        with self._lock:
            for event in events:
                self._number += 1
                change = _change(self._number, now, event)
                if change.is_heartbeat:
                    self._beats[change.key] += 1
                    self._heartbeats.append(change)
                else:
                    self._keep(change)
            if events:
                self._standing = replace(self._standing, revision=events[-1].kv.mod_revision + 1)

    def on_state(self, state: WatchState) -> None:
        """The watch connected, lost its connection, or found that history was compacted."""
        now = self._clock()
        with self._lock:
            before = self._standing
            if state.kind is WatchKind.COMPACTED:
                self._gap(now, before.revision, state.revision)
                self._standing = replace(before, revision=state.revision + 1)
                return
            changed = state.kind is not before.kind
            connected = state.kind is WatchKind.CONNECTED
            self._standing = replace(
                before,
                kind=state.kind,
                endpoint=state.endpoint or before.endpoint,
                since=now if changed else before.since,
                began=before.began or (now if connected else None),
                revision=max(before.revision, state.revision),
                error="" if connected else state.error,
                losses=before.losses + (changed and connected and before.began is not None),
            )

    def end(self) -> None:
        """Nothing will be delivered any more until `begin_again`."""
        with self._lock:
            if not self._standing.ended:
                self._standing = replace(self._standing, ended=True, since=self._clock())

    def begin_again(self) -> int:
        """A new watch takes over; the revision from which it must start, 0 for now."""
        with self._lock:
            self._standing = replace(self._standing, ended=False, kind=None, since=self._clock())
            return self._standing.revision

    def _gap(self, now: float, since: int, until: int) -> None:
        if not since or until < since:
            return
        self._gaps += 1
        self._number += 1
        self._keep(Change(self._number, now, What.GAP, b"", until, since=since))

    def _keep(self, change: Change) -> None:
        self._listed += change.what is not What.GAP
        self._changes.append(change)
        self._bytes += _bytes(change)
        while len(self._changes) > self._kept or (self._bytes > self._kept_bytes and len(self._changes) > 1):
            self._bytes -= _bytes(self._changes.popleft())
            self._dropped += 1

    # ---- what the reader calls

    @property
    def standing(self) -> Standing:
        """Where the watch stands now."""
        with self._lock:
            return self._standing

    def counts(self) -> Counts:
        """All sums."""
        with self._lock:
            number = self._number - self._gaps
            return Counts(number, self._listed, self._dropped, dict(self._beats), self._gaps)

    def changes(self, heartbeats: bool = False, upto: int | None = None) -> list[Change]:
        """What is kept, oldest first; `heartbeats`: with them; `upto`: not those with a higher number."""
        with self._lock:
            found = list(self._changes)
            if heartbeats:
                found = sorted([*found, *self._heartbeats], key=lambda change: change.number)
        return found if upto is None else [change for change in found if change.number <= upto]

    @property
    def number(self) -> int:
        """Of the newest change: as long as it is the same, nothing is new."""
        return self._number

    def clear(self) -> None:
        """Forget the list and start counting anew; the watch goes on."""
        with self._lock:
            self._changes.clear()
            self._heartbeats.clear()
            self._beats.clear()
            self._bytes = self._listed = self._dropped = self._gaps = 0
            self._number = 0


def _change(number: int, at: float, event: WatchEvent) -> Change:
    kv, prev = event.kv, event.prev
    if event.kind is EventKind.DELETE:
        old = prev.value if prev else None
        return Change(
            number, at, What.DELETED, kv.key, kv.mod_revision, _cut(old), old_known=prev is not None, sizes=_sizes(prev)
        )
    created = kv.version == 1
    return Change(
        number,
        at,
        What.CREATED if created else What.CHANGED,
        kv.key,
        kv.mod_revision,
        _cut(prev.value) if prev else None,
        _cut(kv.value),
        old_known=created or prev is not None,
        lease=kv.lease,
        sizes=_sizes(prev, kv),
    )


def _sizes(prev: KeyValue | None, kv: KeyValue | None = None) -> tuple[int, int]:
    return len(prev.value) if prev else 0, len(kv.value) if kv else 0


def _cut(value: bytes | None) -> bytes | None:
    return value if value is None or len(value) <= VALUE_BYTES else value[:VALUE_BYTES]


def _bytes(change: Change) -> int:
    return len(change.key) + len(change.old or b"") + len(change.new or b"")
