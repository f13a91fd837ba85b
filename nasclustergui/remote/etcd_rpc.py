"""The door to gRPC and to etcd's generated messages: loaded at first use, because that takes over 100 ms."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from typing import Any


@cache
def grpc() -> Any:
    """The grpc module. Its C core writes to stderr unless told otherwise before it is loaded."""
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")
    import grpc as module

    return module


@cache
def messages() -> Any:
    """etcd's request and reply classes and service stubs, as `etcd3` carries them."""
    grpc()
    from etcd3 import etcdrpc

    return etcdrpc


@cache
def unary_methods() -> Mapping[str, tuple[Any, Any]]:
    """Methods that the generated stubs lack: "Service.Method" → classes of request and reply.

    MemberPromote is of etcd 3.4; its messages look like those of MemberRemove on the wire (rpc.proto). LeaseLeases, of
    3.3, asks with an empty message and answers a header and, in field 2, messages whose field 1 is a lease's number;
    so does the answer about alarms, with members' numbers.
    """
    m = messages()
    return {
        "Cluster.MemberPromote": (m.MemberRemoveRequest, m.MemberRemoveResponse),
        "Lease.LeaseLeases": (m.StatusRequest, m.AlarmResponse),
    }


def unary_method(channel: Any, method: str) -> Any:
    """What the generated stub would have for one of `unary_methods`, "Cluster.MemberPromote"."""
    request, reply = unary_methods()[method]
    path = f"/etcdserverpb.{method.replace('.', '/')}"
    return channel.unary_unary(
        path, request_serializer=request.SerializeToString, response_deserializer=reply.FromString
    )


def with_flag(message: Any, number: int) -> Any:
    """The message with a field that its generated class doesn't know: bool, true (a varint: tag, then 1)."""
    return type(message).FromString(message.SerializeToString() + bytes([number << 3, 1]))


def unknown_fields(message: Any) -> list[tuple[int, Any]]:
    """(number, value) of fields that the server sent but the generated classes don't know.

    The stubs are older than etcd 3.4: a status' `errors` and `dbSizeInUse` and a member's `isLearner` arrive this way.
    """
    from google.protobuf.unknown_fields import UnknownFieldSet

    fields: Any = UnknownFieldSet(message)  # typeshed doesn't know that it can be iterated
    return [(int(each.field_number), each.data) for each in fields]
