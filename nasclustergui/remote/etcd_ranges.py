"""Calls of etcd about parts of the store: one page of a range, a watch of it, what the own user may read, a lease."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.x509.oid import NameOID

from nasclustergui.core.job import Job
from nasclustergui.remote import etcd_messages as wire
from nasclustergui.remote.etcd_failover import Access
from nasclustergui.remote.etcd_rpc import messages
from nasclustergui.remote.etcd_session import SECONDS, EtcdSession
from nasclustergui.remote.etcd_types import KeyValue, printable
from nasclustergui.remote.etcd_watch import OnEvents, OnState, Watch

_END = b"\0"  # as range_end: everything from the start on (rpc.proto, RangeRequest)
_NO_LEASE = -1  # LeaseTimeToLiveResponse.TTL of a lease that ran out
_READS = (0, 2)  # authpb.Permission.Type: READ 0, WRITE 1, READWRITE 2


class Page(NamedTuple):
    """Keys in byte order as of `revision`. `more`: the limit cut it. `total`: keys in the whole range."""

    items: tuple[KeyValue, ...]
    revision: int
    more: bool
    total: int


class Grant(NamedTuple):
    """Keys from `start` to before `end` may be read, or written, or both; `end` None: to the end of the store."""

    start: bytes
    end: bytes | None
    read: bool
    write: bool


def read_page(
    client: EtcdSession,
    start: bytes,
    end: bytes | None,
    *,
    limit: int = 0,
    keys_only: bool = False,
    count_only: bool = False,
    revision: int = 0,
    seconds: float = SECONDS,
    job: Job | None = None,
) -> Page:
    """Keys from `start` to before `end` (None: to the end of the store), at most `limit` (0: all).

    The server walks the whole range for `total`, whatever the limit: many small pages of a large range are slow.
    Raises StoreError, Cancelled.
    """
    options = {"limit": limit, "keys_only": keys_only, "count_only": count_only, "revision": revision}
    request = wire.range_request(start or _END, _END if end is None else end, **options)
    reply = client._call("KV.Range", request, subject=printable(start), seconds=seconds, job=job)
    items = tuple(wire.key_value(kv) for kv in reply.kvs)
    return Page(items, int(reply.header.revision), bool(reply.more), int(reply.count))


def watch_range(
    client: EtcdSession,
    start: bytes,
    end: bytes | None,
    on_events: OnEvents,
    on_state: OnState,
    start_revision: int,
) -> Watch:
    """Changes of the keys from `start` to before `end`, as `EtcdClient.watch_prefix`. Returns at once."""
    span = (start or _END, _END if end is None else end)

    def revision() -> int:
        return read_page(client, start, end, count_only=True).revision

    watch = Watch(client._failover(), span, revision, on_events, on_state, start_revision)
    client._adopt(watch)
    return watch


def lease_left(client: EtcdSession, lease: int, *, job: Job | None = None) -> tuple[int, int] | None:
    """(seconds it lives now, seconds it was asked for), None if it ran out or was revoked."""
    request = messages().LeaseTimeToLiveRequest(ID=lease)
    reply = client._call("Lease.LeaseTimeToLive", request, job=job)
    return None if reply.TTL == _NO_LEASE else (int(reply.TTL), int(reply.grantedTTL))


def own_name(client: EtcdSession) -> str:
    """The user's name as etcd knows it: the profile's, else the common name of its client certificate; "" for nobody.

    Reads the certificate's file. etcd takes its name where the call brings no token (etcd, auth/store.go).
    """
    profile = client.profile
    if profile.user or not profile.cert:
        return profile.user
    try:
        certificate = x509.load_pem_x509_certificate(Path(profile.cert).expanduser().read_bytes())
    except (OSError, ValueError):
        return ""  # the connection itself will say what is wrong with it
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else ""


def own_grants(client: EtcdSession, *, job: Job | None = None) -> tuple[Grant, ...] | None:
    """What the own user may read and write, by its roles; None if it has no name.

    Everybody may ask that about himself (etcd, server/apply_auth.go); who may do everything has no entries.
    """
    user = own_name(client)
    if not user:
        return None
    roles = client._call("Auth.UserGet", messages().AuthUserGetRequest(name=user), Access.READ, job=job).roles
    found: list[Grant] = []
    for role in roles:
        reply = client._call("Auth.RoleGet", messages().AuthRoleGetRequest(role=role), Access.READ, job=job)
        found += (_grant(permission) for permission in reply.perm)
    return tuple(sorted(set(found), key=lambda grant: grant.start))


def _grant(permission: object) -> Grant:
    kind, start, end = (getattr(permission, name) for name in ("permType", "key", "range_end"))
    whole_key = start + b"\0"  # of a single key the first one behind it
    return Grant(start, None if end == _END else end or whole_key, kind in _READS, kind != 0)
