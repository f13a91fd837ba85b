"""Estimates of rebalances and heals."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasclustergui.subsystems.gluster.estimate import BacklogMeter, Rates
from nasclustergui.subsystems.gluster.model import TaskState, VolumeType
from nasclustergui.subsystems.gluster.rebalance_meter import (
    RebalanceMeter,
    files_for_inodes,
    files_on,
    files_to_move,
)
from tests.recorded.pools import task, volume, with_bricks


@pytest.mark.parametrize(
    ("inodes", "files"),
    [(0, 0), (40, 0), (3829, 1750), (1_000_000, 934_168)],
)
def test_files_are_fewer_than_inodes(inodes: int, files: int) -> None:
    """Small volumes need nearly two inodes per file, large ones one and the 65,792 directories."""
    assert files_for_inodes(inodes) == pytest.approx(files, rel=0.02, abs=2)


@given(st.integers(0, 10**9), st.integers(0, 10**6))
def test_more_inodes_never_mean_fewer_files(inodes: int, more: int) -> None:
    assert files_for_inodes(inodes) <= files_for_inodes(inodes + more) + 1e-6 <= inodes + more + 1


def test_a_replica_set_counts_its_files_once() -> None:
    full = {"inodes": 10_000, "inodes_free": 5_000}
    copies = with_bricks(volume(VolumeType.REPLICATE, (1, 2, 3)), full, full, full)
    alone = with_bricks(volume(VolumeType.DISTRIBUTE, (1,)), full)
    assert files_on(copies) == files_on(alone)


def test_files_are_unknown_while_a_set_is() -> None:
    assert files_on(with_bricks(volume(VolumeType.DISTRIBUTE, (1, 2)), {"inodes": 10, "inodes_free": 5})) is None
    assert files_to_move(volume(VolumeType.DISTRIBUTE, (1, 2))) == 0.0


def test_half_of_the_files_move_to_as_many_new_sets() -> None:
    old, new = {"inodes": 500_000, "inodes_free": 300_000}, {"inodes": 500_000, "inodes_free": 499_990}
    grown = with_bricks(volume(VolumeType.DISTRIBUTE, (1, 2, 3, 4)), old, old, new, new)
    total = files_on(grown)
    assert total is not None
    assert files_to_move(grown) == pytest.approx(total / 2, rel=0.01)


def test_rebalance_progress_rises_to_99_percent_until_completed() -> None:
    meter = RebalanceMeter(1000)
    progress = [meter.add(float(t), task(lookups=n)).progress for t, n in enumerate((0, 400, 900, 5000))]
    assert progress == [0.0, 0.4, 0.9, 0.99]
    done = meter.add(9.0, task(status=TaskState.COMPLETED, lookups=5000))
    assert (done.progress, done.seconds_left) == (1.0, (0.0, 0.0, 0.0))


def test_rebalance_progress_never_goes_back() -> None:
    meter = RebalanceMeter(1000, 500)
    first = meter.add(0.0, task(lookups=500, moved=250)).progress
    second = meter.add(1.0, task(lookups=100, moved=0)).progress
    assert first == second == 0.5


def test_moves_fill_the_gaps_between_lookups() -> None:
    meter = RebalanceMeter(1000, 500)
    assert meter.add(0.0, task(lookups=300, moved=0)).progress == 0.0  # looked at, all of it still in the queue
    assert meter.add(1.0, task(lookups=300, moved=150)).progress == pytest.approx(0.3)


def test_an_unknown_total_gives_no_percentage_but_a_rate() -> None:
    meter = RebalanceMeter(None)
    meter.add(0.0, task(lookups=0))
    found = meter.add(10.0, task(lookups=500))
    assert (found.progress, found.seconds_left, found.rate) == (None, None, 50.0)


def test_time_left_has_a_band_around_the_likely() -> None:
    meter = RebalanceMeter(1000)
    for t in range(0, 20, 2):
        found = meter.add(float(t), task(lookups=t * 10))
    assert found.seconds_left is not None
    low, likely, high = found.seconds_left
    assert likely == pytest.approx((1000 - 180) / 10)
    assert 0 < low < likely < high


def test_a_heal_falls_and_new_entries_set_it_back() -> None:
    meter = BacklogMeter()
    assert meter.add(0.0, 0).progress is None
    assert meter.add(1.0, 100).progress == 0.0
    assert meter.add(5.0, 50).progress == 0.5
    assert meter.add(6.0, 200).progress == 0.0
    assert meter.add(10.0, 0).progress == 1.0


def test_no_estimate_while_nothing_moves_or_too_little_was_seen() -> None:
    rates = Rates()
    assert rates.time_for(100) is None
    rates.add(0.0, 5)
    rates.add(1.0, 10)
    assert rates.time_for(100) is None  # one second is too little
    rates.add(60.0, 5)  # a counter that went back begins anew
    rates.add(70.0, 5)
    assert rates.time_for(100) is None
    rates.add(80.0, 25)
    assert rates.likely == 2.0  # the ten seconds in which nothing moved don't count
