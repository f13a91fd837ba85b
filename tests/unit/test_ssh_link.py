"""How a link lives: connecting, loss, patience, refusals. Without a network, with a clock of our own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from nasclustergui.core.errors import HostKeyUnknown, LoginRefused, NodeError, Unreachable
from nasclustergui.remote.keeper import Keeper, own_address
from nasclustergui.remote.link import Link, LinkInfo, LinkState
from nasclustergui.remote.ssh_auth import SecretRefused
from nasclustergui.remote.waiting import DaemonPool, Watch


class StubTransport:
    """A connection that does what the test says."""

    def __init__(self) -> None:
        self.heard_at = time.monotonic()
        self.ended_because = self.goodbye = ""
        self.pings = 0
        self.active = True
        self.on_end: Callable[[StubTransport], None] | None = None

    def is_active(self) -> bool:
        return self.active

    def ping(self) -> None:
        self.pings += 1

    def drop(self, because: str = "") -> None:
        self.ended_because = because
        self.active = False
        if self.on_end:
            self.on_end(self)


class AtOnce(DaemonPool):
    """Runs the work in the calling thread, when the test says."""

    def __init__(self) -> None:
        super().__init__("test", 0)
        self.work: list[Callable[[], None]] = []

    def submit(self, work: Callable[[], None]) -> None:
        self.work.append(work)

    def run(self) -> None:
        while self.work:
            self.work.pop(0)()


class Bench:
    """A link whose attempts end as the list says."""

    def __init__(self, *outcomes: StubTransport | NodeError | Exception) -> None:
        self.outcomes = list(outcomes)
        self.dials, self.care = AtOnce(), AtOnce()
        self.told: list[LinkInfo] = []
        self.link = Link("nas-1", self.connect, self.dials, self.care, lambda _n, info: self.told.append(info))  # type: ignore[arg-type, return-value]

    def connect(self) -> StubTransport:
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def step(self) -> LinkInfo:
        self.dials.run()
        return self.link.info


DOWN = Unreachable("nas-1", "nothing listens")


def test_connects_once_when_several_ask() -> None:
    bench = Bench(StubTransport())
    bench.link.start()
    bench.link.start()
    bench.link.retry_now()
    assert len(bench.dials.work) == 1
    assert bench.step().state is LinkState.ONLINE
    assert [info.state for info in bench.told] == [LinkState.ONLINE]


def test_never_reached_is_still_connecting_and_tries_again_later_and_later() -> None:
    bench = Bench(*[Unreachable("nas-1", str(i)) for i in range(9)])
    bench.link.start()
    delays = []
    for _number in range(8):
        info = bench.step()
        assert info.state is LinkState.CONNECTING
        assert info.retry_at is not None
        delays.append(info.retry_at - time.time())
        bench.link.tick(time.monotonic() + delays[-1] - 0.1)
        assert not bench.dials.work
        bench.link.tick(time.monotonic() + delays[-1] + 0.1)
        assert len(bench.dials.work) == 1
    assert delays == sorted(delays[:5]) + delays[5:]
    assert 0.7 < delays[0] < 1.3
    assert all(24 < delay < 37 for delay in delays[5:])


def test_while_it_waits_to_try_again_callers_get_the_error_at_once() -> None:
    bench = Bench(DOWN, StubTransport())
    bench.link.start()
    bench.step()
    with Watch(None) as watch, pytest.raises(Unreachable, match="nothing listens"):
        bench.link.transport(watch)
    bench.link.tick(time.monotonic() + 60)  # the attempt is under way: still no reason to wait for it
    with Watch(None) as watch, pytest.raises(Unreachable):
        bench.link.transport(watch)
    bench.step()
    with Watch(None) as watch:
        assert bench.link.transport(watch) is not None


def test_retry_now_makes_callers_wait_for_the_new_attempt() -> None:
    bench = Bench(DOWN, StubTransport())
    bench.link.start()
    bench.step()
    bench.link.retry_now()
    threading.Timer(0.05, bench.dials.run).start()
    with Watch(10) as watch:
        assert bench.link.transport(watch) is not None


def test_a_steady_connection_that_breaks_is_made_again_at_once() -> None:
    first = StubTransport()
    bench = Bench(first, StubTransport())
    bench.link.start()
    bench.step()
    bench.link._online_at -= 60
    first.drop("no sign of life")
    assert bench.link.info.state is LinkState.LOST
    assert str(bench.link.info.error) == "nas-1: no sign of life"
    assert bench.step().state is LinkState.ONLINE
    assert [info.state for info in bench.told] == [LinkState.ONLINE, LinkState.LOST, LinkState.ONLINE]


def test_a_server_that_throws_us_out_at_once_is_not_hammered() -> None:
    first = StubTransport()
    bench = Bench(first)
    bench.link.start()
    bench.step()
    first.drop()
    assert not bench.dials.work
    assert bench.link.info.retry_at is not None


def test_a_wrong_password_is_never_tried_again_by_itself() -> None:
    bench = Bench(SecretRefused("nas-1", "wrong password"), StubTransport())
    bench.link.start()
    info = bench.step()
    assert (info.state, info.retry_at) == (LinkState.REFUSED, None)
    bench.link.tick(time.monotonic() + 86400)
    bench.link.hurry()
    assert not bench.dials.work
    bench.link.retry_now()
    assert bench.step().state is LinkState.ONLINE


@pytest.mark.parametrize(
    ("error", "low", "high"),
    [
        (LoginRefused("nas-1", "no key"), 200, 400),
        (HostKeyUnknown("nas-1", "h", "t", "f", "k"), 30, 90),
    ],
)
def test_other_refusals_are_looked_at_again_seldom(error: NodeError, low: float, high: float) -> None:
    bench = Bench(error)
    bench.link.start()
    info = bench.step()
    assert info.state is LinkState.REFUSED
    assert info.retry_at is not None
    assert low < info.retry_at - time.time() < high


def test_a_bug_while_connecting_leaves_the_link_usable() -> None:
    bench = Bench(RuntimeError("oops"), StubTransport())
    bench.link.start()
    assert "oops" in str(bench.step().error)
    bench.link.retry_now()
    assert bench.step().state is LinkState.ONLINE


def test_a_silent_peer_is_asked_then_dropped() -> None:
    transport = StubTransport()
    bench = Bench(transport, StubTransport())
    bench.link.start()
    bench.step()
    bench.link.tick(transport.heard_at + 2)
    assert not bench.care.work
    bench.link.tick(transport.heard_at + 5)
    bench.care.run()
    assert transport.pings == 1
    assert bench.link.shaky
    bench.link.tick(time.monotonic() + 8)
    assert transport.active
    bench.link.tick(time.monotonic() + 10)
    assert not transport.active
    assert bench.link.info.state is LinkState.LOST


def test_a_peer_that_answers_is_kept() -> None:
    transport = StubTransport()
    bench = Bench(transport)
    bench.link.start()
    bench.step()
    bench.link.tick(transport.heard_at + 5)
    bench.care.run()
    transport.heard_at = time.monotonic()
    bench.link.tick(transport.heard_at + 3)
    assert transport.active
    assert not bench.link.shaky


def test_after_a_sleep_the_patience_is_short() -> None:
    transport = StubTransport()
    bench = Bench(transport, StubTransport())
    bench.link.start()
    bench.step()
    bench.link.probe(3)
    bench.link.tick(time.monotonic() + 3.5)
    assert not transport.active


def test_the_network_is_back() -> None:
    bench = Bench(DOWN, StubTransport())
    bench.link.start()
    bench.step()
    bench.link.hurry()
    assert bench.step().state is LinkState.ONLINE


def test_closed_for_good() -> None:
    transport = StubTransport()
    bench = Bench(transport)
    bench.link.start()
    bench.step()
    bench.link.close()
    assert not transport.active
    bench.link.retry_now()
    bench.link.tick(time.monotonic() + 1000)
    assert not bench.dials.work


def test_closed_while_connecting() -> None:
    transport = StubTransport()
    bench = Bench(transport)
    bench.link.start()
    bench.link.close()
    bench.step()
    assert not transport.active
    assert bench.told == []


class TestKeeper:
    """Its ticks, at times of our own."""

    def online(self) -> tuple[Bench, StubTransport, Keeper, float, float]:
        transport = StubTransport()
        bench = Bench(transport, StubTransport())
        bench.link.start()
        bench.step()
        keeper = Keeper([bench.link])
        mono, wall = time.monotonic(), time.time()
        keeper.look(mono, wall, "10.0.0.5")
        return bench, transport, keeper, mono, wall

    def test_nothing_special(self) -> None:
        bench, _transport, keeper, mono, wall = self.online()
        keeper.look(mono + 1, wall + 1, "10.0.0.5")
        assert not bench.care.work

    @pytest.mark.parametrize(
        ("mono_gone", "wall_gone", "here"),
        [(1, 3600, "10.0.0.5"), (3600, 3600, "10.0.0.5"), (1, 1, "192.168.1.7")],
        ids=["slept, clock stood still", "slept, clock went on", "another network"],
    )
    def test_connections_are_tried_out_after_sleep_and_change(
        self, mono_gone: float, wall_gone: float, here: str
    ) -> None:
        bench, transport, keeper, mono, wall = self.online()
        keeper.look(mono + mono_gone, wall + wall_gone, here)
        bench.care.run()
        assert transport.pings == 1
        assert transport.active

    def test_back_online_does_not_wait_for_the_planned_attempt(self) -> None:
        bench = Bench(DOWN, StubTransport())
        bench.link.start()
        bench.step()
        keeper = Keeper([bench.link])
        mono, wall = time.monotonic(), time.time()
        keeper.look(mono, wall, "")
        assert not bench.dials.work
        keeper.look(mono + 0.1, wall + 0.1, "10.0.0.5")
        assert bench.step().state is LinkState.ONLINE

    def test_own_address(self) -> None:
        assert own_address(None) is None
        assert own_address(("127.0.0.1", 22)) == "127.0.0.1"
