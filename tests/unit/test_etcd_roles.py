"""The role's key keeps its lease, whoever writes in between; what is checked right before a member is taken out."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from nasclustergui.core.command import Command
from nasclustergui.core.errors import PlanOutdated
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Step
from nasclustergui.remote.etcd_types import KeyValue
from nasclustergui.subsystems.etcd.features import checks, follows, runs
from nasclustergui.subsystems.etcd.model import EtcdState, Member

KEY = "/cluster/nodes/node4/role"
PUT = Command(("etcdctl", "put", "--ignore-lease", "--", KEY, "manager"), root=False)


class Client:
    """One key; `meanwhile`: how many times somebody else writes between our look and our change."""

    def __init__(self, found: KeyValue | None, meanwhile: int = 0) -> None:
        self.found, self.meanwhile = found, meanwhile
        self.written: list[tuple[str, int]] = []

    def get(self, _key: str, *, job: Job) -> KeyValue | None:
        return self.found

    def compare_and_swap(self, _key: str, value: str, revision: int, *, lease: int, job: Job) -> bool:
        assert self.found is not None
        if self.meanwhile:
            self.meanwhile -= 1
            return False
        assert revision == self.found.mod_revision
        self.written.append((value, lease))
        return True


def put(client: Client) -> str:
    store: Any = SimpleNamespace(client=client)
    return runs()[("put", "--ignore-lease")](store, PUT, Job("x")).stdout


def test_the_lease_stays_also_if_the_node_registers_anew_meanwhile() -> None:
    client = Client(KeyValue(KEY.encode(), b"worker", mod_revision=7, lease=31), meanwhile=2)
    assert put(client) == "OK\n"
    assert client.written == [("manager", 31)]


def test_a_node_that_is_not_registered_stays_so() -> None:
    client = Client(None)
    assert "not there now" in put(client)
    assert client.written == []


def test_a_key_that_never_rests_is_left_alone() -> None:
    with pytest.raises(PlanOutdated):
        put(Client(KeyValue(KEY.encode(), b"worker", mod_revision=7), meanwhile=99))


def member(n: int, **more: Any) -> Member:
    return Member(n, f"node{n}", f"node{n}", peer_urls=(f"https://10.0.0.{n}:2380",), **({"healthy": True} | more))


def check(name: str, state: EtcdState, **args: str) -> str:
    store: Any = SimpleNamespace(read=lambda _job: state)
    step = Step("x", "", Command(("etcdctl",)), "etcd", check=name, args=args)
    return checks()[name](store, step, Job("x"))


def test_right_before_the_removal_the_majority_is_counted_anew() -> None:
    fine = EtcdState((member(1, leader=True, raft_index=5), member(2), member(3)))
    assert check("roles.majority_stays", fine, member="2") == ""
    assert "leads etcd again" in check("roles.majority_stays", fine, member="1")
    assert "no member of etcd any more" in check("roles.majority_stays", fine, member="9")
    bad = EtcdState((member(1, leader=True), member(2), member(3, healthy=False)))
    assert "all changes would stop" in check("roles.majority_stays", bad, member="2")


def test_data_of_a_voter_is_never_set_aside() -> None:
    state = EtcdState((member(1), member(2, learner=True)))
    assert "is a member of etcd with a vote" in check("roles.no_voter", state, node="node1")
    assert check("roles.no_voter", state, node="node2") == ""
    assert check("roles.no_voter", state, node="node3") == ""


def test_a_member_that_has_caught_up_has_joined() -> None:
    state = EtcdState((member(1, leader=True, raft_index=50), member(4, learner=True, raft_index=48)))
    store: Any = SimpleNamespace(read=lambda _job: state)
    args = {"node": "node4", "peer_url": "https://10.0.0.4:2380"}
    step = Step("x", "node4", Command(("systemctl",)), "etcd", follow="roles.joined", args=args)
    follows()["roles.joined"](store, step, Job("x"))
