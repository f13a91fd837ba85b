"""The picture's layout and its words."""

import numpy as np
import pytest

from nasclustergui.core.topology import (
    CARD_HEIGHT,
    CARD_WIDTH,
    Edge,
    EdgeKind,
    Layout,
    Topology,
    TopologyNode,
    chain,
    lay_out,
)

SIZE = (760.0, 400.0)


def overlaps(layout: Layout) -> bool:
    """True if two cards touch."""
    p = layout.positions
    dx = np.abs(p[:, None, 0] - p[None, :, 0]) < CARD_WIDTH
    dy = np.abs(p[:, None, 1] - p[None, :, 1]) < CARD_HEIGHT
    touching = dx & dy
    np.fill_diagonal(touching, False)
    return bool(touching.any())


def test_racks_are_columns() -> None:
    layout = lay_out(["A", "B", "C", "A", "B", "C", "C"], *SIZE)
    assert [(f.title, f.count) for f in layout.frames] == [("A", 2), ("B", 2), ("C", 3)]
    x, y = layout.positions[:, 0], layout.positions[:, 1]
    assert x[0] == x[3] < x[1] == x[4] < x[2] == x[5] == x[6]
    assert y[0] == y[1] == y[2] < y[3] == y[4] == y[5] < y[6]
    assert len({f.height for f in layout.frames}) == 1


def test_without_racks_there_is_a_grid_and_no_frame() -> None:
    layout = lay_out([""] * 4, *SIZE)
    assert layout.frames == ()
    assert len({tuple(p) for p in layout.positions.tolist()}) == 4
    assert len(set(layout.positions[:, 0])) == 2


@pytest.mark.parametrize(
    "groups",
    [
        [],
        [""],
        ["A"],
        ["A", "B", ""],
        ["A"] * 200,
        [f"rack {i % 10}" for i in range(200)],
        [f"rack {i % 25}" for i in range(1000)],
        [f"rack {i}" for i in range(100)],
        [""] * 1000,
        ["big"] * 90 + ["small"] * 2,
    ],
    ids=lambda groups: f"{len(groups)} nodes in {len(set(groups))}",
)
@pytest.mark.parametrize("size", [SIZE, (1.0, 1.0), (300.0, 2000.0)])
def test_no_card_touches_another_and_all_lie_inside(groups: list[str], size: tuple[float, float]) -> None:
    layout = lay_out(groups, *size)
    assert layout.positions.shape == (len(groups), 2)
    assert not overlaps(layout)
    for (x, y), group in zip(layout.positions.tolist(), groups, strict=True):
        assert 0 <= x <= layout.width - CARD_WIDTH
        assert 0 <= y <= layout.height - CARD_HEIGHT
        for f in layout.frames:
            if f.title == group:
                assert f.x < x < f.x + f.width - CARD_WIDTH
                assert f.y < y < f.y + f.height - CARD_HEIGHT
    for f in layout.frames:
        assert f.x + f.width <= layout.width + 1e-6
        assert f.y + f.height <= layout.height + 1e-6


def test_many_nodes_fill_the_place_they_have() -> None:
    for groups in ([""] * 1000, [f"rack {i % 10}" for i in range(200)]):
        layout = lay_out(groups, *SIZE)
        shape = layout.width / layout.height
        assert 0.6 < shape / (SIZE[0] / SIZE[1]) < 2.5


def test_same_input_same_picture() -> None:
    groups = [f"rack {i % 7}" for i in range(50)]
    assert (lay_out(groups, *SIZE).positions == lay_out(groups, *SIZE).positions).all()


def test_text_size_makes_everything_larger() -> None:
    plain, large = lay_out(["A", "B"], 5000, 5000), lay_out(["A", "B"], 5000, 5000, unit=1.5)
    assert large.width == pytest.approx(1.5 * plain.width)
    assert large.card == (CARD_WIDTH * 1.5, CARD_HEIGHT * 1.5)


def test_chain_joins_neighbours() -> None:
    assert list(chain(["a", "b", "c"], EdgeKind.QUORUM)) == [
        Edge("a", "b", EdgeKind.QUORUM),
        Edge("b", "c", EdgeKind.QUORUM),
    ]
    assert list(chain(["a"], EdgeKind.QUORUM)) == []


def test_table_says_what_the_picture_shows() -> None:
    topology = Topology(
        (
            TopologyNode("n1", "node1", "10.20.0.11", "manager", "Rack A", "ok", "Online", 34.0, leader=True),
            TopologyNode("n3", "node3", "", "", "", "critical", "Disk failed", virtual_ip=True),
        ),
        (Edge("n1", "n3", EdgeKind.MISSING), Edge("n1", "gone", EdgeKind.SHARES)),
    )
    assert topology.table() == [
        (
            "node1, manager, 10.20.0.11, Rack A, Online, etcd leader, CPU 34\u00a0%",
            "a copy is missing between here and node3",
        ),
        ("node3, Disk failed, holds the virtual IP", "a copy is missing between here and node1"),
    ]
    assert topology.groups() == ("Rack A", "")
