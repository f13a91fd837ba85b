"""How fast something goes, how far a heal is and how long it still takes, from what was measured (pure)."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

SAMPLES = 60
BEGUN = 0.05  # of what was done since the first sample: the time before is preparation
ENOUGH, ENOUGH_PART = 10.0, 0.1  # counts, or that part of all, that an estimate needs
TAIL = 1.1  # heals get slower towards their end: of five recorded ones the median took that much longer than it seemed
SHORTEST = 3.0  # seconds of measuring before the first estimate


@dataclass(frozen=True)
class Estimate:
    """Where the work stands. `progress`: 0 … 1. `seconds_left`: (low, likely, high). `rate`: per second."""

    progress: float | None = None
    seconds_left: tuple[float, float, float] | None = None
    rate: float | None = None


class BacklogMeter:
    """Progress of a heal: how much of the largest backlog seen is gone."""

    def __init__(self) -> None:
        self._peak = 0
        self._rates = Rates()

    def add(self, at: float, pending: int) -> Estimate:
        """The estimate after another reading; `at` in seconds of any clock."""
        if pending > self._peak:  # new entries came: what was healed meanwhile is not known
            self._peak = pending
            self._rates = Rates()
        self._rates.add(at, self._peak - pending)
        if not self._peak:
            return Estimate(None)
        return Estimate(1 - pending / self._peak, self._rates.time_for(TAIL * pending), self._rates.likely)


class Rates:
    """The speed of something that counts up, with a band from how it varied.

    The time before the first change doesn't count: what has to be prepared says nothing about the speed.
    """

    def __init__(self) -> None:
        self._samples: deque[tuple[float, float]] = deque(maxlen=SAMPLES)

    @property
    def empty(self) -> bool:
        """True before the first reading."""
        return not self._samples

    def add(self, at: float, done: float) -> None:
        """Another reading."""
        if self._samples and done < self._samples[-1][1]:
            self._samples.clear()
        self._samples.append((at, done))

    @property
    def likely(self) -> float | None:
        """Per second over the samples that count, None before there is anything to divide."""
        return _speed(self._counting(), SHORTEST)

    def time_for(self, rest: float) -> tuple[float, float, float] | None:
        """Seconds for the rest as (low, likely, high), None while hardly anything has moved."""
        samples = self._counting()
        rate = _speed(samples, SHORTEST)
        if not rate or samples[-1][1] - samples[0][1] < min(ENOUGH, ENOUGH_PART * (rest + samples[-1][1])):
            return None
        likely, half = rest / rate, len(samples) // 2
        parts = [rate]
        if half >= 2:
            parts += [speed for part in (samples[:half], samples[half:]) if (speed := _speed(part))]
        spread = 1.0 + 1.0 / math.sqrt(len(samples))
        return min(likely, rest / max(parts)) / spread, likely, max(likely, rest / min(parts)) * spread

    def _counting(self) -> list[tuple[float, float]]:
        """From the last sample at which the work had hardly begun."""
        samples = list(self._samples)
        if not samples:
            return []
        begun = samples[0][1] + BEGUN * (samples[-1][1] - samples[0][1])
        first = max(index for index, (_at, done) in enumerate(samples) if done <= begun)
        return samples[first:]


def _speed(samples: list[tuple[float, float]], shortest: float = 0.0) -> float | None:
    """Per second from the first to the last; None for less than `shortest` seconds, or if nothing moved."""
    if len(samples) < 2:
        return None
    (first, start), (last, end) = samples[0], samples[-1]
    if last - first < shortest or last <= first or end <= start:
        return None
    return (end - start) / (last - first)
