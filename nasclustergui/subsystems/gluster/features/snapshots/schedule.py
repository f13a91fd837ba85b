"""A volume's schedules: what they are, and how they stand on the nodes that carry them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _
from nasclustergui.subsystems.gluster.features.snapshots.model import MOST

PREFIX = "auto-"  # names that begin so belong to schedules
UNIT = "nasclustergui-snapshot-"
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_CALENDAR = re.compile(r"(?:(?P<day>Mon|Tue|Wed|Thu|Fri|Sat|Sun) )?\*-\*-\* (?P<hour>\d{2}|\*):(?P<minute>\d{2}):00")
_UNIT = re.compile(rf"{UNIT}(?P<volume>[\w-]+)-(?P<period>hourly|daily|weekly)", re.ASCII)


class Period(StrEnum):
    """How often."""

    HOURLY = "hourly"
    DAILY = "daily"
    WEEKLY = "weekly"


@dataclass(frozen=True)
class Schedule:
    """When snapshots of a volume are taken, and how many of them are kept.

    Attributes:
        minute: 0 … 59; hour: 0 … 23, daily and weekly; day: 0 is Monday, weekly. By the nodes' own clocks.
        keep: the newest that stay.
    """

    volume: str
    period: Period
    keep: int
    minute: int = 0
    hour: int = 0
    day: int = 0

    @property
    def calendar(self) -> str:
        """As systemd writes it ("Mon *-*-* 02:00:00")."""
        hour = "*" if self.period is Period.HOURLY else f"{self.hour:02}"
        day = f"{DAYS[self.day]} " if self.period is Period.WEEKLY else ""
        return f"{day}*-*-* {hour}:{self.minute:02}:00"

    @property
    def unit(self) -> str:
        """Name of its units on the nodes, without an ending."""
        return f"{UNIT}{self.volume}-{self.period.value}"

    @property
    def prefix(self) -> str:
        """What the names of its snapshots begin with."""
        return f"{PREFIX}{self.volume}-{self.period.value}_"

    def check(self) -> None:
        """Raise InvalidInput where a number makes no sense."""
        if not 1 <= self.keep < MOST:
            raise InvalidInput(_("Keep between 1 and {most} snapshots.").format(most=MOST - 1), field="keep")
        if not (0 <= self.minute <= 59 and 0 <= self.hour <= 23 and 0 <= self.day <= 6):
            raise InvalidInput(_("That is no time of day."), field="at")


@dataclass(frozen=True)
class OnNode:
    """How a schedule stands on one node.

    Attributes:
        node: name in the profile. schedule: None where its files were changed by hand into what we can't read.
        peers: ids of the peers named in it. active: its timer is enabled and running.
        next_at, last_at: Unix times. running: it takes a snapshot right now.
        outcome: "taken", "left" (another node took it), "failed", "" before the first run; text: a sentence about it.
    """

    node: str
    volume: str
    period: Period
    schedule: Schedule | None
    peers: tuple[str, ...] = ()
    active: bool = False
    next_at: float | None = None
    last_at: float | None = None
    running: bool = False
    outcome: str = ""
    text: str = ""


@dataclass(frozen=True)
class Standing:
    """One schedule over all nodes.

    Attributes:
        on: the nodes that carry it. without: nodes of the pool that were read and lack it.
        unread: node → why it could not be asked.
    """

    volume: str
    period: Period
    on: tuple[OnNode, ...]
    without: tuple[str, ...] = ()
    unread: tuple[tuple[str, str], ...] = ()

    @property
    def schedule(self) -> Schedule | None:
        """What most of it says: the first readable one."""
        return next((node.schedule for node in self.on if node.schedule is not None), None)

    @property
    def same(self) -> bool:
        """All nodes that carry it say the same."""
        return len({(node.schedule, node.peers) for node in self.on}) == 1 and self.schedule is not None

    @property
    def active(self) -> bool:
        """At least one node's timer runs."""
        return any(node.active for node in self.on)

    @property
    def next_at(self) -> float | None:
        """When the next one is taken, Unix time."""
        return min((node.next_at for node in self.on if node.next_at is not None), default=None)

    @property
    def last(self) -> OnNode | None:
        """The node whose word about the last run counts: the newest that took a snapshot or failed to.

        A node that takes over does so after the one that failed.
        """
        ran = [node for node in self.on if node.last_at is not None and node.outcome]
        told = [node for node in ran if node.outcome != "left"] or ran
        return max(told, key=lambda node: node.last_at or 0.0, default=None)


def unit_parts(unit: str) -> tuple[str, Period] | None:
    """Volume and period from the name of a unit, None for any other name."""
    match = _UNIT.fullmatch(unit)
    return (match["volume"], Period(match["period"])) if match else None


def parse_calendar(said: str) -> tuple[int, int, int] | None:
    """(minute, hour, day) from what systemd was told, None for what is not ours."""
    match = _CALENDAR.fullmatch(said.strip())
    if match is None:
        return None
    hour = 0 if match["hour"] == "*" else int(match["hour"])
    return int(match["minute"]), hour, DAYS.index(match["day"]) if match["day"] else 0
