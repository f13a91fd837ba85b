"""The store of the cluster: etcd over gRPC, with failover between its members.

    client = EtcdClient(profile.etcd, password)       # no I/O yet; InvalidInput for a bad endpoint
    kv = client.get("/cluster/config/smb/workgroup")  # KeyValue or None; with `revision` as it was then
    listing = client.get_prefix("/cluster/nodes/")    # Listing: items, all as of listing.revision
    count, revision = client.count("/cluster/")
    replay = client.replay(key)                       # Replay: all changes of one key that etcd still knows
    revision = client.put(key, value, lease=0)
    client.delete(key), client.delete_prefix(prefix)  # number of keys that were deleted
    client.compare_and_swap(key, value, mod_revision) # False: somebody else changed it meanwhile
    client.txn(compare, success, failure)             # TxnResult
    watch = client.watch_prefix(prefix, on_events, on_state, start_revision=listing.revision + 1)
    lease = client.lease(ttl); client.keep_alive(lease); client.revoke(lease)
    keeper = client.keep_lease(ttl, on_lost)          # LeaseKeeper: .id, .lost, .close()
    client.leases(), client.time_to_live(lease)       # all numbers; LeaseLife: granted, left, keys
    client.members(), client.status(url), client.statuses(urls), client.alarms()
    client.member_add(peer_urls, learner=True), client.defragment(url) …: see etcd_admin
    client.close()                                    # ends calls, streams and threads within 1 s

Every call blocks up to `seconds` (8 by default): never make one in the GUI thread. `job.cancel()` ends it at once. All
raise StoreError (a sentence, a hint; `.ambiguous` when a write may or may not have happened), InvalidInput for a bad
key or a file of the profile that can't be used, Cancelled after `job.cancel()` or `close()`. Keys and values are bytes;
text is taken as UTF-8. gRPC and the messages generated for `etcd3` are loaded at the first call.
"""

from __future__ import annotations

from collections.abc import Sequence

from nasclustergui.core.errors import StoreError
from nasclustergui.core.job import Job
from nasclustergui.remote import etcd_messages as wire
from nasclustergui.remote.etcd_admin import EtcdAdmin
from nasclustergui.remote.etcd_endpoint import Endpoint, parse_endpoint
from nasclustergui.remote.etcd_errors import RpcFailed, reason
from nasclustergui.remote.etcd_failover import Access
from nasclustergui.remote.etcd_leases import EtcdLeases
from nasclustergui.remote.etcd_link import Link, TimedCall
from nasclustergui.remote.etcd_replay import Replay, replay
from nasclustergui.remote.etcd_session import SECONDS, diagnose
from nasclustergui.remote.etcd_types import (
    Alarm,
    Compare,
    Delete,
    KeyValue,
    Listing,
    MemberInfo,
    MemberStatus,
    Operation,
    Put,
    Target,
    TxnResult,
    printable,
)
from nasclustergui.remote.etcd_watch import OnEvents, OnState, Watch

_PAGE = 1000  # keys
_RESTARTS = 3  # of a listing whose revision was compacted while it was read


class EtcdClient(EtcdAdmin, EtcdLeases):
    """A cluster's etcd. Thread-safe. See the module's docstring."""

    def get(
        self, key: str | bytes, *, revision: int = 0, seconds: float = SECONDS, job: Job | None = None
    ) -> KeyValue | None:
        """The key as the majority knows it, None if there is none. `revision`: as it was then, 0 for now."""
        request = wire.range_request(*wire.span(key, prefix=False), revision=revision)
        reply = self._call("KV.Range", request, subject=printable(key), seconds=seconds, job=job)
        return wire.key_value(reply.kvs[0]) if reply.kvs else None

    def get_prefix(
        self,
        prefix: str | bytes,
        *,
        keys_only: bool = False,
        limit: int = 0,
        revision: int = 0,
        seconds: float = SECONDS,
        job: Job | None = None,
    ) -> Listing:
        """All keys that begin with `prefix`, read in pages as of one revision; `limit` 0 is all.

        `revision`: as they were then, 0 for now. `seconds` is the time for one page.
        """
        for _restart in range(_RESTARTS):
            try:
                return self._pages(prefix, keys_only, limit, revision, seconds, job)
            except StoreError as error:
                if revision or "compacted" not in error.details:
                    raise
        return self._pages(prefix, keys_only, limit, revision, seconds, job)

    def _pages(
        self, prefix: str | bytes, keys_only: bool, limit: int, revision: int, seconds: float, job: Job | None
    ) -> Listing:
        start, end = wire.span(prefix, prefix=True)
        items: list[KeyValue] = []
        page = _PAGE
        while True:
            size = min(page, limit - len(items)) if limit else page
            request = wire.range_request(start, end, limit=size, revision=revision, keys_only=keys_only)
            try:
                reply = self._call("KV.Range", request, subject=printable(prefix), seconds=seconds, job=job)
            except StoreError as error:
                if page == 1 or "larger than max" not in error.details:
                    raise
                page = max(1, page // 4)  # large values: gRPC takes no reply above its limit
                continue
            items += [wire.key_value(kv) for kv in reply.kvs]
            revision = revision or int(reply.header.revision)
            if not reply.more or (limit and len(items) >= limit):
                return Listing(tuple(items), revision, bool(reply.more))
            start = items[-1].key + b"\0"

    def count(self, prefix: str | bytes, *, seconds: float = SECONDS, job: Job | None = None) -> tuple[int, int]:
        """(number of keys that begin with `prefix`, the store's revision)."""
        request = wire.range_request(*wire.span(prefix, prefix=True), count_only=True)
        reply = self._call("KV.Range", request, subject=printable(prefix), seconds=seconds, job=job)
        return int(reply.count), int(reply.header.revision)

    def replay(
        self,
        key: str | bytes,
        start_revision: int = 1,
        until: int = 0,
        *,
        newest: int = 1000,
        seconds: float = 30.0,
        job: Job | None = None,
    ) -> Replay:
        """What happened to one key from `start_revision` on, see `etcd_replay.replay`."""
        span = wire.span(key, prefix=False)

        def attempt(link: Link, _left: float) -> Replay:
            return replay(link, span, start_revision, until, newest, seconds, job)

        return self._any(attempt, Access.READ, printable(key), seconds + SECONDS, job)

    def put(
        self,
        key: str | bytes,
        value: str | bytes,
        *,
        lease: int = 0,
        seconds: float = SECONDS,
        job: Job | None = None,
    ) -> int:
        """Write a key, whatever it held; returns the store's revision.

        A try that got no answer is repeated at another member, so the same value may be written twice.
        """
        request = wire.put_request(Put(key, value, lease))
        reply = self._call("KV.Put", request, Access.WRITE, subject=printable(key), seconds=seconds, job=job)
        return int(reply.header.revision)

    def delete(self, key: str | bytes, *, seconds: float = SECONDS, job: Job | None = None) -> int:
        """Delete a key; returns how many there were, 0 or 1."""
        return self._delete(Delete(key), seconds, job)

    def delete_prefix(self, prefix: str | bytes, *, seconds: float = SECONDS, job: Job | None = None) -> int:
        """Delete all keys that begin with `prefix`; returns how many."""
        return self._delete(Delete(prefix, prefix=True), seconds, job)

    def _delete(self, delete: Delete, seconds: float, job: Job | None) -> int:
        request = wire.delete_request(delete)
        subject = printable(delete.key)
        reply = self._call("KV.DeleteRange", request, Access.WRITE, subject=subject, seconds=seconds, job=job)
        return int(reply.deleted)

    def txn(
        self,
        compare: Sequence[Compare],
        success: Sequence[Operation],
        failure: Sequence[Operation] = (),
        *,
        seconds: float = SECONDS,
        job: Job | None = None,
    ) -> TxnResult:
        """If all comparisons hold do `success`, else `failure`, in one step.

        Never repeated once it may have happened: then StoreError with `.ambiguous`.
        """
        request = wire.txn_request(tuple(compare), tuple(success), tuple(failure))
        touched = next((printable(each.key) for each in (*success, *failure)), "")
        reply = self._call("KV.Txn", request, Access.ONCE, subject=touched, seconds=seconds, job=job)
        return wire.txn_result(reply)

    def compare_and_swap(
        self,
        key: str | bytes,
        value: str | bytes,
        mod_revision: int,
        *,
        lease: int = 0,
        seconds: float = SECONDS,
        job: Job | None = None,
    ) -> bool:
        """Write only if the key is still as it was at `mod_revision`; 0: only if there is none. False: it is not."""
        unchanged = Compare(key, Target.MOD_REVISION, "=", mod_revision)
        return self.txn([unchanged], [Put(key, value, lease)], seconds=seconds, job=job).succeeded

    def watch_prefix(
        self,
        prefix: str | bytes,
        on_events: OnEvents,
        on_state: OnState = lambda _state: None,
        start_revision: int | None = None,
        *,
        prev: bool = False,
    ) -> Watch:
        """Changes of all keys that begin with `prefix`, from `start_revision` on or from now. Returns at once.

        `prev`: each event carries the key as it was before.
        To miss nothing: list first, then watch from `listing.revision + 1`. When a COMPACTED state comes, list again.
        """
        span = wire.span(prefix, prefix=True)

        def revision() -> int:
            return self.count(prefix)[1]

        watch = Watch(self._failover(), span, revision, on_events, on_state, start_revision, prev)
        self._adopt(watch)
        return watch

    def members(self, *, seconds: float = SECONDS, job: Job | None = None) -> tuple[MemberInfo, ...]:
        """The member list as any member knows it; works without a leader."""
        request = wire.member_list_request()

        def attempt(link: Link, left: float) -> tuple[MemberInfo, ...]:
            return wire.members(link.unary("Cluster.MemberList", request, left, leader=False, login=False, job=job))

        return self._any(attempt, Access.READ, "", seconds, job)

    def status(self, endpoint: str, *, seconds: float = 2.0, job: Job | None = None) -> MemberStatus:
        """What the member at that address says of itself; its `error` tells why it doesn't."""
        return self.statuses((endpoint,), seconds=seconds, job=job)[0]

    def statuses(
        self, endpoints: Sequence[str] = (), *, seconds: float = 2.0, job: Job | None = None
    ) -> tuple[MemberStatus, ...]:
        """Of several members at the same time, at most `seconds` for all; () are the profile's. Needs no leader."""
        wanted = [parse_endpoint(text, self._tls_by_default) for text in endpoints] or list(self.endpoints)
        request = wire.status_request()
        calls = [
            (link := self._link(each), TimedCall(link.begin("Maintenance.Status", request, seconds))) for each in wanted
        ]
        return tuple(self._status(link.endpoint, link, call, job) for link, call in calls)

    def _status(self, endpoint: Endpoint, link: Link, call: TimedCall, job: Job | None) -> MemberStatus:
        try:
            return wire.member_status(endpoint.url, link.finish(call.call, job), call.seconds())
        except RpcFailed as failure:
            if endpoint in self.endpoints:
                self._failover().failed(self.endpoints.index(endpoint))  # the next call asks others first
            fault = diagnose(link) if failure.smells_of_tls else ""
            return MemberStatus(endpoint.url, error=fault or reason(failure))

    def alarms(self, *, seconds: float = SECONDS, job: Job | None = None) -> tuple[Alarm, ...]:
        """Alarms of all members. Needs a leader and goes through the log: for polling take `MemberStatus.errors`."""
        return wire.alarms(self._call("Maintenance.Alarm", wire.alarm_list_request(), seconds=seconds, job=job))
