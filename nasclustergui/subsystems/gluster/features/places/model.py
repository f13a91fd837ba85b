"""What was found at the directory of a brick to be."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SiteState(StrEnum):
    """The words that the script on the node uses."""

    ABSENT = "absent"  # gluster makes it
    EMPTY = "empty"
    FILES = "files"  # a directory with something in it, no mark of a volume
    LEFTOVER = "leftover"  # marked as a brick: trusted.glusterfs.volume-id, or gluster's own directory is there
    INSIDE = "inside"  # a directory above it is marked as a brick
    MOUNT_POINT = "mount"  # it is itself where a file system is mounted
    NO_PARENT = "no-parent"  # gluster makes only the last directory
    NO_DIRECTORY = "no-directory"  # something else has that name


@dataclass(frozen=True)
class Site:
    """One directory on one node.

    Attributes:
        node: in the profile. path: of the brick to be.
        volume_id: of the volume that it was a brick of, lower-case with dashes, "" if it has no such mark.
        entries: how many names lie in it, gluster's own directory not counted.
    """

    node: str
    path: str
    state: SiteState
    volume_id: str = ""
    entries: int = 0

    @property
    def occupied(self) -> bool:
        """True if something of before lies there: it can be set aside."""
        return self.state in (SiteState.FILES, SiteState.LEFTOVER)

    @property
    def needs_force(self) -> bool:
        """True if gluster refuses it without "force"."""
        return self.state in (SiteState.LEFTOVER, SiteState.MOUNT_POINT)
