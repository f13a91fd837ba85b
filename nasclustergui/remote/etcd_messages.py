"""Builds etcd's requests and reads its replies; the wire format is etcd's rpc.proto, package etcdserverpb."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _
from nasclustergui.remote.etcd_rpc import messages, unknown_fields, with_flag
from nasclustergui.remote.etcd_types import (
    Alarm,
    Compare,
    Delete,
    EventKind,
    KeyValue,
    MemberInfo,
    MemberStatus,
    Operation,
    Put,
    Target,
    TxnResult,
    WatchEvent,
    prefix_end,
    to_bytes,
)

_RELATIONS = {"=": 0, ">": 1, "<": 2, "!=": 3}
_TARGETS = {
    Target.VERSION: 0,
    Target.CREATE_REVISION: 1,
    Target.MOD_REVISION: 2,
    Target.VALUE: 3,
    Target.LEASE: 4,
}
_ALARMS = {1: "NOSPACE", 2: "CORRUPT"}
_STATUS_ERRORS, _STATUS_IN_USE, _MEMBER_LEARNER, _ADD_LEARNER = 8, 9, 5, 2  # field numbers of rpc.proto


def span(key: str | bytes, prefix: bool) -> tuple[bytes, bytes]:
    """(key, range_end) of one key or of all that begin with it; an empty prefix is the whole store."""
    start = to_bytes(key)
    if not prefix and not start:
        raise InvalidInput(_("A key of etcd must not be empty."), field="key")
    return (start or b"\0", prefix_end(start)) if prefix else (start, b"")


def range_request(key: bytes, end: bytes, **options: Any) -> Any:
    """Read keys from `key` to before `end`; b"" reads the one key. Options as in RangeRequest."""
    return messages().RangeRequest(key=key, range_end=end, **options)


def put_request(put: Put) -> Any:
    """Write one key."""
    key, _end = span(put.key, prefix=False)
    return messages().PutRequest(key=key, value=to_bytes(put.value), lease=put.lease)


def delete_request(delete: Delete) -> Any:
    """Delete a key or a range."""
    key, end = span(delete.key, delete.prefix)
    return messages().DeleteRangeRequest(key=key, range_end=end)


def txn_request(compare: tuple[Compare, ...], success: tuple[Operation, ...], failure: tuple[Operation, ...]) -> Any:
    """If all comparisons hold then `success` else `failure`, as one step."""
    return messages().TxnRequest(
        compare=[_compare(each) for each in compare],
        success=[_operation(each) for each in success],
        failure=[_operation(each) for each in failure],
    )


def _compare(condition: Compare) -> Any:
    key, _end = span(condition.key, prefix=False)
    operand = {condition.target.value: condition.operand}
    return messages().Compare(
        key=key, result=_RELATIONS[condition.relation], target=_TARGETS[condition.target], **operand
    )


def _operation(operation: Operation) -> Any:
    if isinstance(operation, Put):
        return messages().RequestOp(request_put=put_request(operation))
    if isinstance(operation, Delete):
        return messages().RequestOp(request_delete_range=delete_request(operation))
    return messages().RequestOp(request_range=range_request(*span(operation.key, operation.prefix)))


def watch_request(key: bytes, end: bytes, revision: int, prev: bool = False) -> Any:
    """Changes from `revision` on; `prev`: with what each key was before.

    Progress notifications are not asked for: before etcd 3.4.25 they may overtake events (etcd issue 15220), so a
    resume point taken from one could skip changes.
    """
    create = messages().WatchCreateRequest(key=key, range_end=end, start_revision=revision, prev_kv=prev)
    return messages().WatchRequest(create_request=create)


def key_value(kv: Any) -> KeyValue:
    """From mvccpb.KeyValue."""
    return KeyValue(kv.key, kv.value, kv.create_revision, kv.mod_revision, kv.version, kv.lease)


def watch_events(reply: Any) -> tuple[WatchEvent, ...]:
    """From WatchResponse, in the order in which they happened."""
    return tuple(_event(event) for event in reply.events)


def _event(event: Any) -> WatchEvent:
    kind = EventKind.DELETE if event.type == 1 else EventKind.PUT
    return WatchEvent(kind, key_value(event.kv), key_value(event.prev_kv) if event.HasField("prev_kv") else None)


def txn_result(reply: Any) -> TxnResult:
    """From TxnResponse; `found` has one entry for each `Get` that ran."""
    ranges = [each.response_range for each in reply.responses if each.WhichOneof("response") == "response_range"]
    found = tuple(tuple(key_value(kv) for kv in each.kvs) for each in ranges)
    return TxnResult(bool(reply.succeeded), int(reply.header.revision), found)


def members(reply: Any) -> tuple[MemberInfo, ...]:
    """From MemberListResponse, by name."""
    return tuple(sorted(map(member, reply.members), key=lambda m: (m.name, m.id)))


def member(found: Any) -> MemberInfo:
    """From Member."""
    learner = any(number == _MEMBER_LEARNER and value for number, value in unknown_fields(found))
    return MemberInfo(int(found.ID), str(found.name), tuple(found.peerURLs), tuple(found.clientURLs), learner)


def member_status(endpoint: str, reply: Any, seconds: float | None = None) -> MemberStatus:
    """From StatusResponse, and how long it took."""
    extra = unknown_fields(reply)
    in_use = next((int(value) for number, value in extra if number == _STATUS_IN_USE), None)
    errors = tuple(
        bytes(value).decode("utf-8", "replace").strip() for number, value in extra if number == _STATUS_ERRORS
    )
    return MemberStatus(
        endpoint,
        member_id=int(reply.header.member_id),
        leader_id=int(reply.leader),
        version=str(reply.version),
        db_size=int(reply.dbSize),
        db_in_use=in_use,
        raft_term=int(reply.raftTerm),
        raft_index=int(reply.raftIndex),
        errors=errors,
        revision=int(reply.header.revision),
        seconds=seconds,
    )


def alarms(reply: Any) -> tuple[Alarm, ...]:
    """From AlarmResponse."""
    return tuple(Alarm(int(a.memberID), _ALARMS.get(int(a.alarm), str(int(a.alarm)))) for a in reply.alarms)


def grant_request(ttl: int) -> Any:
    """A lease of `ttl` seconds, its id chosen by the server."""
    return messages().LeaseGrantRequest(TTL=ttl)


def keep_alive_request(lease: int) -> Any:
    """Renew a lease."""
    return messages().LeaseKeepAliveRequest(ID=lease)


def revoke_request(lease: int) -> Any:
    """End a lease."""
    return messages().LeaseRevokeRequest(ID=lease)


def member_list_request() -> Any:
    """The member list as the asked member knows it (etcd 3.5 asks the majority only if told so)."""
    return messages().MemberListRequest()


def member_add_request(peer_urls: Sequence[str], learner: bool) -> Any:
    """Announce a member."""
    request = messages().MemberAddRequest(peerURLs=peer_urls)
    return with_flag(request, _ADD_LEARNER) if learner else request


def member_remove_request(member_id: int) -> Any:
    """Take a member out; a promotion has the same shape."""
    return messages().MemberRemoveRequest(ID=member_id)


def member_update_request(member_id: int, peer_urls: Sequence[str]) -> Any:
    """Give a member other peer URLs."""
    return messages().MemberUpdateRequest(ID=member_id, peerURLs=peer_urls)


def move_leader_request(member_id: int) -> Any:
    """Let that member lead."""
    return messages().MoveLeaderRequest(targetID=member_id)


def compact_request(revision: int) -> Any:
    """Forget the history before a revision, and answer when the database has let it go."""
    return messages().CompactionRequest(revision=revision, physical=True)


def defragment_request() -> Any:
    """Rewrite the asked member's database."""
    return messages().DefragmentRequest()


def snapshot_request() -> Any:
    """The asked member's database, as a stream."""
    return messages().SnapshotRequest()


def disarm_request(alarm: Alarm) -> Any:
    """Take an alarm back."""
    kind = next(number for number, name in _ALARMS.items() if name == alarm.kind)
    return messages().AlarmRequest(action=2, memberID=alarm.member_id, alarm=kind)


def status_request() -> Any:
    """The status of the asked member."""
    return messages().StatusRequest()


def alarm_list_request() -> Any:
    """All alarms."""
    return messages().AlarmRequest(action=0)
