"""What the quorum panel says for each kind of volume, and the plans that change the rules."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.events import Severity
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Risk
from nasclustergui.subsystems.gluster.client import GlusterClient
from nasclustergui.subsystems.gluster.features import Pool
from nasclustergui.subsystems.gluster.features.quorum import driver
from nasclustergui.subsystems.gluster.features.quorum.outlook import outlook, rule
from nasclustergui.subsystems.gluster.features.quorum.plans import plan_client_quorum, plan_ratio, plan_server_quorum
from nasclustergui.subsystems.gluster.features.quorum.words import (
    reach_text,
    reach_word,
    server_spare,
    server_word,
    set_count,
    set_word,
)
from nasclustergui.subsystems.gluster.model import PeerState, Volume, VolumeStatus, VolumeType
from nasclustergui.subsystems.gluster.safety import Reach
from tests.recorded import pools
from tests.recorded.fake_gluster import FakeNodes, ok

AUTO, SERVER = {"cluster.quorum-type": "auto"}, {"cluster.server-quorum-type": "server"}


def reaches(volume: Volume, **more: object) -> dict[str, Reach]:
    found = outlook(volume, pools.state(volume, **more))  # type: ignore[arg-type]
    return {loss.what: loss.result.reach for loss in found.losses}


@pytest.mark.parametrize(
    ("volume", "needed", "with_first", "sentence"),
    [
        (pools.volume(), 2, 2, "More than half: 2 of 3"),
        (pools.volume(nodes=(1, 2)), 1, 1, "One brick is enough"),
        (pools.volume(nodes=(1, 2), options=AUTO), 2, 1, "1 of 2 bricks are enough if the first one (node1)"),
        (pools.volume(nodes=(1, 2, 3, 4)), 3, 2, "2 of 4 bricks are enough if the first one"),
        (pools.volume(VolumeType.ARBITER), 2, 2, "the arbiter alone is not enough"),
        (pools.volume(VolumeType.DISPERSE, (1, 2, 3)), 2, 2, "2 of 3 bricks must be up"),
        (pools.volume(VolumeType.DISTRIBUTE, (1,)), 1, 1, "A single brick holds these files"),
        (pools.volume(options={"cluster.quorum-type": "fixed", "cluster.quorum-count": "1"}), 1, 1, "1 of 3 bricks"),
        (pools.volume(options={"cluster.quorum-type": "fixed"}), 1, 1, "1 of 3 bricks"),
    ],
)
def test_each_kind_has_its_rule(volume: Volume, needed: int, with_first: int, sentence: str) -> None:
    (one, *_rest) = outlook(volume, pools.state(volume)).sets
    assert (one.needed, one.needed_with_first) == (needed, with_first)
    assert sentence in rule(volume, one.bricks)


def test_writes_of_a_dispersed_volume_may_need_more() -> None:
    volume = pools.volume(VolumeType.DISPERSE, (1, 2, 3), options={"disperse.quorum-count": "3"})
    assert "Writes need 3" in rule(volume, volume.bricks)
    assert set(reaches(volume).values()) == {Reach.READ}


def test_the_first_brick_of_an_even_set_decides() -> None:
    assert reaches(pools.volume(nodes=(1, 2), options=AUTO)) == {"node1": Reach.NONE, "node2": Reach.FULL}


def test_what_is_down_already_counts() -> None:
    hurt = pools.with_bricks(pools.volume(), {"online": False})
    found = outlook(hurt, pools.state(hurt))
    assert {loss.what: (loss.gone, loss.result.reach) for loss in found.losses} == {
        "node1": (True, Reach.FULL),
        "node2": (False, Reach.NONE),
        "node3": (False, Reach.NONE),
    }
    assert set_count(found.sets[0]) == "2 of 3 up, 2 needed"


def test_unhealed_files_make_a_good_looking_loss_unsafe() -> None:
    hurt = pools.with_bricks(pools.volume(), {"heal_pending": 0}, {"heal_pending": 9}, {"heal_pending": 9})
    found = outlook(hurt, pools.state(hurt))
    words = {loss.what: reach_word(loss.result) for loss in found.losses}
    assert words == {"node1": "Goes on", "node2": "Unhealed stops", "node3": "Unhealed stops"}
    assert "9 entries" in reach_text(found.losses[1].result)


def test_of_several_sets_only_those_of_the_node_stop() -> None:
    spread = pools.volume(VolumeType.DISTRIBUTE, (1, 2, 3))
    found = outlook(spread, pools.state(spread))
    assert {loss.result.reach for loss in found.losses} == {Reach.PARTIAL}
    assert "Set 2 stops" in reach_text(found.losses[1].result)


def test_two_bricks_of_a_set_on_one_node_are_counted_singly_too() -> None:
    volume = pools.volume(nodes=(1, 1, 2))
    found = outlook(volume, pools.state(volume))
    assert {(loss.brick_of, loss.result.reach) for loss in found.losses} == {
        ("", Reach.NONE),
        ("node1", Reach.FULL),
        ("", Reach.FULL),
    }


def test_server_quorum_counts_all_peers() -> None:
    volume = pools.volume(options=SERVER)
    found = outlook(volume, pools.state(volume))
    assert (found.server.needed, found.server.spare, server_word(found.server)) == (3, 1, "Held")
    assert {loss.what for loss in found.losses} == {"node1", "node2", "node3", "node4"}
    away = tuple(pools.peer(n, PeerState.DISCONNECTED) if n == 4 else pools.peer(n) for n in (1, 2, 3, 4))
    found = outlook(volume, pools.state(volume, peers=away))
    assert server_word(found.server) == "Just held"
    assert "next one that is lost" in server_spare(found.server)
    assert all(loss.result.server_quorum_lost for loss in found.losses if not loss.gone)


def test_a_stopped_volume_is_judged_as_if_it_ran() -> None:
    volume = replace(pools.volume(), status=VolumeStatus.STOPPED)
    volume = pools.with_bricks(volume, *[{"online": False}] * 3)
    found = outlook(volume, pools.state(volume))
    assert found.now.reach is Reach.FULL
    assert set_word(found.sets[0]) == "Writable"
    assert "(3 not known)" in set_count(found.sets[0])


# ---- plans


def lines(plan: object) -> list[str]:
    return [str(step.command).partition("--xml ")[2] for step in plan.steps]  # type: ignore[attr-defined]


def test_a_fixed_number_is_set_before_the_type_and_both_can_be_taken_back() -> None:
    volume = pools.volume()
    plan = plan_client_quorum(volume, "fixed", 3, pools.state(volume), "lab")
    assert lines(plan) == [
        "volume set data cluster.quorum-count 3",
        "volume set data cluster.quorum-type fixed",
    ]
    assert [str(step.undo).partition("--xml ")[2] for step in plan.steps] == [
        "volume reset data cluster.quorum-count",
        "volume reset data cluster.quorum-type",
    ]
    assert plan.rollback
    assert plan.risk is Risk.CAUTION
    assert [m.title for m in plan.meaning] == [f"If node{n} goes: stops (so far: goes on)" for n in (1, 2, 3)]
    fixed = pools.volume(options={"cluster.quorum-type": "fixed", "cluster.quorum-count": "3"})
    plan = plan_client_quorum(fixed, "default", 0, pools.state(fixed), "lab")
    assert lines(plan) == ["volume reset data cluster.quorum-type", "volume reset data cluster.quorum-count"]


def test_rules_that_allow_split_brain_are_typed() -> None:
    volume = pools.volume()
    for kind, n in (("none", 0), ("fixed", 1)):
        plan = plan_client_quorum(volume, kind, n, pools.state(volume), "lab")
        assert (plan.risk, plan.confirm) == (Risk.DESTRUCTIVE, "data")
        assert plan.meaning[0].title == "Split-brain becomes possible"
    pair = pools.volume(nodes=(1, 2))
    plan = plan_client_quorum(pair, "auto", 0, pools.state(pair), "lab")
    assert plan.risk is Risk.CAUTION
    assert "Losses in turns no longer lead to split-brain" in [m.title for m in plan.meaning]


def test_a_rule_that_stops_the_volume_at_once_says_so() -> None:
    hurt = pools.with_bricks(pools.volume(nodes=(1, 2)), {"online": False})
    plan = plan_client_quorum(hurt, "auto", 0, pools.state(hurt), "lab")
    assert plan.meaning[0].title == "At once: data stops"
    assert plan.meaning[0].severity is Severity.CRITICAL


@pytest.mark.parametrize(
    ("volume", "kind", "count"),
    [
        (pools.volume(VolumeType.DISPERSE), "auto", 0),
        (pools.volume(VolumeType.DISTRIBUTE, (1,)), "none", 0),
        (pools.volume(), "fixed", 4),
        (pools.volume(), "fixed", 0),
        (pools.volume(), "sometimes", 0),
        (pools.volume(), "default", 0),
    ],
)
def test_senseless_rules_are_refused(volume: Volume, kind: str, count: int) -> None:
    with pytest.raises(InvalidInput):
        plan_client_quorum(volume, kind, count, pools.state(volume), "lab")


def test_server_quorum_is_never_switched_on_where_it_would_stop_bricks() -> None:
    volume = pools.volume()
    plan = plan_server_quorum(volume, True, pools.state(volume), "lab")
    assert lines(plan) == ["volume set data cluster.server-quorum-type server"]
    away = tuple(pools.peer(n, PeerState.DISCONNECTED) if n > 2 else pools.peer(n) for n in (1, 2, 3, 4))
    with pytest.raises(InvalidInput, match="would stop at once"):
        plan_server_quorum(volume, True, pools.state(volume, peers=away), "lab")
    with pytest.raises(InvalidInput):
        plan_server_quorum(volume, False, pools.state(volume), "lab")


def test_the_share_of_peers_counts_for_all_volumes() -> None:
    volume = pools.volume(options=SERVER)
    state = pools.state(volume)
    plan = plan_ratio("90", state, "lab")
    assert lines(plan) == ["volume set all cluster.server-quorum-ratio 90%"]
    assert any("If node1 goes: stops" in meaning.title for meaning in plan.meaning)
    away = tuple(pools.peer(n, PeerState.DISCONNECTED) if n == 4 else pools.peer(n) for n in (1, 2, 3, 4))
    with pytest.raises(InvalidInput, match="would stop"):
        plan_ratio("90", pools.state(volume, peers=away), "lab")
    for senseless in ("0", "101", "half", "51"):
        with pytest.raises(InvalidInput):
            plan_ratio(senseless, state, "lab")


def test_a_rule_that_somebody_changed_meanwhile_outdates_the_plan() -> None:
    volume = pools.volume()
    step = plan_client_quorum(volume, "none", 0, pools.state(volume), "lab").steps[0]
    nodes = FakeNodes(lambda _node, _words: ok())
    for now, word in ((volume, ""), (pools.volume(options=AUTO), "meanwhile")):
        state = pools.state(now)
        pool = Pool(GlusterClient(nodes), nodes, lambda _job, s=state: s, lambda _job, s=state: s)  # type: ignore[misc]
        assert word in driver.CHECKS["quorum_unchanged"](pool, step, Job("t"))
