"""Finding text in a terminal, and what a selection says. Wrapped lines count as one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from nasclustergui.subsystems.terminal.emulator.cells import Line

MOST = 10_000  # matches that are kept
WORD = frozenset("-_./~:@%+=?&#,")  # belong to a word beside letters and digits: paths, addresses


class Spot(NamedTuple):
    """A column of a line, by the line's number since the terminal's start."""

    line: int
    column: int


class Span(NamedTuple):
    """From `start` to before `end`."""

    start: Spot
    end: Spot


def find(first: int, lines: Sequence[Line], wanted: str) -> list[Span]:
    """Where `wanted` stands, oldest first, upper and lower case alike; `first` is the number of `lines[0]`."""
    if not wanted:
        return []
    wanted = _folded(wanted)
    found: list[Span] = []
    for start, group in _whole_lines(lines):
        folded = _folded("".join(line.text for line in group))
        at = folded.find(wanted)
        if at < 0:
            continue
        places = _places(first + start, group) if len(group) > 1 or not isinstance(group[0].cells, str) else None
        while at >= 0 and len(found) < MOST:
            end = at + len(wanted)
            if places is None:  # one line, one character per column
                found.append(Span(Spot(first + start, at), Spot(first + start, end)))
                at = folded.find(wanted, end)
                continue
            last = places[end - 1]
            found.append(Span(places[at], Spot(last.line, _after(group[last.line - first - start], last.column))))
            at = folded.find(wanted, end)
    return found


def _folded(text: str) -> str:
    """In lower case and of the same length, so that places stay places."""
    lower = text.lower()
    return lower if len(lower) == len(text) else "".join(c if len(c.lower()) > 1 else c.lower() for c in text)


def _whole_lines(lines: Sequence[Line]) -> Iterator[tuple[int, list[Line]]]:
    group: list[Line] = []
    for n, line in enumerate(lines):
        group.append(line)
        if not line.wrapped:
            yield n - len(group) + 1, group
            group = []
    if group:
        yield len(lines) - len(group), group


def _places(number: int, group: Sequence[Line]) -> list[Spot]:
    """One per character of the joined text."""
    return [
        Spot(number + n, column) for n, line in enumerate(group) for column, cell in enumerate(line.cells) for _ in cell
    ]


def _after(line: Line, column: int) -> int:
    """The column after the character that begins at `column`."""
    column += 1
    while column < len(line) and line.cells[column] == "":
        column += 1
    return column


def text_of(first: int, lines: Sequence[Line], span: Span) -> str:
    """What is selected: without blanks at the ends of lines, wrapped lines as one."""
    out: list[str] = []
    joined = False
    for number in range(max(span.start.line, first), min(span.end.line, first + len(lines) - 1) + 1):
        line = lines[number - first]
        start = span.start.column if number == span.start.line else 0
        end = span.end.column if number == span.end.line else len(line)
        piece = line.between(line.start_of(start), end)
        whole = line.wrapped and number < span.end.line
        piece = piece if whole else piece.rstrip()
        if joined:
            out[-1] += piece
        else:
            out.append(piece)
        joined = whole
    return "\n".join(out)


def word_at(first: int, lines: Sequence[Line], spot: Spot) -> Span:
    """The word under the pointer, over wrapped lines too; one character where there is none."""
    for start, group in _whole_lines(lines):
        if not first + start <= spot.line < first + start + len(group):
            continue
        numbered = enumerate(group, first + start)
        cells = [(Spot(n, column), cell) for n, line in numbered for column, cell in enumerate(line.cells)]
        here = next((i for i, (place, _cell) in enumerate(cells) if place == spot), None)
        if here is None or not _in_word(cells[here][1]):
            break
        low = high = here
        while low > 0 and _in_word(cells[low - 1][1]):
            low -= 1
        while high < len(cells) - 1 and _in_word(cells[high + 1][1]):
            high += 1
        end = cells[high][0]
        return Span(cells[low][0], Spot(end.line, end.column + 1))
    return Span(spot, Spot(spot.line, spot.column + 1))


def _in_word(cell: str) -> bool:
    return cell == "" or cell[0].isalnum() or cell[0] in WORD


def whole_line_at(first: int, lines: Sequence[Line], spot: Spot, columns: int) -> Span:
    """The line under the pointer with its continuations."""
    for start, group in _whole_lines(lines):
        if first + start <= spot.line < first + start + len(group):
            return Span(Spot(first + start, 0), Spot(first + start + len(group) - 1, columns))
    return Span(Spot(spot.line, 0), Spot(spot.line, columns))
