"""Another width: lines that were wrapped are joined and wrapped anew, so that nothing is lost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from nasclustergui.subsystems.terminal.emulator.cells import EMPTY, Line, Row, Run, styles_of, thaw, width
from nasclustergui.subsystems.terminal.emulator.history import History

Place = tuple[int, int]  # column, line


def fitted(
    history: History, rows: Sequence[Row], cursor: Place, old: int, lines: int, columns: int
) -> tuple[list[Row], Place]:
    """The rows of a screen of `lines` × `columns`, and where its cursor is.

    Lines go from the screen into the history and back as needed. Only what stands below the cursor is lost, when the
    new screen is too low for both.
    """
    x, y = cursor
    used = max((n for n, row in enumerate(rows) if not row.is_blank()), default=0)
    live = [row.line() for row in rows[: max(used, y) + 1]]
    kept = list(history)
    while kept and kept[-1].wrapped:  # a line that began in the history
        live.insert(0, kept.pop())
        y += 1
    if columns != old:
        kept, _nowhere = wrapped_anew(kept, columns, None)
        live, (x, y) = wrapped_anew(live, columns, (x, y))
    every = [*kept, *live]
    y += len(kept)
    start = max(0, min(len(every) - lines, y))
    history.replace(every[:start])
    shown = [_row(line, columns) for line in every[start : start + lines]]
    shown += [Row(columns) for _ in range(lines - len(shown))]
    return shown, (min(x, columns), y - start)


def wrapped_anew(lines: Iterable[Line], columns: int, place: Place | None) -> tuple[list[Line], Place]:
    """The same text in lines of `columns`, and where `place` (column, line) is in it."""
    out: list[Line] = []
    group: list[Line] = []
    first, found = 0, (0, 0)
    for n, line in enumerate(lines):
        group.append(line)
        if line.wrapped:
            continue
        here = _offset(group, (place[0], place[1] - first)) if place and first <= place[1] <= n else None
        made, at = _wrapped(group, columns, here)
        if here is not None:
            found = (at[0], len(out) + at[1])
        out += made
        group, first = [], n + 1
    if group:
        here = _offset(group, (place[0], place[1] - first)) if place and place[1] >= first else None
        made, at = _wrapped(group, columns, here)
        found = (at[0], len(out) + at[1]) if here is not None else found
        out += made
    return out, found


def _offset(group: Sequence[Line], place: Place) -> int:
    """Columns from the start of the whole line."""
    return sum(len(line) for line in group[: place[1]]) + place[0]


def _wrapped(group: Sequence[Line], columns: int, offset: int | None) -> tuple[list[Line], Place]:
    if len(group) == 1 and len(group[0]) <= columns and not group[0].wrapped:
        return [group[0]], (offset or 0, 0)
    if all(isinstance(line.cells, str) for line in group):
        return _wrapped_text(group, columns, offset)
    cells: list[str] = []
    styles = []
    for line in group:
        own = styles_of(line)
        for n, cell in enumerate(line.cells):
            if cell == "" and (n == 0 or width(line.cells[n - 1][:1]) != 2):
                if offset is not None and offset > len(cells):
                    offset -= 1
                continue  # the column that a wide character did not fit into
            cells.append(cell)
            styles.append(own[n])
    ends = _ends(cells, columns)
    made, start = [], 0
    for n, end in enumerate(ends):
        row = thaw(cells[start:end], styles[start:end], columns, wrapped=n < len(ends) - 1)
        if end - start < columns and row.wrapped:
            row.cells[end - start :] = [""] * (columns - end + start)
        made.append(row.line())
        start = end
    return made or [EMPTY], _place(ends, offset or 0, columns)


def _wrapped_text(group: Sequence[Line], columns: int, offset: int | None) -> tuple[list[Line], Place]:
    """The usual case: every character has a column of its own, so strings and runs can be cut as they are."""
    text, runs = "", list[Run]()
    for line in group:
        for first, end, style in line.runs:
            first, end = first + len(text), end + len(text)
            if runs and runs[-1][1:] == (first, style):  # it was cut where the line was
                first = runs.pop()[0]
            runs.append((first, end, style))
        text += line.text
    ends = [*range(columns, len(text), columns), len(text)]
    made, start, done = [], 0, 0
    for end in ends:
        own = []
        while done < len(runs):
            first, stop, style = runs[done]
            if first >= end:
                break
            own.append((max(first, start) - start, min(stop, end) - start, style))
            if stop > end:
                break
            done += 1
        made.append(Line(text[start:end], tuple(own), end < len(text)))
        start = end
    return made, _place(ends, offset or 0, columns)


def _ends(cells: Sequence[str], columns: int) -> list[int]:
    """Where the lines end; a wide character is not cut in two."""
    ends, at = [], 0
    while at < len(cells):
        end = min(at + columns, len(cells))
        if end < len(cells) and cells[end] == "" and end - 1 > at:
            end -= 1
        ends.append(end)
        at = end
    return ends


def _place(ends: Sequence[int], offset: int, columns: int) -> Place:
    start = 0
    for n, end in enumerate(ends):
        if offset < end or n == len(ends) - 1:
            return min(offset - start, columns), n
        start = end
    return min(offset, columns), 0


def _row(line: Line, columns: int) -> Row:
    row = thaw(line.cells[:columns], styles_of(line)[:columns], columns, line.wrapped)
    row.frozen = line
    return row
