"""Draining and removing nodes: the note in etcd, places for bricks, the order of a removal, what forbids it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nasclustergui.cluster.lifecycle.leave.drain import plan_drain, plan_undrain
from nasclustergui.cluster.lifecycle.leave.model import Draining, Leaving
from nasclustergui.cluster.lifecycle.leave.phases import phases
from nasclustergui.cluster.lifecycle.leave.places import named, suggest
from nasclustergui.cluster.lifecycle.leave.remove import draft, plan_remove
from nasclustergui.cluster.node_word import node_word
from nasclustergui.cluster.state import ClusterState, with_drains
from nasclustergui.cluster.verdict import problems
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.events import Severity
from nasclustergui.core.plan import Plan, Risk
from nasclustergui.remote.etcd_types import KeyValue
from nasclustergui.subsystems.etcd.features.drain.read import DrainKey, drain_text, drains, parse_drain
from nasclustergui.subsystems.etcd.health import changes
from nasclustergui.subsystems.etcd.model import Drain, EtcdState
from nasclustergui.subsystems.gluster.model import GlusterState, PeerState, TaskKind, TaskState, VolumeType
from nasclustergui.subsystems.nodes.model import Link, NodesState, NodeState
from tests.recorded.pools import GIB, peer, state, task, volume, with_bricks
from tests.unit.leave_scenes import DATA, ETCD, MEMBERS, PEERS, PROFILE, disk, drained, leaving

BRICK = "node3:/bricks/d1/data0"
LONE = volume(VolumeType.DISTRIBUTE, (3,), "lone")
SPREAD = with_bricks(volume(VolumeType.DISTRIBUTE, (1, 3), "spread"), {"free": 95 * GIB}, {"free": 80 * GIB})


def removal(found: Leaving) -> Plan:
    return plan_remove(found, suggest(found), PROFILE)


def titles(plan: Plan) -> list[str]:
    return [step.title for step in plan.steps]


def refused(found: Leaving) -> InvalidInput:
    with pytest.raises(InvalidInput) as caught:
        removal(found)
    return caught.value


# ---- the note in etcd


def test_the_note_says_who_when_why_and_any_value_counts() -> None:
    drain = Drain("node3", "anna@desk", 1_700_000_000.0, "neue Lüfter")
    text = drain_text(drain)
    assert text == '{"who": "anna@desk", "when": "2023-11-14T22:13:20Z", "why": "neue Lüfter"}'
    assert parse_drain("node3", text) == drain
    assert parse_drain("node3", "by hand") == Drain("node3", why="by hand")
    assert parse_drain("node3", '{"when": "soon", "who": null}') == Drain("node3")
    assert parse_drain("node3", "[1]").why == "[1]"


@pytest.mark.parametrize("text", ["\x1b[2J\nboo", '{"why": "\\u001b[2J\\n boo", "who": "a\\nb\\u202e"}'])
def test_what_somebody_else_noted_is_one_line_that_no_terminal_obeys(text: str) -> None:
    drain = parse_drain("node3", text)
    assert drain.why == "\\x1b[2J boo"
    assert drain.who in ("", "a b\\u202e")
    assert plan_drain(draining(), "one\ntwo", "", "lab").steps[0].command.stdin.count(b"one two") == 1


def test_a_senseless_note_breaks_no_reading() -> None:
    assert len(parse_drain("node3", "[" * 200_000).why) == 500


def test_only_keys_named_drain_drain_a_node() -> None:
    items = [
        KeyValue(f"/cluster/nodes/{name}".encode(), value.encode(), 1, 1, 1, 0)
        for name, value in (("node1/status", "draining"), ("node2/drain", ""), ("node2/drain/x", ""))
    ]
    assert list(drains(items)) == ["node2"]


def test_a_draining_node_is_told_and_its_disks_are_withheld() -> None:
    etcd = drained("node3")
    before = ClusterState(PROFILE, NodesState((NodeState("node3", "10.0.0.3", link=Link.ONLINE),)), etcd=ETCD)
    after = replace(before, etcd=etcd)
    node = after.nodes.nodes[0]
    assert node_word(before, node).word == "Online"
    word = node_word(after, node)
    assert (word.state, word.word) == ("drain", "Draining")
    assert word.sub.endswith(", anna@desk")
    found = next(p for p in problems(after) if p.key == "etcd/drain/node3")
    assert (found.severity, found.since) == (Severity.INFO, 1000.0)
    assert "By anna@desk since" in found.text
    assert [e.title for e in changes(ETCD, etcd)] == ["node3 is being drained"]
    assert [e.title for e in changes(etcd, ETCD)] == ["node3 is no longer being drained"]
    disks = with_drains((disk("node3"), disk("node4")), etcd.drains)
    assert [each.usable for each in disks] == [False, True]


# ---- drain


def draining(node: str = "node3", etcd: EtcdState = ETCD, gluster: GlusterState | None = None) -> Draining:
    drain = etcd.drains.get(node)
    key = DrainKey(drain, 7, drain_text(drain)) if drain is not None else DrainKey()
    return Draining(node, etcd, key, gluster or state(DATA), ("node5",))


def test_a_drain_is_noted_and_the_lead_handed_over_to_one_that_stays() -> None:
    plan = plan_drain(draining(), " fan ", "anna@desk", "lab")
    assert titles(plan) == ["Note in etcd that node3 is being drained"]
    assert b'mod("/cluster/nodes/node3/drain") = "0"' in plan.steps[0].command.stdin
    assert plan.risk is Risk.SAFE
    said = [line.title for line in plan.meaning]
    assert said[0] == "node5 mounted volumes through node3"
    assert "Its bricks stay and serve files: data" in said
    assert "Clients reach all files through the other nodes while it is off" in said
    leader = replace(ETCD, drains={"node2": Drain("node2")})
    plan = plan_drain(draining("node1", leader), "", "", "lab")
    assert titles(plan)[1] == "Let node4 lead instead of node1"  # node2 is to go, too


def test_a_drain_tells_what_would_be_out_of_reach() -> None:
    plan = plan_drain(draining(gluster=state(DATA, LONE)), "", "", "lab")
    assert "While node3 is off: lone is out of reach" in [line.title for line in plan.meaning]


def test_a_drain_ends_only_as_it_was_seen() -> None:
    plan = plan_undrain(draining(etcd=drained("node3")), "lab")
    assert b'mod("/cluster/nodes/node3/drain") = "7"' in plan.steps[0].command.stdin
    with pytest.raises(InvalidInput, match="not being drained"):
        plan_undrain(draining(), "lab")
    with pytest.raises(InvalidInput, match="being drained already") as caught:
        plan_drain(draining(etcd=drained("node3")), "", "", "lab")
    assert "anna@desk" in caught.value.hint
    assert "new disks" in caught.value.hint


# ---- places


def test_a_place_is_apart_from_the_set_with_room_and_not_draining() -> None:
    found = leaving(disks=(disk("node1"), disk("node3"), disk("node4", free=10), disk("node5", used_by=("x",))))
    assert [place.key for place in found.held[0].places] == ["node5:/bricks/d1/data"]
    found = leaving(etcd=drained("node4"))
    assert [place.spec.node for place in found.held[0].places] == ["node5"]
    found = leaving(disks=(disk("node4", rack="a", used_by=("x",)), disk("node5", "d2", 60), disk("node5", "d3", 90)))
    assert [place.spec.mount for place in found.held[0].places] == ["/bricks/d3", "/bricks/d2", "/bricks/d1"]


def test_two_bricks_go_to_two_disks() -> None:
    found = leaving(DATA, volume(name="more"), disks=(disk("node4"), disk("node5")))
    chosen = suggest(found)
    assert len({place.spec.node for place in chosen.values() if place is not None}) == 2


def test_a_disk_that_takes_several_bricks_is_told() -> None:
    plan = removal(leaving(DATA, volume(name="more"), disks=(disk("node4"),)))
    assert "node4:/bricks/d1 takes 2 bricks: data, more" in [line.title for line in plan.meaning]


def test_named_places_go_to_the_bricks_in_their_order() -> None:
    found = leaving(DATA, volume(name="more"))
    wanted = found.held[0].places[1]
    assert named(found, [wanted])[BRICK] == wanted
    with pytest.raises(InvalidInput, match="node3 has 2 bricks"):
        named(found, [wanted] * 3)


# ---- remove


def test_bricks_go_first_and_the_profile_last() -> None:
    etcd = replace(
        ETCD,
        members=(
            *MEMBERS,
            replace(MEMBERS[1], id=3, name="node3", node="node3", client_urls=("https://10.0.0.3:2379",)),
        ),
    )
    found = leaving(etcd=etcd)
    plan = removal(found)
    assert titles(plan) == [
        "Note in etcd that node3 is being drained",
        "Prepare /bricks/d1/data on node4",
        f"Replace {BRICK} by node4:/bricks/d1/data",
        "Start what is missing of data",
        "Heal all files of data",
        "Verify node4:/bricks/d1/data",
        "Take node3 out of etcd",
        "Ask etcd at https://10.0.0.3:2379 no more",
        "Remove node3 from the pool",
        "Delete the keys of node3 in etcd",
        "Take node3 out of the profile",
    ]
    assert phases(found, suggest(found))[:3] == (
        "Drain: nothing new is placed on node3",
        "Replace 1 brick and heal the new one",
        "Out of etcd: node3 is a member",
    )
    assert {step.node for step in plan.steps if step.driver == "gluster"} == {"node4", "node1"}


def test_only_the_rest_is_planned() -> None:
    found = leaving(volume(nodes=(1, 2, 4)), etcd=drained("node3"))
    found = replace(found, drain=DrainKey(Drain("node3"), 7, ""))
    assert titles(removal(found)) == [
        "Ask etcd at https://10.0.0.3:2379 no more",  # a demotion that was interrupted left it
        "Remove node3 from the pool",
        "Delete the keys of node3 in etcd",
        "Take node3 out of the profile",
    ]
    waits = with_bricks(volume(nodes=(1, 2, 4)), {"heal_pending": 5}, {"heal_pending": 5}, {"heal_pending": 0})
    plan = removal(replace(leaving(waits), drain=found.drain))
    assert titles(plan)[0] == "Heal data"
    assert "5 entries wait." in [line.text for line in plan.meaning]


def test_commands_are_asked_of_a_node_that_stays() -> None:
    found = leaving(node="node3", pool=state(DATA, peers=PEERS, asked="node2"))
    assert {s.node for s in removal(found).steps if s.driver == "gluster" and "Prepare" not in s.title} == {"node2"}


def test_files_without_copies_move_away_first() -> None:
    plan = removal(leaving(SPREAD))
    assert titles(plan)[1:3] == ["spread: Move the files away", "spread: Take the bricks out"]
    full = with_bricks(SPREAD, {"free": 20 * GIB})
    assert "Add 1 brick to spread" in titles(removal(leaving(full)))
    plan = removal(leaving(LONE))
    assert titles(plan)[1:5] == [
        "Prepare /bricks/d1/lone on node4",
        "Add 1 brick to lone",
        "lone: Move the files away",
        "lone: Take the bricks out",
    ]
    assert "node4:/bricks/d1/lone" in plan.steps[3].args["shape"]
    busy = replace(SPREAD, tasks=(replace(task(TaskKind.REMOVE_BRICK), bricks=("node3:/bricks/d1/spread1",)),))
    assert titles(removal(leaving(busy)))[1:3] == [
        "spread: Watch until all files are away",
        "spread: Take the bricks out",
    ]
    failed = replace(busy, tasks=(replace(busy.tasks[0], state=TaskState.FAILED),))
    assert titles(removal(leaving(failed)))[1:3] == ["spread: Stop the removal", "spread: Move the files away"]
    other = replace(busy, tasks=(replace(busy.tasks[0], bricks=("node1:/bricks/d1/spread0",)),))
    assert "Other bricks of spread are being removed" in str(refused(leaving(other)))


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (leaving(only={BRICK: "1 entry has no good copy but this."}), "1 entry has no good copy but this."),
        (leaving(with_bricks(DATA, {"split_brain": 1})), "1 file of data is in split-brain."),
        (leaving(with_bricks(DATA, {"online": False})), "without node3:/bricks/d1/data0 clients could not use data"),
        (leaving(replace(DATA, snapshot_count=2)), "Volume data has snapshots"),
        (leaving(disks=(disk("node1"), disk("node4", free=3))), "No disk of another node can take node3:"),
        (leaving(LONE, disks=()), "No disk of another node can take node3:"),
        (leaving(peers=(*PEERS[:4], peer(5, PeerState.DISCONNECTED))), "these are not: node5"),
        (leaving(alive=False), "node3 does not let us in, but it runs"),
        (leaving(etcd=replace(ETCD, members=tuple(replace(m, leader=False) for m in MEMBERS))), "etcd has no leader"),
        (leaving(replace(DATA, tasks=(task(),))), "A rebalance of data is running"),
    ],
)
def test_refused_with_the_reason(found: Leaving, reason: str) -> None:
    error = refused(found)
    assert reason in str(error)
    assert error.hint


def test_all_reasons_are_told_at_once() -> None:
    found = leaving(DATA, replace(LONE, snapshot_count=1), only={BRICK: "Only here."})
    assert len(draft(found, suggest(found), PROFILE).findings) == 2


def test_the_last_of_two_votes_is_refused() -> None:
    two = replace(ETCD, members=tuple(replace(m, healthy=m.node == "node4", leader=m.node == "node4") for m in MEMBERS))
    assert "node4 must stay a manager" in str(refused(leaving(node="node4", etcd=two)))


def test_a_dead_node_goes_by_force_and_its_name_is_typed() -> None:
    away = (*PEERS[:2], peer(3, PeerState.DISCONNECTED), *PEERS[3:])
    down = with_bricks(DATA, None, None, {"online": False})
    plan = removal(leaving(down, alive=False, peers=away))
    assert plan.risk is Risk.DESTRUCTIVE
    assert plan.title == "Remove the dead node node3"
    assert "Remove node3 from the pool by force" in titles(plan)
    assert not any(step.node == "node3" for step in plan.steps)
    assert "node3 must not come back as it is" in [line.title for line in plan.meaning]
    own = removal(replace(leaving(down, alive=False, peers=away), own_user=True))
    assert "user delete heartbeat-node3" in " | ".join(str(step.command) for step in own.steps)  # it has the password
    gone = with_bricks(SPREAD, None, {"online": False})
    error = refused(leaving(gone, alive=False, peers=away))
    assert "spread keeps no second copy" in str(error)
    assert "without its files" in error.hint


def test_without_etcd_nothing_is_noted() -> None:
    assert not any(step.driver == "etcd" for step in removal(leaving(etcd=None)).steps)
