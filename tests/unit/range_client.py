"""Stands in for etcd's client where only ranges are read: keys in memory, answers as etcd's own messages."""

from __future__ import annotations

from typing import Any

from nasclustergui.core.errors import StoreError
from nasclustergui.core.profile import EtcdProfile
from nasclustergui.remote.etcd_rpc import messages
from nasclustergui.remote.etcd_types import KeyValue, to_bytes

END = b"\0"


class RangeClient:
    """`allowed`: ranges that may be read, None for all. `calls`: (start, end, limit) of every range that was asked."""

    def __init__(self, keys: dict[bytes, bytes], allowed: list[tuple[bytes, bytes]] | None = None) -> None:
        self.kvs = {key: KeyValue(key, value, n, n, 1) for n, (key, value) in enumerate(sorted(keys.items()), 2)}
        self.revision = len(keys) + 1
        self.allowed = allowed
        self.profile = EtcdProfile(user="nasadmin")
        self.calls: list[tuple[bytes, bytes, int]] = []

    def put(self, key: bytes, value: bytes, lease: int = 0) -> KeyValue:
        """As another client."""
        self.revision += 1
        old = self.kvs.get(key)
        created, version = (old.create_revision, old.version + 1) if old else (self.revision, 1)
        self.kvs[key] = KeyValue(key, value, created, self.revision, version, lease)
        return self.kvs[key]

    def delete(self, key: bytes) -> KeyValue:
        """As another client; what a watch tells of it."""
        self.revision += 1
        del self.kvs[key]
        return KeyValue(key, b"", 0, self.revision, 0, 0)

    def get(self, key: str | bytes, **_more: Any) -> KeyValue | None:
        return self.kvs.get(to_bytes(key))

    def _call(self, method: str, request: Any, _access: Any = None, **_more: Any) -> Any:
        if method == "KV.Range":
            return self._range(request)
        m = messages()
        if method == "Auth.UserGet":
            return m.AuthUserGetResponse(roles=["nas"])
        if method == "Auth.RoleGet":
            reply = m.AuthRoleGetResponse()
            for start, end in self.allowed or ():
                reply.perm.add(permType=2, key=start, range_end=end)
            return reply
        assert method == "Lease.LeaseTimeToLive"
        return m.LeaseTimeToLiveResponse(TTL=12, grantedTTL=15)

    def _range(self, request: Any) -> Any:
        start, end, limit = request.key, request.range_end, request.limit
        self.calls.append((start, end, limit))
        if self.allowed is not None and not any(
            low <= start and (high == END or (end != END and end <= high)) for low, high in self.allowed
        ):
            raise StoreError("denied", details="etcdserver: permission denied")
        last = None if end == END else end
        found = [kv for k, kv in sorted(self.kvs.items()) if start <= k and (last is None or k < last)]
        shown = [] if request.count_only else found[: limit or None]
        reply = messages().RangeResponse(count=len(found), more=bool(limit) and len(found) > limit)
        reply.header.revision = self.revision
        for kv in shown:
            reply.kvs.add(
                key=kv.key,
                value=b"" if request.keys_only else kv.value,
                create_revision=kv.create_revision,
                mod_revision=kv.mod_revision,
                version=kv.version,
                lease=kv.lease,
            )
        return reply
