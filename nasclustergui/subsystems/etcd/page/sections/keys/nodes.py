"""Rows of the tree of keys: folders, keys, and the row that stands for what is not read yet."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

from nasclustergui.core.errors import NasError
from nasclustergui.remote.etcd_types import KeyValue, printable


class Kind(Enum):
    """What a row stands for; the numbers order rows of one path: a folder, what it has not read, a key named alike."""

    FOLDER = 0
    MORE = 1
    KEY = 2


class Mark(Enum):
    """What was just seen to happen to a row."""

    NONE = ""
    ADDED = "added"
    CHANGED = "changed"
    DELETED = "deleted"


class Entry:
    """A row. Sorted by `rank`, the rows of an opened tree lie in etcd's own order, so each is found by bisection.

    Attributes:
        path: of a folder all that its keys begin with; of a key the key; of MORE where the next page starts.
        kv: a key's revisions and lease as seen last, without its value.
        children: of a folder, in order, those read so far; None before the first page came.
        after: where its next page starts, None when all was read. loading: a page is under way.
        error: why the last page did not come.
        keys: how many keys lie below, None while unknown; keys_at: revision of the store at which that was counted.
        mark, marked_until: for a moment (monotonic seconds).
    """

    __slots__ = (
        "after",
        "children",
        "depth",
        "error",
        "keys",
        "keys_at",
        "kind",
        "kv",
        "loading",
        "mark",
        "marked_until",
        "more",
        "open",
        "parent",
        "path",
    )

    def __init__(self, kind: Kind, path: bytes, parent: Entry | None, kv: KeyValue | None = None) -> None:
        self.kind, self.path, self.parent, self.kv = kind, path, parent, kv
        self.depth: int = parent.depth + 1 if parent is not None else -1
        self.children: list[Entry] | None = None
        self.after: bytes | None = path if kind is Kind.FOLDER else None
        self.loading = self.open = False
        self.error: NasError | None = None
        self.keys: int | None = None
        self.keys_at = 0
        self.mark, self.marked_until = Mark.NONE, 0.0
        self.more: Entry | None = Entry(Kind.MORE, path, self) if kind is Kind.FOLDER else None

    @property
    def rank(self) -> tuple[bytes, int]:
        """Its place among all rows."""
        return self.path, self.kind.value

    @property
    def folder(self) -> bool:
        """It holds others."""
        return self.kind is Kind.FOLDER

    @property
    def name(self) -> str:
        """What it is called below its parent; "" for a key that is named like its folder."""
        return printable(self.path[len(self.parent.path) if self.parent is not None else 0 :])

    def has_read(self, path: bytes) -> bool:
        """Whether an entry there would be known: it lies in the part of the folder that was read."""
        return self.children is not None and (self.after is None or path < self.after)

    def shown(self) -> Iterator[Entry]:
        """The rows below it as they stand there while it is open."""
        for child in self.children or ():
            yield child
            if child.open:
                yield from child.shown()
        if self.after is not None and self.more is not None:
            self.more.path = self.after
            yield self.more

    def visible(self) -> bool:
        """All above it are open."""
        above = self.parent
        while above is not None:
            if not above.open:
                return False
            above = above.parent
        return True


def rank(entry: Entry) -> tuple[bytes, int]:
    """For bisection."""
    return entry.rank


def above(entry: Entry) -> list[Entry]:
    """The folders that hold it, the innermost first, without the root."""
    found, folder = [], entry.parent
    while folder is not None and folder.parent is not None:
        found.append(folder)
        folder = folder.parent
    return found
