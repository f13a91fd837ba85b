"""Lines that left the screen at its top, the oldest dropped when there are too many."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice

from nasclustergui.subsystems.terminal.emulator.cells import Line

LINES = 10_000


class History:
    """Numbers its lines from the terminal's start, so that a number means the same line for as long as it is kept.

    Attributes:
        first: number of the oldest line that is kept.
    """

    def __init__(self, limit: int = LINES) -> None:
        self.limit = limit
        self.first = 0
        self._lines: deque[Line] = deque(maxlen=limit)

    def __len__(self) -> int:
        return len(self._lines)

    def __iter__(self) -> Iterator[Line]:
        return iter(self._lines)

    @property
    def end(self) -> int:
        """Number of the line after the newest: the screen's first."""
        return self.first + len(self._lines)

    def append(self, line: Line) -> None:
        """Add the newest."""
        self.first += len(self._lines) == self.limit
        self._lines.append(line)

    def extend(self, lines: list[Line]) -> None:
        """Add several."""
        self.first += max(0, len(self._lines) + len(lines) - self.limit)
        self._lines.extend(lines)

    def between(self, first: int, end: int) -> list[Line]:
        """The lines of these numbers, as far as they are kept."""
        return list(islice(self._lines, max(0, first - self.first), max(0, end - self.first)))

    def replace(self, lines: Iterable[Line]) -> None:
        """Other lines instead, because the width changed; the oldest keeps its number."""
        self._lines.clear()
        self.extend(list(lines))

    def clear(self) -> None:
        """Drop all; numbers go on."""
        self.first = self.end
        self._lines.clear()
