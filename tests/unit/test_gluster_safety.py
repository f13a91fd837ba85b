"""What the loss of nodes does: every rule of the measured table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from nasclustergui.subsystems.gluster.model import PeerState, VolumeStatus, VolumeType
from nasclustergui.subsystems.gluster.quorum import Access, peers_needed, set_access
from nasclustergui.subsystems.gluster.safety import Reach, impact, survives
from tests.recorded.pools import peer, state, volume, with_bricks

FULL, READ, NONE = Access.FULL, Access.READ, Access.NONE


@pytest.mark.parametrize(
    ("copies", "options", "up", "expected"),
    [
        (2, {}, [1, 0], FULL),  # replica 2 has no quorum by default
        (2, {}, [0, 1], FULL),
        (2, {}, [0, 0], NONE),
        (2, {"cluster.quorum-type": "auto"}, [1, 0], FULL),  # half of them, with the first one
        (2, {"cluster.quorum-type": "auto"}, [0, 1], NONE),
        (3, {}, [1, 1, 0], FULL),  # replica 3 is auto by default
        (3, {}, [0, 0, 1], NONE),
        (3, {"cluster.quorum-type": "none"}, [0, 0, 1], FULL),
        (3, {"cluster.quorum-type": "fixed", "cluster.quorum-count": "1"}, [0, 0, 1], FULL),
        (3, {"cluster.quorum-type": "fixed", "cluster.quorum-count": "3"}, [1, 1, 0], NONE),
        (3, {"cluster.quorum-type": "fixed"}, [1, 0, 0], FULL),  # no count: one is enough, whoever mounted when
        (4, {}, [0, 0, 1, 1], NONE),  # `volume get` says none here, clients behave as auto
        (4, {}, [1, 0, 0, 1], FULL),
        (4, {}, [0, 1, 1, 1], FULL),
    ],
)
def test_replica_sets(copies: int, options: dict[str, str], up: list[int], expected: Access) -> None:
    found = volume(VolumeType.REPLICATE, range(1, copies + 1), options=options)
    assert set_access(found, [bool(u) for u in up]) is expected


@pytest.mark.parametrize(
    ("options", "up", "expected"),
    [
        ({}, [1, 1, 0], FULL),
        ({}, [1, 0, 1], FULL),
        ({}, [0, 0, 1], NONE),
        ({}, [1, 0, 0], NONE),
        ({"cluster.quorum-type": "none"}, [0, 0, 1], NONE),  # the arbiter alone has no contents
        ({"cluster.quorum-type": "none"}, [1, 0, 0], FULL),
        ({"cluster.quorum-type": "fixed", "cluster.quorum-count": "1"}, [0, 0, 1], NONE),
    ],
)
def test_arbiter_sets(options: dict[str, str], up: list[int], expected: Access) -> None:
    assert set_access(volume(VolumeType.ARBITER, options=options), [bool(u) for u in up]) is expected


@pytest.mark.parametrize(
    ("options", "up", "expected"),
    [
        ({}, 4, FULL),
        ({}, 3, FULL),
        ({}, 2, NONE),
        ({"disperse.quorum-count": "4"}, 3, READ),
        ({"disperse.quorum-count": "4"}, 4, FULL),
        ({"disperse.quorum-count": "nonsense"}, 3, FULL),
    ],
)
def test_dispersed_sets(options: dict[str, str], up: int, expected: Access) -> None:
    found = volume(VolumeType.DISPERSE, (1, 2, 3, 4), options=options)
    assert set_access(found, [i < up for i in range(4)]) is expected


@pytest.mark.parametrize(("ratio", "needed"), [("", 3), ("50%", 2), ("51%", 3), ("75%", 3), ("90%", 4), ("x", 3)])
def test_server_quorum_as_measured_with_four_peers(ratio: str, needed: int) -> None:
    assert peers_needed(4, {"cluster.server-quorum-ratio": ratio} if ratio else {}) == needed


@pytest.mark.parametrize(
    ("kind", "nodes", "size", "gone", "reach", "share"),
    [
        (VolumeType.DISTRIBUTE, (1, 2), 0, {"node1"}, Reach.PARTIAL, 0.5),
        (VolumeType.DISTRIBUTE, (1,), 0, {"node1"}, Reach.NONE, 1.0),
        (VolumeType.REPLICATE, (1, 2, 3), 0, {"node1"}, Reach.FULL, 0.0),
        (VolumeType.REPLICATE, (1, 2, 3), 0, {"node1", "node2"}, Reach.NONE, 1.0),
        (VolumeType.REPLICATE, (1, 2, 3, 4), 2, {"node1", "node2"}, Reach.PARTIAL, 0.5),
        (VolumeType.REPLICATE, (1, 2, 3, 4), 2, {"node1", "node3"}, Reach.FULL, 0.0),
        (VolumeType.DISPERSE, (1, 2, 3, 4), 0, {"node4"}, Reach.FULL, 0.0),
        (VolumeType.DISPERSE, (1, 2, 3, 4), 0, {"node4", "node1"}, Reach.NONE, 1.0),
        (VolumeType.REPLICATE, (1, 1, 2), 0, {"node1"}, Reach.NONE, 1.0),  # two bricks of a set on one node
        (VolumeType.REPLICATE, (1, 2, 3), 0, {"node4"}, Reach.FULL, 0.0),
    ],
)
def test_impact_of_lost_nodes(
    kind: VolumeType, nodes: Sequence[int], size: int, gone: set[str], reach: Reach, share: float
) -> None:
    (found,) = impact(state(volume(kind, nodes, size=size)), gone).volumes
    assert (found.reach, found.lost_share) == (reach, share)


def test_what_is_down_already_counts() -> None:
    found = with_bricks(volume(), {"online": False})
    assert impact(state(found), set()).worst is Reach.FULL
    assert impact(state(found), {"node2"}).worst is Reach.NONE


def test_unknown_bricks_count_as_up() -> None:
    assert impact(state(with_bricks(volume(), {"online": None})), {"node2"}).worst is Reach.FULL


def test_server_quorum_stops_the_bricks_of_the_survivors() -> None:
    guarded = volume(options={"cluster.server-quorum-type": "server"})
    other = volume(name="other")
    result = impact(state(guarded, other), {"node3", "node4"})
    assert [(v.volume, v.reach, v.server_quorum_lost) for v in result.volumes] == [
        ("data", Reach.NONE, True),
        ("other", Reach.FULL, False),
    ]
    assert impact(state(guarded), {"node4"}).worst is Reach.FULL


def test_peers_that_are_away_count_for_server_quorum() -> None:
    guarded = volume(options={"cluster.server-quorum-type": "server"})
    peers = [peer(1), peer(2), peer(3), peer(4, PeerState.DISCONNECTED)]
    assert impact(state(guarded, peers=peers), {"node3"}).worst is Reach.NONE


def test_stopped_volumes_lose_nothing() -> None:
    stopped = replace(volume(), status=VolumeStatus.STOPPED)
    assert impact(state(stopped), {"node1", "node2", "node3"}).volumes == ()


def test_files_that_wait_for_a_heal_need_a_brick_that_has_them() -> None:
    """Node A was away, is back but not healed, and B goes: new files are out of reach although quorum holds."""
    found = with_bricks(volume(), {"heal_pending": 60}, {"heal_pending": 60}, {"heal_pending": 0})
    safe, unsafe = impact(state(found), {"node3"}), impact(state(found), {"node1"})
    assert safe.volumes[0].reach is Reach.FULL
    assert not safe.volumes[0].unhealed_lost
    assert unsafe.volumes[0].reach is Reach.FULL
    assert unsafe.volumes[0].unhealed_lost
    assert unsafe.volumes[0].sets[0].pending == 60


def test_an_arbiter_needs_its_clean_data_brick() -> None:
    found = with_bricks(volume(VolumeType.ARBITER), {"heal_pending": 5}, {"heal_pending": 0}, {"heal_pending": 5})
    assert impact(state(found), {"node1"}).volumes[0].unhealed_lost
    assert not impact(state(found), {"node2"}).volumes[0].unhealed_lost


@pytest.mark.parametrize(
    ("kind", "nodes", "size", "one", "two"),
    [
        (VolumeType.REPLICATE, (1, 2, 3), 3, Reach.FULL, Reach.NONE),
        (VolumeType.REPLICATE, (1, 2), 2, Reach.FULL, Reach.NONE),
        (VolumeType.REPLICATE, (1, 2, 3, 4), 2, Reach.FULL, Reach.PARTIAL),
        (VolumeType.DISTRIBUTE, (1, 2), 1, Reach.PARTIAL, Reach.PARTIAL),
        (VolumeType.DISPERSE, (1, 2, 3, 4), 4, Reach.FULL, Reach.NONE),
        (VolumeType.ARBITER, (1, 2, 3), 3, Reach.FULL, Reach.NONE),
        (VolumeType.REPLICATE, (1, 1, 2), 3, Reach.NONE, Reach.NONE),
    ],
)
def test_survives(kind: VolumeType, nodes: Sequence[int], size: int, one: Reach, two: Reach) -> None:
    found = volume(kind, nodes, size=size)
    assert (survives(found, 1), survives(found, 2)) == (one, two)


def test_a_wide_dispersed_volume_survives_two() -> None:
    assert survives(volume(VolumeType.DISPERSE, range(1, 7), redundancy=2), 2) is Reach.FULL
