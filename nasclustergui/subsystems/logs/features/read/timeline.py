"""Entries of several sources in one order of time, bounded, without gaps between what it shows."""

from __future__ import annotations

import itertools
import re
import time
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from nasclustergui.subsystems.logs.model import Entry, Page, Place

MOST = 50_000  # entries kept
Where = tuple[str, str]  # node, source


class Key(NamedTuple):
    """Orders entries: by time, those of one time as they were written."""

    at: int
    serial: int


class Timeline:
    """Not thread-safe.

    A source of which only the last minutes were read must not look silent before that: entries of others that are
    older than the `floor` are kept but not shown, until that source was read back as far.

    Attributes:
        entries: in order, with the hidden ones; keys: of them. dropped: how many were given up for newer ones.
        older: where older entries of a source can be read. ends: where a source ended when it was first read.
    """

    def __init__(self, skew: Mapping[str, float] | None = None, most: int = MOST) -> None:
        """`skew`: node → seconds its clock is ahead; with it entries are ordered by corrected time."""
        self.entries: list[Entry] = []
        self.keys: list[Key] = []
        self.dropped = 0
        self.older: dict[Where, Place | None] = {}
        self.ends: dict[Where, Place] = {}
        self._reached: dict[Where, int] = {}  # as `Page.reached`, in our order
        self._skew = {node: round(seconds * 1e6) for node, seconds in (skew or {}).items()}
        self._most = most
        self._began = round(time.time() * 1e6)
        self._after, self._before = itertools.count(), itertools.count(-1, -1)
        self._last: dict[Where, Key] = {}

    def set_skew(self, node: str, seconds: float) -> None:
        """Order the node's entries by corrected time; before the first of them comes."""
        self._skew[node] = round(seconds * 1e6)

    def order(self, entry: Entry) -> int:
        """The time by which it is ordered."""
        return entry.at - self._skew.get(entry.node, 0)

    @property
    def floor(self) -> int | None:
        """Microseconds before which something is missing, None if nothing is.

        Never later than the timeline's own beginning: a log stamped by a clock that is days ahead would hide all else.
        """
        floor = max(self._reached.values(), default=None)
        return None if floor is None else min(floor, self._began)

    @property
    def first(self) -> int:
        """Index of the first entry that is shown."""
        floor = self.floor
        return 0 if floor is None else bisect_left(self.keys, Key(floor, -(1 << 62)))

    def has_older(self) -> bool:
        """Something older can be read, or was read and is hidden."""
        return any(place is not None for place in self.older.values())

    def full(self) -> bool:
        """No older entries fit."""
        return len(self.entries) >= self._most

    def wanted(self) -> dict[Where, Place]:
        """The sources to be read back next: those that are the reason for the floor, and what is close to them."""
        floor = self.floor
        if floor is None:
            return {where: place for where, place in self.older.items() if place is not None}
        near = (where for where in self.older if self._reached.get(where, floor) >= floor)
        return {where: place for where in near if (place := self.older[where]) is not None}

    def add_page(self, page: Page) -> None:
        """Older entries of a source."""
        where = (page.node, page.source)
        if page.error is not None:
            return
        self.older[where] = page.older
        self._reached.pop(where, None)
        if page.older is not None and page.reached is not None:
            self._reached[where] = page.reached - self._skew.get(page.node, 0)
        serials = sorted(itertools.islice(self._before, len(page.entries)))
        keyed = sorted((Key(self.order(e), n), e) for n, e in zip(serials, page.entries, strict=True))
        if keyed and where not in self._last:
            self._last[where] = keyed[-1][0]
        self._merge(keyed)

    def add_news(self, entries: Iterable[Entry]) -> tuple[list[tuple[Key, Entry]], list[tuple[Key, Entry]]]:
        """Entries that were just written. Returns those that are new, in order, and those that grew.

        An entry with the place of the newest of its source is that one, with lines that were added to it.
        """
        fresh: dict[Key, Entry] = {}
        grown: list[tuple[Key, Entry]] = []
        for entry in entries:
            where = (entry.node, entry.source)
            last = self._last.get(where)
            if last is not None and entry.place.inode:
                if last in fresh and fresh[last].place == entry.place:
                    fresh[last] = entry
                    continue
                if last not in fresh and self._replace(last, entry):
                    grown.append((last, entry))
                    continue
            key = self._last[where] = Key(self.order(entry), next(self._after))
            fresh[key] = entry
        pairs = sorted(fresh.items(), key=lambda pair: pair[0])
        self._merge(pairs)
        return pairs, grown

    def _replace(self, key: Key, entry: Entry) -> bool:
        n = bisect_left(self.keys, key)
        if n < len(self.keys) and self.keys[n] == key and self.entries[n].place == entry.place:
            self.entries[n] = entry
            return True
        return False

    def _merge(self, pairs: list[tuple[Key, Entry]]) -> None:
        """Take them in; those that are newer than all others cost nothing."""
        if not pairs:
            return
        n = bisect_left(self.keys, pairs[0][0])
        merged = sorted([*zip(self.keys[n:], self.entries[n:], strict=True), *pairs], key=lambda pair: pair[0])
        self.keys[n:] = [key for key, _entry in merged]
        self.entries[n:] = [entry for _key, entry in merged]

    def evict(self) -> int:
        """Give up the oldest beyond the limit, some at a time; how many. They can be read again as older ones."""
        if len(self.entries) <= self._most:
            return 0
        count = len(self.entries) - self._most + self._most // 50
        gone = self.entries[:count]
        del self.entries[:count], self.keys[:count]
        self.dropped += count
        first = self.keys[0].at if self.keys else 0
        for where in {(entry.node, entry.source) for entry in gone}:
            self.older[where] = self._oldest(where)
            self._reached[where] = first
        return count

    def _oldest(self, where: Where) -> Place | None:
        for entry in self.entries:
            if (entry.node, entry.source) == where:
                return entry.place
        return self.ends.get(where)


def matcher(text: str, regex: bool) -> Callable[[Entry], bool]:
    """A filter by text, any case. Raises re.error."""
    if not text:
        return lambda _entry: True
    if regex:
        search = re.compile(text, re.IGNORECASE | re.MULTILINE).search
        return lambda entry: search(entry.text) is not None or search(entry.unit) is not None
    wanted = text.casefold()
    return lambda entry: wanted in entry.text.casefold() or wanted in entry.unit.casefold()
