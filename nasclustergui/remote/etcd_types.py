"""What etcd stores and tells, as plain data: no gRPC types leave `remote/`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class KeyValue:
    """A key as etcd holds it.

    Attributes:
        key, value: raw bytes; nothing says that they are UTF-8.
        create_revision, mod_revision: revision of the store at its creation and at its last change.
        version: 1 when created, +1 with each change, 0 in the event of a deletion.
        lease: id of the lease it hangs on, 0 for none.
    """

    key: bytes
    value: bytes = b""
    create_revision: int = 0
    mod_revision: int = 0
    version: int = 0
    lease: int = 0

    @property
    def name(self) -> str:
        """The key for people; bytes that aren't UTF-8 appear as \\xNN."""
        return printable(self.key)

    @property
    def text(self) -> str:
        """The value letter by letter; bytes that aren't UTF-8 appear as \\xNN."""
        return decoded(self.value)


@dataclass(frozen=True, slots=True)
class Listing:
    """Keys in byte order, all as of one `revision`; a watch goes on at `revision + 1`. `more`: a limit cut it."""

    items: tuple[KeyValue, ...]
    revision: int
    more: bool = False


class EventKind(StrEnum):
    """What happened to a key."""

    PUT = "put"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class WatchEvent:
    """One change of one key. A deletion (also by a lease that ran out) carries the key and its revision only.

    Attributes:
        prev: the key before the change, if the watch asked for it and etcd still knew; None for a new key too.
    """

    kind: EventKind
    kv: KeyValue
    prev: KeyValue | None = None


class WatchKind(StrEnum):
    """Where a watch stands."""

    CONNECTED = "connected"  # changes arrive
    LOST = "lost"  # the stream broke; the next endpoint is tried, nothing is lost
    COMPACTED = "compacted"  # changes before `revision` are gone for good: list again


@dataclass(frozen=True, slots=True)
class WatchState:
    """What a watch tells about itself.

    Attributes:
        endpoint: URL it listens at or lost.
        revision: CONNECTED and LOST: the first revision not delivered yet. COMPACTED: everything up to here may have
            been missed; later changes will be delivered.
        error: LOST: why, in a few words.
    """

    kind: WatchKind
    endpoint: str
    revision: int
    error: str = ""


@dataclass(frozen=True, slots=True)
class MemberInfo:
    """An entry of the member list. `name` is "" for a member that was added but never started."""

    id: int
    name: str
    peer_urls: tuple[str, ...]
    client_urls: tuple[str, ...]
    learner: bool = False


@dataclass(frozen=True, slots=True)
class MemberStatus:
    """What one endpoint says of itself; it answers without a leader too.

    Attributes:
        endpoint: URL that was asked.
        error: why there is no answer, in a few words; then all that follows is empty.
        member_id, leader_id: 64-bit numbers; leader 0: it knows none.
        db_size, db_in_use: bytes; in use is None before etcd 3.4.
        errors: its own complaints: "memberID:1911… alarm:NOSPACE", "etcdserver: no leader".
        revision: of the store as this member has it. seconds: how long the answer took, at first with connecting.
    """

    endpoint: str
    error: str = ""
    member_id: int = 0
    leader_id: int = 0
    version: str = ""
    db_size: int = 0
    db_in_use: int | None = None
    raft_term: int = 0
    raft_index: int = 0
    errors: tuple[str, ...] = ()
    revision: int = 0
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm of a member: "NOSPACE" or "CORRUPT"."""

    member_id: int
    kind: str


class Target(StrEnum):
    """What a comparison looks at."""

    VALUE = "value"
    VERSION = "version"
    CREATE_REVISION = "create_revision"
    MOD_REVISION = "mod_revision"
    LEASE = "lease"


@dataclass(frozen=True, slots=True)
class Compare:
    """A condition of a transaction: `relation` is "=", "!=", "<" or ">". A key that isn't there has numbers 0."""

    key: str | bytes
    target: Target
    relation: str
    operand: int | bytes


@dataclass(frozen=True, slots=True)
class Put:
    """Part of a transaction: write a key."""

    key: str | bytes
    value: str | bytes
    lease: int = 0


@dataclass(frozen=True, slots=True)
class Delete:
    """Part of a transaction: delete a key, or with `prefix` all that begin so."""

    key: str | bytes
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Get:
    """Part of a transaction: read a key, or with `prefix` all that begin so."""

    key: str | bytes
    prefix: bool = False


Operation = Put | Delete | Get


@dataclass(frozen=True, slots=True)
class TxnResult:
    """What a transaction did: whether its conditions held, the keys each `Get` found, the store's revision."""

    succeeded: bool
    revision: int
    found: tuple[tuple[KeyValue, ...], ...] = ()


def to_bytes(text: str | bytes) -> bytes:
    """UTF-8; a lone surrogate (from a file name that isn't UTF-8) becomes its byte again."""
    return text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")


def decoded(text: str | bytes) -> str:
    """Letter by letter, for programs and editors; bytes that aren't UTF-8 as \\xNN."""
    return to_bytes(text).decode("utf-8", "backslashreplace")


def printable(text: str | bytes) -> str:
    """For people, in one line: bytes that aren't UTF-8, and what a terminal would obey or nobody sees, as \\xNN."""
    return visible(decoded(text))


def visible(text: str) -> str:
    """Line ends, control characters, those that turn the direction of writing … as escapes."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def prefix_end(prefix: bytes) -> bytes:
    """The first key behind all that begin with `prefix`; b"\\0" is the end (rpc.proto, range_end)."""
    shortened = prefix.rstrip(b"\xff")
    return shortened[:-1] + bytes([shortened[-1] + 1]) if shortened else b"\0"
