"""Profile and top: recorded answers, differences between readings, plans."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nasclustergui.core.errors import CommandFailed, InvalidInput, UnexpectedOutput
from nasclustergui.core.events import Severity
from nasclustergui.subsystems.gluster.commands.understand import understand
from nasclustergui.subsystems.gluster.features.performance.commands import (
    parse_profile,
    parse_top,
    profile_info,
    top,
    top_clear,
)
from nasclustergui.subsystems.gluster.features.performance.model import Metric, is_profiled, since, together
from nasclustergui.subsystems.gluster.features.performance.plans import plan_profile, plan_top_clear
from nasclustergui.subsystems.gluster.features.performance.words import latency
from nasclustergui.subsystems.gluster.model import VolumeStatus
from tests.recorded import pools
from tests.recorded.fake_gluster import answer, said

ON = {"diagnostics.latency-measurement": "on", "diagnostics.count-fop-hits": "on"}


@pytest.mark.parametrize("name", ["profile-info", "profile-info-peek", "profile-info-cumulative"])
def test_counters_are_read_for_each_brick(name: str) -> None:
    found = parse_profile(answer(name))
    assert {brick.brick for brick in found} == {
        "node1:/bricks/d1/rep3",
        "node2:/bricks/d1/rep3",
        "node4:/bricks/d1/rep3n",
    }
    first = next(brick for brick in found if brick.brick.startswith("node1"))
    stat = next(fop for fop in first.fops if fop.name == "STAT")
    assert (stat.calls, stat.average, stat.minimum, stat.maximum) == (5, 45303.8, 37431.0, 70852.0)
    assert {block.size: (block.reads, block.writes) for block in first.blocks}[1024] == (1031, 3000)
    assert (first.read, first.written) == (7275800, 11168024)


def test_profiling_that_is_off_is_a_refusal_and_half_an_answer_is_none() -> None:
    with pytest.raises(CommandFailed, match="not started"):
        parse_profile(answer("profile-info-not-started"))
    with pytest.raises(UnexpectedOutput):
        parse_profile(answer("profile-info-incremental"))


def test_top_lists_are_read() -> None:
    opened = parse_top(answer("top-open"))
    assert opened[0].files[0].path == "/dir07/heal02387"
    assert (opened[0].files[0].value, opened[0].open_now, opened[0].open_most) == (6, 0, 3)
    measured = parse_top(answer("top-read-perf"))[0]
    assert (measured.throughput, measured.seconds) == (2048.0, 0.000032)
    assert len(parse_top(answer("top-write-perf"))) == 3
    assert parse_top(answer("top-read"))[2].files == ()


def test_clear_is_asked_without_xml_which_would_break_it() -> None:
    assert "--xml" not in top_clear("data").argv
    told = "Cleared stats for brick node1:/bricks/d1/rep3\n"
    assert understand(said("gluster --mode=script volume top data clear", told)) == told.strip()


def test_words_are_in_gluster_s_order_and_leave_the_interval_alone() -> None:
    assert profile_info("data").argv[-5:] == ("volume", "profile", "data", "info", "peek")
    line = str(top("data", Metric.READ_PERF, 5, block=4096, times=16))
    assert line.endswith("volume top data read-perf bs 4096 count 16 list-cnt 5")
    assert str(top("data", Metric.OPEN, 5)).endswith("volume top data open list-cnt 5")


def test_between_two_readings_the_average_is_of_the_new_calls_only() -> None:
    (first, *_others) = parse_profile(answer("profile-info"))
    stat = next(fop for fop in first.fops if fop.name == "STAT")
    later = replace(stat, calls=10, average=(stat.total + 5 * 1000.0) / 10)
    fops = tuple(later if fop.name == "STAT" else fop for fop in first.fops)
    found = since(first, replace(first, fops=fops, seconds=first.seconds + 6, read=first.read + 60))
    assert found is not None
    new = {fop.name: fop for fop in found.fops}
    assert new["STAT"].calls == 5
    assert new["STAT"].average == pytest.approx(1000.0)
    assert (found.seconds, found.read, new["OPEN"].calls, new["OPEN"].average) == (6, 60, 0, None)
    assert found.blocks[0].reads == 0
    fewer = replace(first, fops=tuple(replace(fop, calls=0) for fop in first.fops))
    assert since(first, fewer) is None  # counted anew


def test_bricks_add_up() -> None:
    found = parse_profile(answer("profile-info"))
    whole = together(found, "all")
    writes = [fop for brick in found for fop in brick.fops if fop.name == "WRITE"]
    write = next(fop for fop in whole.fops if fop.name == "WRITE")
    assert write.calls == sum(fop.calls for fop in writes)
    assert write.average == pytest.approx(sum(fop.total for fop in writes) / write.calls)
    assert whole.written == sum(brick.written for brick in found)
    assert together([], "all").fops == ()


@pytest.mark.parametrize(
    ("value", "text"), [(None, "—"), (45303.8, "45.3\u00a0µs"), (1.2e6, "1.2\u00a0ms"), (14.26e9, "14.3\u00a0s")]
)
def test_latencies_have_units(value: float | None, text: str) -> None:
    assert latency(value) == text


def test_profiling_tells_its_cost_and_is_taken_back() -> None:
    volume = pools.volume()
    plan = plan_profile(volume, True, pools.state(volume), "lab")
    assert plan.meaning[0].severity is Severity.INFO
    assert str(plan.steps[0].undo).endswith("volume profile data stop")
    profiled = pools.volume(options=ON)
    assert is_profiled(profiled)
    assert str(plan_profile(profiled, False, pools.state(profiled), "lab").steps[0].command).endswith("data stop")
    stopped = replace(volume, status=VolumeStatus.STOPPED)
    for wrong, on in ((volume, False), (profiled, True), (stopped, True)):
        with pytest.raises(InvalidInput):
            plan_profile(wrong, on, pools.state(wrong), "lab")
    with pytest.raises(InvalidInput):
        plan_top_clear(stopped, pools.state(stopped), "lab")
    assert plan_top_clear(volume, pools.state(volume), "lab").steps[0].expect == "Cleared stats"
