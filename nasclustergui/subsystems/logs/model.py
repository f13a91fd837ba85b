"""Entries of logs, where they come from, what is asked for; plain data."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import NamedTuple

from nasclustergui.core.errors import NasError
from nasclustergui.core.i18n import _

JOURNAL = "journal"  # id of the source
CLI_LOG = "/cli.log"


class Severity(IntEnum):
    """One scale for all kinds of logs."""

    DEBUG = 0
    INFO = 1
    NOTICE = 2
    WARNING = 3
    ERROR = 4
    CRITICAL = 5


def severity_word(severity: Severity) -> str:
    """As it is shown."""
    return {
        Severity.CRITICAL: _("Critical"),
        Severity.ERROR: _("Error"),
        Severity.WARNING: _("Warning"),
        Severity.NOTICE: _("Notice"),
        Severity.INFO: _("Info"),
        Severity.DEBUG: _("Debug"),
    }[severity]


class Kind(StrEnum):
    """Of a source."""

    JOURNAL = "journal"
    SYSLOG = "syslog"
    GLUSTER = "gluster"


class Place(NamedTuple):
    """Where in its source an entry stands, or where reading goes on.

    Attributes:
        cursor: of the journal. inode, offset: of a file, the byte where the entry begins or where reading goes on.
    """

    cursor: str = ""
    inode: int = 0
    offset: int = 0


class Entry(NamedTuple):
    """One entry.

    Attributes:
        node, source: where it was written (`Source.id`). at: microseconds since 1970 by the node's clock.
        unit: of systemd or the program; of GlusterFS the translator ("0-management"). text: all its lines.
        pid: "" where unknown. origin: GlusterFS's "file.c:line:function". message_id: its MSGID.
    """

    node: str
    source: str
    at: int
    severity: Severity
    unit: str
    text: str
    place: Place = Place()
    pid: str = ""
    origin: str = ""
    message_id: str = ""

    @property
    def first_line(self) -> str:
        """For one row."""
        return self.text.partition("\n")[0]


class Source(NamedTuple):
    """A log of a node.

    Attributes:
        id: "journal", or the path below /var/log ("glusterfs/bricks/data.log"). path: of a file, "" for the journal.
        size: bytes of the file. modified: Unix time. why_not: why it can't be read, "" if it can.
    """

    id: str
    kind: Kind
    path: str = ""
    size: int = 0
    modified: int = 0
    why_not: str = ""


@dataclass(frozen=True)
class NodeLogs:
    """What logs a node has.

    Attributes:
        sources: the journal first. ends: source id → where it ended when this was read.
        skew: seconds by which the node's clock is ahead of ours; within: how sure that is, seconds either way.
        utc_offset: seconds east of UTC of the node's local time, in which syslog files are written.
        root: read as root; else as the login user, who may see less.
    """

    node: str
    sources: tuple[Source, ...]
    ends: dict[str, Place] = field(default_factory=dict)
    skew: float = 0.0
    within: float = 0.0
    utc_offset: int = 0
    root: bool = True

    def source(self, name: str) -> Source | None:
        """By id."""
        return next((source for source in self.sources if source.id == name), None)

    @property
    def clock_is_off(self) -> bool:
        """By more than two seconds, beyond doubt."""
        return abs(self.skew) - self.within > CLOCK_LIMIT


CLOCK_LIMIT = 2.0


@dataclass(frozen=True)
class Query:
    """What is asked for.

    Attributes:
        nodes: names. sources: ids; empty takes the usual ones of each node.
        unit: of systemd, for the journal; with it other sources are left out. severity: at least.
        since, until: microseconds since 1970, None for no bound.
    """

    nodes: tuple[str, ...]
    sources: frozenset[str] = frozenset()
    unit: str = ""
    severity: Severity = Severity.DEBUG
    since: int | None = None
    until: int | None = None

    def takes(self, entry: Entry) -> bool:
        """By time and severity."""
        return (
            entry.severity >= self.severity
            and (self.since is None or entry.at >= self.since)
            and (self.until is None or entry.at <= self.until)
        )

    def chosen(self, logs: NodeLogs) -> tuple[Source, ...]:
        """The sources to read on a node. Usual are the journal (else syslog files) and GlusterFS's logs, but not
        cli.log: this program's own questions to gluster fill it.
        """
        if self.unit:
            return tuple(source for source in logs.sources if source.kind is Kind.JOURNAL)
        if self.sources:
            return tuple(source for source in logs.sources if source.id in self.sources)
        journal = logs.source(JOURNAL)
        instead = journal is None or bool(journal.why_not)
        usual = (source for source in logs.sources if source.kind is not Kind.SYSLOG or instead)
        return tuple(source for source in usual if not source.id.endswith(CLI_LOG))


@dataclass(frozen=True)
class Page:
    """Entries of one source, oldest first.

    Attributes:
        older: where reading older ones goes on, None if there are none (or none in the range).
        reached: nothing older than that time is in `entries` or missing after it; microseconds, None if `older` is.
        error: why it could not be read.
    """

    node: str
    source: str
    entries: tuple[Entry, ...] = ()
    older: Place | None = None
    reached: int | None = None
    error: NasError | None = None
