"""The keyed model: whatever rows come, Qt's own model tester finds nothing, and what the view shows is right."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPersistentModelIndex
from PySide6.QtTest import QAbstractItemModelTester

from nasclustergui.ui.cell import Cell, Row, natural
from nasclustergui.ui.tree_model import TreeModel


def row(key: str, text: str = "", state: str = "ok", *children: Row, **more: Any) -> Row:
    return Row(key, (Cell(key, "name"), Cell(state, "state", state=state), Cell(text, "num")), children, **more)


def model(**more: Any) -> TreeModel:
    out = TreeModel(["Name", "State", "Value"], right=[2], **more)
    QAbstractItemModelTester(out, QAbstractItemModelTester.FailureReportingMode.Fatal, out)
    return out


def shown(m: TreeModel, parent: QModelIndex | None = None) -> list[str]:
    """Keys from top to bottom, children indented by ">"."""
    out = []
    parent = parent or QModelIndex()
    for n in range(m.rowCount(parent)):
        index = m.index(n, 0, parent)
        out.append(m.key(index))
        out += [">" + key for key in shown(m, index)]
    return out


def test_only_the_changed_cells_are_told(qtbot: Any) -> None:
    m = model()
    m.update([row("a", "1"), row("b", "1"), row("c", "1")])
    told: list[tuple[int, int, int]] = []
    m.dataChanged.connect(lambda a, b: told.append((a.row(), a.column(), b.column())))
    m.update([row("a", "1"), row("b", "2"), row("c", "1")])
    assert told == [(1, 2, 2)]


def test_a_poll_without_news_says_nothing(qtbot: Any) -> None:
    m = model()
    rows = [row("a", "1", "ok", row("a1"), row("a2")), row("b")]
    m.update(rows)
    signals = (m.dataChanged, m.rowsInserted, m.rowsRemoved, m.layoutChanged, m.modelReset)
    told: list[object] = []
    for signal in signals:
        signal.connect(lambda *args: told.append(args))
    m.update([row("a", "1", "ok", row("a1"), row("a2")), row("b")])
    assert told == []


def test_rows_come_and_go_one_by_one_and_indexes_survive(qtbot: Any) -> None:
    m = model(severity_first=False)
    m.update([row("a"), row("b", "", "ok", row("b1"), row("b2")), row("c")])
    kept = QPersistentModelIndex(m.find("b2"))
    moves: list[tuple[str, int, int]] = []
    m.rowsInserted.connect(lambda p, a, b: moves.append(("in", a, b)))
    m.rowsRemoved.connect(lambda p, a, b: moves.append(("out", a, b)))
    m.update([row("x"), row("b", "", "ok", row("b0"), row("b2")), row("c"), row("d")])
    assert shown(m) == ["x", "b", ">b0", ">b2", "c", "d"]
    assert kept.isValid()
    assert m.key(kept) == "b2"
    assert sorted(moves) == [("in", 0, 0), ("in", 0, 0), ("in", 3, 3), ("out", 0, 0), ("out", 0, 0)]


def test_worst_first_above_natural_order_below(qtbot: Any) -> None:
    m = model()
    m.update([row("fine"), row("bad", "", "critical", row("s1"), row("s2", "", "critical")), row("new", "", "warn")])
    assert shown(m) == ["bad", ">s1", ">s2", "new", "fine"]


def test_sorting_by_a_column_leaves_unmeasured_rows_at_the_end(qtbot: Any) -> None:
    m = model()
    m.update([row("n10", "3"), row("n9", "—"), row("n1", "20")])
    m.sort_by(2)
    assert shown(m) == ["n10", "n1", "n9"]
    m.sort_by(2, descending=True)
    assert shown(m) == ["n1", "n10", "n9"]
    m.sort_by(0)
    assert shown(m) == ["n1", "n9", "n10"]
    m.default_order()
    assert shown(m) == ["n10", "n9", "n1"]


def test_a_row_s_own_sort_values_win_over_its_text(qtbot: Any) -> None:
    m = model()
    m.update([row("a", "1 TiB", sort=("a", None, 2**40)), row("b", "9 GiB", sort=("b", None, 9 * 2**30))])
    m.sort_by(2)
    assert shown(m) == ["b", "a"]


def test_nothing_is_sorted_under_the_pointer(qtbot: Any) -> None:
    m = model()
    m.update([row("a", "1"), row("b", "2")])
    m.sort_by(2)
    m.hold_order(True)
    m.update([row("a", "3"), row("b", "2"), row("c", "2.5")])
    assert shown(m) == ["a", "b", "c"]
    m.hold_order(False)
    assert shown(m) == ["b", "c", "a"]


def test_reordering_keeps_the_selection_on_its_row(qtbot: Any) -> None:
    m = model()
    m.update([row("a", "1"), row("b", "2"), row("c", "3")])
    selection = QItemSelectionModel(m)
    selection.select(m.find("b"), QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows)
    m.sort_by(2, descending=True)
    m.update([row("a", "9"), row("b", "0"), row("c", "3")])
    assert shown(m) == ["a", "c", "b"]
    assert [m.key(i) for i in selection.selectedRows()] == ["b"]


def test_the_filter_keeps_what_is_above_and_below_a_match(qtbot: Any) -> None:
    m = model()
    rows = [row("data", "", "ok", row("set1", "", "ok", row("node1")), row("set2")), row("media", "", "ok", row("m1"))]
    m.update(rows)
    m.set_filter("SET1")
    assert shown(m) == ["data", ">set1", ">>node1"]
    m.update([*rows, row("set1-copy")])
    assert shown(m) == ["data", ">set1", ">>node1", "set1-copy"]
    m.set_filter("data")
    assert shown(m) == ["data", ">set1", ">>node1", ">set2"]
    m.set_filter("")
    assert len(shown(m)) == 7


def test_a_hidden_row_that_goes_away_is_forgotten(qtbot: Any) -> None:
    m = model()
    m.update([row("a", "", "ok", row("a1")), row("b")])
    m.set_filter("b")
    m.update([row("b")])
    m.set_filter("")
    assert shown(m) == ["b"]
    assert not m.find("a").isValid()


def test_a_hidden_branch_that_loses_a_row_and_then_itself_leaves_nothing_behind(qtbot: Any) -> None:
    m = model()
    m.update([row("a", "", "ok", row("a1")), row("b")])
    m.set_filter("b")
    m.update([row("a"), row("b")])
    m.update([row("b")])
    assert len(m._items) == 2


def test_the_same_key_twice_is_refused(qtbot: Any) -> None:
    m = model()
    with pytest.raises(ValueError, match="twice"):
        m.update([row("a"), row("a")])


def test_screen_readers_get_a_sentence_per_row(qtbot: Any) -> None:
    m = model()
    stale = Cell("29 %", "num", stale=True)
    m.update(
        [Row("node3", (Cell("node3", "name", sub="manager"), Cell("Disk failed", "state", state="critical"), stale))]
    )
    index = m.index(0, 0)
    assert m.data(index, 11) == "node3 manager, Disk failed, Value 29 %, old value"
    assert m.data(m.index(0, 1), 11) == "State: Disk failed"


def test_natural_order() -> None:
    assert sorted(["node10", "Node2", "node1"], key=natural) == ["node1", "Node2", "node10"]


KEYS = st.lists(st.sampled_from("abcdefgh"), unique=True, max_size=8)


@st.composite
def tables(draw: Any) -> list[Row]:
    states, texts = st.sampled_from(["ok", "warn", "critical"]), st.sampled_from(["1", "2", "30", "—"])
    return [
        row(key, draw(texts), draw(states), *(row(f"{key}/{k}", draw(texts), draw(states)) for k in draw(KEYS)))
        for key in draw(KEYS)
    ]


STEPS = st.lists(
    st.one_of(
        tables(),
        st.sampled_from(["a", "c", "", "30"]).map(lambda text: ("filter", text)),
        st.tuples(st.just("sort"), st.integers(-2, 2), st.booleans()),
        st.booleans().map(lambda hold: ("hold", hold)),
    ),
    max_size=12,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_any_sequence_of_polls_filters_and_sorts_keeps_the_model_sound(qtbot: Any, steps: list[Any]) -> None:
    m = model()
    rows: list[Row] = []
    for step in steps:
        if isinstance(step, list):
            rows = step
            m.update(rows)
        elif step[0] == "filter":
            m.set_filter(step[1])
        elif step[0] == "sort":
            m.sort_by(step[1], step[2])
        else:
            m.hold_order(step[1])
    m.hold_order(False)
    m.set_filter("")
    m.sort_by(-2)
    expected = [key for r in rows for key in (r.key, *(">" + child.key for child in r.children))]
    assert shown(m) == expected
    assert len(m._items) == len(expected) + 1
