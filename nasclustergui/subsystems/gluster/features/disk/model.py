"""What a node says about the place of a brick, and what is wrong with the brick."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Directory(StrEnum):
    """What lies at the brick's path; the words that the script on the node uses."""

    PRESENT = "present"
    ABSENT = "absent"
    FILE = "file"  # something else has that name
    UNREADABLE = "unreadable"  # the disk answers with an error
    UNKNOWN = "unknown"  # the node could not be asked


@dataclass(frozen=True)
class Mount:
    """A mounted file system. `options` as the kernel writes them: "ro" is read-only."""

    device: str
    point: str
    filesystem: str
    options: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Ground:
    """The place of a brick, as its node sees it.

    Attributes:
        node, path: of the brick.
        directory: what is at the path; `error`: what the system said where it can't be read ("Input/output error").
        mount: the file system that holds the path, None if unknown.
        wanted_mount: the mount point that /etc/fstab names for the path, "" if it names none but the system's own.
        volume_id: of the volume whose mark is on the directory, lower case with dashes, "" without a mark.
        entries: names in the directory, gluster's own not counted.
        size, free: bytes of the file system; inodes, inodes_free: likewise; None if unknown.
        kernel: the kernel's last messages about the device, newest last.
        why_unknown: why the node could not be asked, "" if it was.
    """

    node: str
    path: str
    directory: Directory = Directory.UNKNOWN
    error: str = ""
    mount: Mount | None = None
    wanted_mount: str = ""
    volume_id: str = ""
    entries: int = 0
    size: int | None = None
    free: int | None = None
    inodes: int | None = None
    inodes_free: int | None = None
    kernel: tuple[str, ...] = ()
    why_unknown: str = ""

    @property
    def read_only(self) -> bool:
        """True if the file system is mounted read-only."""
        return self.mount is not None and "ro" in self.mount.options

    @property
    def occupied(self) -> bool:
        """True if something lies at the path that is not a directory of its own, empty and unmarked."""
        return self.directory is Directory.FILE or (
            self.directory is Directory.PRESENT and bool(self.volume_id or self.entries)
        )


class Trouble(StrEnum):
    """What is wrong with a brick, from the harmless to the worst that can be known."""

    NONE = "none"
    PROCESS = "process"  # the disk is fine, only the brick's process is down
    FULL = "full"
    PREPARED = "prepared"  # an empty directory waits on a mounted disk
    DIRECTORY_GONE = "directory gone"
    FOREIGN = "foreign"  # what lies there is not this volume's
    READ_ONLY = "read-only"
    NOT_MOUNTED = "not mounted"
    BROKEN = "broken"  # the disk answers with errors
    NODE_GONE = "node gone"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Diagnosis:
    """A brick and what is wrong with it.

    Attributes:
        volume, brick: names ("node3:/bricks/d1/data"). set_number: from 1.
        trouble: the gravest finding. sentence: it in words; advice: what to do about it, "" if nothing.
        ground: what the node said.
        online: the brick's process, as gluster has it; None if unknown.
        behind: entries that the rest of the set has for it, None if unknown.
    """

    volume: str
    brick: str
    set_number: int
    trouble: Trouble
    sentence: str
    advice: str
    ground: Ground
    online: bool | None
    behind: int | None = None

    @property
    def failed(self) -> bool:
        """True if the brick can't serve: its process is down, or its disk is about to make it so."""
        return self.trouble not in (Trouble.NONE, Trouble.FULL)

    @property
    def may_be_failing(self) -> bool:
        """True if gluster still calls the brick online while its node says otherwise: gluster notices after 50 s."""
        return bool(self.online) and self.trouble not in (Trouble.NONE, Trouble.FULL, Trouble.UNKNOWN)

    @property
    def same_place(self) -> str:
        """Why a new disk can't be taken at the same path now, one sentence; "" if it can."""
        return self.advice if self.trouble in _NO_SAME_PLACE else ""


_NO_SAME_PLACE = frozenset(
    {Trouble.READ_ONLY, Trouble.NOT_MOUNTED, Trouble.BROKEN, Trouble.NODE_GONE, Trouble.UNKNOWN, Trouble.FULL}
)
