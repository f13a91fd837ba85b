"""How old a heartbeat is, whatever the node's clock says: counted from when this program saw it change. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from nasclustergui.subsystems.etcd.features.coordination.model import Beat


@dataclass(frozen=True)
class Age:
    """How old a node's last heartbeat is.

    Attributes:
        seconds: since this program saw it change; None until it has seen a change.
        unchanged: for how long this program sees the same heartbeat: it is at least so old.
        by_clock: by the node's own stamp, negative if its clock is ahead of ours; None if it can't be read.
        ahead: the node's clock against ours in seconds, measured at the last change; None while not known.
        limit: seconds that the lease lives: as it is alive, an older stamp only proves that the clocks differ.
    """

    seconds: float | None = None
    unchanged: float = 0.0
    by_clock: float | None = None
    ahead: float | None = None
    limit: float | None = None

    @property
    def shown(self) -> float | None:
        """What to tell, None while nobody can know. The node's own stamp counts only where it is believable."""
        if self.seconds is not None:
            return self.seconds
        most = self.limit if self.limit is not None else math.inf
        if self.by_clock is not None and 0 <= self.by_clock <= most:
            return max(self.unchanged, self.by_clock)
        return self.unchanged if self.unchanged > most else None


@dataclass
class _Seen:
    revision: int
    at: float
    changed: bool = False
    ahead: float | None = None


class BeatClock:
    """Remembers when each heartbeat was seen to change. `note` it every few seconds."""

    def __init__(self) -> None:
        self._seen: dict[str, _Seen] = {}

    def note(self, beats: Iterable[Beat], monotonic: float, unix: float) -> None:
        """The heartbeats as they are now; `unix` is this computer's clock."""
        now: dict[str, _Seen] = {}
        for beat in beats:
            before = self._seen.get(beat.node)
            if before is not None and before.revision == beat.revision:
                now[beat.node] = before
                continue
            stamp = parse_stamp(beat.stamp)
            ahead = stamp - unix if before is not None and stamp is not None else None
            now[beat.node] = _Seen(beat.revision, monotonic, before is not None, ahead)
        self._seen = now

    def age(self, beat: Beat, monotonic: float, unix: float) -> Age:
        """How old it is now."""
        seen, stamp = self._seen.get(beat.node), parse_stamp(beat.stamp)
        by_clock = unix - stamp if stamp is not None else None
        if seen is None:
            return Age(by_clock=by_clock, limit=beat.granted)
        unchanged = monotonic - seen.at
        return Age(unchanged if seen.changed else None, unchanged, by_clock, seen.ahead, beat.granted)


def parse_stamp(text: str) -> float | None:
    """Unix time of "2026-01-01T00:00:00Z", of other ISO 8601 times with an offset, or of a number of seconds."""
    try:
        if text.replace(".", "", 1).isdecimal() and text.isascii():
            return float(text)
        read = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return read.timestamp() if read.tzinfo is not None else None
