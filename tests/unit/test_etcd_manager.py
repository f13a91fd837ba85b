"""From members' answers to a state, its problems and its events."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nasclustergui.core.errors import StoreError
from nasclustergui.core.events import Severity
from nasclustergui.remote.etcd_types import (
    EventKind,
    KeyValue,
    Listing,
    MemberInfo,
    MemberStatus,
    WatchEvent,
    WatchKind,
    WatchState,
)
from nasclustergui.subsystems.etcd.health import changes, problems
from nasclustergui.subsystems.etcd.manager import EtcdManager, registrations
from nasclustergui.subsystems.etcd.model import EtcdState, Member, MemberAlarm, Registration

RECORDED = Path(__file__).parent.parent / "recorded" / "etcd" / "etcdctl"
HOSTS = {"10.243.0.11": "node1", "10.243.0.12": "node2", "10.243.0.13": "node3", "10.243.0.14": "node4"}


def recorded_members() -> tuple[MemberInfo, ...]:
    data = json.loads((RECORDED / "member_list.json").read_text())
    return tuple(MemberInfo(m["ID"], m["name"], tuple(m["peerURLs"]), tuple(m["clientURLs"])) for m in data["members"])


def recorded_statuses(name: str = "endpoint_status") -> tuple[MemberStatus, ...]:
    data = json.loads((RECORDED / f"{name}.json").read_text())
    return tuple(
        MemberStatus(
            each["Endpoint"],
            member_id=each["Status"]["header"]["member_id"],
            leader_id=each["Status"]["leader"],
            version=each["Status"]["version"],
            db_size=each["Status"]["dbSize"],
            db_in_use=each["Status"]["dbSizeInUse"],
            raft_term=each["Status"]["raftTerm"],
            raft_index=each["Status"]["raftIndex"],
            errors=tuple(each["Status"].get("errors", ())),
        )
        for each in data
    )


def heartbeat(node: str, lease: int = 7) -> list[KeyValue]:
    fields = {"ip": "10.0.0.1", "role": "manager", "status": "online", "last_heartbeat": "2026-01-01T00:00:00Z"}
    return [
        KeyValue(f"/cluster/nodes/{node}/{field}".encode(), value.encode(), lease=lease)
        for field, value in fields.items()
    ]


class FakeClient:
    """Answers what a test prepared."""

    def __init__(self, statuses: tuple[MemberStatus, ...], infos: tuple[MemberInfo, ...] = ()) -> None:
        self.answers, self.infos = statuses, infos or recorded_members()
        self.keys: list[KeyValue] | StoreError = [kv for name in HOSTS.values() for kv in heartbeat(name)]
        self.asked: list[tuple[str, ...]] = []
        self.watched: Any = None

    def statuses(self, endpoints: Any = (), *, seconds: float, job: object) -> tuple[MemberStatus, ...]:
        self.asked.append(tuple(endpoints))
        return tuple(MemberStatus(url, error="no answer in time") for url in endpoints) if endpoints else self.answers

    def members(self, *, seconds: float, job: object) -> tuple[MemberInfo, ...]:
        return self.infos

    def get_prefix(self, prefix: str, *, seconds: float, job: object) -> Listing:
        if isinstance(self.keys, StoreError):
            raise self.keys
        return Listing(tuple(self.keys), 9)

    def watch_prefix(self, prefix: str, on_events: Any, on_state: Any) -> object:
        self.watched = (prefix, on_events, on_state)
        return object()


def read(client: FakeClient) -> EtcdState:
    manager = EtcdManager(client, HOSTS)  # type: ignore[arg-type]
    return manager.read()


def lost(statuses: tuple[MemberStatus, ...], *gone: int) -> tuple[MemberStatus, ...]:
    return tuple(
        MemberStatus(s.endpoint, error="connection refused: etcd does not run there") if i in gone else s
        for i, s in enumerate(statuses)
    )


def leaderless(statuses: tuple[MemberStatus, ...]) -> tuple[MemberStatus, ...]:
    return tuple(s if s.error else replace(s, leader_id=0, errors=("etcdserver: no leader",)) for s in statuses)


def test_a_healthy_cluster() -> None:
    state = read(FakeClient(recorded_statuses()))
    assert [(m.name, m.node, m.leader, m.healthy) for m in state.members] == [
        ("c1e2", "node2", False, True),
        ("c1e1", "node1", True, True),
        ("c1e3", "node3", False, True),
    ]
    assert state.leader is not None
    assert (state.leader.version, state.leader.db_size, state.leader.db_in_use) == ("3.4.23", 20480, 16384)
    assert [r.name for r in state.registrations] == ["node1", "node2", "node3", "node4"]
    assert (state.healthy, state.majority, state.missing, state.alarms) == (3, 2, (), ())
    assert problems(state) == ()


def test_one_member_does_not_answer() -> None:
    state = read(FakeClient(lost(recorded_statuses(), 2)))
    silent = next(m for m in state.members if m.node == "node3")
    assert (silent.healthy, silent.error) == (False, "connection refused: etcd does not run there")
    assert (silent.version, silent.db_size, silent.raft_term) == ("", None, None)
    (problem,) = problems(state)
    assert (problem.severity, problem.title) == (Severity.WARN, "2 of 3 etcd members answer")
    assert problem.text == "One more loss stops all configuration changes."
    assert "node3" in problem.todo[0]


def test_a_refused_login_is_no_silence() -> None:
    client = FakeClient(recorded_statuses())
    client.keys = StoreError("etcd does not accept user nas with this password.", hint="Enter it anew.", login=True)
    state = read(client)
    assert state.login_refused
    (problem,) = problems(state)
    assert problem.severity is Severity.WARN
    assert problem.title == "etcd refuses the login, the nodes' heartbeats are not known"
    assert (problem.text, problem.todo, problem.action) == (str(client.keys), ("Enter it anew.",), "etcd.read")


def test_without_a_leader_it_still_tells_who_answers() -> None:
    client = FakeClient(leaderless(lost(recorded_statuses(), 0, 1)))
    client.keys = StoreError("must not be asked")
    state = read(client)
    assert state.leader is None
    assert [m.node for m in state.members if m.healthy] == ["node3"]
    assert state.registrations == ()
    assert "no leader" in state.registrations_error
    (problem,) = problems(state)
    assert (problem.severity, problem.title) == (Severity.CRITICAL, "etcd has no leader")
    assert "1 of 3 etcd members answer; 2 are needed." in problem.text
    assert [todo.split(":")[0] for todo in problem.todo] == ["Start etcd on node2", "Start etcd on node1"]


def test_all_answer_but_nobody_leads() -> None:
    (problem,) = problems(read(FakeClient(leaderless(recorded_statuses()))))
    assert "do not reach each other" in problem.todo[0]


def test_the_latest_election_counts() -> None:
    first, second, third = recorded_statuses()
    newer = replace(third, raft_term=first.raft_term + 1, leader_id=third.member_id)
    state = read(FakeClient((first, second, newer)))
    assert state.leader is not None
    assert state.leader.node == "node3"


def test_members_outside_the_profile_are_asked_where_they_say_they_listen() -> None:
    client = FakeClient(recorded_statuses()[:1])
    state = read(client)
    assert client.asked == [(), ("https://10.243.0.12:2379", "https://10.243.0.13:2379")]
    assert state.healthy == 1


def test_an_endpoint_by_another_name_is_the_same_member() -> None:
    first, *others = recorded_statuses()
    client = FakeClient((replace(first, endpoint="https://node1.example.org:2379"), *others))
    state = read(client)
    assert client.asked == [()]
    assert state.healthy == 3


def test_a_member_that_never_started() -> None:
    infos = (*recorded_members(), MemberInfo(99, "", ("https://10.243.0.14:2380",), (), learner=True))
    state = read(FakeClient(recorded_statuses(), infos))
    new = state.members[-1]
    assert (new.node, new.healthy, new.error) == ("node4", False, "it was added but never started")
    assert (state.voters, state.majority) == (3, 2)
    (problem,) = problems(state)
    assert problem.title == "The etcd learner node4 does not answer"


def test_alarms_are_read_from_the_statuses() -> None:
    state = read(FakeClient(recorded_statuses("endpoint_status_nospace")))
    assert state.alarms == tuple(MemberAlarm("NOSPACE", f"node{n}") for n in (1, 2, 3))
    assert [p.severity for p in problems(state)] == [Severity.CRITICAL] * 3
    assert problems(state)[0].title == "The etcd database on node1 is full"


def test_registrations_that_may_not_be_read() -> None:
    client = FakeClient(recorded_statuses())
    client.keys = StoreError("etcd does not allow this user to read /cluster/nodes/.")
    state = read(client)
    (problem,) = problems(state)
    assert (problem.severity, problem.text) == (Severity.UNKNOWN, str(client.keys))
    assert state.missing == ()


def test_a_node_without_heartbeat() -> None:
    client = FakeClient(recorded_statuses())
    client.keys = [*heartbeat("node1"), *heartbeat("node2"), *heartbeat("node3")]
    (problem,) = problems(read(client))
    assert (problem.key, problem.subject, problem.severity) == ("etcd/registration/node4", "node4", Severity.WARN)


def test_a_cluster_that_registers_no_node_has_no_problem_with_that() -> None:
    client = FakeClient(recorded_statuses())
    client.keys = []
    assert problems(read(client)) == ()


def test_keys_without_a_lease_register_nobody() -> None:
    found = registrations(
        [*heartbeat("node1"), *heartbeat("node2", lease=0), KeyValue(b"/cluster/nodes/\xff/ip", lease=1)]
    )
    assert [r.name for r in found] == ["\\xff", "node1"]
    assert found[1] == Registration("node1", "10.0.0.1", "manager", "online", "2026-01-01T00:00:00Z")


def test_nobody_answers() -> None:
    class Silent(FakeClient):
        def members(self, *, seconds: float, job: object) -> tuple[MemberInfo, ...]:
            raise StoreError("No etcd endpoint can be reached.")

    with pytest.raises(StoreError, match="No etcd endpoint"):
        read(Silent(lost(recorded_statuses(), 0, 1, 2)))


def test_the_watch_tells_of_nodes_but_not_of_heartbeats() -> None:
    client = FakeClient(recorded_statuses())
    called: list[bool] = []
    manager = EtcdManager(client, HOSTS)  # type: ignore[arg-type]
    manager.watch(lambda: called.append(True))
    prefix, on_events, on_state = client.watched
    assert prefix == "/cluster/nodes/"

    def event(kind: EventKind, field: str, version: int) -> WatchEvent:
        return WatchEvent(kind, KeyValue(f"/cluster/nodes/node1/{field}".encode(), version=version))

    on_events((event(EventKind.PUT, "last_heartbeat", 5),))
    assert called == []
    on_events((event(EventKind.PUT, "last_heartbeat", 6), event(EventKind.PUT, "status", 2)))
    on_events((event(EventKind.PUT, "last_heartbeat", 1),))
    on_events((event(EventKind.DELETE, "last_heartbeat", 0),))
    on_state(WatchState(WatchKind.LOST, "https://10.243.0.11:2379", 5))
    assert len(called) == 4


MEMBERS = tuple(Member(n, f"m{n}", f"node{n}", healthy=True, leader=n == 1, version="3.4.23") for n in (1, 2, 3))
BEFORE = EtcdState(MEMBERS, (Registration("node1"), Registration("node2")), (), 100.0, ("node1", "node2"))


def with_member(n: int, **change: Any) -> Callable[[EtcdState], EtcdState]:
    return lambda s: replace(s, members=tuple(replace(m, **change) if m.id == n else m for m in s.members))


def new_leader(state: EtcdState) -> EtcdState:
    return replace(state, members=tuple(replace(m, leader=m.id == 2) for m in state.members))


@pytest.mark.parametrize(
    ("change", "title", "severity"),
    [
        (new_leader, "node2 leads etcd now", Severity.INFO),
        (with_member(1, leader=False), "etcd lost its leader", Severity.CRITICAL),
        (with_member(3, healthy=False, error="gone"), "The etcd member node3 was lost", Severity.WARN),
        (lambda s: replace(s, members=s.members[:2]), "node3 was removed from etcd", Severity.INFO),
        (
            lambda s: replace(s, members=(*s.members, Member(4, "m4"))),
            "m4 was added to etcd",
            Severity.INFO,
        ),
        (
            lambda s: replace(s, alarms=(MemberAlarm("NOSPACE", "node1"),)),
            "etcd on node1 raised the alarm NOSPACE",
            Severity.CRITICAL,
        ),
        (lambda s: replace(s, registrations=s.registrations[:1]), "node2 sends no heartbeat any more", Severity.WARN),
    ],
)
def test_a_change_becomes_one_event(change: Callable[[EtcdState], EtcdState], title: str, severity: Severity) -> None:
    after = replace(change(BEFORE), read_at=101.0)
    (event,) = changes(BEFORE, after)
    assert (event.title, event.severity, event.at) == (title, severity, 101.0)
    assert changes(after, after) == ()


@pytest.mark.parametrize(
    ("change", "title"),
    [
        (with_member(1, leader=False), "node1 leads etcd now"),
        (with_member(3, healthy=False), "The etcd member node3 is back"),
        (lambda s: replace(s, alarms=(MemberAlarm("CORRUPT", "node1"),)), "The alarm CORRUPT of etcd on node1 is over"),
        (lambda s: replace(s, registrations=()), "node1 registered itself"),
    ],
)
def test_and_back(change: Callable[[EtcdState], EtcdState], title: str) -> None:
    assert changes(change(BEFORE), BEFORE)[0].title == title


def test_unknown_registrations_are_no_departures() -> None:
    unknown = replace(BEFORE, registrations=(), registrations_error="etcd has no leader.")
    assert changes(BEFORE, unknown) == ()
    assert changes(unknown, BEFORE) == ()


@pytest.mark.parametrize(
    ("healthy", "total", "text"),
    [
        (4, 5, "Configuration changes go on. 1 more member may be lost."),
        (3, 5, "One more loss stops all configuration changes."),
        (2, 5, "Fewer than half answer this computer, but among themselves they still have a leader."),
        (5, 7, "Configuration changes go on. 1 more member may be lost."),
        (6, 7, "Configuration changes go on. 2 more members may be lost."),
    ],
)
def test_what_a_loss_means_for_the_majority(healthy: int, total: int, text: str) -> None:
    members = tuple(Member(n, f"m{n}", healthy=n < healthy, leader=n == 0, error="x") for n in range(total))
    assert problems(EtcdState(members))[0].text == text


def test_a_corrupt_member_and_different_versions() -> None:
    members = (*MEMBERS[:2], replace(MEMBERS[2], version="3.5.1"))
    found = problems(
        replace(BEFORE, members=members, alarms=(MemberAlarm("CORRUPT", "node3"), MemberAlarm("9", "node1")))
    )
    assert [p.key for p in found] == ["etcd/alarm/CORRUPT/node3", "etcd/alarm/9/node1", "etcd/versions"]
    assert "3.4.23, 3.5.1" in found[-1].title
