"""Leases of etcd: all of them, how long each has left, what hangs on it; made, renewed, ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from nasclustergui.core.job import Job
from nasclustergui.remote import etcd_messages as wire
from nasclustergui.remote.etcd_failover import Access
from nasclustergui.remote.etcd_lease import LeaseKeeper
from nasclustergui.remote.etcd_link import Link
from nasclustergui.remote.etcd_rpc import messages
from nasclustergui.remote.etcd_session import SECONDS, EtcdSession


@dataclass(frozen=True, slots=True)
class LeaseLife:
    """A lease as the leader knows it.

    Attributes:
        id: 64-bit number. granted: seconds that it lives after each renewal.
        left: seconds until it ends; -1 if it has ended.
        keys: what is deleted with it; () where `EtcdLeases.time_to_live` wasn't asked for them.
    """

    id: int
    granted: int
    left: int
    keys: tuple[bytes, ...] = ()


class EtcdLeases(EtcdSession):
    """The part of the client for leases. Every method may raise StoreError and Cancelled."""

    def lease(self, ttl: int, *, seconds: float = SECONDS, job: Job | None = None) -> int:
        """A new lease's id; it ends after `ttl` seconds unless it is renewed."""
        return int(self._call("Lease.LeaseGrant", wire.grant_request(ttl), Access.WRITE, seconds=seconds, job=job).ID)

    def leases(self, *, seconds: float = SECONDS, job: Job | None = None) -> tuple[int, ...]:
        """The ids of all leases; etcd 3.3 and newer."""
        reply = self._call("Lease.LeaseLeases", messages().StatusRequest(), seconds=seconds, job=job)
        return tuple(int(each.memberID) for each in reply.alarms)  # as `etcd_rpc.unary_methods` explains

    def time_to_live(
        self, lease: int, *, keys: bool = True, seconds: float = SECONDS, job: Job | None = None
    ) -> LeaseLife:
        """How long the lease has left and, with `keys`, what hangs on it.

        Newer versions of etcd refuse to tell keys that the user may not read.
        """
        request = messages().LeaseTimeToLiveRequest(ID=lease, keys=keys)
        reply: Any = self._call("Lease.LeaseTimeToLive", request, seconds=seconds, job=job)
        return LeaseLife(int(reply.ID), int(reply.grantedTTL), int(reply.TTL), tuple(sorted(reply.keys)))

    def keep_alive(self, lease: int, *, seconds: float = SECONDS, job: Job | None = None) -> int:
        """Renew a lease; returns the seconds it now lives, 0 if it doesn't exist any more."""
        request = wire.keep_alive_request(lease)

        def attempt(link: Link, left: float) -> int:
            return int(link.first("Lease.LeaseKeepAlive", request, left, job).TTL)

        return self._any(attempt, Access.READ, "", seconds, job)

    def revoke(self, lease: int, *, seconds: float = SECONDS, job: Job | None = None) -> None:
        """End a lease now; all keys that hang on it are deleted."""
        self._call("Lease.LeaseRevoke", wire.revoke_request(lease), Access.WRITE, seconds=seconds, job=job)

    def keep_lease(
        self,
        ttl: int,
        on_lost: Callable[[], None] = lambda: None,
        *,
        seconds: float = SECONDS,
        job: Job | None = None,
    ) -> LeaseKeeper:
        """A new lease that is renewed until the keeper or the client is closed. `seconds`: to get it."""
        return self.keep(self.lease(ttl, seconds=seconds, job=job), ttl, on_lost)

    def keep(self, lease: int, ttl: int, on_lost: Callable[[], None] = lambda: None) -> LeaseKeeper:
        """Renew a lease that is there already, as `keep_lease` does."""
        keeper = LeaseKeeper(self, lease, ttl, on_lost)
        self._adopt(keeper)
        return keeper
