"""The topology: cards are changed and moved, never rebuilt; mouse, keyboard and screen reader reach them."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QPainterPath, QWheelEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from nasclustergui.core.topology import CARD_HEIGHT, CARD_WIDTH, Edge, EdgeKind, Topology, TopologyNode, chain
from nasclustergui.ui import theme as th
from nasclustergui.ui.graph import TopologyView
from nasclustergui.ui.graph_card import NodeCard
from nasclustergui.ui.graph_edges import add_edge
from nasclustergui.ui.graph_frame import TopologyLegend

N = TopologyNode
NODES = (
    N("n1", "node1", "10.20.0.11", "manager", "Rack A", "warn", "Last copies", 34.0, leader=True),
    N("n2", "node2", "10.20.0.12", "manager", "Rack B", "warn", "Last copies", 41.0, virtual_ip=True),
    N("n3", "node3", "10.20.0.13", "manager", "Rack C", "critical", "Disk failed", 29.0),
    N("n4", "node4", "10.20.0.14", "worker", "Rack A", "ok", "Online", 21.0),
    N("n5", "node5", "10.20.0.15", "worker", "Rack B", "ok", "Online", 18.0),
    N("n6", "node6", "10.20.0.16", "worker", "Rack C", "ok", "Online", 25.0),
    N("e1", "edge1", "10.20.0.21", "edge", "Rack C", "stale", "No answer"),
)
EDGES = (
    Edge("n1", "n2", EdgeKind.SHARES),
    Edge("n2", "n3", EdgeKind.MISSING),
    *chain(["n4", "n5", "n6"], EdgeKind.SHARES),
    *chain(["n1", "n2", "n3"], EdgeKind.QUORUM),
)
TOPOLOGY = Topology(NODES, EDGES)


@pytest.fixture(autouse=True)
def _theme(qapp: QApplication) -> Iterator[None]:
    th.setup(qapp)
    th.use("light")
    yield
    th.use("light")


@pytest.fixture
def view(qtbot: QtBot) -> TopologyView:
    view = TopologyView()
    qtbot.addWidget(view)
    view.resize(800, 480)
    view.show()
    view.show_topology(TOPOLOGY)
    view.grab()
    return view


def changed(topology: Topology, key: str, **changes: object) -> Topology:
    nodes = (replace(n, **changes) if n.key == key else n for n in topology.nodes)  # type: ignore[arg-type]
    return Topology(tuple(nodes), topology.edges)


def many(count: int, racks: int) -> Topology:
    states = [("ok", "Online")] * 8 + [("warn", "Degraded"), ("critical", "Disk failed"), ("stale", "No answer")]
    nodes = (
        N(f"n{i}", f"nas{i:03}", f"10.20.{i // 250}.{i % 250}", "worker", f"Rack {i % racks}", *states[i * 7 % 11])
        for i in range(count)
    )
    sets = (chain([f"n{i}", f"n{i + 1}", f"n{i + 2}"], EdgeKind.SHARES) for i in range(0, count - 2, 3))
    return Topology(tuple(nodes), tuple(edge for one in sets for edge in one))


def center(view: TopologyView, key: str) -> QPoint:
    return view.mapFromScene(view._cards[key].sceneBoundingRect().center())


def test_cards_are_kept_when_values_change(view: TopologyView) -> None:
    before = dict(view._cards)
    view.show_topology(changed(TOPOLOGY, "n4", cpu_percent=99.0, state="warn", word="Busy"))
    assert view._cards == before
    assert view._cards["n4"].node.cpu_percent == 99.0


def test_only_what_changed_is_painted(view: TopologyView, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    painted: list[str] = []
    # not paint() itself: Shiboken keeps the method it called first
    monkeypatch.setattr(NodeCard, "_paint_full", lambda self, *args: painted.append(self.node.key))
    QApplication.processEvents()
    painted.clear()
    view.show_topology(TOPOLOGY)
    QApplication.processEvents()
    assert painted == []
    view.show_topology(changed(TOPOLOGY, "n5", cpu_percent=50.0))
    qtbot.waitUntil(lambda: bool(painted))
    assert set(painted) == {"n5"}


def test_values_too_small_to_read_are_not_painted(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    view = TopologyView()
    qtbot.addWidget(view)
    view.resize(600, 400)
    view.show()
    topology = many(200, 10)
    view.show_topology(topology)
    view.grab()
    assert view.transform().m11() < 0.6
    QApplication.processEvents()
    painted: list[str] = []
    monkeypatch.setattr(NodeCard, "_paint_mark", lambda self, *args: painted.append(self.node.key))
    view.show_topology(changed(topology, "n7", cpu_percent=50.0))
    QApplication.processEvents()
    assert painted == []
    view.show_topology(changed(topology, "n8", state="critical"))
    qtbot.waitUntil(lambda: "n8" in painted)
    assert "n7" in painted or len(painted) < 20  # only the changed one and what its rectangle touches


def test_nodes_come_and_go(view: TopologyView) -> None:
    kept = view._cards["n1"]
    new = N("n9", "node9", group="Rack A")
    view.show_topology(Topology((*NODES[:3], new), EDGES))
    assert set(view._cards) == {"n1", "n2", "n3", "n9"}
    assert view._cards["n1"] is kept
    assert len([i for i in view.scene().items() if isinstance(i, NodeCard)]) == 4
    view.show_topology(Topology())
    assert view._cards == {}
    assert view._frames == []
    view.show_topology(TOPOLOGY)
    assert len(view._frames) == 3


def test_trouble_moves_no_card(view: TopologyView) -> None:
    places = {key: card.pos() for key, card in view._cards.items()}
    view.show_topology(Topology(changed(TOPOLOGY, "n5", state="stale", word="No answer").nodes, ()))
    assert {key: card.pos() for key, card in view._cards.items()} == places


def test_selection_survives_updates(view: TopologyView, qtbot: QtBot) -> None:
    view.select("n5")
    heard: list[str] = []
    view.selected.connect(heard.append)
    view.show_topology(changed(TOPOLOGY, "n5", state="warn"))
    assert view.selected_key() == "n5"
    assert heard == []
    view.show_topology(Topology(NODES[:4], EDGES))  # the selected one left
    assert view.selected_key() == ""
    assert heard == [""]


def test_click_selects_and_double_click_opens(view: TopologyView, qtbot: QtBot) -> None:
    opened: list[str] = []
    view.opened.connect(opened.append)
    with qtbot.waitSignal(view.selected) as heard:
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=center(view, "n3"))
    assert heard.args == ["n3"]
    qtbot.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=center(view, "n4"))
    assert opened == ["n4"]


def test_select_by_program_tells_once(view: TopologyView) -> None:
    heard: list[str] = []
    view.selected.connect(heard.append)
    view.select("n1")
    view.select("n1")
    view.select("n2")
    view.select("")
    assert heard == ["n1", "n2", ""]
    view.select("no such node")
    assert view.selected_key() == ""


@pytest.mark.parametrize(
    ("start", "key", "end"),
    [
        ("", Qt.Key.Key_Right, "n1"),
        ("n1", Qt.Key.Key_Right, "n2"),
        ("n1", Qt.Key.Key_Down, "n4"),
        ("n6", Qt.Key.Key_Down, "e1"),
        ("n6", Qt.Key.Key_Left, "n5"),
        ("n4", Qt.Key.Key_Up, "n1"),
        ("n1", Qt.Key.Key_Left, "n1"),
        ("n1", Qt.Key.Key_Escape, ""),
    ],
)
def test_arrows_walk(view: TopologyView, qtbot: QtBot, start: str, key: Qt.Key, end: str) -> None:
    view.select(start)
    qtbot.keyClick(view, key)
    assert view.selected_key() == end


def test_enter_opens_the_selected(view: TopologyView, qtbot: QtBot) -> None:
    opened: list[str] = []
    view.opened.connect(opened.append)
    qtbot.keyClick(view, Qt.Key.Key_Return)
    view.select("n2")
    qtbot.keyClick(view, Qt.Key.Key_Return)
    assert opened == ["n2"]


def test_keys_without_meaning_go_on_to_the_page(view: TopologyView, qtbot: QtBot) -> None:
    zoom = view.transform().m11()
    qtbot.keyClick(view, Qt.Key.Key_F5)
    qtbot.keyClick(view, Qt.Key.Key_X)
    assert view.transform().m11() == zoom
    assert view.selected_key() == ""


def test_arrow_in_an_empty_picture(qtbot: QtBot) -> None:
    view = TopologyView()
    qtbot.addWidget(view)
    qtbot.keyClick(view, Qt.Key.Key_Right)
    assert view.selected_key() == ""


def test_zoom_has_limits_and_fit_comes_back(view: TopologyView, qtbot: QtBot) -> None:
    fitted = view.transform().m11()
    for _ in range(60):
        qtbot.keyClick(view, Qt.Key.Key_Plus)
    assert fitted < view.transform().m11() <= 3.2 + 1e-9
    for _ in range(60):
        qtbot.keyClick(view, Qt.Key.Key_Minus)
    assert 0.05 - 1e-9 <= view.transform().m11() < fitted
    qtbot.keyClick(view, Qt.Key.Key_0)
    assert view.transform().m11() == pytest.approx(fitted)


def test_wheel_zooms_and_a_resize_then_keeps_the_zoom(view: TopologyView) -> None:
    at = QPointF(100, 100)
    none = Qt.KeyboardModifier.NoModifier
    wheel = QWheelEvent(
        at,
        view.viewport().mapToGlobal(at),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        none,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    before = view.transform().m11()
    QApplication.sendEvent(view.viewport(), wheel)
    zoomed = view.transform().m11()
    assert zoomed == pytest.approx(1.2 * before)
    view.resize(500, 400)
    assert view.transform().m11() == pytest.approx(zoomed)
    view.fit()
    fitted = view.transform().m11()
    view.resize(900, 700)
    assert view.transform().m11() > fitted


def test_everything_fits(view: TopologyView) -> None:
    for width, height in ((300, 900), (1200, 300), (806, 420)):
        view.resize(width, height)
        shown = view.mapToScene(view.viewport().rect()).boundingRect().adjusted(-2, -2, 2, 2)
        assert shown.contains(view.scene().itemsBoundingRect())


@pytest.mark.parametrize("zoom", [0.1, 0.4, 1.0, 2.0])
@pytest.mark.parametrize("theme", ["light", "dark", "contrast-light", "contrast-dark"])
def test_paints_at_every_zoom_and_theme(view: TopologyView, theme: str, zoom: float) -> None:
    th.use(theme)
    view.zoom(zoom / view.transform().m11())
    view.centerOn(view._cards["n1"])
    image = view.grab().toImage()
    assert th.fg("warn").name() in {
        image.pixelColor(x, y).name() for x in range(0, image.width(), 3) for y in range(0, image.height(), 3)
    }


def test_background_follows_the_theme(view: TopologyView) -> None:
    th.use("dark")
    assert view.grab().toImage().pixelColor(1, 1) == th.c("surface")


def test_text_size_enlarges_the_cards(view: TopologyView) -> None:
    before = view._cards["n1"].boundingRect().width()
    th.use("light", 1.5)
    assert view._cards["n1"].boundingRect().width() > 1.4 * before
    boxes = [card.sceneBoundingRect() for card in view._cards.values()]
    assert not any(a.adjusted(4, 4, -4, -4).intersects(b) for a in boxes for b in boxes if a is not b)


def test_long_names_stay_in_their_card(view: TopologyView) -> None:
    long = "a-machine-with-a-name-that-nobody-can-remember"
    view.show_topology(changed(TOPOLOGY, "n1", name=long, address="2001:db8:85a3::8a2e:370:7334"))
    view.grab()
    card = view._cards["n1"]
    assert card._name.endswith("…")
    assert "…" in card._address
    assert card.node.sentence().startswith(long)


def test_named_for_screen_readers(view: TopologyView) -> None:
    assert view.accessibleName() == "Topology: 7 nodes in 3 racks"
    assert "node3: Disk failed" in view.accessibleDescription()
    assert "node4" not in view.accessibleDescription()
    view.show_topology(Topology((N("a", "a"),)))
    assert view.accessibleName() == "Topology: 1 node"
    assert view.accessibleDescription() == "All nodes are well"


def test_scene_is_not_collected(qtbot: QtBot) -> None:
    view = TopologyView()
    qtbot.addWidget(view)
    view.show_topology(TOPOLOGY)
    gc.collect()
    assert len([i for i in view.scene().items() if isinstance(i, NodeCard)]) == 7


def box(column: int, row: int) -> QRectF:
    return QRectF(column * (CARD_WIDTH + 36), row * (CARD_HEIGHT + 14), CARD_WIDTH, CARD_HEIGHT)


def way(a: QRectF, b: QRectF) -> QPainterPath:
    path = QPainterPath()
    add_edge(path, a, b, 8.0, 14.0)
    return path


def test_edges_begin_and_end_at_the_cards() -> None:
    for a, b in ((box(0, 0), box(1, 0)), (box(1, 1), box(0, 0)), (box(0, 0), box(0, 1)), (box(0, 2), box(0, 0))):
        path = way(a, b)
        ends = [path.pointAtPercent(0), path.pointAtPercent(1)]
        for card in (a, b):
            assert any(card.adjusted(-1, -1, 1, 1).contains(end) for end in ends)


def test_edge_over_a_card_dives_below_it() -> None:
    middle = way(box(0, 0), box(2, 0)).pointAtPercent(0.5)
    assert box(1, 0).bottom() < middle.y() < box(1, 1).top()


def test_edge_past_a_card_in_the_column_goes_round() -> None:
    assert way(box(0, 0), box(0, 2)).pointAtPercent(0.5).x() > box(0, 0).right()


def test_edges_to_unknown_nodes_are_left_out(view: TopologyView) -> None:
    view.show_topology(Topology(NODES, (Edge("n1", "gone", EdgeKind.SHARES),)))
    assert view._edges[EdgeKind.SHARES].boundingRect().width() <= 4


def test_legend_explains_what_is_there(qtbot: QtBot) -> None:
    legend = TopologyLegend()
    qtbot.addWidget(legend)
    legend.show_topology(TOPOLOGY)
    for words in ("shares a replica set", "copy missing", "etcd quorum", "etcd leader", "virtual IP"):
        assert words in legend.accessibleName()
    legend.show_topology(Topology(NODES[3:], EDGES[:1]))
    assert legend.accessibleName() == "Legend: shares a replica set"
    assert not legend.grab().isNull()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    ("name", "topology"), [("7", TOPOLOGY), ("200", many(200, 10)), ("1000", many(1000, 25))], ids=["7", "200", "1000"]
)
def test_screenshot(qtbot: QtBot, output: Path, theme: str, name: str, topology: Topology) -> None:
    th.use(theme)
    board, view, legend = QWidget(), TopologyView(), TopologyLegend()
    qtbot.addWidget(board)
    column = QVBoxLayout(board)
    column.addWidget(view, 1)
    column.addWidget(legend)
    board.resize(806, 460)
    board.show()
    view.show_topology(topology)
    legend.show_topology(topology)
    assert board.grab().save(str(output / f"topology-{name}-{theme}.png"))
