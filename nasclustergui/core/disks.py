"""Places for bricks: what a node's file systems and bare disks offer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Disk:
    """A mounted file system, or a bare disk, on one node.

    Attributes:
        node, rack: where it is; rack is the failure domain, "" if none is given.
        device: "/dev/sdb1". mount: "/bricks/d1", "" for a bare disk. filesystem: "xfs", "" if none.
        size, free: bytes.
        kind: "SSD", "HDD" or "" if unknown.
        used_by: volumes whose bricks lie on it.
        problem: why it can't take a brick, one clause; "" if it can.
        warning: why one would rather not, one clause ("it holds the operating system").
    """

    node: str
    device: str
    mount: str
    filesystem: str
    size: int
    free: int
    rack: str = ""
    kind: str = ""
    used_by: tuple[str, ...] = ()
    problem: str = ""
    warning: str = ""

    @property
    def key(self) -> str:
        """Unique in the cluster."""
        return f"{self.node}:{self.mount or self.device}"

    @property
    def label(self) -> str:
        """Short name: the last part of the mount point or of the device."""
        return (self.mount or self.device).rstrip("/").rsplit("/", 1)[-1] or "/"

    @property
    def usable(self) -> bool:
        """True if a brick may be put on it."""
        return not self.problem

    def used(self, volumes: tuple[str, ...]) -> Disk:
        """The same disk with the volumes that have bricks on it."""
        return replace(self, used_by=volumes)


def mount_of(path: str, mounts: Iterable[str]) -> str | None:
    """The longest mount point that holds the path, None if none does."""
    holding = [m for m in mounts if m and (path == m or path.startswith(m.rstrip("/") + "/"))]
    return max(holding, key=len, default=None)
