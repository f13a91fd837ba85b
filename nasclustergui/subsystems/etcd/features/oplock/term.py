"""One time of holding the operation lock: from the transaction that took it to the end of its lease."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from nasclustergui.core.errors import LockHeld, NasError, StoreError
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.oplock import Holder
from nasclustergui.remote.etcd_types import Compare, Get, KeyValue, Operation, Put, Target, TxnResult
from nasclustergui.subsystems.etcd.features.oplock.model import KEY, LAST, TTL, Running, holder_of, written

if TYPE_CHECKING:
    from nasclustergui.remote.etcd import EtcdClient
    from nasclustergui.remote.etcd_lease import LeaseKeeper

_WRITE = 1.0  # seconds for what is only told to others


@dataclass(frozen=True)
class Owner:
    """This program: "anna@desk-3", and an id that is new at each start."""

    who: str
    instance: str


class Standing(Enum):
    """What became of a lock that was taken."""

    OURS = "ours"
    EXPIRED = "expired"  # its lease ran out
    BROKEN = "broken"  # its key was deleted, or replaced, although the lease lives


class Term:
    """The lock while this program has it. `lease` keeps it; `broken`: somebody took it away on purpose.

    `before`: another program that took it last before this one did; None where that was this program, or nobody.
    """

    def __init__(self, owner: Owner, keeper: LeaseKeeper, before: Holder | None = None) -> None:
        self._owner, self._keeper, self.before = owner, keeper, before
        self._mutex = threading.Lock()
        self._running: list[Running] = []
        self.broken = False

    def alone(self, running: Running) -> bool:
        """No other plan runs under it."""
        with self._mutex:
            return not [each for each in self._running if each is not running]

    def join(self, client: EtcdClient, running: Running) -> None:
        """One more plan runs under it; the key names the one that runs the longest."""
        with self._mutex:
            if running in self._running:
                return
            self._running.append(running)
            if len(self._running) > 1:
                self._write(client)

    def leave(self, client: EtcdClient | None, running: Running) -> None:
        """A plan ended; with the last one the lease ends, and the key with it. Without a client both run out."""
        with self._mutex:
            if running in self._running:
                self._running.remove(running)
            if not self._running:
                self._keeper.close(revoke=client is not None, seconds=_WRITE)
            elif client is not None:
                self._write(client)

    def close(self) -> None:
        """End the lease now, whatever still runs."""
        self._keeper.close(seconds=_WRITE / 2)

    def _write(self, client: EtcdClient) -> None:
        value = written(self._owner.who, self._owner.instance, self._running)
        mine = Compare(KEY, Target.LEASE, "=", self._keeper.id)
        try:
            client.txn([mine], [Put(KEY, value, self._keeper.id)], seconds=_WRITE)
        except NasError:  # the key goes on to name the other plan; whose it is stays true
            return

    def stands(self, client: EtcdClient, seconds: float, job: Job) -> bool:
        """It is held still, so another plan may join. Raises NasError if etcd doesn't say."""
        if self.broken or self._keeper.lost:
            return False
        standing, _holder = self.look(client, seconds, job)
        self.broken = standing is Standing.BROKEN
        return standing is Standing.OURS

    def look(self, client: EtcdClient, seconds: float, job: Job) -> tuple[Standing, Holder | None]:
        """What became of it, and who has it if not we. Raises NasError if etcd doesn't say."""
        if self.broken:
            return Standing.BROKEN, None
        end = time.monotonic() + seconds
        kv = client.get(KEY, seconds=seconds, job=job)
        holder = holder_of(kv) if kv else None
        if kv is not None and kv.lease == self._keeper.id:
            return Standing.OURS, holder
        if holder is not None and holder.instance == self._owner.instance:
            return Standing.EXPIRED, None  # another plan of ours took it again already
        alive = client.keep_alive(self._keeper.id, seconds=max(0.5, end - time.monotonic()), job=job) > 0
        return (Standing.BROKEN if alive else Standing.EXPIRED), holder


def take(client: EtcdClient, owner: Owner, running: Running, end: float, job: Job) -> Term:
    """Take the lock until `end` (monotonic time). Raises LockHeld, NasError if etcd doesn't do it, Cancelled."""
    found = client.get(KEY, seconds=_left(end), job=job)
    _refuse(found, owner)
    keeper = client.keep_lease(TTL, seconds=_left(end), job=job)
    try:
        unchanged = Compare(KEY, Target.MOD_REVISION, "=", found.mod_revision if found else 0)
        value = written(owner.who, owner.instance, [running])
        done = _try(client, unchanged, [Get(LAST), Put(KEY, value, keeper.id), Put(LAST, value)], end, job)
        if not done.succeeded:
            now = next((kv for each in done.found for kv in each), None)
            if now is None or now.lease != keeper.id:  # our own, written by a try that seemed to fail
                _refuse(now, owner)
                raise StoreError(_("The cluster's lock changed hands while it was being taken."))
    except BaseException:
        keeper.close()
        raise
    return Term(owner, keeper, _before(done, owner))


def _before(done: TxnResult, owner: Owner) -> Holder | None:
    """Who else took it last, as the transaction found it."""
    kv = next((kv for each in done.found for kv in each), None) if done.succeeded else None
    holder = holder_of(kv) if kv else None
    return holder if holder is not None and holder.instance != owner.instance else None


def _try(client: EtcdClient, unchanged: Compare, todo: list[Operation], end: float, job: Job) -> TxnResult:
    """The transaction; once more where nobody knows whether the first one happened."""
    try:
        return client.txn([unchanged], todo, [Get(KEY)], seconds=_left(end), job=job)
    except StoreError as error:
        if not error.ambiguous:
            raise
        return client.txn([unchanged], todo, [Get(KEY)], seconds=_left(end), job=job)


def _refuse(kv: KeyValue | None, owner: Owner) -> None:
    holder = holder_of(kv) if kv else None
    if holder is not None and holder.instance != owner.instance:
        raise held_by(holder)


def held_by(holder: Holder) -> LockHeld:
    """Somebody else has it."""
    return LockHeld(
        holder.sentence,
        hint=_(
            "One change at a time: nothing was done. Let yours wait for it. If that program is gone, the lock frees "
            "itself within {seconds} seconds."
        ).format(seconds=TTL),
    )


def _left(end: float) -> float:
    return max(0.2, end - time.monotonic())
