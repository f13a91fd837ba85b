"""What the scrubber tells, and what is known about the copies of a corrupted file: plain frozen data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

FREQUENCIES = ("hourly", "daily", "weekly", "biweekly", "monthly")
THROTTLES = ("lazy", "normal", "aggressive")
USUAL_SIGNING = 120  # seconds after its last write until a file is signed


@dataclass(frozen=True)
class Corrupted:
    """A file that the scrubber marked on one brick. `path` is inside the volume, "" if nobody knows it."""

    gfid: str
    brick: str
    path: str = ""

    @property
    def key(self) -> str:
        """What identifies this copy."""
        return f"{self.gfid}@{self.brick}"

    @property
    def shown(self) -> str:
        """Its path, else its gfid."""
        return self.path or f"gfid:{self.gfid}"


@dataclass(frozen=True)
class NodeScrub:
    """One node's scrubber.

    Attributes:
        node: name in the profile, else as gluster calls it.
        scrubbed, skipped: files in the last run; skipped are those that are not signed yet or are open.
        last_at: Unix time at which the last run ended, None before the first. seconds: how long it took.
    """

    node: str
    scrubbed: int
    skipped: int
    errors: int
    last_at: float | None = None
    seconds: float = 0.0
    corrupted: tuple[Corrupted, ...] = ()


@dataclass(frozen=True)
class Scrub:
    """`bitrot V scrub status`. `running`: a run is under way; `paused`: none is started."""

    running: bool
    paused: bool
    throttle: str
    frequency: str
    nodes: tuple[NodeScrub, ...] = ()

    @property
    def corrupted(self) -> tuple[Corrupted, ...]:
        """All corrupted files of all nodes."""
        return tuple(entry for node in self.nodes for entry in node.corrupted)


class Worth(StrEnum):
    """What a copy is worth for a heal."""

    PROVEN = "proven"  # its content has the checksum that was signed when it was last written
    UNSIGNED = "unsigned"  # nothing speaks against it, nothing for it
    CORRUPT = "corrupt"  # marked by the scrubber, or its content contradicts its signature
    MISSING = "missing"
    UNKNOWN = "unknown"  # its node could not be asked


@dataclass(frozen=True)
class FileCopy:
    """A file (or its fragment) on one brick.

    Attributes:
        size: bytes, None if unknown. checksum: SHA-256 of the content now. signed: SHA-256 in its signature, "" for
            none. marked: the scrubber found it corrupted. why: a sentence where it is not known.
    """

    brick: str
    worth: Worth
    size: int | None = None
    checksum: str = ""
    signed: str = ""
    marked: bool = False
    why: str = ""
