"""Axes of charts: round ends, labels with units, no jumping about."""

import math

import pytest

from nasclustergui.core.units import NB
from nasclustergui.ui.axis import PERCENT, RATE, memory, nice_top


@pytest.mark.parametrize(
    ("value", "top"), [(1, 1), (1.01, 2), (3, 4), (5, 6), (6.5, 8), (9.9, 10), (11, 20), (0.03, 0.04), (412e6, 600e6)]
)
def test_nice_top(value: float, top: float) -> None:
    assert nice_top(value) == pytest.approx(top)


def test_percent_always_ends_at_100() -> None:
    assert PERCENT.axis(3.0).labels == ("0", "50", f"100{NB}%")
    assert PERCENT.axis(math.nan).top == 100.0


def test_memory_is_stored_as_a_share_and_shown_in_bytes() -> None:
    quantity = memory(32 * 2**30)
    assert quantity.value(55.0) == f"17.6{NB}GiB"
    assert quantity.axis(55.0).labels == ("0", "16", f"32{NB}GiB")


def test_memory_of_unknown_size_is_a_share() -> None:
    assert memory(0).value(55.0) == f"55{NB}%"


@pytest.mark.parametrize(
    ("highest", "labels"),
    [
        (math.nan, ("0", "5", f"10{NB}kB/s")),
        (0.0, ("0", "5", f"10{NB}kB/s")),
        (412e6, ("0", "300", f"600{NB}MB/s")),
        (999e6, ("0", "0.5", f"1{NB}GB/s")),
    ],
)
def test_rate_axis(highest: float, labels: tuple[str, str, str]) -> None:
    assert RATE.axis(highest).labels == labels


def test_growing_axis_stays_while_it_fits() -> None:
    axis = RATE.axis(412e6)
    assert RATE.axis(599e6, axis) is axis
    assert RATE.axis(200e6, axis) is axis
    assert RATE.axis(601e6, axis).top == pytest.approx(800e6)
    assert RATE.axis(90e6, axis).top == pytest.approx(100e6)


def test_quiet_axis_does_not_change_for_ever() -> None:
    axis = RATE.axis(0.0)
    assert RATE.axis(0.0, axis) is axis


def test_a_value_that_was_not_read_is_a_dash() -> None:
    assert PERCENT.value(math.nan) == "—"
