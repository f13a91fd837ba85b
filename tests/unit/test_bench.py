"""The benchmarks' runner: finds them by name, reports what it can't measure, fails nothing."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest

from tests.bench import __main__ as runner
from tests.bench.measure import Figure, fraction, multiple


def test_every_module_is_found_without_registration() -> None:
    assert {"charts", "exit", "loop", "startup", "table"} <= set(runner.names())


def test_fraction_is_met_at_its_goal_and_below() -> None:
    assert fraction("x", 1.0, 25.0, 25).met
    assert fraction("x", 1.0, 30.0, 25).value == "1/30.0"
    assert not fraction("x", 1.0, 24.0, 25).met
    assert fraction("x", 0.0, 24.0, 25).met


def test_multiple_is_met_at_its_goal_and_below() -> None:
    assert multiple("x", 1.5, 1.0, 1.5).met
    assert not multiple("x", 1.6, 1.0, 1.5).met
    assert not multiple("x", 1.0, 0.0, 1.5).met


def test_line_says_goal_and_verdict() -> None:
    line = fraction("strips", 1.0, 24.0, 25, "1 ms / 24 ms").line()
    assert "strips" in line
    assert "goal ≤ 1/25" in line
    assert "MISSED" in line
    assert line.endswith("1 ms / 24 ms")
    assert "goal" not in Figure("strips", "1/3").line()


def with_benchmark(monkeypatch: pytest.MonkeyPatch, run: object) -> None:
    module = ModuleType("tests.bench.bench_mine")
    module.run = run  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "tests.bench.bench_mine", module)


def test_figures_are_printed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with_benchmark(monkeypatch, lambda: [Figure("first", "1/2"), Figure("second", "3 ms", "≤ 1 ms", False)])
    runner.run_here("mine")
    out = capsys.readouterr().out
    assert "── mine" in out
    assert "first" in out
    assert "MISSED" in out


def test_a_broken_benchmark_is_a_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def run() -> list[Figure]:
        raise OSError("no cluster here")

    with_benchmark(monkeypatch, run)
    runner.run_here("mine")
    assert "not measured: OSError('no cluster here')" in capsys.readouterr().out


def test_unknown_names_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert runner.main(["nonsense"]) == 2
    assert "nonsense" in capsys.readouterr().err


def test_each_runs_in_a_process_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []
    monkeypatch.setattr(runner, "run_apart", ran.append)
    assert runner.main(["exit", "table"]) == 0
    assert ran == ["exit", "table"]
    ran.clear()
    assert runner.main([]) == 0
    assert ran == runner.names()
