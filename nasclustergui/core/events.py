"""What happened and what is wrong: events for the timeline, problems for the verdict."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Severity(IntEnum):
    """How much something matters; larger is worse. `name.lower()` is the state word of the theme."""

    OK = 0
    INFO = 1
    BUSY = 2
    UNKNOWN = 3
    WARN = 4
    CRITICAL = 5


@dataclass(frozen=True)
class Problem:
    """Something that is not as it should be.

    Attributes:
        key: stable for as long as the problem lasts ("gluster/data/brick/node3:/bricks/d1"): its age is counted by it.
        severity: problems are shown worst first.
        title: one line ("Volume data: one replica set has 2 of 3 copies left").
        text: what it means for the clients and what would make it worse.
        todo: what to do, in order.
        action: id of the command that the first button offers ("gluster.heal:data"), or "".
        subject: node, volume or service it is about.
        since: Unix time, if the service says so; otherwise the session counts from first sight.
        urgency: orders problems of one severity, larger first: 3 nobody knows how it is, 2 clients lack
            files now, 1 a cause of others, 0.
    """

    key: str
    severity: Severity
    title: str
    text: str = ""
    todo: tuple[str, ...] = ()
    action: str = ""
    subject: str = ""
    since: float | None = None
    urgency: int = 0


@dataclass(frozen=True)
class Event:
    """Something that happened. `at` is Unix time as seen by the workstation."""

    at: float
    severity: Severity
    title: str
    text: str = ""
    subject: str = ""
