"""How numbers, sizes, times and ages read, in English and in German."""

import math
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasclustergui.core import i18n, units


@pytest.fixture
def german(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(i18n, "_language", "de")


@pytest.mark.parametrize(
    ("n", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1023, "1.0 KiB"),
        (1008 << 20, "1.0 GiB"),
        (1024, "1.0 KiB"),
        (67508431618867, "61.4 TiB"),
        (None, "—"),
        (math.nan, "—"),
        (5 * 1024**6, "5.0 EiB"),
        (5 * 1024**7, "5,120.0 EiB"),
    ],
)
def test_size(n: float | None, text: str) -> None:
    assert units.size(n) == text.replace(" ", units.NB)


def test_rates_are_decimal_and_whole_from_a_hundred_on() -> None:
    assert units.rate(412e6) == f"412{units.NB}MB/s"
    assert units.rate(4.12e6) == f"4.1{units.NB}MB/s"


def test_german_numbers(german: None) -> None:
    assert units.count(1284) == "1.284"
    assert units.size(1536) == f"1,5{units.NB}KiB"


def test_two_sizes_share_the_larger_ones_unit() -> None:
    assert units.size_parts(512 << 30, 96 << 40) == ("0.5", f"96.0{units.NB}TiB")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.04, "0.0 s"),
        (2.44, "2.4 s"),
        (42, "42 s"),
        (61, "1 min 1 s"),
        (600, "10 min"),
        (5040, "1 h 24 min"),
        (7200, "2 h"),
        (90000, "1 d 1 h"),
        (None, "—"),
    ],
)
def test_durations_use_the_two_largest_units(seconds: float | None, text: str) -> None:
    assert units.duration(seconds).replace(units.NB, " ") == text


def test_an_estimate_shows_its_band_only_when_it_is_wide() -> None:
    assert units.about(340, 360, 380) == f"about 6{units.NB}min"
    assert units.about(240, 360, 660).replace(units.NB, " ") == "about 6 min (4 min to 11 min)"


def test_clock_grows_with_distance() -> None:
    now = time.mktime((2026, 11, 23, 12, 0, 0, 0, 0, -1))
    assert units.clock(now - 3600, now) == "11:00:00"
    assert units.clock(now - 2 * 86400, now) == "21 Nov 12:00"
    assert units.clock(now - 400 * 86400, now) == "2025-10-19"
    assert units.clock(None) == "—"


@pytest.mark.parametrize(
    ("text", "n"), [("10G", 10 << 30), ("1.5 TiB", int(1.5 * 1024**4)), ("512MB", 512 << 20), ("7", 7)]
)
def test_parse_size(text: str, n: int) -> None:
    assert units.parse_size(text) == n


@pytest.mark.parametrize("text", ["", "G", "ten", "-1", "1e400", "nan", "1 XB", "\x00"])
def test_parse_size_refuses_nonsense(text: str) -> None:
    with pytest.raises((ValueError, OverflowError)):
        units.parse_size(text)


@given(st.integers(0, 2**62))
def test_a_size_reads_back_within_its_precision(n: int) -> None:
    shown = units.size(n).replace(",", "")
    assert units.parse_size(shown) == pytest.approx(n, rel=0.06, abs=0.5)
