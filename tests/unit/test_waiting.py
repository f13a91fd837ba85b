"""Blocking calls that end early: deadline, cancel, turns, a pool of daemon threads."""

from __future__ import annotations

import threading

import pytest

from nasclustergui.core.errors import Cancelled
from nasclustergui.core.job import Job
from nasclustergui.remote.waiting import Bell, DaemonPool, Slots, TimeUp, Watch


def test_a_bell_is_not_silenced_by_a_buffer_that_was_read_empty() -> None:
    bell = Bell()
    bell.set()
    bell.clear()
    assert bell.wait(0)
    assert not bell.wait(0)


def test_until_looks_first_and_after_every_ring() -> None:
    with Watch(30) as watch:
        watch.until(lambda: True)
        seen: list[int] = []

        def true() -> bool:
            seen.append(1)
            watch.bell.set()
            return len(seen) == 3

        watch.until(true)
    assert len(seen) == 3


def test_deadline() -> None:
    with Watch(0.01) as watch, pytest.raises(TimeUp):
        watch.until(lambda: False)


def test_a_deadline_can_be_moved() -> None:
    with Watch(0.0) as watch:
        with pytest.raises(TimeUp):
            watch.check()
        watch.extend(60)
        watch.check()


def test_cancel_wakes_and_leaves_nothing_behind() -> None:
    job = Job("t")
    threading.Timer(0.02, job.cancel).start()
    with Watch(None, job) as watch, pytest.raises(Cancelled):
        watch.until(lambda: False)
    assert job._wakers == []


def test_slots() -> None:
    slots = Slots(2)
    with Watch(0.01) as watch:
        slots.acquire(watch)
        slots.acquire(watch)
        with pytest.raises(TimeUp):
            slots.acquire(watch)
    slots.release()
    with Watch(30) as watch:
        slots.acquire(watch)


def test_slots_shrink_and_grow_back(monkeypatch: pytest.MonkeyPatch) -> None:
    slots = Slots(3)
    with Watch(0.01) as watch:
        slots.acquire(watch)
        assert not slots.shrink()
        slots.acquire(watch)
        assert slots.shrink()
        slots.release()
        with pytest.raises(TimeUp):
            slots.acquire(watch)
        monkeypatch.setattr(slots, "_grow_at", 0.0)
        slots.acquire(watch)


def test_pool_runs_everything_in_few_daemon_threads() -> None:
    pool = DaemonPool("test", 3)
    names: set[str] = set()
    done = threading.Semaphore(0)
    gate = threading.Event()

    def work() -> None:
        gate.wait(10)
        names.add(threading.current_thread().name)
        assert threading.current_thread().daemon
        done.release()

    for _number in range(20):
        pool.submit(work)
    gate.set()
    for _number in range(20):
        assert done.acquire(timeout=10)
    assert len(names) <= 3
