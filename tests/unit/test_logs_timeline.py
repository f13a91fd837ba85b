"""Entries of several sources in one order: no gaps, no doubles, bounded; the follower's lines; times as typed."""

import itertools
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasclustergui.cli.node_features.logs_run import moment, newest
from nasclustergui.core.errors import InvalidInput
from nasclustergui.subsystems.logs.commands.follow import LOOK, follow
from nasclustergui.subsystems.logs.features.read.following import Follower, News
from nasclustergui.subsystems.logs.features.read.timeline import Timeline, matcher
from nasclustergui.subsystems.logs.model import JOURNAL, Entry, Kind, NodeLogs, Page, Place, Query, Severity, Source


def entry(node: str, at: int, text: str = "", source: str = JOURNAL, place: Place | None = None) -> Entry:
    """Of the journal, unless said."""
    return Entry(node, source, at, Severity.INFO, "unit", text or f"{node} {at}", place or Place(f"{node}{at}"))


class Log:
    """A source that can be paged back."""

    def __init__(self, node: str, times: list[int]) -> None:
        self.node = node
        self.entries = [entry(node, at, f"{node} {n}") for n, at in enumerate(times)]

    def page(self, before: int | None, count: int) -> Page:
        """Older than that index."""
        end = len(self.entries) if before is None else before
        start = max(0, end - count)
        part = tuple(self.entries[start:end])
        if start == 0:
            return Page(self.node, JOURNAL, part)
        return Page(self.node, JOURNAL, part, Place("", 1, start), part[0].at)


@given(
    st.lists(st.lists(st.integers(0, 200), max_size=40).map(sorted), min_size=1, max_size=4),
    st.integers(1, 9),
)
def test_paging_back_shows_everything_once_and_never_a_gap(logs: list[list[int]], count: int) -> None:
    """Whatever is shown at any moment is all there is since then."""
    sources = {f"n{n}": Log(f"n{n}", times) for n, times in enumerate(logs)}
    everything = [e for log in sources.values() for e in log.entries]
    timeline = Timeline()
    for log in sources.values():
        timeline.add_page(log.page(None, count))
    for _round in range(500):
        shown = timeline.entries[timeline.first :]
        floor = timeline.floor
        expected = [e for e in everything if floor is None or e.at > floor]
        assert {e for e in expected if e.at > (floor or -1)} <= set(shown)
        assert [e.at for e in shown] == sorted(e.at for e in shown)
        wanted = timeline.wanted()
        if not wanted:
            break
        for (node, _source), place in wanted.items():
            timeline.add_page(sources[node].page(place.offset, count))
    assert sorted(timeline.entries) == sorted(everything)
    assert timeline.floor is None
    for log in sources.values():  # those of one source stay as they were written
        assert [e for e in timeline.entries if e.node == log.node] == log.entries


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 50)), max_size=60), st.integers(1, 7))
def test_news_of_nodes_that_lag_are_put_where_they_belong(news: list[tuple[str, int]], size: int) -> None:
    """In batches of any size."""
    timeline = Timeline()
    entries = [entry(node, at, str(n)) for n, (node, at) in enumerate(news)]
    for at in range(0, len(entries), size):
        timeline.add_news(entries[at : at + size])
    assert [e.at for e in timeline.entries] == sorted(e.at for e in entries)
    assert sorted(timeline.entries) == sorted(entries)
    assert timeline.keys == sorted(set(timeline.keys))


def test_the_bound_gives_up_the_oldest_and_knows_where_to_read_them_again() -> None:
    """And says so: they count as older entries that can be read."""
    timeline = Timeline(most=100)
    timeline.ends[("a", JOURNAL)] = Place("end")
    timeline.add_news(entry("a", at) for at in range(130))
    assert timeline.evict() == 32
    assert len(timeline.entries) == 98
    assert timeline.entries[0].at == 32
    assert timeline.older[("a", JOURNAL)] == timeline.entries[0].place
    assert timeline.wanted() == {("a", JOURNAL): timeline.entries[0].place}
    assert timeline.first == 0
    assert timeline.dropped == 32
    timeline.add_news(entry("b", at) for at in range(1000, 1200))
    timeline.evict()
    assert timeline.older[("a", JOURNAL)] == Place("end")  # nothing of it is left


def test_corrected_time_orders_by_what_our_clock_said() -> None:
    """The node's own time stays in the entry."""
    timeline = Timeline({"fast": 5.0})
    timeline.add_news([entry("fast", 10_000_000), entry("right", 6_000_000), entry("right", 4_000_000)])
    assert [e.node for e in timeline.entries] == ["right", "fast", "right"]
    assert timeline.entries[1].at == 10_000_000


def test_an_entry_of_a_file_that_grew_replaces_itself() -> None:
    """Also when it came with the first page."""
    timeline = Timeline()
    place = Place("", 5, 100)
    timeline.add_page(Page("a", "x.log", (entry("a", 1, "one", "x.log", place),)))
    fresh, grown = timeline.add_news(
        [entry("a", 1, "one\ntwo", "x.log", place), entry("a", 2, "", "x.log", Place("", 5, 120))]
    )
    assert [e.text for _key, e in grown] == ["one\ntwo"]
    assert len(fresh) == 1
    assert [e.first_line for e in timeline.entries] == ["one", "a 2"]


def test_filters_of_text() -> None:
    """Any case; a wrong expression raises."""
    one = entry("a", 1, "Disk FAILED\nsense key 5")
    assert matcher("failed", False)(one)
    assert matcher("^sense .*5$", True)(one)
    assert not matcher("a.b", False)(one)
    assert matcher("UNIT", True)(one)
    assert matcher("", True)(one)
    with pytest.raises(re.error):
        matcher("(", True)


LOGS = NodeLogs(
    "a",
    (Source(JOURNAL, Kind.JOURNAL), Source("glusterfs/x.log", Kind.GLUSTER, "/var/log/glusterfs/x.log")),
    {JOURNAL: Place("c0"), "glusterfs/x.log": Place("", 9, 50)},
)
LINE = b"[2026-11-23 17:21:41.000001 +0000] E [a.c:1:f] 0-x: one"
HEAD = b'j {"__REALTIME_TIMESTAMP":"1","__CURSOR":"c1","MESSAGE":"'


def talk(query: Query | None = None) -> tuple[Follower, list[News]]:
    """A follower and what it handed on."""
    got: list[News] = []
    follower = Follower(LOGS, query or Query(("a",)), dict(LOGS.ends), {}, got.append)
    follower.begin()
    return follower, got


@given(st.integers(1, 40))
def test_what_the_follower_says_is_understood_however_it_is_cut(size: int) -> None:
    """Parts of long lines are put together; places move on with what was read."""
    follower, got = talk()
    said = HEAD.replace(b"j ", b"j+") + b"\nj hello" + b'"}\n' + b"1>9 50\n1+" + LINE[:20] + b"\n1 " + LINE[20:] + b"\n"
    said += b"1  more\n1<9 120\nj!100\n1!7\nj!3\nnonsense\n99 x\nt\n"
    assert follower.to_send() == LOOK
    assert follower.to_send() == b""
    for at in range(0, len(said), size):
        follower.received(said[at : at + size])
    last = {(e.source, e.place): e for news in got for e in news.entries}
    assert sorted(e.text for e in last.values()) == ["hello", "one\n more"]
    left_out = [(name, n) for news in got for name, n in news.left_out.items()]
    assert sum(n for name, n in left_out if name == JOURNAL) == 103
    assert sum(n for name, n in left_out if name != JOURNAL) == 7
    assert follower.to_send() == LOOK
    assert follower.begin() == (Place("c1"), [("/var/log/glusterfs/x.log", Place("", 9, 120))])


def test_after_a_loss_in_the_middle_of_a_file_it_goes_on_behind_the_last_whole_line() -> None:
    """No line twice, none lost."""
    follower, _got = talk()
    follower.received(b"1>9 50\n1 " + LINE + b"\n1 half a li")
    _journal, files = follower.begin()
    assert files[0].place == Place("", 9, 50 + len(LINE) + 1)


def test_severity_holds_for_what_is_followed() -> None:
    """Of files, too, which the node does not filter."""
    follower, got = talk(Query(("a",), severity=Severity.CRITICAL))
    follower.received(b"1>9 50\n1 " + LINE + b"\nt\n")
    assert [e for news in got for e in news.entries] == []
    argv = follow(Query(("a",), severity=Severity.ERROR), Place("c"), [], root=True).argv
    assert "-p 3" in argv[4]
    assert "--after-cursor=c" in argv[4]
    assert follow(Query(("a",)), None, [], root=True).argv[4] == ""


@given(st.binary(max_size=300))
def test_nothing_a_node_says_breaks_the_follower(data: bytes) -> None:
    """Whatever comes."""
    follower, _got = talk()
    follower.received(data)
    follower.received(b"\n1<x y\n1!z\n0 a\nj x\nt\n")


def test_times_as_people_write_them() -> None:
    """Ago, today, clock, date, seconds."""
    now = 1795454501.0
    assert moment("15m", "since", now) == round((now - 900) * 1e6)
    assert moment("2 h", "since", now) == round((now - 7200) * 1e6)
    assert moment("", "since") is None
    assert moment("1795454501.5", "since") == 1795454501500000
    days = [moment(text, "since", now) for text in ("today", "2026-11-23", "2026-11-23 00:00", "00:00")]
    assert len(set(days)) == 1
    for wrong in ("soon", "25:00", "2026-13-01"):
        with pytest.raises(InvalidInput):
            moment(wrong, "since", now)


def test_a_log_from_the_future_hides_nothing_that_is_written_now() -> None:
    """The clock of a node is a year ahead, and there is more of it."""
    timeline = Timeline()
    now = round(time.time() * 1e6)
    ahead = now + 365 * 86400 * 10**6
    timeline.add_page(Page("ahead", JOURNAL, (entry("ahead", ahead),), Place("older"), ahead))
    timeline.add_news([entry("right", now + 10**7)])
    assert len(timeline.entries[timeline.first :]) == 2


def test_pages_of_nothing() -> None:
    """A source without entries hides nothing."""
    timeline = Timeline()
    timeline.add_page(Page("a", JOURNAL))
    timeline.add_page(Page("b", JOURNAL, tuple(itertools.islice((entry("b", n) for n in itertools.count()), 3))))
    assert timeline.floor is None
    assert not timeline.has_older()
    assert len(timeline.entries[timeline.first :]) == 3


def test_the_newest_none_are_none() -> None:
    two = [entry("a", 1), entry("b", 2)]
    assert [list(newest(two, number)) for number in (0, 1, 5)] == [[], two[1:], two]
