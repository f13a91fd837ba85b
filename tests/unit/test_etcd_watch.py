"""A watch over streams that break, and the keeper of a lease, without a server."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from nasclustergui.core.errors import Cancelled, StoreError
from nasclustergui.remote.etcd_errors import RpcFailed
from nasclustergui.remote.etcd_failover import Failover
from nasclustergui.remote.etcd_lease import LeaseKeeper
from nasclustergui.remote.etcd_rpc import messages
from nasclustergui.remote.etcd_types import EventKind, WatchEvent, WatchKind, WatchState
from nasclustergui.remote.etcd_watch import Watch

SECONDS = 10.0  # until a test gives up


class Broken(Exception):
    """Stands for gRPC's error."""


def created() -> Any:
    return messages().WatchResponse(created=True)


def changed(*revisions: int) -> Any:
    """A reply with one event for each revision."""
    reply = messages().WatchResponse()
    for revision in revisions:
        event = reply.events.add()
        event.kv.key, event.kv.mod_revision = b"/w/%d" % revision, revision
    return reply


class Stream:
    """One watch stream: gives its replies, then breaks, or stays open until it is cancelled."""

    def __init__(self, replies: list[Any], stays: bool) -> None:
        self._replies, self._stays, self._cancelled = replies, stays, threading.Event()

    def __iter__(self) -> Iterator[Any]:
        yield from self._replies
        if self._stays:
            self._cancelled.wait(SECONDS)
        raise Broken

    def cancel(self) -> None:
        self._cancelled.set()


class FakeLink:
    """A member whose streams are prepared; remembers from which revision each was asked."""

    def __init__(self, url: str, *streams: Stream) -> None:
        self.url, self._streams, self.asked, self.logins = url, list(streams), [], 0

    def stream(self, _method: str, requests: Iterator[Any]) -> Stream:
        self.asked.append(next(requests).create_request.start_revision)
        if not self._streams:
            raise RpcFailed(self.url, "UNAVAILABLE", "failed to connect: Connection refused")
        return self._streams.pop(0)

    def stream_failed(self, error: Exception) -> RpcFailed:
        assert isinstance(error, Broken)
        return RpcFailed(self.url, "UNAVAILABLE", "Socket closed")

    def forget_token(self) -> None:
        self.logins += 1


class Seen:
    """Collects what a watch tells."""

    def __init__(self) -> None:
        self.events: queue.Queue[WatchEvent] = queue.Queue()
        self.states: queue.Queue[WatchState] = queue.Queue()

    def on_events(self, events: tuple[WatchEvent, ...]) -> None:
        for event in events:
            self.events.put(event)

    def revisions(self, count: int) -> list[int]:
        return [self.events.get(timeout=SECONDS).kv.mod_revision for _each in range(count)]

    def until(self, kind: WatchKind) -> WatchState:
        while (state := self.states.get(timeout=SECONDS)).kind is not kind:
            pass
        return state


@pytest.fixture
def watch() -> Iterator[Callable[..., tuple[Watch, Seen]]]:
    running: list[Watch] = []

    def make(*links: FakeLink, start: int | None = 5, now: Callable[[], int] = lambda: 100) -> tuple[Watch, Seen]:
        seen = Seen()
        failover: Any = Failover(links)
        running.append(Watch(failover, (b"/w/", b"/w0"), now, seen.on_events, seen.states.put, start))
        return running[-1], seen

    yield make
    ended = [each.close() for each in running]
    assert all(ended)


def test_a_broken_stream_goes_on_elsewhere_behind_the_last_change(watch: Any) -> None:
    first = FakeLink("a", Stream([created(), changed(5, 6, 6)], stays=False))
    second = FakeLink("b", Stream([created(), changed(7)], stays=True))
    _watch, seen = watch(first, second)
    assert seen.revisions(4) == [5, 6, 6, 7]
    assert (first.asked[0], second.asked) == (5, [7])
    assert [seen.states.get(timeout=SECONDS).kind for _each in range(3)] == ["connected", "lost", "connected"]


def test_what_was_delivered_already_is_not_delivered_again(watch: Any) -> None:
    link = FakeLink("a", Stream([created(), changed(5, 6)], False), Stream([created(), changed(6, 7)], True))
    _watch, seen = watch(link)
    assert seen.revisions(3) == [5, 6, 7]


def test_without_a_revision_it_begins_now(watch: Any) -> None:
    link = FakeLink("a", Stream([created()], True))
    _watch, seen = watch(link, start=None)
    assert seen.until(WatchKind.CONNECTED).revision == 101
    assert link.asked == [101]


def test_a_compacted_history_is_told_and_the_watch_goes_on_from_the_present(watch: Any) -> None:
    link = FakeLink(
        "a", Stream([messages().WatchResponse(compact_revision=50)], False), Stream([created(), changed(101)], True)
    )
    _watch, seen = watch(link)
    assert seen.until(WatchKind.COMPACTED).revision == 100
    assert seen.revisions(1) == [101]
    assert link.asked == [5, 101]


def test_a_refused_watch_logs_in_again(watch: Any) -> None:
    refused = messages().WatchResponse(created=True, canceled=True, cancel_reason="etcdserver: permission denied")
    link = FakeLink("a", Stream([refused], False), Stream([created(), changed(5)], True))
    _watch, seen = watch(link)
    assert seen.revisions(1) == [5]
    assert link.logins == 1


def test_the_present_may_be_unknown_for_a_while(watch: Any) -> None:
    answers: list[Any] = [StoreError("no leader"), 100]

    def now() -> int:
        answer = answers.pop(0)
        if isinstance(answer, StoreError):
            raise answer
        return int(answer)

    _watch, seen = watch(FakeLink("a", Stream([created()], True)), start=None, now=now)
    assert seen.until(WatchKind.LOST).error == "no leader"
    assert seen.until(WatchKind.CONNECTED).revision == 101


def test_a_failing_callback_does_not_end_the_watch(watch: Any, caplog: pytest.LogCaptureFixture) -> None:
    got: queue.Queue[int] = queue.Queue()

    def on_events(events: tuple[WatchEvent, ...]) -> None:
        got.put(events[0].kv.mod_revision)
        if len(events) == 1 and events[0].kv.mod_revision == 5:
            raise ValueError("a bug")

    link: Any = FakeLink("a", Stream([created(), changed(5), changed(6)], True))
    running = Watch(Failover([link]), (b"/w/", b"/w0"), lambda: 1, on_events, lambda _state: None, 5)
    assert [got.get(timeout=SECONDS), got.get(timeout=SECONDS)] == [5, 6]
    assert running.close()
    assert "callback failed" in caplog.text


def test_deletions_are_told(watch: Any) -> None:
    reply = changed(5)
    reply.events[0].type = 1
    _watch, seen = watch(FakeLink("a", Stream([created(), reply], True)))
    assert seen.events.get(timeout=SECONDS).kind is EventKind.DELETE


class FakeLeases:
    """Renewals from a list."""

    def __init__(self, *answers: int | Exception) -> None:
        self._answers, self.renewed, self.revoked = list(answers), threading.Event(), threading.Event()

    def keep_alive(self, lease: int, *, seconds: float) -> int:
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        self.renewed.set()
        return answer

    def revoke(self, lease: int, *, seconds: float) -> None:
        self.revoked.set()
        raise StoreError("too late")


def test_a_lease_is_renewed_and_revoked_at_the_end() -> None:
    leases = FakeLeases(1)
    keeper = LeaseKeeper(leases, 7, ttl=0.03)  # type: ignore[arg-type]
    assert leases.renewed.wait(SECONDS)
    keeper.close()
    assert leases.revoked.is_set()
    assert not keeper.lost


@pytest.mark.parametrize("answers", [(1, 0), (StoreError("no leader"),)])
def test_a_lost_lease_is_told_once(answers: tuple[Any, ...]) -> None:
    told: queue.Queue[bool] = queue.Queue()
    keeper = LeaseKeeper(FakeLeases(*answers), 7, ttl=0.03, on_lost=lambda: told.put(True))  # type: ignore[arg-type]
    assert told.get(timeout=SECONDS)
    assert keeper.lost
    keeper.close()
    assert told.empty()


def test_a_closed_client_is_no_lost_lease() -> None:
    told = threading.Event()
    keeper = LeaseKeeper(FakeLeases(Cancelled()), 7, ttl=0.03, on_lost=told.set)  # type: ignore[arg-type]
    keeper._thread.join(SECONDS)
    assert not keeper.lost
    assert not told.is_set()
