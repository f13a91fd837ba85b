"""What stands on a terminal's screen: styles, rows that change, lines that no longer do."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from wcwidth import wcwidth  # type: ignore[import-untyped,unused-ignore]

DEFAULT = -1  # the theme's own colour
RGB = 1 << 24  # RGB | 0xRRGGBB is a true colour, 0 … 255 one of the palette

BOLD, DIM, ITALIC, UNDERLINE, BLINK, REVERSE, HIDDEN, STRIKE = (1 << n for n in range(8))


class Style(NamedTuple):
    """How a cell is drawn: DEFAULT, a palette number or RGB | 0xRRGGBB twice, and flags as BOLD | REVERSE."""

    fg: int = DEFAULT
    bg: int = DEFAULT
    flags: int = 0


PLAIN = Style()
Run = tuple[int, int, Style]  # first column, column after the last, style


@lru_cache(maxsize=8192)
def width(character: str) -> int:
    """Columns that one character takes: 0 (it joins the one before), 1 or 2. What isn't printable takes 1."""
    found: int = wcwidth(character)
    return 1 if found < 0 else found


class Line:
    """A line that will not change any more; compare by identity.

    Attributes:
        cells: one string per column; a str where all of them are single characters. "" is the second half of a
            wide character, or the column at the end of a line that a wide character did not fit into.
        runs: styles; where there is none the style is PLAIN. Blank plain columns at the end are left out.
        wrapped: the next line is its continuation, because there was no room.
    """

    __slots__ = ("cells", "runs", "wrapped")

    def __init__(self, cells: Sequence[str], runs: tuple[Run, ...] = (), wrapped: bool = False) -> None:
        self.cells, self.runs, self.wrapped = cells, runs, wrapped

    def __len__(self) -> int:
        return len(self.cells)

    @property
    def text(self) -> str:
        """What it says."""
        return self.cells if isinstance(self.cells, str) else "".join(self.cells)

    def between(self, first: int, end: int) -> str:
        """The text in these columns."""
        return "".join(self.cells[first:end])

    def start_of(self, column: int) -> int:
        """The column where the character that covers `column` begins."""
        while 0 < column < len(self.cells) and self.cells[column] == "":
            column -= 1
        return column


EMPTY = Line("")


class Row:
    """A line of the live screen: one character and one style per column."""

    __slots__ = ("cells", "frozen", "styles", "wrapped")

    def __init__(self, columns: int, style: Style = PLAIN) -> None:
        self.cells: list[str] = [" "] * columns
        self.styles: list[Style] = [style] * columns
        self.wrapped = False
        self.frozen: Line | None = None

    def put(self, x: int, text: Sequence[str], style: Style) -> None:
        """Write single characters from column `x` on; they must fit. Halves of wide characters become blanks."""
        end = x + len(text)
        cells = self.cells
        if cells[x] == "":
            self._cut(x)
        if end < len(cells) and cells[end] == "":
            self._cut(end)
        cells[x:end] = text
        self.styles[x:end] = [style] * (end - x)
        self.frozen = None

    def put_wide(self, x: int, character: str, style: Style) -> None:
        """Write a character of two columns at `x`; it must fit."""
        self._cut(x)
        self._cut(x + 2)
        self.cells[x : x + 2] = [character, ""]
        self.styles[x : x + 2] = [style, style]
        self.frozen = None

    def blank(self, first: int, end: int, style: Style) -> None:
        """Erase columns."""
        if first < end:
            self.put(first, [" "] * (end - first), style)

    def insert(self, x: int, count: int, style: Style) -> None:
        """Make room: what stands from `x` on moves right, its end falls out."""
        columns = len(self.cells)
        count = min(count, columns - x)
        self._cut(x)
        self._cut(columns - count)
        self.cells[x:] = [" "] * count + self.cells[x : columns - count]
        self.styles[x:] = [style] * count + self.styles[x : columns - count]
        self.wrapped, self.frozen = False, None

    def delete(self, x: int, count: int, style: Style) -> None:
        """Take columns out: the rest moves left, blanks follow."""
        count = min(count, len(self.cells) - x)
        self._cut(x)
        self._cut(x + count)
        self.cells[x:] = self.cells[x + count :] + [" "] * count
        self.styles[x:] = self.styles[x + count :] + [style] * count
        self.wrapped, self.frozen = False, None

    def _cut(self, x: int) -> None:
        """No character may reach over the border left of column `x`."""
        if 0 < x < len(self.cells) and self.cells[x] == "":
            if width(self.cells[x - 1][:1]) == 2:
                self.cells[x - 1] = " "
            self.cells[x] = " "

    def join(self, x: int, character: str) -> None:
        """Add a combining character to the one at `x`."""
        x -= x > 0 and self.cells[x] == ""
        if len(self.cells[x]) < MOST_MARKS:
            self.cells[x] += character
            self.frozen = None

    def line(self) -> Line:
        """As it is now; the same object until the row changes."""
        if self.frozen is None:
            self.frozen = _freeze(self.cells, self.styles, self.wrapped)
        return self.frozen

    def is_blank(self) -> bool:
        """Nothing is drawn there."""
        columns = len(self.cells)
        return self.cells.count(" ") == columns and self.styles.count(PLAIN) == columns


MOST_MARKS = 12  # characters in one cell; more marks on one letter are dropped


def _freeze(cells: list[str], styles: list[Style], wrapped: bool) -> Line:
    text = "".join(cells)
    simple = text.isascii() and len(text) == len(cells)  # the usual case, in C
    if simple and styles.count(PLAIN) == len(styles):
        return Line(text if wrapped else text.rstrip(" "), (), wrapped)
    end = len(cells)
    while not wrapped and end and cells[end - 1] == " " and styles[end - 1] == PLAIN:
        end -= 1
    if simple or (len(text) == len(cells) and max(map(len, cells)) == 1 and "" not in cells):
        return Line(text[:end], _runs(styles, end), wrapped)
    return Line(tuple(cells[:end]), _runs(styles, end), wrapped)


def _runs(styles: list[Style], end: int) -> tuple[Run, ...]:
    runs, x = [], 0
    for style, group in groupby(styles[:end]):
        n = len(list(group))
        if style != PLAIN:
            runs.append((x, x + n, style))
        x += n
    return tuple(runs)


def thaw(cells: Sequence[str], styles: Sequence[Style], columns: int, wrapped: bool = False) -> Row:
    """A row of `columns` columns that begins with these cells; they must fit."""
    row = Row(columns)
    row.cells[: len(cells)] = cells
    row.styles[: len(styles)] = styles
    row.wrapped = wrapped
    return row


def styles_of(line: Line) -> list[Style]:
    """One style per column of the line."""
    styles = [PLAIN] * len(line)
    for first, end, style in line.runs:
        styles[first:end] = [style] * (end - first)
    return styles
