"""Entries of log files: GlusterFS's own format and syslog's, several lines to an entry where they belong together."""

from __future__ import annotations

import calendar
import re
import time
from collections.abc import Callable
from typing import NamedTuple

from nasclustergui.subsystems.logs.commands.listing import parse_zone
from nasclustergui.subsystems.logs.model import Entry, Kind, Place, Severity

# libglusterfs' gf_log: "[time zone] level [MSGID: n] [file:line:function] graph-xlator: text"; geo-replication's
# Python leaves the zone out, cmd_history.log the level. Time is UTC unless glusterd runs with --localtime-logging,
# which then writes its zone.
_GLUSTER = re.compile(
    r"\[(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:[.,](\d{1,6}))?(?: ?([+-]\d\d:?\d\d))?\]\s*"
    r"(?:([MACEWNIDT]) )?(?:\[MSGID: (\d+)\] )?(?:\[([^\[\]\s]+:\d+:[^\[\]]*)\] )?"
    r"(?:(\(-->.*? ?\)) (?=[^\s:]+: ))?(?:([^\s:]+): )?(.*)",
    re.DOTALL,
)
_LEVELS = {
    "M": Severity.CRITICAL,
    "A": Severity.CRITICAL,
    "C": Severity.CRITICAL,
    "E": Severity.ERROR,
    "W": Severity.WARNING,
    "N": Severity.NOTICE,
    "I": Severity.INFO,
    "D": Severity.DEBUG,
    "T": Severity.DEBUG,
}
_CRASH = "pending frames:"  # what a dying glusterfs process writes, without time and level
_OLD_SYSLOG = re.compile(
    r"([A-Z][a-z]{2}) +(\d{1,2}) (\d\d):(\d\d):(\d\d) (\S+) ([^\s:\[]+)(?:\[(\d+)\])?: ?(.*)", re.DOTALL
)
_NEW_SYSLOG = re.compile(
    r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?(Z|[+-]\d\d:?\d\d) (\S+) ([^\s:\[]+)(?:\[(\d+)\])?: ?(.*)",
    re.DOTALL,
)
_MONTH_NAMES = "JanFebMarAprMayJunJulAugSepOctNovDec"
_MONTHS = {_MONTH_NAMES[3 * n : 3 * n + 3]: n + 1 for n in range(12)}
# Syslog files don't say how severe a line is; these words are a guess, told as such in the documentation.
_BAD = re.compile(r"\b(error|fail(ed|ure)?|fatal|panic|segfault|denied|critical)\b", re.IGNORECASE)
_WARN = re.compile(r"\bwarn(ing)?\b", re.IGNORECASE)
_DAY = 86400
# Of one entry: a file in which none begins would else become one without end.
MOST_LINES, MOST_TEXT = 2000, 200_000


class Head(NamedTuple):
    """The first line of an entry."""

    at: int
    severity: Severity
    unit: str
    text: str
    pid: str = ""
    origin: str = ""
    message_id: str = ""


def _micros(day: str, clock: str, fraction: str | None, offset: int) -> int | None:
    try:
        seconds = calendar.timegm(time.strptime(f"{day} {clock}", "%Y-%m-%d %H:%M:%S"))
    except ValueError:
        return None
    return (seconds - offset) * 1_000_000 + int((fraction or "").ljust(6, "0"))


def gluster_head(line: str) -> Head | None:
    """None if an entry doesn't begin with this line."""
    if not line.startswith("[") or (found := _GLUSTER.match(line)) is None:
        return None
    day, clock, fraction, zone, level, message_id, origin, calls, unit, text = found.groups()
    at = _micros(day, clock, fraction, parse_zone(zone) if zone else 0)
    if at is None:
        return None
    severity = _LEVELS[level] if level else Severity.INFO
    if not level and re.search(r" : FAILED( : |$)", text.rstrip()):  # cmd_history.log
        severity = Severity.ERROR
    text = f"{text.rstrip()}\n{calls}" if calls else text.rstrip()  # who called, of gf_log_callingfn
    return Head(at, severity, unit or "", text, "", origin or "", message_id or "")


def syslog_head(utc_offset: int, now: float) -> Callable[[str], Head | None]:
    """A reader of lines. `utc_offset`: of the node's local time. `now`: no line is much newer than that Unix time."""

    def head(line: str) -> Head | None:
        if found := _NEW_SYSLOG.match(line):
            day, clock, fraction, zone, _host, unit, pid, text = found.groups()
            at = _micros(day, clock, fraction, 0 if zone == "Z" else parse_zone(zone))
        elif (found := _OLD_SYSLOG.match(line)) and found[1] in _MONTHS:
            month, number, hour, minute, second, _host, unit, pid, text = found.groups()
            at = _without_year(_MONTHS[month], int(number), f"{hour}:{minute}:{second}", utc_offset, now)
        else:
            return None
        return Head(at, _guess(text), unit, text.rstrip(), pid or "") if at is not None else None

    return head


def _without_year(month: int, day: int, clock: str, utc_offset: int, now: float) -> int | None:
    """The old format has no year: the last one in which that date isn't in the future."""
    year = time.gmtime(now + utc_offset).tm_year
    for candidate in (year, year - 1, year - 2, year - 3, year - 4):  # five: 29 February
        at = _micros(f"{candidate}-{month:02}-{day:02}", clock, None, utc_offset)
        if at is not None and at <= (now + _DAY) * 1_000_000:
            return at
    return None


def _guess(text: str) -> Severity:
    return Severity.ERROR if _BAD.search(text) else Severity.WARNING if _WARN.search(text) else Severity.INFO


def head_of(kind: Kind, utc_offset: int, now: float) -> Callable[[str], Head | None]:
    """The reader for a kind of file."""
    return gluster_head if kind is Kind.GLUSTER else syslog_head(utc_offset, now)


class Assembler:
    """Lines of one file → entries. Lines that begin no entry belong to the one before.

    Attributes:
        orphans: lines before the first entry.
    """

    def __init__(self, node: str, source: str, head: Callable[[str], Head | None], last: Entry | None = None) -> None:
        """`last`: the newest entry so far, which lines may still belong to."""
        self.node, self.source, self._head = node, source, head
        self.orphans: list[str] = []
        self._entry, self._fresh = last, False
        self._lines: list[str] = []
        self._done: list[Entry] = []

    def line(self, raw: bytes, inode: int, offset: int) -> None:
        """One line without its end, from that byte of the file."""
        text = raw.decode("utf-8", "backslashreplace").rstrip("\r")
        head = self._head(text)
        if head is None and text.startswith(_CRASH) and self._entry is not None:
            head = Head(self._entry.at, Severity.CRITICAL, self._entry.unit, text)
        if head is not None:
            self._close()
            place = Place("", inode, offset)
            self._entry = Entry(self.node, self.source, head.at, head.severity, head.unit, head.text, place, *head[4:])
            self._fresh = True
        elif self._entry is None:
            del self.orphans[MOST_LINES:]
            self.orphans.append(text)
        elif len(self._lines) < MOST_LINES and len(self._entry.text) < MOST_TEXT:
            self._lines.append(text)

    def _close(self) -> None:
        if self._entry is not None and (self._fresh or any(self._lines)):
            text = "\n".join([self._entry.text, *self._lines]).rstrip("\n")
            self._entry = self._entry._replace(text=text)
            self._done.append(self._entry)
        self._lines, self._fresh = [], False

    def take(self) -> list[Entry]:
        """The entries so far. One that comes again, with the same place, has grown."""
        self._close()
        done, self._done = self._done, []
        return done
