"""What is known about a volume's healing beyond the pool's state: entries, crawls, what the nodes say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from nasclustergui.subsystems.gluster.model import Volume, VolumeType

HEALS = frozenset({VolumeType.REPLICATE, VolumeType.ARBITER, VolumeType.DISPERSE})
DEFAULT_CRAWL = 600.0  # seconds between two looks of a self-heal daemon, unless cluster.heal-timeout says otherwise
OFF = frozenset({"off", "no", "false", "disable", "disabled", "0"})


class EntryState(StrEnum):
    """How an entry of the backlog is; "unknown" where the list was readable only without the marks."""

    WAITS = "waits"
    HEALING = "healing"  # "Possibly undergoing heal": somebody holds its lock for a heal
    SPLIT_BRAIN = "split-brain"
    UNKNOWN = "unknown"


class EntryKind(StrEnum):
    """What an entry is, as one of the bricks that list it has it."""

    FILE = "file"
    DIRECTORY = "directory"
    LINK = "link"
    OTHER = "other"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Entry:
    """One file or directory that waits for a heal.

    Attributes:
        name: its path in the volume, bytes that aren't UTF-8 kept by surrogateescape; "<gfid:…>" if no more is known.
        number: of its set, from 1. bricks: names of the bricks that list it.
        gfid: "" where the list doesn't have it. size: bytes on the brick that was asked, None if unknown.
        resolved: the path was found by its gfid on a brick, gluster did not name it.
    """

    name: str
    number: int
    bricks: tuple[str, ...]
    state: EntryState = EntryState.WAITS
    kind: EntryKind = EntryKind.UNKNOWN
    gfid: str = ""
    size: int | None = None
    resolved: bool = False

    @property
    def path_known(self) -> bool:
        """False while all that is known is a gfid."""
        return not self.name.startswith("<gfid:")


@dataclass(frozen=True)
class EntryList:
    """`heal V info`, read at Unix time `at` in `seconds`.

    Attributes:
        entries: each once per set, however many bricks list it.
        counts: brick → how many it lists, None where it told nothing (it is down). reasons: brick → why not.
        marked: False if the list came without marks (a name with a line break forces the other form).
    """

    at: float
    seconds: float
    entries: tuple[Entry, ...]
    counts: Mapping[str, int | None]
    reasons: Mapping[str, str] = field(default_factory=dict)
    marked: bool = True


@dataclass(frozen=True)
class Walk:
    """One crawl of a self-heal daemon over one brick. Times are the node's own words, "" if not told."""

    brick: str
    kind: str
    started: str
    ended: str
    healed: int
    split_brain: int
    failed: int

    @property
    def running(self) -> bool:
        """It has not ended."""
        return not self.ended


@dataclass(frozen=True)
class BrickFacts:
    """What a brick's own node says about it; None where it could not be told.

    Attributes:
        directory: it is there. marked: it carries this volume's id. index: the list of what waits is there.
        free, inodes_free: of its file system now. entries: what waits.
        blames: brick name → how many of `sampled` entries say that it lacks something.
    """

    directory: bool | None = None
    marked: bool | None = None
    index: bool | None = None
    free: int | None = None
    inodes_free: int | None = None
    entries: int | None = None
    blames: Mapping[str, int] = field(default_factory=dict)
    sampled: int = 0


@dataclass(frozen=True)
class Complaint:
    """An error that a self-heal daemon met on a brick, from its log: `times` of them, the last at Unix time `at`."""

    brick: str
    error: str
    at: float
    times: int


@dataclass(frozen=True)
class NodeFacts:
    """What a node says about its self-heal daemon.

    Attributes:
        daemon: it runs; None if that could not be told. stopped: it exists but is halted (SIGSTOP, a debugger).
        reaches: bricks that it has a connection to, None where connections can't be listed. missed: bricks that ran
            and had none.
        complaints: errors of the last minutes.
    """

    daemon: bool | None = None
    stopped: bool = False
    reaches: frozenset[str] | None = None
    missed: frozenset[str] = frozenset()
    complaints: tuple[Complaint, ...] = ()


@dataclass(frozen=True)
class Probe:
    """One look at the bricks' nodes, without any lock. `failed`: node → why it could not be asked."""

    at: float
    bricks: Mapping[str, BrickFacts] = field(default_factory=dict)
    nodes: Mapping[str, NodeFacts] = field(default_factory=dict)
    failed: Mapping[str, str] = field(default_factory=dict)


def heals(volume: Volume) -> bool:
    """False for a volume that keeps every file once: there is nothing to heal from."""
    return volume.type in HEALS


def daemon_option(volume: Volume) -> str:
    """The option that switches the self-heal daemon off for this kind of volume."""
    disperse = volume.type is VolumeType.DISPERSE
    return "cluster.disperse-self-heal-daemon" if disperse else "cluster.self-heal-daemon"


def daemon_off(volume: Volume) -> bool:
    """True if somebody switched it off; on is the default."""
    return volume.options.get(daemon_option(volume), "on").casefold() in OFF


def crawl_every(volume: Volume) -> float:
    """Seconds between two looks of a self-heal daemon."""
    try:
        return float(volume.options.get("cluster.heal-timeout", ""))
    except ValueError:
        return DEFAULT_CRAWL


def granular(volume: Volume) -> bool | None:
    """True if a directory's heal looks only at the names that changed; None for dispersed volumes: they can't."""
    if volume.type is VolumeType.DISPERSE:
        return None
    return volume.options.get("cluster.granular-entry-heal", "off").casefold() not in OFF
