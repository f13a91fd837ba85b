"""The past of a key read from a watch, and watches that tell what was before: without a server."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from nasclustergui.core.errors import Cancelled
from nasclustergui.core.job import Job
from nasclustergui.remote import etcd_messages, etcd_replay
from nasclustergui.remote.etcd_errors import RpcFailed
from nasclustergui.remote.etcd_replay import Replay, replay
from nasclustergui.remote.etcd_rpc import messages

SPAN = (b"/k", b"")


class Broken(Exception):
    """Stands for gRPC's error."""


class Stream:
    """Gives its replies, then stays open until it is cancelled."""

    def __init__(self, *replies: Any, ends: bool = False) -> None:
        self._replies, self._ends, self.cancelled = replies, ends, threading.Event()

    def __iter__(self) -> Iterator[Any]:
        yield from self._replies
        if not self._ends:
            self.cancelled.wait(10)
        raise Broken

    def cancel(self) -> None:
        self.cancelled.set()


class FakeLink:
    """A member with prepared streams."""

    url = "https://10.0.0.1:2379"

    def __init__(self, *streams: Stream) -> None:
        self._streams, self.asked, self.logins = list(streams), [], 0  # type: ignore[var-annotated]

    def stream(self, _method: str, requests: Iterator[Any], _seconds: float) -> Stream:
        self.asked.append(next(requests).create_request.start_revision)
        return self._streams.pop(0)

    def stream_failed(self, error: Exception) -> RpcFailed:
        assert isinstance(error, Broken)
        return RpcFailed(self.url, "UNAVAILABLE", "Socket closed")

    def forget_token(self) -> None:
        self.logins += 1


def created() -> Any:
    return messages().WatchResponse(created=True)


def changed(*revisions: int) -> Any:
    reply = messages().WatchResponse()
    for revision in revisions:
        event = reply.events.add()
        event.kv.key, event.kv.mod_revision = b"/k", revision
    return reply


def read(link: Any, until: int = 0, newest: int = 100, job: Job | None = None) -> Replay:
    return replay(link, SPAN, 1, until, newest, 5.0, job)


def revisions(found: Replay) -> list[int]:
    return [event.kv.mod_revision for event in found.events]


def test_it_ends_at_the_change_that_is_known() -> None:
    found = read(FakeLink(Stream(created(), changed(3, 5), changed(8, 9))), until=8)
    assert (revisions(found), found.since, found.dropped) == ([3, 5, 8], 1, 0)


def test_without_a_known_end_silence_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(etcd_replay, "QUIET", 0.05)
    assert revisions(read(FakeLink(Stream(created(), changed(3, 5))))) == [3, 5]
    assert revisions(read(FakeLink(Stream(created())))) == []


def test_only_the_newest_are_kept() -> None:
    found = read(FakeLink(Stream(created(), changed(*range(1, 51)))), until=50, newest=10)
    assert (revisions(found), found.dropped) == (list(range(41, 51)), 40)


def test_it_begins_where_compaction_left_something() -> None:
    link = FakeLink(Stream(messages().WatchResponse(compact_revision=7)), Stream(created(), changed(8)))
    found = read(link, until=8)
    assert (revisions(found), found.since, link.asked) == ([8], 7, [1, 7])
    beyond = read(FakeLink(Stream(messages().WatchResponse(compact_revision=7))), until=5)
    assert (beyond.events, beyond.since) == ((), 7)


def test_a_token_that_ran_out_is_renewed_once() -> None:
    def refused() -> Stream:
        return Stream(messages().WatchResponse(created=True, canceled=True, cancel_reason="permission denied"))

    link = FakeLink(refused(), Stream(created(), changed(3)))
    assert revisions(read(link, until=3)) == [3]
    assert link.logins == 1
    with pytest.raises(RpcFailed):
        read(FakeLink(refused(), refused()), until=3)


def test_a_broken_stream_is_told_and_a_cancel_ends_it() -> None:
    with pytest.raises(RpcFailed):
        read(FakeLink(Stream(created(), ends=True)), until=3)
    job = Job("t")
    threading.Timer(0.05, job.cancel).start()
    with pytest.raises(Cancelled):
        read(FakeLink(Stream(created())), until=3, job=job)


def test_a_watch_asks_for_what_was_before_and_events_carry_it() -> None:
    assert etcd_messages.watch_request(b"/k", b"", 5, True).create_request.prev_kv
    assert not etcd_messages.watch_request(b"/k", b"", 5).create_request.prev_kv
    reply = changed(5, 6)
    reply.events[0].prev_kv.key, reply.events[0].prev_kv.value = b"/k", b"old"
    first, second = etcd_messages.watch_events(reply)
    assert first.prev is not None
    assert (first.prev.value, second.prev) == (b"old", None)
