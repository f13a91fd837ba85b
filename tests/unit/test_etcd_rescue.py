"""Plans of rescues and of upkeep: steps, order, what they say, what they refuse; a node's settings."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from nasclustergui.core.command import Command, Result
from nasclustergui.core.errors import InvalidInput, NasError, StoreError
from nasclustergui.core.events import Severity
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Plan, Risk
from nasclustergui.core.profile import NodeProfile, Profile
from nasclustergui.core.script import to_script
from nasclustergui.remote.etcd_types import Alarm
from nasclustergui.subsystems.etcd.features.members.plans import member_named, plan_add, plan_remove
from nasclustergui.subsystems.etcd.features.members.read import survivor
from nasclustergui.subsystems.etcd.features.members.rescue import plan_force_new, plan_lost_member, plan_nospace
from nasclustergui.subsystems.etcd.features.members.settings import (
    QUOTA_BY_DEFAULT,
    NodeSettings,
    parse_settings,
    read_settings,
)
from nasclustergui.subsystems.etcd.features.members.upkeep import check_alarms, check_others_healthy, follow_no_alarm
from nasclustergui.subsystems.etcd.features.members.upkeep_plans import (
    plan_compact,
    plan_defragment,
    plan_disarm,
    plan_snapshot,
    worth_it,
)
from nasclustergui.subsystems.etcd.features.store import Store
from nasclustergui.subsystems.etcd.model import EtcdState, Member, MemberAlarm

MIB = 1 << 20
NOW = 1_700_000_000.0
TEXT = """# made by hand
ETCD_NAME="node3"
ETCD_DATA_DIR='/srv/etcd data'
ETCD_INITIAL_ADVERTISE_PEER_URLS=https://10.0.0.3:2380
ETCD_QUOTA_BACKEND_BYTES=8388608
OTHER=1

== etcd failed
"""
SETTINGS = parse_settings("node3", TEXT)


def member(n: int, **change: Any) -> Member:
    urls = ((f"https://10.0.0.{n}:2379",), (f"https://10.0.0.{n}:2380",))
    made = Member(n, f"node{n}", f"node{n}", *urls, healthy=True, leader=n == 1, endpoint=urls[0][0])
    size = {"db_size": 20 * MIB, "db_in_use": 5 * MIB, "raft_term": 3, "raft_index": 100 + n, "revision": 5000}
    return replace(made, **{**size, **change})


def state(*members: Member, alarms: tuple[MemberAlarm, ...] = ()) -> EtcdState:
    return EtcdState(members or (member(1), member(2), member(3)), alarms=alarms, read_at=NOW)


LOST = state(member(1), member(2), member(3, healthy=False, error="no answer in time"))
BROKEN = state(member(1, leader=False), member(2, healthy=False), member(3, healthy=False))


def lines(plan: Plan) -> list[str]:
    return [str(step.command) for step in plan.steps]


def test_a_nodes_settings() -> None:
    assert (SETTINGS.name, SETTINGS.data_dir, SETTINGS.quota) == ("node3", "/srv/etcd data", 8 * MIB)
    assert (SETTINGS.peer_urls, SETTINGS.user, SETTINGS.active) == (("https://10.0.0.3:2380",), "etcd", "failed")
    bare = parse_settings("node3", "\n==  inactive\n")
    assert (bare.name, bare.data_dir, bare.quota, bare.user) == ("", "/var/lib/etcd/default", QUOTA_BY_DEFAULT, "")
    assert parse_settings("n", 'ETCD_NAME="open\n\n== etcd active\n').name == '"open'


class Node:
    name = "node3"

    def __init__(self, text: str) -> None:
        self.text = text

    def run(self, _command: Command, _job: object) -> Result:
        return Result(0, self.text)


def test_a_node_that_is_set_up_otherwise_is_left_alone() -> None:
    nodes: Any = {"node3": Node("\n== etcd inactive\n")}
    client: Any = None
    store = Store(client, nodes, lambda _job: state(), {})
    with pytest.raises(NasError, match="is not set up by /etc/default/etcd"):
        read_settings(store, "node3", Job("test"))
    with pytest.raises(NasError, match="no node of this cluster's profile"):
        read_settings(store, "elsewhere", Job("test"))


def test_a_lost_member_is_removed_and_refilled() -> None:
    plan = plan_lost_member(LOST, "lab", SETTINGS, LOST.members[2], NOW)
    assert [step.node for step in plan.steps] == ["node3", "", "node3", "", "node3", "node3", ""]
    assert "--learner" in lines(plan)[3]
    assert plan.meaning[0].title == "2 of 3 members with a vote answer now, 3 of 3 afterwards"
    assert "Until then 2 voters tolerate no loss; afterwards 3 voters tolerate 1 loss." in plan.meaning[0].text
    assert not any(word == "rm" for step in plan.steps for word in step.command.argv)
    assert plan.confirm == ""
    profile = Profile("lab", tuple(NodeProfile(f"node{n}", f"10.0.0.{n}") for n in (1, 2, 3)))
    assert "'/srv/etcd data'" in to_script(plan, profile).replace("'\"'\"'", "'")


def test_a_node_that_is_no_member_any_more_joins_anew() -> None:
    alone = state(member(1))
    plan = plan_lost_member(alone, "lab", SETTINGS, None, NOW)
    assert not any("member remove" in line for line in lines(plan) if line.startswith("etcdctl"))
    assert any("node1=https://10.0.0.1:2380,node3=https://10.0.0.3:2380" in line for line in lines(plan))


def test_no_rescue_of_a_member_without_a_majority_or_beside_another_new_one() -> None:
    with pytest.raises(InvalidInput, match="majority of etcd's members is lost"):
        plan_lost_member(BROKEN, "lab", SETTINGS, BROKEN.members[2])
    learner = state(*LOST.members, member(4, learner=True, name="", node=""))
    with pytest.raises(InvalidInput, match="one new member at a time"):
        plan_lost_member(learner, "lab", SETTINGS, learner.members[2])


def test_a_new_beginning_names_what_is_lost_and_what_must_never_return() -> None:
    one = NodeSettings("node1", {"ETCD_NAME": "node1", "ETCD_INITIAL_ADVERTISE_PEER_URLS": "https://10.0.0.1:2380"})
    plan = plan_force_new(BROKEN, "lab", one, BROKEN.members[0], [SETTINGS], NOW)
    assert (plan.risk, plan.confirm) == (Risk.DESTRUCTIVE, "node1")
    assert [m.severity for m in plan.meaning[:2]] == [Severity.CRITICAL, Severity.CRITICAL]
    assert plan.meaning[1].title == "Cannot be stopped from here: node2"
    order = [line.split()[0] for line in lines(plan)]
    assert order == ["systemctl", "systemctl", "cp", "sed", "systemctl", "mv", "systemctl"]
    with pytest.raises(InvalidInput, match="etcd has a leader"):
        plan_force_new(LOST, "lab", one, LOST.members[0], [])


def test_the_survivor_is_the_one_that_has_seen_most() -> None:
    two = state(member(1, leader=False), member(2, raft_index=999), *BROKEN.members[1:])
    assert survivor(two) is two.members[1]
    assert survivor(state(member(1, healthy=False))) is None
    one = NodeSettings("node1", {"ETCD_NAME": "node1", "ETCD_INITIAL_ADVERTISE_PEER_URLS": "https://10.0.0.1:2380"})
    plan = plan_force_new(two, "lab", one, two.members[0], [], NOW)
    assert plan.meaning[0].text == "node2 has seen more: begin anew from there."


def test_room_is_made_in_order() -> None:
    full = state(alarms=(MemberAlarm("NOSPACE", "node2"),))
    plan = plan_nospace(full, "lab", None)
    assert [line.split()[-1] for line in lines(plan)] == [
        *("--physical=true", "defrag", "defrag", "defrag", "disarm", "txn", "txn"),
    ]
    assert plan.steps[3].args["label"] == "node1"  # the leader comes last
    assert "not known here" in plan.meaning[0].text
    assert plan.meaning[0].severity is Severity.CRITICAL
    assert plan_nospace(state(), "lab", 8 * MIB).meaning[0].severity is Severity.INFO
    with pytest.raises(InvalidInput, match="node3 does not answer"):
        plan_nospace(LOST, "lab")


def test_what_differs_is_never_silenced() -> None:
    with pytest.raises(InvalidInput, match="must not be silenced"):
        plan_disarm(state(alarms=(MemberAlarm("CORRUPT", "node2"),)), "lab")
    with pytest.raises(InvalidInput, match="No alarm"):
        plan_disarm(state(), "lab")


class Client:
    def __init__(self, *alarms: Alarm) -> None:
        self.found = alarms

    def alarms(self, *, job: Job) -> tuple[Alarm, ...]:
        return self.found


def store(now: EtcdState, *alarms: Alarm) -> Store:
    client: Any = Client(*alarms)
    nodes: Any = {}
    return Store(client, nodes, lambda _job: now, {})


def test_checks_look_at_the_moment() -> None:
    job = Job("test")
    alarm = plan_disarm(state(alarms=(MemberAlarm("NOSPACE", "node2"),)), "lab").steps[0]
    assert check_alarms(store(state(), Alarm(2, "NOSPACE")), alarm, job) == ""
    assert "CORRUPT" in check_alarms(store(state(), Alarm(2, "CORRUPT")), alarm, job)
    with pytest.raises(StoreError, match="came back"):
        follow_no_alarm(store(state(), Alarm(2, "NOSPACE")), alarm, job)
    follow_no_alarm(store(state()), alarm, job)
    step = plan_defragment(state(), "lab").steps[0]
    assert check_others_healthy(store(state()), step, job) == ""
    assert "node3 does not answer" in check_others_healthy(store(LOST), step, job)
    assert "no leader" in check_others_healthy(store(BROKEN), step, job)
    two = state(member(1), member(2))
    assert check_others_healthy(store(two), step, job) == ""  # allowed, and said before
    assert "2 voters tolerate no loss: etcd decides nothing" in plan_defragment(two, "lab").meaning[0].text


def test_what_gains_little_is_left_alone() -> None:
    assert worth_it(member(1))
    assert not worth_it(member(1, db_in_use=19 * MIB))
    assert not worth_it(member(1, db_size=100_000, db_in_use=0))
    assert not worth_it(member(1, db_size=None))
    alone = plan_defragment(state(member(1)), "lab").meaning[0].text
    assert alone == "1 voter tolerates no loss: etcd decides nothing meanwhile."


def test_snapshots_come_from_members_that_have_the_data() -> None:
    with pytest.raises(InvalidInput, match="does not answer"):
        plan_snapshot(LOST, "lab", LOST.members[2], "/tmp/x")
    with pytest.raises(InvalidInput, match="learner"):
        plan_snapshot(state(), "lab", member(4, learner=True), "/tmp/x")
    assert plan_snapshot(BROKEN, "lab", BROKEN.members[0], "/tmp/x").meaning[0].title.startswith("There is no leader")


def test_nothing_is_compacted_without_a_leader() -> None:
    with pytest.raises(InvalidInput):
        plan_compact(BROKEN, "lab")
    assert lines(plan_compact(state(), "lab", 0)) == ["etcdctl compact 5000 --physical=true"]


@pytest.mark.parametrize(
    ("name", "url", "why"),
    [
        ("", "https://10.0.0.4:2380", "no name for a member"),
        ("a,b=c", "https://10.0.0.4:2380", "no name for a member"),
        ("node2", "https://10.0.0.4:2380", "is there already"),
        ("node4", "https://10.0.0.2:2380", "listens at"),
        ("node4", "http://10.0.0.4:2380", "speak https"),
        ("node4", "10.0.0.4", "port is missing"),
    ],
)
def test_senseless_members_are_refused(name: str, url: str, why: str) -> None:
    with pytest.raises(InvalidInput, match=why):
        plan_add(state(), "lab", name, [url])


def test_members_are_found_by_any_of_their_names() -> None:
    odd = state(member(1, id=0xABC, name="m1"), member(2))
    assert {member_named(odd, name).id for name in ("node1", "m1", "abc")} == {0xABC}
    with pytest.raises(InvalidInput, match="no member"):
        member_named(odd, "node9")


def test_a_removal_remembers_whom_it_was_planned_for() -> None:
    step = plan_remove(state(), "lab", member(2)).steps[0]
    assert step.args["members"] == "1,2,3"
