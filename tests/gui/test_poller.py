"""The poller: one read at a time, polite when slow, failing or hidden, honest when nothing comes."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from nasclustergui.core.errors import NasError, ServiceDown
from nasclustergui.core.job import Job
from nasclustergui.ui.jobs import Jobs
from nasclustergui.ui.poller import HIDDEN_FACTOR, LONGEST_MS, Poller


@pytest.fixture
def jobs(qtbot: QtBot) -> Iterator[Jobs]:
    jobs = Jobs()
    yield jobs
    jobs.close()


class Source:
    """Something to read: counts, blocks while `gate` is closed, raises `error` if there is one."""

    def __init__(self) -> None:
        self.reads = self.inside = self.peak = 0
        self.gate = threading.Event()
        self.gate.set()
        self.error: Exception | None = None
        self.heeds_cancel = False

    def read(self, job: Job) -> int:
        self.inside += 1
        self.peak = max(self.peak, self.inside)
        try:
            while self.heeds_cancel:
                job.sleep(30)
            self.gate.wait(30)
            if self.error:
                raise self.error
            self.reads += 1
            return self.reads
        finally:
            self.inside -= 1


class Heard:
    """What a poller said."""

    def __init__(self, poller: Poller) -> None:
        self.states: list[object] = []
        self.errors: list[Exception] = []
        poller.state.connect(self.states.append)
        poller.lost.connect(self.errors.append)


@pytest.fixture
def source() -> Iterator[Source]:
    source = Source()
    yield source
    source.heeds_cancel = False
    source.gate.set()


def test_reads_again_and_again(jobs: Jobs, qtbot: QtBot, source: Source) -> None:
    poller = Poller(jobs, source.read, 1)
    heard = Heard(poller)
    assert poller.fresh_at is None
    poller.start()
    qtbot.waitUntil(lambda: len(heard.states) >= 5)
    poller.stop()
    assert heard.states[:5] == [1, 2, 3, 4, 5]
    assert source.peak == 1
    assert poller.fresh_at is not None


def test_start_twice_is_one_poller(jobs: Jobs, qtbot: QtBot, source: Source) -> None:
    poller = Poller(jobs, source.read, 3_600_000)
    heard = Heard(poller)
    poller.start()
    poller.start()
    qtbot.waitUntil(lambda: poller.busy_since is None and heard.states == [1])
    poller.stop()


def test_pokes_during_a_read_cause_one_more(jobs: Jobs, qtbot: QtBot, source: Source) -> None:
    poller = Poller(jobs, source.read, 3_600_000)
    heard = Heard(poller)
    source.gate.clear()
    poller.start()
    for _ in range(10):
        poller.poke()
    assert poller.busy_since is not None
    source.gate.set()
    qtbot.waitUntil(lambda: heard.states == [1, 2] and poller.busy_since is None)
    assert source.peak == 1
    poller.stop()


def test_poke_reads_before_its_time(jobs: Jobs, qtbot: QtBot, source: Source) -> None:
    poller = Poller(jobs, source.read, 3_600_000)
    heard = Heard(poller)
    poller.start()
    qtbot.waitUntil(lambda: heard.states == [1])
    poller.poke()
    qtbot.waitUntil(lambda: heard.states == [1, 2])
    poller.stop()


def test_failures_are_told_and_back_off_then_recover(jobs: Jobs, qtbot: QtBot, source: Source) -> None:
    poller = Poller(jobs, source.read, 10)
    heard = Heard(poller)
    source.error = NasError("no connection")
    poller.start()
    qtbot.waitUntil(lambda: poller.failures == 3)
    assert {str(error) for error in heard.errors} == {"no connection"}
    assert poller.interval_ms() >= 80
    assert poller.fresh_at is None
    source.error = None
    poller.poke()
    qtbot.waitUntil(lambda: poller.failures == 0 and len(heard.states) > 0)
    poller._took_ms = 0.0
    assert poller.interval_ms() == 10
    poller.stop()


def test_backing_off_has_an_end(jobs: Jobs, source: Source) -> None:
    poller = Poller(jobs, source.read, 1000)
    poller.failures = 50
    assert poller.interval_ms() == LONGEST_MS


def test_backing_off_never_reads_more_often_than_asked(jobs: Jobs, source: Source) -> None:
    poller = Poller(jobs, source.read, 2 * LONGEST_MS)
    poller.failures = 5
    assert poller.interval_ms() == 2 * LONGEST_MS


def test_slow_reads_take_half_of_the_time_at_most(jobs: Jobs, source: Source) -> None:
    poller = Poller(jobs, source.read, 1000)
    poller._took_ms = 400.0
    assert poller.interval_ms() == 1000
    poller._took_ms = 4000.0
    assert poller.interval_ms() == 4000


def test_hidden_reads_less_often(jobs: Jobs, qtbot: QtBot, source: Source) -> None:
    poller = Poller(jobs, source.read, 100_000)
    heard = Heard(poller)
    poller.start()
    qtbot.waitUntil(lambda: heard.states == [1])
    poller.set_visible(False)
    assert poller.interval_ms() == HIDDEN_FACTOR * 100_000
    assert poller._next.interval() > 100_000
    poller.set_visible(True)
    assert poller.interval_ms() == 100_000
    assert poller._next.interval() <= 100_000
    poller.stop()


def test_shown_again_reads_an_old_state_at_once(jobs: Jobs, qtbot: QtBot, source: Source) -> None:
    poller = Poller(jobs, source.read, 100_000)
    heard = Heard(poller)
    poller.start()
    qtbot.waitUntil(lambda: heard.states == [1])
    poller.set_visible(False)
    assert poller._ended is not None
    poller._ended -= 200.0  # as if that many seconds went by
    poller.set_visible(True)
    qtbot.waitUntil(lambda: heard.states == [1, 2])
    poller.stop()


def test_hiding_before_the_start_changes_nothing(jobs: Jobs, qtbot: QtBot, source: Source) -> None:
    poller = Poller(jobs, source.read, 1000)
    poller.set_visible(False)
    poller.poke()
    assert poller.busy_since is None
    heard = Heard(poller)
    poller.start()
    qtbot.waitUntil(lambda: heard.states == [1])
    poller.stop()


def test_a_hanging_read_is_told_once_and_cancelled(jobs: Jobs, qtbot: QtBot, source: Source) -> None:
    poller = Poller(jobs, source.read, 3_600_000, deadline_ms=10)
    heard = Heard(poller)
    source.heeds_cancel = True
    poller.start()
    qtbot.waitUntil(lambda: poller.busy_since is None and len(heard.errors) == 1)
    assert isinstance(heard.errors[0], ServiceDown)
    assert "No answer within" in str(heard.errors[0])
    assert heard.errors[0].hint
    assert poller.failures == 1
    poller.stop()


def test_a_read_that_ignores_cancel_blocks_only_itself(jobs: Jobs, qtbot: QtBot, source: Source) -> None:
    poller = Poller(jobs, source.read, 3_600_000, deadline_ms=10)
    heard = Heard(poller)
    source.gate.clear()
    poller.start()
    qtbot.waitUntil(lambda: len(heard.errors) == 1)
    poller.poke()
    poller._deadline.setInterval(60_000)  # for the second read
    assert poller.busy_since is not None  # still that one: a second would pile up
    source.gate.set()
    qtbot.waitUntil(lambda: len(heard.states) == 2)  # its late answer counts, then the poke
    assert source.peak == 1
    assert len(heard.errors) == 1
    assert poller.failures == 0
    poller.stop()


def test_an_error_after_the_deadline_is_not_told_twice(jobs: Jobs, qtbot: QtBot, source: Source) -> None:
    poller = Poller(jobs, source.read, 3_600_000, deadline_ms=10)
    heard = Heard(poller)
    source.gate.clear()
    source.error = NasError("channel closed")
    poller.start()
    qtbot.waitUntil(lambda: len(heard.errors) == 1)
    source.gate.set()
    qtbot.waitUntil(lambda: poller.busy_since is None)
    assert len(heard.errors) == 1
    poller.stop()


def test_stop_during_a_read_ignores_its_outcome(jobs: Jobs, qtbot: QtBot, source: Source) -> None:
    poller = Poller(jobs, source.read, 1)
    heard = Heard(poller)
    source.gate.clear()
    poller.start()
    poller.stop()
    source.gate.set()
    qtbot.waitUntil(lambda: poller.busy_since is None)
    assert heard.states == []
    assert not poller._next.isActive()


def test_start_again_after_stop(jobs: Jobs, qtbot: QtBot, source: Source) -> None:
    poller = Poller(jobs, source.read, 3_600_000)
    heard = Heard(poller)
    source.heeds_cancel = True
    poller.start()
    poller.stop()
    source.heeds_cancel = False
    poller.start()  # the cancelled read has not ended yet
    qtbot.waitUntil(lambda: len(heard.states) == 1)
    assert source.peak == 1
    poller.stop()


def test_polls_are_quiet(jobs: Jobs, qtbot: QtBot, source: Source) -> None:
    poller = Poller(jobs, source.read, 3_600_000)
    heard = Heard(poller)
    poller.start()
    qtbot.waitUntil(lambda: heard.states == [1])
    assert jobs.all == []
    poller.stop()
