"""Contrast of every pair of colours the app draws, recomputed."""

from __future__ import annotations

from dataclasses import fields

import pytest

from nasclustergui.ui.tokens import SERIES, THEMES, Colors, contrast, failures


def test_every_pair_reaches_its_minimum() -> None:
    assert failures() == []


def test_the_ratio_is_the_one_of_wcag() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)
    assert contrast("#FFFFFF", "#777777") == contrast("#777777", "#FFFFFF")


@pytest.mark.parametrize("name", THEMES)
def test_every_role_is_an_opaque_colour(name: str) -> None:
    values = [getattr(THEMES[name], f.name) for f in fields(Colors)]
    assert all(len(v) == 7 and v[0] == "#" and int(v[1:], 16) >= 0 for v in values)


def test_series_differ_from_each_other() -> None:
    assert all(len(set(colors)) == len(colors) for colors in SERIES.values())


def test_a_bad_pair_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    monkeypatch.setitem(THEMES, "light", replace(THEMES["light"], text3="#C0C0C0"))
    assert any("light: text3 on surface" in line for line in failures())
