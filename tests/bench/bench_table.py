"""Polling a table of 10,000 × 10 with 1,000 changed cells: differences by key against a model reset, both painted.

CPU milliseconds per batch, measured in turns in one run.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Iterator

from PySide6.QtWidgets import QApplication

from nasclustergui.ui.cell import Cell, Row
from nasclustergui.ui.tree import Tree
from tests.bench.measure import Figure, application, fraction

ROWS, COLUMNS, CHANGES, REPEATS = 10_000, 10, 1_000, 15
_rng = random.Random(1)


def cell(n: int) -> Cell:
    return Cell(f"{n / 1024:.1f} KiB", "num")


def first_rows() -> list[Row]:
    names = (Cell(f"node{r}", "name", "server") for r in range(ROWS))
    return [
        Row(f"node{r}", (name, *(cell(r * c) for c in range(1, COLUMNS))))
        for r, name in zip(range(ROWS), names, strict=True)
    ]


def changed_rows(rows: list[Row]) -> list[Row]:
    """What a page hands over that keeps the rows of unchanged things."""
    out = list(rows)
    for _ in range(CHANGES):
        r, c = _rng.randrange(ROWS), _rng.randrange(1, COLUMNS)
        cells = list(out[r].cells)
        cells[c] = cell(_rng.randrange(10**6))
        out[r] = out[r]._replace(cells=tuple(cells))
    return out


def rebuilt_rows(rows: list[Row]) -> list[Row]:
    """The same from a page that builds every row anew."""
    return [Row(row.key, tuple(Cell(*c) for c in row.cells)) for row in changed_rows(rows)]


def reset(tree: Tree, rows: list[Row]) -> None:
    """The cheapest reset there is: rows are swapped without a comparison; what the user chose is put back."""
    key, place = tree.current_key(), tree.verticalScrollBar().value()
    model = tree.rows
    model.beginResetModel()
    for item, row in zip(model._root.children, rows, strict=True):
        item.row = row
    model.endResetModel()
    tree.select_key(key, scroll=False)
    tree.verticalScrollBar().setValue(place)


def measure(app: QApplication, tree: Tree, make: Callable[[list[Row]], list[Row]], show: Callable[..., None]) -> float:
    rows = first_rows()
    tree.update_rows(rows)
    tree.select_key("node5000")
    app.processEvents()
    times = []
    for _ in range(REPEATS):
        rows = make(rows)
        start = time.thread_time()
        show(tree, rows)
        app.processEvents()
        times.append(time.thread_time() - start)
    return 1000 * statistics.median(times)


def run() -> Iterator[Figure]:
    """A batch as a part of a reset: from a page that keeps unchanged rows, and from one that does not."""
    app = application()
    tree = Tree([(f"Column {c}", -1 if c == 0 else 100) for c in range(COLUMNS)], right=range(1, COLUMNS), flat=True)
    tree.resize(1180, 760)
    tree.show()
    app.processEvents()
    update = Tree.update_rows
    base = measure(app, tree, changed_rows, reset)
    took = measure(app, tree, changed_rows, update)
    detail = f"{took:.2f} ms / {base:.2f} ms for {CHANGES:,} changed of {ROWS:,} × {COLUMNS} cells, painted"
    yield fraction("table batch / model reset", took, base, 4, detail)
    took = measure(app, tree, rebuilt_rows, update)
    detail = f"{took:.2f} ms / {base:.2f} ms"
    yield Figure("the same from a page that builds every row anew", f"1/{base / took:.1f}", detail=detail)
