"""Which node is asked, who waits for the lock, what is tried again."""

from __future__ import annotations

import threading

import pytest

from nasclustergui.core.command import Result
from nasclustergui.core.errors import (
    Cancelled,
    CommandFailed,
    LockBusy,
    LoginRefused,
    NoAnswer,
    OutcomeUnknown,
    ServiceDown,
    Unreachable,
)
from nasclustergui.core.job import Job
from nasclustergui.subsystems.gluster import client as module
from nasclustergui.subsystems.gluster import commands
from nasclustergui.subsystems.gluster.client import GlusterClient
from nasclustergui.subsystems.gluster.commands.peers import parse_peers
from nasclustergui.subsystems.gluster.commands.status import parse_status
from nasclustergui.subsystems.gluster.parallel import gather
from tests.recorded.fake_gluster import BUSY, DOWN, TIMED_OUT, FakeNodes, Reply, ok, recorded, refused

POOL = recorded("pool-list-3nodes")
STATUS = recorded("volume-status-no-volumes")


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    def pause(job: Job | None, _seconds: float) -> None:
        if job is not None:
            job.check()

    monkeypatch.setattr(module, "_pause", pause)


def by_node(**replies: Reply) -> FakeNodes:
    return FakeNodes(lambda node, _words: replies.get(node, POOL))


def sent(error: Unreachable, value: bool) -> Unreachable:
    error.sent = value
    return error


def test_the_first_node_that_answers_is_asked_again() -> None:
    nodes = by_node(node1=Unreachable("node1"))
    client = GlusterClient(nodes)
    assert client.ask(commands.pool_list(), parse_peers)[1] == "node2"
    assert client.ask(commands.pool_list(), parse_peers)[1] == "node2"
    assert [node for node, _ in nodes.ran] == ["node1", "node2", "node2"]
    assert client.faults["node1"].lost


@pytest.mark.parametrize("reply", [DOWN, TIMED_OUT, NoAnswer("node1", "no answer"), LoginRefused("node1", "no")])
def test_a_node_whose_glusterd_is_down_or_hung_is_skipped_but_reported(reply: Reply) -> None:
    client = GlusterClient(by_node(node1=reply))
    assert client.ask(commands.pool_list(), parse_peers)[1] == "node2"
    assert client.faults["node1"].sentence.startswith("node1: ")


def test_a_good_answer_takes_the_blame_away() -> None:
    nodes = by_node(node1=DOWN)
    client = GlusterClient(nodes)
    client.ask(commands.pool_list(), parse_peers)
    nodes.script = lambda _node, _words: POOL
    client.ask_node("node1", commands.pool_list(), parse_peers)
    assert client.faults == {}


def test_a_refusal_is_the_cluster_s_word_not_a_node_s() -> None:
    nodes = FakeNodes(lambda _n, _w: refused("Volume nosuch does not exist"))
    with pytest.raises(CommandFailed, match="there is no volume nosuch"):
        GlusterClient(nodes).ask(commands.volume_status("nosuch"), parse_status)
    assert len(nodes.ran) == 1


def test_no_node_at_all() -> None:
    client = GlusterClient(FakeNodes(lambda node, _w: Unreachable(node)))
    with pytest.raises(ServiceDown, match="No node of the cluster can be asked") as caught:
        client.ask(commands.pool_list(), parse_peers)
    assert "node3: no connection" in caught.value.details
    assert caught.value.hint


def test_a_single_node_speaks_for_itself() -> None:
    client = GlusterClient(FakeNodes(lambda node, _w: LoginRefused(node, "the password is wrong"), ("node1",)))
    with pytest.raises(LoginRefused, match="the password is wrong"):
        client.ask(commands.pool_list(), parse_peers)


def test_a_busy_lock_is_tried_again() -> None:
    replies: list[Reply] = [BUSY, BUSY, STATUS]
    nodes = FakeNodes(lambda _n, _w: replies.pop(0))
    assert GlusterClient(nodes).ask(commands.volume_status(), parse_status) == ((), "node1")
    assert len(nodes.ran) == 3


def test_a_lock_that_stays_busy_is_told() -> None:
    nodes = FakeNodes(lambda _n, _w: BUSY)
    with pytest.raises(LockBusy, match="holds the lock") as caught:
        GlusterClient(nodes).ask(commands.volume_status(), parse_status)
    assert "try again" in caught.value.hint
    assert len(nodes.ran) == module.READ_TRIES


def test_a_time_out_under_the_lock_is_not_tried_on_every_node() -> None:
    nodes = FakeNodes(lambda _n, _w: TIMED_OUT)
    client = GlusterClient(nodes)
    with pytest.raises(ServiceDown):
        client.ask(commands.volume_status(), parse_status)
    assert len(nodes.ran) == 1
    assert client.faults == {}


def test_commands_under_the_lock_run_one_after_another() -> None:
    running = threading.Barrier(2, timeout=0.2)

    def script(_node: str, _words: tuple[str, ...]) -> Reply:
        try:
            running.wait()
        except threading.BrokenBarrierError:
            return STATUS
        return Result(1, "two at once")

    nodes = FakeNodes(script)
    client = GlusterClient(nodes)
    tasks = {n: lambda: client.ask(commands.volume_status(), parse_status) for n in range(3)}
    assert all(answer == ((), "node1") for answer in gather(tasks).values())
    assert nodes.at_once == 1


def test_waiting_for_our_own_lock_can_be_cancelled() -> None:
    client = GlusterClient(by_node())
    job = Job("wait")
    with client._turn(None):
        job.cancel()
        with pytest.raises(Cancelled):
            client.change("node1", commands.volume_stop("data"), job)


def test_a_change_runs_where_the_plan_says() -> None:
    nodes = FakeNodes(lambda _n, _w: ok())
    result = GlusterClient(nodes).change("node2", commands.volume_start("data"), Job("start"))
    assert result.status == 0
    assert nodes.ran == [("node2", ("volume", "start", "data"))]


def test_a_change_that_was_refused_fails_despite_status_0() -> None:
    nodes = FakeNodes(lambda _n, _w: refused("Volume data already started"))
    with pytest.raises(CommandFailed, match="already started"):
        GlusterClient(nodes).change("node1", commands.volume_start("data"), Job("start"))
    assert len(nodes.ran) == 1


def test_a_change_moves_on_only_if_nothing_was_sent() -> None:
    nodes = FakeNodes(lambda node, _w: sent(Unreachable(node), False) if node == "node1" else ok())
    job = Job("start")
    GlusterClient(nodes).change("node1", commands.volume_start("data"), job)
    assert [node for node, _ in nodes.ran] == ["node1", "node2"]
    assert any("node1" in line and "node2" in line for _at, _node, line in job.output)


def test_a_change_whose_connection_broke_is_not_repeated() -> None:
    nodes = FakeNodes(lambda node, _w: sent(Unreachable(node), True))
    with pytest.raises(Unreachable):
        GlusterClient(nodes).change("node1", commands.volume_start("data"), Job("start"))
    assert len(nodes.ran) == 1


def test_a_change_that_timed_out_has_an_unknown_outcome() -> None:
    nodes = FakeNodes(lambda _n, _w: TIMED_OUT)
    with pytest.raises(OutcomeUnknown, match="may or may not"):
        GlusterClient(nodes).change("node1", commands.volume_stop("data"), Job("stop"))
    assert len(nodes.ran) == 1


def test_a_stopped_glusterd_sends_a_change_to_another_node() -> None:
    nodes = FakeNodes(lambda node, _w: DOWN if node == "node1" else ok())
    GlusterClient(nodes).change("node1", commands.volume_stop("data"), Job("stop"))
    assert [node for node, _ in nodes.ran] == ["node1", "node2"]


def test_a_busy_change_is_tried_longer_than_a_question() -> None:
    nodes = FakeNodes(lambda _n, _w: BUSY)
    with pytest.raises(LockBusy):
        GlusterClient(nodes).change("node1", commands.volume_stop("data"), Job("stop"))
    assert len(nodes.ran) == module.CHANGE_TRIES > module.READ_TRIES


def test_gather_keeps_errors_apart_and_shows_mistakes() -> None:
    def fails() -> int:
        raise Unreachable("node2")

    found = gather({"a": lambda: 1, "b": fails})
    assert found["a"] == 1
    assert isinstance(found["b"], Unreachable)
    with pytest.raises(ZeroDivisionError):
        gather({"a": lambda: 1, "b": lambda: 1 // 0})
    assert gather({}) == {}
