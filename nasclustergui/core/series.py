"""What was measured over time: ring buffers, counters turned into rates, and the store of both."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from nasclustergui.core.metrics import Sample

Times = npt.NDArray[np.float64]
Values = npt.NDArray[np.float32]

# Names of the `Sample` fields and properties that a SeriesBook keeps.
METRICS = (
    "cpu_percent",
    "memory_percent",
    "disk_percent",
    "read_rate",
    "write_rate",
    "receive_rate",
    "send_rate",
)
_FIRST_SIZE = 64


class Series:
    """The last `capacity` values of one metric, oldest first; NaN where nothing could be read.

    Memory grows with use. Values lie in one piece, so a window is a view and costs no copy: the buffer is
    a quarter longer than `capacity`, and when its end is reached the newest part moves to the front.
    Values are kept with 24 bits (float32), more than any chart shows.

    Attributes:
        total: how many values were ever appended; a reader remembers it to draw only what is new.
        generation: changes when stored values were dropped because the clock was set back.
    """

    def __init__(self, capacity: int = 3600) -> None:
        if capacity < 1:
            raise ValueError(capacity)
        self.capacity = capacity
        self.total = 0
        self.generation = 0
        self._start = self._end = 0
        size = min(_FIRST_SIZE, self._full_size)
        self._times: Times = np.empty(size, np.float64)
        self._values: Values = np.empty(size, np.float32)

    @property
    def _full_size(self) -> int:
        return self.capacity + max(self.capacity // 4, 1)

    def __len__(self) -> int:
        return self._end - self._start

    def append(self, t: float, value: float) -> None:
        """Store the value of Unix time `t`, NaN for "could not be read".

        A `t` that is not later than the last one means that the clock was set back: what was stored for
        that time and later is dropped, because times must rise.
        """
        if self._end > self._start and t <= self._times[self._end - 1]:
            self._end = self._start + int(np.searchsorted(self.times, t))
            self.generation += 1
        if self._end == len(self._times):
            self._make_room()
        self._times[self._end] = t
        self._values[self._end] = value
        self._end += 1
        self.total += 1
        if self._end - self._start > self.capacity:
            self._start += 1

    def _make_room(self) -> None:
        kept = slice(self._start, self._end)
        n = self._end - self._start
        if len(self._times) < self._full_size:
            size = min(2 * len(self._times), self._full_size)
            times, values = np.empty(size, np.float64), np.empty(size, np.float32)
            times[:n], values[:n] = self._times[kept], self._values[kept]
            self._times, self._values = times, values
        else:
            self._times[:n], self._values[:n] = self._times[kept], self._values[kept]
        self._start, self._end = 0, n

    @property
    def times(self) -> Times:
        """Unix times, rising. A view: valid until the next append."""
        return self._times[self._start : self._end]

    @property
    def values(self) -> Values:
        """One value per time. A view: valid until the next append."""
        return self._values[self._start : self._end]

    def since(self, start: float) -> tuple[Times, Values]:
        """Times and values from Unix time `start` on: views, valid until the next append."""
        first = self._start + int(np.searchsorted(self.times, start))
        return self._times[first : self._end], self._values[first : self._end]

    def newest(self, count: int) -> tuple[Times, Values]:
        """The last `count` times and values (fewer if there are not so many): views as above."""
        first = max(self._start, self._end - count) if count > 0 else self._end
        return self._times[first : self._end], self._values[first : self._end]

    @property
    def last(self) -> float:
        """The newest value; NaN if there is none or if it could not be read."""
        return float(self._values[self._end - 1]) if self._end > self._start else math.nan

    @property
    def last_time(self) -> float:
        """Unix time of the newest value, NaN or not; NaN if there is none."""
        return float(self._times[self._end - 1]) if self._end > self._start else math.nan

    @property
    def seen_at(self) -> float | None:
        """Unix time of the newest value that could be read, None if there is none."""
        good = np.flatnonzero(~np.isnan(self.values))
        return float(self.times[good[-1]]) if len(good) else None

    def buckets(self, start: float, end: float, count: int) -> tuple[Values, Values]:
        """Lowest and highest value in each of `count` equal parts of [start, end), see `min_max`."""
        return min_max(self.times, self.values, start, end, count)


def min_max(times: Times, values: Values, start: float, end: float, count: int) -> tuple[Values, Values]:
    """Lowest and highest value in each of `count` equal parts of [start, end).

    Peaks survive, unlike with averages. NaN where a part holds no value that could be read. `times` must
    rise. Both results have the shape (count,).
    """
    low: Values = np.full(count, np.nan, np.float32)
    high: Values = low.copy()
    cuts = np.searchsorted(times, np.linspace(start, end, count + 1))
    filled = cuts[1:] > cuts[:-1]
    if filled.any():
        # Empty parts hold no elements, so each filled part ends where the next filled one begins.
        firsts = cuts[:-1][filled]
        used = values[: cuts[-1]]
        low[filled] = np.fmin.reduceat(used, firsts)
        high[filled] = np.fmax.reduceat(used, firsts)
    return low, high


class Counter:
    """Turns a number that only ever grows (bytes sent since boot) into a rate per second.

    Args:
        bits: width at which the counter starts again from 0.
    """

    def __init__(self, bits: int = 64) -> None:
        self._span = 2**bits
        self._t = math.nan
        self._count: int | None = None

    def rate(self, t: float, count: int) -> float:
        """Average per second since the call before, `t` in seconds of any clock.

        NaN where there is nothing to compare with: first call, time stands still, or the counter was
        reset. A smaller count is taken for a wrap only if the step across the end is below a quarter of
        the counter's span; otherwise for a reset (a reboot), whose rate nobody knows.
        """
        before, since = self._count, t - self._t
        self._t, self._count = t, count
        if before is None or not since > 0:
            return math.nan
        step = count - before
        if step < 0:
            step += self._span
            if not 0 <= step < self._span // 4:
                return math.nan
        return step / since


class SeriesBook:
    """All series of a cluster by (node, metric). Used by one thread."""

    def __init__(self, capacity: int = 3600) -> None:
        self.capacity = capacity
        self._series: dict[tuple[str, str], Series] = {}

    def series(self, node: str, metric: str) -> Series:
        """The series of that name; an empty one is made the first time, so a chart can be shown before data."""
        key = (node, metric)
        found = self._series.get(key)
        if found is None:
            found = self._series[key] = Series(self.capacity)
        return found

    def append(self, node: str, metric: str, t: float, value: float) -> None:
        """Store one value of Unix time `t`."""
        self.series(node, metric).append(t, value)

    def record(self, node: str, sample: Sample) -> None:
        """Store every metric of `METRICS` that a sample holds, at the time it arrived."""
        for metric in METRICS:
            self.append(node, metric, sample.at, getattr(sample, metric))

    def gap(self, node: str, t: float) -> None:
        """The node could not be read at Unix time `t`: NaN in all its series."""
        for (name, _metric), series in self._series.items():
            if name == node:
                series.append(t, math.nan)

    def forget(self, node: str) -> None:
        """Drop what is stored of a node that left the cluster."""
        for key in [k for k in self._series if k[0] == node]:
            del self._series[key]

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(tuple(self._series))

    def __len__(self) -> int:
        return len(self._series)
