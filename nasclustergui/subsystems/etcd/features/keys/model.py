"""Keys as a tree: parts of the store, the levels that "/" makes of them, one page of a level."""

from __future__ import annotations

from typing import NamedTuple

from nasclustergui.remote.etcd_types import KeyValue, prefix_end


class Span(NamedTuple):
    """Keys from `start` to before `end`; `end` None is the end of the store."""

    start: bytes
    end: bytes | None

    def has(self, key: bytes) -> bool:
        """The key lies in it."""
        return self.start <= key and (self.end is None or key < self.end)

    def cut(self, other: Span) -> Span | None:
        """What both have in common."""
        ends = [end for end in (self.end, other.end) if end is not None]
        start, end = max(self.start, other.start), min(ends, default=None)
        return Span(start, end) if end is None or start < end else None


WHOLE = Span(b"", None)


def below(prefix: bytes) -> Span:
    """All keys that begin with `prefix`."""
    end = prefix_end(prefix)
    return Span(prefix, None if end == b"\0" else end)


def child_of(prefix: bytes, key: bytes) -> tuple[bytes, bool]:
    """(path, is it a folder) of the entry below `prefix` that stands for `key` or holds it.

    A folder's path is all that its keys begin with, "/" at the end included. A "/" right behind the prefix belongs to
    the name, so that "/cluster/…" is no folder without a name: "/cluster/" is one entry, as is "a//b" below "a/".
    """
    slash = key.find(b"/", len(prefix) + 1)
    return (key[: slash + 1], True) if slash >= 0 else (key, False)


class Child(NamedTuple):
    """An entry of a level: a folder, or a key with what is known of it (never its value)."""

    path: bytes
    folder: bool
    kv: KeyValue | None = None

    @property
    def behind(self) -> bytes:
        """The first key that is not part of it."""
        return prefix_end(self.path) if self.folder else self.path + b"\0"


class LevelPage(NamedTuple):
    """Entries of a level from `start` on, in byte order.

    Attributes:
        after: where the next page starts, None if this was the last one.
        revision: everything is at least as new as this revision of the store.
    """

    children: tuple[Child, ...]
    start: bytes
    after: bytes | None
    revision: int

    def split(self, count: int) -> tuple[LevelPage, LevelPage | None]:
        """The first `count` entries, and a page with the others."""
        if len(self.children) <= count:
            return self, None
        after = self.children[count - 1].behind
        first = LevelPage(self.children[:count], self.start, after, self.revision)
        return first, LevelPage(self.children[count:], after, self.after, self.revision)


class Reach(NamedTuple):
    """What may be read.

    Attributes:
        spans: in order, without overlaps. whole: that is the whole store.
        user: who is restricted so, "" where nobody is.
        revision: of the store when that was asked.
    """

    spans: tuple[Span, ...]
    whole: bool
    user: str
    revision: int


class KeyRead(NamedTuple):
    """A key as read by itself.

    Attributes:
        kv: None if there is none.
        lease: (seconds left, seconds granted) of its lease; None without one or where that could not be asked.
        read_at: Unix time.
    """

    key: bytes
    kv: KeyValue | None
    lease: tuple[int, int] | None
    read_at: float
