"""Jobs: threads, lanes, callbacks, cancelling, an exit that waits for nobody."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Iterator

import pytest
import shiboken6
from PySide6.QtCore import QObject, QThread
from pytestqt.qtbot import QtBot

from nasclustergui.core.errors import Cancelled, NasError
from nasclustergui.core.job import Job, JobState
from nasclustergui.ui.jobs import LISTED, Jobs, is_over
from nasclustergui.ui.workers import Workers


@pytest.fixture
def jobs(qtbot: QtBot) -> Iterator[Jobs]:
    jobs = Jobs()
    yield jobs
    jobs.close()


@pytest.fixture
def owner(qtbot: QtBot) -> QObject:
    return QObject()


def wait_over(qtbot: QtBot, jobs: Jobs, *waited: Job) -> None:
    qtbot.waitUntil(lambda: all(is_over(job) and job not in jobs._tasks for job in waited), timeout=10_000)


def test_done_runs_in_the_gui_thread(jobs: Jobs, qtbot: QtBot, owner: QObject) -> None:
    seen: list[tuple[str, bool]] = []
    gui = QThread.currentThread()
    job = jobs.submit(
        owner,
        Job("t"),
        lambda job: threading.current_thread().name,
        lambda name: seen.append((name, QThread.currentThread() is gui)),
    )
    wait_over(qtbot, jobs, job)
    assert seen[0][0].startswith("job")
    assert seen[0][1]


def test_job_tells_state_times_and_result(jobs: Jobs, qtbot: QtBot, owner: QObject) -> None:
    job = Job("t")
    assert job.state is JobState.WAITING
    with qtbot.waitSignal(jobs.finished):
        jobs.submit(owner, job, lambda job: 42)
    assert (job.state, job.result, job.error) == (JobState.DONE, 42, None)
    assert job.started is not None
    assert job.ended is not None
    assert job.started <= job.ended


def test_error_reaches_failed(jobs: Jobs, qtbot: QtBot, owner: QObject) -> None:
    failed: list[Exception] = []

    def work(job: Job) -> None:
        raise NasError("no")

    job = jobs.submit(owner, Job("t"), work, failed=failed.append)
    wait_over(qtbot, jobs, job)
    assert [str(error) for error in failed] == ["no"]
    assert job.state is JobState.FAILED
    assert job.error is failed[0]


def test_even_system_exit_only_fails_the_job(jobs: Jobs, qtbot: QtBot, owner: QObject) -> None:
    failed: list[Exception] = []

    def work(job: Job) -> None:
        sys.exit(3)

    job = jobs.submit(owner, Job("t"), work, failed=failed.append)
    after = jobs.submit(owner, Job("t"), lambda job: "goes on")
    wait_over(qtbot, jobs, job, after)
    assert "SystemExit" in str(failed[0])
    assert after.result == "goes on"


def test_cancel_is_silent(jobs: Jobs, qtbot: QtBot, owner: QObject) -> None:
    called: list[object] = []
    stopped: list[str] = []
    job = Job("t")
    jobs.submit(owner, job, lambda job: job.sleep(30), called.append, called.append, lambda: stopped.append("yes"))
    job.cancel()
    wait_over(qtbot, jobs, job)
    assert called == []
    assert stopped == ["yes"]
    assert job.state is JobState.CANCELLED


def test_an_error_after_cancel_is_not_hidden(jobs: Jobs, qtbot: QtBot, owner: QObject) -> None:
    """The step's undo may fail: somebody must hear of it."""
    failed: list[Exception] = []

    def work(job: Job) -> None:
        with contextlib.suppress(Cancelled):
            job.sleep(30)
        raise NasError("undo failed")

    job = jobs.submit(owner, Job("t"), work, failed=failed.append)
    qtbot.waitUntil(lambda: job.state is JobState.RUNNING)
    job.cancel()
    wait_over(qtbot, jobs, job)
    assert [str(error) for error in failed] == ["undo failed"]


def test_progress_is_sampled(jobs: Jobs, qtbot: QtBot, owner: QObject) -> None:
    seen: list[float | None] = []
    jobs.changed.connect(lambda job: seen.append(job.progress))
    job = Job("t")

    def work(job: Job) -> None:
        for i in range(100_000):  # a flood of reports costs the GUI nothing
            job.report("busy", i / 100_000)
        job.sleep(30)

    jobs.submit(owner, job, work)
    qtbot.waitUntil(lambda: seen[-1:] == [0.99999])
    job.cancel()
    wait_over(qtbot, jobs, job)
    assert len(seen) < 100
    assert job.step == "busy"


def test_sampling_stops_when_nothing_runs(jobs: Jobs, qtbot: QtBot, owner: QObject) -> None:
    job = jobs.submit(owner, Job("t"), lambda job: None)
    wait_over(qtbot, jobs, job)
    qtbot.waitUntil(lambda: not jobs._sampler.isActive())


def test_lane_runs_one_at_a_time_in_order(jobs: Jobs, qtbot: QtBot, owner: QObject) -> None:
    running, peak = [0], [0]
    order: list[int] = []

    def work(job: Job) -> int:
        running[0] += 1
        peak[0] = max(peak[0], running[0])
        job.sleep(0.005)
        running[0] -= 1
        return job.number

    submitted = [jobs.submit(owner, Job("t", lane="gluster"), work, order.append) for _ in range(10)]
    wait_over(qtbot, jobs, *submitted)
    assert peak[0] == 1
    assert order == [job.number for job in submitted]
    assert not jobs._lanes


def test_lanes_do_not_wait_for_each_other(jobs: Jobs, qtbot: QtBot, owner: QObject) -> None:
    stuck = jobs.submit(owner, Job("stuck", lane="a"), lambda job: job.sleep(30))
    free = jobs.submit(owner, Job("free", lane="b"), lambda job: "ran")
    wait_over(qtbot, jobs, free)
    assert stuck.state is JobState.RUNNING
    stuck.cancel()


def test_waiting_job_says_for_whom(jobs: Jobs, qtbot: QtBot, owner: QObject) -> None:
    hold, second_hold = threading.Event(), threading.Event()
    first = jobs.submit(owner, Job("first", lane="a"), lambda job: hold.wait(30))
    second = jobs.submit(owner, Job("second", lane="a"), lambda job: second_hold.wait(30))
    third = jobs.submit(owner, Job("third", lane="a"), lambda job: None)
    assert (first.waits_for, second.waits_for, third.waits_for) == ("", "first", "first")
    hold.set()
    wait_over(qtbot, jobs, first)
    assert (second.waits_for, third.waits_for) == ("", "second")
    second_hold.set()
    wait_over(qtbot, jobs, second, third)


def test_cancel_while_waiting_ends_at_once_and_never_starts(jobs: Jobs, qtbot: QtBot, owner: QObject) -> None:
    ran: list[int] = []
    first = jobs.submit(owner, Job("first", lane="gluster"), lambda job: job.sleep(30))
    second = jobs.submit(owner, Job("second", lane="gluster"), lambda job: ran.append(1))
    third = jobs.submit(owner, Job("third", lane="gluster"), lambda job: ran.append(3))
    second.cancel()
    wait_over(qtbot, jobs, second)
    assert second.state is JobState.CANCELLED
    assert second.ended is not None
    assert not is_over(first)
    first.cancel()
    wait_over(qtbot, jobs, third)
    assert ran == [3]


def test_many_tasks_do_not_crash(jobs: Jobs, qtbot: QtBot, owner: QObject) -> None:
    done: list[object] = []
    for i in range(2000):
        jobs.submit(owner, Job(str(i), quiet=True), lambda job: None, done.append)
    qtbot.waitUntil(lambda: len(done) == 2000, timeout=20_000)


def test_owner_gone(jobs: Jobs, qtbot: QtBot) -> None:
    dialog = QObject()
    called: list[object] = []
    hold = threading.Event()
    job = jobs.submit(dialog, Job("t"), lambda job: hold.wait(30), called.append, called.append)
    shiboken6.delete(dialog)
    hold.set()
    wait_over(qtbot, jobs, job)
    assert called == []
    assert job.state is JobState.DONE


def test_a_failing_callback_harms_no_other(jobs: Jobs, qtbot: QtBot, owner: QObject) -> None:
    seen: list[object] = []

    def fail(result: object) -> None:
        raise ValueError("bad slot")

    with qtbot.captureExceptions() as exceptions:
        bad = jobs.submit(owner, Job("bad"), lambda job: 1, fail)
        good = jobs.submit(owner, Job("good"), lambda job: 2, seen.append)
        wait_over(qtbot, jobs, bad, good)
    assert [str(value) for _type, value, _trace in exceptions] == ["bad slot"]
    assert seen == [2]


def test_a_callback_may_submit_again(jobs: Jobs, qtbot: QtBot, owner: QObject) -> None:
    seen: list[object] = []

    def again(result: object) -> None:
        jobs.submit(owner, Job("second", lane="a"), lambda job: "second", seen.append)

    jobs.submit(owner, Job("first", lane="a"), lambda job: "first", again)
    qtbot.waitUntil(lambda: seen == ["second"])


def test_quiet_jobs_are_not_announced(jobs: Jobs, qtbot: QtBot, owner: QObject) -> None:
    heard: list[Job] = []
    for signal in (jobs.added, jobs.changed, jobs.finished):
        signal.connect(heard.append)
    job = jobs.submit(owner, Job("poll", quiet=True), lambda job: 1)
    wait_over(qtbot, jobs, job)
    assert heard == []
    assert jobs.all == []
    assert not jobs._sampler.isActive()


def test_list_is_newest_first_and_bounded(jobs: Jobs, qtbot: QtBot, owner: QObject) -> None:
    kept = jobs.submit(owner, Job("runs all the time"), lambda job: job.sleep(30))
    rest = [jobs.submit(owner, Job(str(i)), lambda job: None) for i in range(LISTED)]
    wait_over(qtbot, jobs, *rest)
    last = jobs.submit(owner, Job("last"), lambda job: None)
    assert jobs.all[0] is last
    assert len(jobs.all) == LISTED
    assert kept in jobs.all
    assert kept in jobs.running()
    kept.cancel()


def test_close_with_work_under_way(qtbot: QtBot, owner: QObject) -> None:
    jobs = Jobs()
    called: list[object] = []
    for i in range(40):
        jobs.submit(owner, Job("t", lane=f"lane {i % 3}"), lambda job: job.sleep(60), called.append)
    assert jobs.close(30)
    assert called == []


def test_close_does_not_wait_for_what_is_stuck(qtbot: QtBot, owner: QObject) -> None:
    jobs = Jobs()
    release = threading.Event()
    job = Job("t")
    job.on_cancel(lambda: release.wait(60) and None)  # even the waker blocks
    jobs.submit(owner, job, lambda job: release.wait(60))
    assert not jobs.close(0.05)
    release.set()
    assert jobs._workers.close(30)


def test_a_waker_that_raises_spares_no_other_job(qtbot: QtBot, owner: QObject) -> None:
    def fail() -> None:
        raise OSError("socket gone")

    jobs = Jobs()
    bad, good = Job("bad"), Job("good")
    bad.on_cancel(fail)
    for job in (bad, good):
        jobs.submit(owner, job, lambda job: job.sleep(60))
    assert jobs.close(30)
    assert good.cancelled
    assert "socket gone" in bad.output[0][2]


def test_submit_after_close_runs_nothing(qtbot: QtBot, owner: QObject) -> None:
    jobs = Jobs()
    jobs.close()
    ran: list[int] = []
    job = jobs.submit(owner, Job("late"), lambda job: ran.append(1))
    assert job.state is JobState.CANCELLED
    assert ran == []


def test_outcome_after_the_object_is_gone_is_harmless(qtbot: QtBot, owner: QObject) -> None:
    jobs = Jobs()
    release, ended = threading.Event(), threading.Event()

    def work(job: Job) -> None:
        release.wait(30)
        ended.set()

    jobs.submit(owner, Job("t"), work)
    workers = jobs._workers
    shiboken6.delete(jobs)
    release.set()
    assert ended.wait(30)
    assert workers.close(30)


def test_workers_reuse_threads_and_respect_the_limit() -> None:
    workers = Workers(limit=3)
    hold, ran = threading.Event(), threading.Semaphore(0)
    names: set[str] = set()

    def task() -> None:
        hold.wait(30)
        names.add(threading.current_thread().name)
        ran.release()

    for _ in range(10):
        workers.start(task)
    hold.set()
    for _ in range(10):
        assert ran.acquire(timeout=30)
    assert len(names) <= 3
    for _ in range(5):
        workers.start(task)
        assert ran.acquire(timeout=30)
    assert len(workers._threads) == 3
    assert workers.close(30)
