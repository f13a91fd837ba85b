"""Ring buffers, min/max buckets, counters and the store of series."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nasclustergui.core.metrics import Sample
from nasclustergui.core.series import METRICS, Counter, Series, SeriesBook, min_max


def filled(count: int, capacity: int = 3600) -> Series:
    series = Series(capacity)
    for i in range(count):
        series.append(float(i), i * 2.0)
    return series


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 300), st.integers(0, 1500))
def test_keeps_exactly_the_newest(capacity: int, count: int) -> None:
    series = filled(count, capacity)
    kept = min(capacity, count)
    assert len(series) == kept
    assert series.total == count
    assert series.times.tolist() == [float(i) for i in range(count - kept, count)]
    assert series.values.tolist() == [2.0 * i for i in range(count - kept, count)]


def test_capacity_must_be_positive() -> None:
    with pytest.raises(ValueError, match="0"):
        Series(0)


def test_window_is_a_view_not_a_copy() -> None:
    series = filled(5000)
    times, values = series.since(4990.0)
    assert times.tolist() == [float(t) for t in range(4990, 5000)]
    assert np.shares_memory(times, series.times)
    assert np.shares_memory(values, series.values)
    assert np.shares_memory(series.newest(7)[1], series.values)


def test_newest() -> None:
    series = filled(10)
    assert series.newest(3)[0].tolist() == [7.0, 8.0, 9.0]
    assert len(series.newest(0)[0]) == 0
    assert len(series.newest(99)[0]) == 10


def test_small_use_takes_little_memory() -> None:
    assert filled(10)._times.nbytes < 1024


def test_last_of_an_empty_series_is_nothing() -> None:
    series = Series()
    assert math.isnan(series.last)
    assert math.isnan(series.last_time)
    assert series.seen_at is None


def test_a_gap_is_the_last_value_but_not_the_last_seen() -> None:
    series = filled(3)
    series.append(3.0, math.nan)
    assert math.isnan(series.last)
    assert series.last_time == 3.0
    assert series.seen_at == 2.0


def test_clock_set_back_drops_what_lies_ahead() -> None:
    series = filled(10)
    series.append(4.5, -1.0)
    assert series.times.tolist() == [0.0, 1.0, 2.0, 3.0, 4.0, 4.5]
    assert series.last == -1.0
    assert series.generation == 1


def test_clock_set_back_before_everything() -> None:
    series = filled(100, capacity=10)
    series.append(-5.0, 1.0)
    assert series.times.tolist() == [-5.0]


@settings(deadline=None, max_examples=30)
@given(st.lists(st.one_of(st.floats(-1e6, 1e6, width=32), st.just(math.nan)), max_size=200), st.integers(1, 40))
def test_buckets_equal_the_slow_way(values: list[float], count: int) -> None:
    series = Series(200)
    for i, value in enumerate(values):
        series.append(float(i), value)
    low, high = series.buckets(0.0, 200.0, count)
    edges = np.linspace(0.0, 200.0, count + 1)
    for k in range(count):
        part = [v for i, v in enumerate(values) if edges[k] <= i < edges[k + 1] and not math.isnan(v)]
        if part:
            assert (low[k], high[k]) == (np.float32(min(part)), np.float32(max(part)))
        else:
            assert math.isnan(low[k])
            assert math.isnan(high[k])


def test_buckets_leave_out_what_is_not_in_the_window() -> None:
    series = filled(100)
    low, high = series.buckets(10.0, 20.0, 2)
    assert low.tolist() == [20.0, 30.0]
    assert high.tolist() == [28.0, 38.0]


def test_buckets_of_nothing() -> None:
    low, high = min_max(np.empty(0), np.empty(0, np.float32), 0.0, 1.0, 3)
    assert np.isnan(low).all()
    assert np.isnan(high).all()


def test_counter_gives_an_average_per_second() -> None:
    counter = Counter()
    assert math.isnan(counter.rate(10.0, 1_000))
    assert counter.rate(12.0, 5_000) == 2_000.0
    assert counter.rate(13.0, 5_000) == 0.0


def test_counter_wraps_at_its_width() -> None:
    counter = Counter(bits=32)
    counter.rate(0.0, 2**32 - 100)
    assert counter.rate(2.0, 300) == 200.0


def test_counter_reset_is_no_rate_and_no_peak() -> None:
    counter = Counter()
    counter.rate(0.0, 10**12)
    assert math.isnan(counter.rate(1.0, 500))
    assert counter.rate(2.0, 1_500) == 1_000.0


def test_counter_reset_of_a_narrow_counter() -> None:
    counter = Counter(bits=32)
    counter.rate(0.0, 2**31)
    assert math.isnan(counter.rate(1.0, 5))


def test_counter_beyond_its_width_is_a_reset() -> None:
    counter = Counter(bits=32)
    counter.rate(0.0, 2**40)
    assert math.isnan(counter.rate(1.0, 5))


@pytest.mark.parametrize("t", [5.0, 4.0])
def test_counter_needs_time_to_pass(t: float) -> None:
    counter = Counter()
    counter.rate(5.0, 1)
    assert math.isnan(counter.rate(t, 2))


def sample(at: float) -> Sample:
    return Sample(at, 60.0, 0.5, 12.0, 1000, 250, 0, 0, 1.0, 2.0, 3.0, 4.0)


def test_book_records_a_sample() -> None:
    book = SeriesBook()
    book.record("node1", sample(7.0))
    assert len(book) == len(METRICS)
    assert book.series("node1", "memory_percent").last == 75.0
    assert math.isnan(book.series("node1", "disk_percent").last)  # no file systems were read
    assert ("node1", "send_rate") in set(book)


def test_book_gap_concerns_one_node_only() -> None:
    book = SeriesBook()
    book.record("node1", sample(1.0))
    book.record("node2", sample(1.0))
    book.gap("node1", 2.0)
    assert math.isnan(book.series("node1", "cpu_percent").last)
    assert book.series("node2", "cpu_percent").last == 12.0


def test_book_forgets_a_node() -> None:
    book = SeriesBook(capacity=5)
    book.record("node1", sample(1.0))
    book.append("node2", "cpu_percent", 1.0, 5.0)
    book.forget("node1")
    assert set(book) == {("node2", "cpu_percent")}
    assert book.series("node2", "cpu_percent").capacity == 5


def test_book_gives_the_same_series_before_and_after_data() -> None:
    book = SeriesBook()
    early = book.series("node1", "cpu_percent")
    book.append("node1", "cpu_percent", 1.0, 5.0)
    assert book.series("node1", "cpu_percent") is early
    assert len(early) == 1
