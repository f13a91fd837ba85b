"""What rows and cells of a table say; no Qt, so a page's rows can be built and tested anywhere.

Both are named tuples: a poll compares a hundred thousand of them, and tuples compare in C.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from nasclustergui.core.i18n import _
from nasclustergui.ui.states import SEVERITY

NUMBERS = ("num", "meter", "progress")
_DIGITS = re.compile(r"(\d+)")


class Cell(NamedTuple):
    """What one cell shows; the delegate paints from this alone, there are no widgets in cells.

    Attributes:
        text: a word or number with its unit, "" for nothing.
        kind: "text"; "name" (icon, text, `sub` in grey behind it); "state" (badge of `state` and text, `sub` behind
            it); "num" (right aligned, tabular); "mono"; "meter" (text and a bar to `value`, coloured by `state`,
            "warn" and "critical" add their sign); "progress" (bar to `value`, then text).
        icon: Lucide name, of kind "name".
        sub: a secondary word.
        state: key of `states.STATES`; of a meter also "accent".
        value: 0 … 1 of a bar.
        role: colour role of the text, "" for the kind's own.
        stale: not read in time: grey, its bar hatched.
        strong: bold name.
        tip: tool tip, "" for the text itself.
    """

    text: str = ""
    kind: str = "text"
    icon: str = ""
    sub: str = ""
    state: str = ""
    value: float = 0.0
    role: str = ""
    stale: bool = False
    strong: bool = False
    tip: str = ""


EMPTY = Cell()


class Row(NamedTuple):
    """One row and what hangs below it.

    Attributes:
        key: names the row, unique in the whole table, the same on every poll.
        cells: one per column.
        children: rows below it, in their natural order.
        sort: what each column sorts by, where its text would mislead (sizes, ages); shorter than `cells` is fine.
        data: what the page wants back when the row is chosen; not compared.
        open: expanded when it first appears.
        rank: in a table whose worst rows stand first, the rank of this one in `states.SEVERITY`; None takes the worst
            state that it shows.
    """

    key: str
    cells: tuple[Cell, ...]
    children: tuple[Row, ...] = ()
    sort: tuple[float | str | None, ...] = ()
    data: object = None
    open: bool = False
    rank: int | None = None


SortKey = tuple[int, float, tuple[tuple[int, int, str], ...]]


@lru_cache(maxsize=65536)
def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """Sorts node2 before node10, upper and lower case alike."""
    parts = _DIGITS.split(text.casefold())
    return tuple((0, int(p), "") if p.isdecimal() else (1, 0, p) for p in parts if p)


def severity(row: Row) -> int:
    """Rank of the worst state the row itself shows; rows without a state come last."""
    if row.rank is not None:
        return row.rank
    return min((SEVERITY[cell.state] for cell in row.cells if cell.kind == "state" and cell.state), default=99)


def sort_key(row: Row, column: int) -> SortKey | None:
    """Orders the rows of a column; None where nothing is measured, these come last either way."""
    if column < len(row.sort):
        value = row.sort[column]
        if value is None:
            return None
        return (1, 0.0, natural(value)) if isinstance(value, str) else (0, float(value), ())
    cell = row.cells[column] if column < len(row.cells) else EMPTY
    if not cell.text or cell.text == "—":
        return None
    if cell.kind == "state":
        return (0, float(SEVERITY.get(cell.state, 99)), natural(cell.text))
    if cell.kind in ("meter", "progress"):
        return (0, cell.value, ())
    return (1, 0.0, natural(cell.text))


def cell_text(cell: Cell) -> str:
    """Text and secondary word, for copying and filtering."""
    return f"{cell.text} {cell.sub}".strip() if cell.sub else cell.text


def sentence(row: Row, heads: tuple[str, ...]) -> str:
    """The whole row for a screen reader: "node3, Manager, Disk failed sdd, CPU 29 %"."""
    parts = []
    for head, cell in zip(heads, row.cells, strict=False):
        if text := cell_text(cell):
            said = f"{head} {text}" if cell.kind in NUMBERS and head else text
            parts.append(_("{value}, old value").format(value=said) if cell.stale else said)
    return ", ".join(parts)
