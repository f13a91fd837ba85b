"""What a split-brain is: an entry of a volume whose copies blame each other, brick by brick."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What the copies disagree about."""

    DATA = "data"
    METADATA = "metadata"  # owner, permissions, extended attributes
    BOTH = "both"  # content and metadata
    NAMES = "names"  # a directory: which names it has
    NAMES_METADATA = "names and metadata"
    GFID = "gfid"  # one name, another file on each brick
    TYPE = "type"  # one name, a file on one brick and a directory on the other
    UNCLEAR = "unclear"  # gluster lists it, and the copies that could be read don't say why


class FileType(StrEnum):
    """What a copy is."""

    FILE = "file"
    DIRECTORY = "directory"
    SYMLINK = "symlink"
    OTHER = "other"  # device, socket, pipe


@dataclass(frozen=True)
class Pending:
    """Operations that a copy knows another one lacks: numbers of changes of content, metadata, names."""

    data: int = 0
    metadata: int = 0
    entry: int = 0

    def __bool__(self) -> bool:
        return bool(self.data or self.metadata or self.entry)


@dataclass(frozen=True)
class Copy:
    """One brick's copy of an entry.

    Attributes:
        brick: "node1:/bricks/d1/data"; node: "" if the profile doesn't know it. arbiter: holds no content.
        path: inside the volume ("/d/file"), "" if the brick doesn't know one.
        gfid: "" if there is no copy here. type: None likewise.
        size: bytes. mode: permission bits. nlink: names, gluster's own hard link not counted.
        mtime, ctime, atime: nanoseconds since 1970: as clients see them (`trusted.glusterfs.mdata`), else the brick's.
        target: of a symlink.
        blames: brick name → what this copy knows that one lacks.
        dirty: changes that were begun here and not ended.
        down: the brick does not run, so that its copy cannot be replaced now.
        problem: why the copy couldn't be read, a sentence; "" if it was, or if there is none.
    """

    brick: str
    node: str
    arbiter: bool = False
    path: str = ""
    gfid: str = ""
    type: FileType | None = None
    size: int = 0
    mode: int = 0
    uid: int = 0
    gid: int = 0
    owner: str = ""
    group: str = ""
    nlink: int = 0
    mtime: int = 0
    ctime: int = 0
    atime: int = 0
    target: str = ""
    blames: Mapping[str, Pending] = field(default_factory=dict)
    dirty: Pending = Pending()
    down: bool = False
    problem: str = ""

    @property
    def there(self) -> bool:
        """True if the brick has a copy and it was read."""
        return self.type is not None


@dataclass(frozen=True)
class Entry:
    """One entry in split-brain.

    Attributes:
        item: how it is asked for: "gfid:…", or its path where every brick has another gfid.
        path: inside the volume, "" if no brick knows it. May hold any byte (surrogateescape).
        set_number: from 1.
        copies: one per brick of its set, in the volume's order.
        names: of a directory: name → bricks that lack it; names with another file behind them are entries of their own.
        names_cut: not all names were compared, there are too many.
        conflicts: of a directory: how many of its names stand for another file on each brick.
    """

    item: str
    path: str
    set_number: int
    kind: Kind
    copies: tuple[Copy, ...]
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    names_cut: bool = False
    conflicts: int = 0

    @property
    def shown(self) -> str:
        """The path in printable characters, or the gfid."""
        return printable(self.path) if self.path else self.item

    @property
    def type(self) -> FileType | None:
        """What the copies are, None if they differ."""
        types = {copy.type for copy in self.copies if copy.there}
        return types.pop() if len(types) == 1 else None

    def copy_on(self, brick: str) -> Copy | None:
        """The copy on that brick, None for a brick of another set."""
        return next((copy for copy in self.copies if copy.brick == brick), None)


@dataclass(frozen=True)
class SplitBrains:
    """All entries of a volume in split-brain, as they were read at one moment.

    Attributes:
        entries: at most `read.LIMIT`, and the names in directories that stand for different files.
        total: entries without those names.
        unread: brick → why it couldn't be looked at; entries that only it knows may be missing.
        estimated: gluster's own list couldn't be read (a name in it isn't UTF-8): only the bricks' own were.
        read_at: Unix time.
    """

    volume: str
    entries: tuple[Entry, ...] = ()
    total: int = 0
    unread: Mapping[str, str] = field(default_factory=dict)
    estimated: bool = False
    read_at: float = 0.0

    def entry(self, item: str) -> Entry | None:
        """By `Entry.item`."""
        return next((entry for entry in self.entries if entry.item == item), None)


def printable(text: str) -> str:
    """A name with everything unprintable as an escape (\\n, \\xe9), so that it fits on one line."""
    if text.isprintable():
        return text
    return "".join(_escaped(c) for c in text)


def _escaped(c: str) -> str:
    if c.isprintable():
        return c
    if 0xDC80 <= ord(c) <= 0xDCFF:  # a byte that isn't UTF-8
        return f"\\x{ord(c) - 0xDC00:02x}"
    return c.encode("unicode_escape").decode()
