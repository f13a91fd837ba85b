"""The table on screen: polls leave selection, scroll and branches alone; keys, filter, columns, painting."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QHelpEvent
from PySide6.QtWidgets import QApplication, QMenu, QStyleOptionViewItem, QToolTip
from pytestqt.qtbot import QtBot

from nasclustergui.ui import theme
from nasclustergui.ui.cell import Cell, Row
from nasclustergui.ui.tree import Tree, state_width

HEADS = [("Node", -1), ("Address", 112), ("State", 140), ("CPU", 128), ("Network", 100)]


@pytest.fixture(autouse=True)
def _theme(qapp: QApplication) -> None:
    theme.setup(qapp)
    theme.use("light")


def node(name: str, cpu: float = 0.3, state: str = "ok", *children: Row, stale: bool = False) -> Row:
    cells = (
        Cell(name, "name", "server", sub="manager", strong=True, stale=stale),
        Cell("10.20.0.11", "mono", stale=stale),
        Cell("Online" if state == "ok" else "Disk failed", "state", state=state),
        Cell(f"{cpu:.0%}", "meter", value=cpu, state="warn" if cpu > 0.8 else "accent", stale=stale),
        Cell("412 MB/s", "num", stale=stale),
    )
    return Row(name, cells, children)


@pytest.fixture
def tree(qtbot: QtBot) -> Tree:
    out = Tree(HEADS, right=(4,), drop={1: 600, 4: 500}, name="Nodes")
    qtbot.addWidget(out)
    out.resize(900, 300)
    out.show()
    return out


def rows(cpu: float = 0.3, count: int = 60) -> list[Row]:
    return [node(f"node{n}", cpu, "ok", node(f"node{n}/brick", cpu)) for n in range(count)]


def test_a_poll_leaves_selection_scroll_and_branches_alone(qtbot: QtBot, tree: Tree) -> None:
    tree.update_rows(rows())
    tree.expand_key("node3")
    tree.select_key("node40")
    tree.verticalScrollBar().setValue(500)
    tree.update_rows([node("new"), *rows(0.9)])
    assert tree.current_key() == "node40"
    assert tree.verticalScrollBar().value() == 500
    assert tree.isExpanded(tree.rows.find("node3"))


def test_rows_open_when_they_first_come_and_stay_closed_when_closed(tree: Tree) -> None:
    first = [Row("data", (Cell("data"),), (Row("set1", (Cell("set1"),)),), open=True)]
    tree.update_rows(first)
    assert tree.isExpanded(tree.rows.find("data"))
    tree.expand_key("data", False)
    tree.update_rows([first[0]._replace(cells=(Cell("data", stale=True),))])
    assert not tree.isExpanded(tree.rows.find("data"))


def test_keys_act_on_the_current_row(qtbot: QtBot, tree: Tree) -> None:
    tree.update_rows(rows(count=3))
    tree.select_key("node1")
    with qtbot.waitSignal(tree.row_activated) as opened:
        qtbot.keyClick(tree, Qt.Key.Key_Return)
    with qtbot.waitSignal(tree.delete_requested) as deleted:
        qtbot.keyClick(tree, Qt.Key.Key_Delete)
    with qtbot.waitSignal(tree.properties_requested) as asked:
        qtbot.keyClick(tree, Qt.Key.Key_Return, Qt.KeyboardModifier.AltModifier)
    assert opened.args == deleted.args == asked.args == ["node1"]
    with qtbot.waitSignal(tree.row_changed) as moved:
        qtbot.keyClick(tree, Qt.Key.Key_Down)
    assert moved.args == ["node2"]


def test_copying_takes_the_visible_columns(qtbot: QtBot, tree: Tree) -> None:
    tree.update_rows(rows(count=2))
    tree.select_key("node1")
    tree.resize(560, 300)
    qtbot.keyClick(tree, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "node1 manager\tOnline\t30%\t412 MB/s"


def test_columns_hide_where_there_is_no_room_and_their_value_stands_in_the_tool_tip(tree: Tree) -> None:
    tree.update_rows(rows(count=2))
    assert not tree.isColumnHidden(1)
    tree.resize(480, 300)
    assert tree.isColumnHidden(1)
    assert tree.isColumnHidden(4)
    index, option = tree.rows.find("node1"), QStyleOptionViewItem()
    option.rect = tree.visualRect(index)
    event = QHelpEvent(QHelpEvent.Type.ToolTip, QPoint(5, 5), tree.mapToGlobal(QPoint(5, 5)))
    tree.itemDelegate().helpEvent(event, tree, option, index)
    assert QToolTip.text() == "Address: 10.20.0.11\nNetwork: 412 MB/s"
    QToolTip.hideText()


def test_the_name_keeps_room_before_less_important_columns(tree: Tree) -> None:
    tree.resize(610, 300)
    assert tree.isColumnHidden(1)
    assert tree.columnWidth(0) >= 140


def test_a_header_click_sorts_numbers_largest_first_and_the_third_goes_back(qtbot: QtBot, tree: Tree) -> None:
    tree.update_rows([node("a", 0.2), node("b", 0.9), node("c", 0.5, "critical")])

    def order() -> list[str]:
        return [tree.rows.key(tree.rows.index(n, 0)) for n in range(3)]

    assert order() == ["c", "a", "b"]
    seen = []
    for _click in range(3):
        tree.header().sectionClicked.emit(3)
        seen.append((order(), tree.header().isSortIndicatorShown()))
    assert seen == [(["a", "c", "b"], True), (["b", "c", "a"], True), (["c", "a", "b"], False)]
    tree.header().sectionClicked.emit(4)
    assert tree.rows.sorted_by() == (4, True)


def test_filtering_opens_what_matches_and_closes_it_again(tree: Tree) -> None:
    tree.update_rows(rows(count=5))
    tree.expand_key("node4")
    tree.set_filter("node2/brick")
    assert tree.isExpanded(tree.rows.find("node2"))
    tree.set_filter("")
    assert not tree.isExpanded(tree.rows.find("node2"))
    assert tree.isExpanded(tree.rows.find("node4"))


def test_the_page_s_menu_opens_on_its_row(qtbot: QtBot, tree: Tree) -> None:
    tree.update_rows(rows(count=3))
    asked: list[str] = []

    def build(row: Row) -> QMenu | None:
        asked.append(row.key)
        return None

    tree.set_menu(build)
    tree.select_key("node2")
    tree.customContextMenuRequested.emit(QPoint())
    from PySide6.QtGui import QContextMenuEvent

    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(), QPoint())
    QApplication.sendEvent(tree.viewport(), event)
    assert asked == ["node2"]


def test_only_rows_on_screen_are_told_when_thousands_change(qtbot: QtBot, tree: Tree) -> None:
    tree.update_rows(rows(0.3, 2000))
    told: list[int] = []
    tree.rows.dataChanged.connect(lambda a, b: told.append(a.row()))
    tree.update_rows(rows(0.4, 2000))
    assert told
    assert max(told) < 15
    tree.scrollTo(tree.rows.find("node1999"))
    assert tree.rows.cell(tree.rows.index(1999, 3)).text == "40%"


def test_every_kind_of_cell_is_painted_and_old_values_are_grey(qtbot: QtBot, tree: Tree) -> None:
    fresh = [node("node1", 0.9, "critical")]
    tree.update_rows(fresh)
    image = tree.viewport().grab().toImage()
    seen = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(30)}
    assert {theme.c(role).name() for role in ("text", "critical", "critical_bg", "warn", "line")} <= seen
    tree.update_rows([node("node1", 0.9, "stale", stale=True)])
    image = tree.viewport().grab().toImage()
    seen = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(30)}
    assert theme.c("text").name() not in seen
    assert {theme.c(role).name() for role in ("text3", "unknown", "unknown_bg")} <= seen


def test_a_state_column_is_wide_enough_for_its_longest_word() -> None:
    assert state_width(["Online", "Eingeschränkt verfügbar"]) > state_width(["Online"])
    assert state_width(["Online"], "seen 03:02:17") > state_width(["Online"])
