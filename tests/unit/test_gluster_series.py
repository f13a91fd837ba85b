"""Real rebalances and heals played again: what was estimated when 30 % of their time was over, against the truth."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from nasclustergui.subsystems.gluster.rebalance_meter import Standstill
from tests.recorded.progress import all_series, estimate_at, load, off_by, replay

FACTOR = 1.5
SHARE = 0.3
FILES = all_series()


def test_there_are_series_of_both_kinds() -> None:
    kinds = [load(path).kind for path in FILES]
    assert kinds.count("rebalance") >= 5
    assert kinds.count("heal") >= 3


@pytest.mark.parametrize("every", [0.0, 5.0], ids=["each reading", "a reading each 5 s"])
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_estimate_at_30_percent_is_right_within_a_factor_1_5(path: Path, every: float) -> None:
    series = load(path)
    found = estimate_at(series, replay(series, every=every), SHARE)
    assert found is not None
    estimated, true, (low, high) = found
    assert off_by(estimated, true) <= FACTOR, f"{estimated:.0f} s estimated, {true:.0f} s it were"
    assert low / 1.1 <= true <= high * 1.1, f"the band {low:.0f} to {high:.0f} s does not hold {true:.0f} s"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_program_started_in_the_middle_is_right_as_well(path: Path) -> None:
    """A rebalance's own run time and counters make the first estimates good; a heal tells no more than its backlog."""
    series = load(path)
    found = estimate_at(series, replay(series, after=SHARE * series.ended), SHARE)
    assert found is not None
    estimated, true, _band = found
    assert off_by(estimated, true) <= FACTOR, f"{estimated:.0f} s estimated, {true:.0f} s it were"


@pytest.mark.parametrize("path", [p for p in FILES if "rebalance" in p.stem], ids=lambda path: path.stem)
def test_progress_rises_to_its_end(path: Path) -> None:
    points = [p.estimate.progress or 0.0 for p in replay(load(path))]
    assert all(before <= after for before, after in pairwise(points))
    assert points[-1] == 1.0


def test_a_rebalance_found_in_the_middle_has_an_estimate_with_the_first_reading() -> None:
    series = load(next(path for path in FILES if "replica-3" in path.stem and "rebalance" in path.stem))
    first = replay(series, after=SHARE * series.ended)[0].estimate
    assert first.seconds_left is not None
    true = (1 - SHARE) * series.ended
    assert off_by(first.seconds_left[1], true) <= FACTOR


@pytest.mark.parametrize("path", [p for p in FILES if "rebalance" in p.stem], ids=lambda path: path.stem)
def test_no_working_node_is_taken_for_a_dead_one(path: Path) -> None:
    standstill = Standstill()
    for sample in load(path).samples:
        assert sample.task is not None
        assert standstill.add(sample.at, sample.task) == ()
