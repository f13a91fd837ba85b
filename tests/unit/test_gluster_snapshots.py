"""Snapshots: parsers over real recordings, plans, schedules, the script that takes them."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from nasclustergui.cli.gluster_features.snapshot_run import config_words, create_words
from nasclustergui.core.command import Result
from nasclustergui.core.errors import CommandFailed, InvalidInput, UnexpectedOutput
from nasclustergui.core.events import Severity
from nasclustergui.core.plan import Risk
from nasclustergui.core.plan_json import from_json, to_json
from nasclustergui.subsystems.gluster.features.snapshots import commands, plans, taker
from nasclustergui.subsystems.gluster.features.snapshots.grounds import parse_grounds
from nasclustergui.subsystems.gluster.features.snapshots.model import (
    BrickGround,
    Config,
    Known,
    Limits,
    Snapshot,
    possible,
)
from nasclustergui.subsystems.gluster.features.snapshots.names import check_description, check_name
from nasclustergui.subsystems.gluster.features.snapshots.rules import check_grounds
from nasclustergui.subsystems.gluster.features.snapshots.schedule import (
    OnNode,
    Period,
    Schedule,
    Standing,
    parse_calendar,
)
from nasclustergui.subsystems.gluster.features.snapshots.schedules import parse_schedules
from nasclustergui.subsystems.gluster.model import PeerState, VolumeStatus
from tests.recorded.fake_gluster import answer, said, xml
from tests.recorded.pools import peer, state, volume

CONFIG = Config(256, 90, False, False, {"data": Limits(256, 256, 230)})
ONE = Snapshot("one", "id-one", "data", False, 1_000.0, "first")
NONE = Known((), CONFIG)
SOME = Known((ONE, Snapshot("two", "id-two", "data", True, 2_000.0)), CONFIG)


def lines(plan: object) -> list[str]:
    assert from_json(to_json(plan)) == plan  # type: ignore[arg-type]
    return [str(step.command).partition("--xml ")[2] for step in plan.steps]  # type: ignore[attr-defined]


# ---- answers


def test_info_of_real_snapshots() -> None:
    found = commands.parse_info(answer("snapshot-info"))
    assert [(s.name, s.volume, s.active) for s in found] == [
        ("st_GMT-2026.11.23-06.16.28", "sv", False),
        ("s1", "sv", False),
    ]
    assert found[1].description == "first <one> & only"
    assert found[1].created == 1_795_414_588.0
    assert commands.parse_info(answer("snapshot-info-empty")) == ()
    assert commands.parse_info(answer("snapshot-info-s1-activated"))[0].active


def test_a_list_that_does_not_fit_its_count_is_not_believed() -> None:
    text = xml("<snapInfo><count>2</count><snapshots/></snapInfo>")
    with pytest.raises(UnexpectedOutput):
        commands.parse_info(said("gluster --xml snapshot info", text))
    with pytest.raises(UnexpectedOutput):
        commands.parse_info(said("gluster --xml snapshot info", xml()))


def test_config_and_status() -> None:
    config = commands.parse_config(answer("snapshot-config-volume"))
    assert (config.hard_limit, config.soft_percent, config.auto_delete) == (256, 90, False)
    assert config.volumes == {"rep3": Limits(256, 256, 230)}
    assert config.limit("other") == 256
    active = commands.parse_status(answer("snapshot-status-s1-activated"))
    assert [b.running for b in active] == [True] * 3
    assert active[0].size == "1.00g"
    inactive = commands.parse_status(answer("snapshot-status-s1"))
    assert [(b.running, b.size) for b in inactive] == [(False, "")] * 3
    assert commands.parse_status(answer("snapshot-status-empty")) == ()


def test_refusals_become_sentences() -> None:
    with pytest.raises(CommandFailed, match="thin logical volume") as caught:
        commands.parse_info(answer("snapshot-create-not-thin-lv"))
    assert caught.value.hint


# ---- where it is possible


def test_what_bricks_lie_on() -> None:
    bricks = volume().bricks
    told = "found\t/dev/vg/lv\txfs\tpool\nfound\t/dev/sdb1\txfs\t\nnolvs\t/dev/sdc1\text4\t\n"
    found = parse_grounds("node1", bricks, Result(0, told))
    assert [ground.thin for ground in found] == [True, False, False]
    assert "LVM is not installed" in found[2].why
    assert possible(found) is False
    assert possible(found[:1]) is True
    assert possible((found[0], BrickGround("node2:/b", None))) is None
    assert possible(()) is None
    with pytest.raises(InvalidInput, match="not on thin LVM") as caught:
        check_grounds("data", found)
    assert "/dev/sdb1" in caught.value.hint
    for text in ("", told[:30], told + "more\n"):
        with pytest.raises(UnexpectedOutput):
            parse_grounds("node1", bricks, Result(0, text))


# ---- plans


@pytest.mark.parametrize("name", ["", "a.b", "a b", "-dash", "all", "volume", "ä", "x" * 129, "auto-data-daily_1"])
def test_names_that_gluster_refuses_or_should(name: str) -> None:
    with pytest.raises(InvalidInput):
        check_name(name)
    check_name("before-upgrade_1")
    with pytest.raises(InvalidInput):
        check_description("ä" * 501)
    with pytest.raises(InvalidInput):
        check_description("two\nlines")


def test_create() -> None:
    plan = plans.plan_create([volume()], "s1", NONE, state(volume()), "lab", "Why not")
    assert lines(plan) == ["snapshot create s1 data no-timestamp description 'Why not'"]
    assert (plan.risk, plan.steps[0].check) == (
        Risk.SAFE,
        "volume_started same_volume peers_connected snapshot_absent snapshot_room",
    )
    other = volume(name="other")
    both = plans.plan_create([volume(), other], "s1", NONE, state(volume(), other), "lab")
    assert lines(both) == [
        "snapshot create s1-data data no-timestamp",
        "snapshot create s1-other other no-timestamp",
    ]
    assert any("one after another" in m.title for m in both.meaning)


def test_create_is_refused_before_gluster_does() -> None:
    full = Known(SOME.snapshots, replace(CONFIG, volumes={"data": Limits(2, 2, 1)}))
    stopped = replace(volume(), status=VolumeStatus.STOPPED)
    away = state(volume(), peers=(peer(1), peer(2), peer(3, PeerState.DISCONNECTED)))
    down = replace(volume(), bricks=(replace(volume().bricks[0], online=False), *volume().bricks[1:]))
    for found, known, pool, text in (
        (volume(), full, state(volume()), "as many as it may have"),
        (stopped, NONE, state(stopped), "not started"),
        (volume(), NONE, away, "not connected"),
        (down, NONE, state(down), "are down"),
        (volume(), SOME, state(volume()), "already"),
    ):
        name = "one" if text == "already" else "new"
        with pytest.raises(InvalidInput, match=text):
            plans.plan_create([found], name, known, pool, "lab")


def test_auto_delete_is_told() -> None:
    greedy = Known(SOME.snapshots, replace(CONFIG, auto_delete=True, volumes={"data": Limits(3, 3, 2)}))
    plan = plans.plan_create([volume()], "s3", greedy, state(volume()), "lab")
    assert "deletes the oldest" in plan.meaning[0].title


def test_restore_activates_first_and_keeps_what_is_there() -> None:
    plan = plans.plan_restore(ONE, SOME, state(volume()), "lab", keep="kept")
    assert [line.split(" description")[0] for line in lines(plan)] == [
        "snapshot create kept data no-timestamp",
        "snapshot activate one",
        "volume stop data",
        "snapshot restore one",
        "volume start data",
    ]
    assert plan.steps[0].undo is None  # a rollback must not delete what the restore can be taken back with
    assert (plan.risk, plan.confirm, plan.rollback) == (Risk.DESTRUCTIVE, "data", True)
    assert "snapshot_running" in plan.steps[2].check
    assert "snapshot_running" in plan.steps[3].check
    assert plan.steps[2].args["snapshot"] == "one"
    assert plan.meaning[0].severity is Severity.CRITICAL
    active = plans.plan_restore(SOME.snapshots[1], SOME, state(volume()), "lab")
    assert lines(active) == ["volume stop data", "snapshot restore two", "volume start data"]
    stopped = replace(volume(), status=VolumeStatus.STOPPED)
    assert lines(plans.plan_restore(ONE, SOME, state(stopped), "lab"))[-1] == "snapshot restore one"


def test_restore_is_refused() -> None:
    with pytest.raises(InvalidInput, match="no volume data any more"):
        plans.plan_restore(ONE, SOME, state(), "lab")
    away = state(volume(), peers=(peer(1), peer(2, PeerState.DISCONNECTED)))
    with pytest.raises(InvalidInput, match="not connected"):
        plans.plan_restore(ONE, SOME, away, "lab")


def test_clone_activate_deactivate_delete() -> None:
    pool = state(volume())
    assert lines(plans.plan_clone(ONE, "copy", SOME, pool, "lab")) == [
        "snapshot activate one",
        "snapshot clone copy one",
    ]
    with pytest.raises(InvalidInput, match="already"):
        plans.plan_clone(ONE, "data", SOME, pool, "lab")
    assert lines(plans.plan_activate(ONE, pool, "lab")) == ["snapshot activate one"]
    with pytest.raises(InvalidInput):
        plans.plan_deactivate(ONE, pool, "lab")
    deactivate = plans.plan_deactivate(SOME.snapshots[1], pool, "lab")
    assert "inaccessible" in deactivate.prompts[0]
    one = plans.plan_delete(ONE, pool, "lab")
    assert (one.risk, one.confirm, lines(one)) == (Risk.DESTRUCTIVE, "one", ["snapshot delete one"])
    every = plans.plan_delete_all("data", SOME, pool, "lab")
    assert (every.risk, every.confirm, lines(every)) == (Risk.DESTRUCTIVE, "data", ["snapshot delete volume data"])
    assert every.steps[0].args["snapshots"].split() == ["id-one", "id-two"]
    with pytest.raises(InvalidInput):
        plans.plan_delete_all("data", NONE, pool, "lab")


def test_limits() -> None:
    pool = state(volume())
    plan = plans.plan_config("", plans.Wish(100, 80, True, True), SOME, pool, "lab")
    assert lines(plan) == [
        "snapshot config snap-max-hard-limit 100",
        "snapshot config snap-max-soft-limit 80",
        "snapshot config auto-delete enable",
        "snapshot config activate-on-create enable",
    ]
    assert plan.risk is Risk.CAUTION
    assert len(plan.prompts) == 2
    assert lines(plans.plan_config("data", plans.Wish(2), SOME, pool, "lab")) == [
        "snapshot config data snap-max-hard-limit 2"
    ]
    for volume_name, wish in (
        ("data", plans.Wish(256)),
        ("data", plans.Wish(auto_delete=True)),
        ("", plans.Wish(0)),
        ("", plans.Wish(257)),
        ("", plans.Wish(soft_percent=101)),
    ):
        with pytest.raises(InvalidInput):
            plans.plan_config(volume_name, wish, SOME, pool, "lab")


def test_words_of_the_command_line() -> None:
    assert create_words(["other", "no-timestamp", "description", "a b"]) == (("other",), "a b")
    with pytest.raises(InvalidInput):
        create_words(["description", "a", "b"])
    assert config_words(["data", "snap-max-hard-limit", "5"]) == ("data", plans.Wish(5))
    assert config_words(["auto-delete", "on", "snap-max-soft-limit", "70%"]) == (
        "",
        plans.Wish(soft_percent=70, auto_delete=True),
    )
    for bad in (["snap-max-hard-limit", "x"], ["auto-delete", "perhaps"], ["bogus", "1"]):
        with pytest.raises(InvalidInput):
            config_words(bad)


# ---- schedules


@pytest.mark.parametrize(
    ("schedule", "calendar"),
    [
        (Schedule("data", Period.HOURLY, 24, minute=7), "*-*-* *:07:00"),
        (Schedule("data", Period.DAILY, 7, 30, 2), "*-*-* 02:30:00"),
        (Schedule("data", Period.WEEKLY, 4, 0, 3, 6), "Sun *-*-* 03:00:00"),
    ],
)
def test_calendar_there_and_back(schedule: Schedule, calendar: str) -> None:
    assert schedule.calendar == calendar
    assert parse_calendar(calendar) == (schedule.minute, schedule.hour, schedule.day)
    assert parse_calendar("hourly") is None


def listing(schedule: Schedule, *more: str) -> str:
    service = taker.service_file(schedule, ("uuid1", "uuid2"))
    run = next(line for line in service.splitlines() if line.startswith("ExecStart="))
    block = [
        f"unit {schedule.unit}",
        run.replace("ExecStart=", "exec "),
        f"calendar {schedule.calendar}",
        "timer NextElapseUSecRealtime=Tue 2026-11-24 02:00:00 UTC",
        "timer ActiveState=active",
        "timer UnitFileState=enabled",
        "service ActiveState=inactive",
        *more,
    ]
    return "\n".join([*block, "end node1", ""])


def test_schedules_are_read_back() -> None:
    schedule = Schedule("my-data", Period.DAILY, 7, 0, 2)
    told = listing(schedule, "last 1795437557", "last taken", "last auto-my-data-daily_20261123-0200")
    (found,) = parse_schedules("node1", Result(0, told))
    assert found.schedule == schedule
    assert found.peers == ("uuid1", "uuid2")
    assert (found.active, found.outcome, found.last_at) == (True, "taken", 1_795_437_557.0)
    assert found.next_at == 1_795_485_600.0
    with pytest.raises(UnexpectedOutput):
        parse_schedules("node1", Result(0, told.removesuffix("end node1\n")))
    changed = told.replace("calendar *-*-* 02:00:00", "calendar daily")
    assert parse_schedules("node1", Result(0, changed))[0].schedule is None


def test_who_tells_about_the_last_run() -> None:
    def on(node: str, at: float, outcome: str) -> OnNode:
        return OnNode(node, "data", Period.DAILY, None, last_at=at, outcome=outcome)

    taken = Standing(
        "data", Period.DAILY, (on("node1", 100, "failed"), on("node2", 160, "taken"), on("node3", 220, "left"))
    )
    assert taken.last is not None
    assert taken.last.node == "node2"
    broken = Standing("data", Period.DAILY, (on("node1", 900, "failed"), on("node2", 160, "taken")))
    assert broken.last is not None
    assert broken.last.outcome == "failed"
    assert Standing("data", Period.DAILY, ()).last is None


def test_a_schedule_is_laid_on_all_connected_nodes() -> None:
    pool = state(volume(), peers=(peer(2), peer(1), peer(3, PeerState.DISCONNECTED)))
    schedule = Schedule("data", Period.DAILY, 7)
    plan = plans.plan_schedule(schedule, volume(), None, NONE, pool, "lab")
    assert [step.node for step in plan.steps] == ["node1", "node2"]
    assert all(step.undo is not None for step in plan.steps)
    assert "uuid1 uuid2" in str(plan.steps[0].command.argv[6])
    assert any("node3" in m.title for m in plan.meaning)
    now = Standing("data", Period.DAILY, (OnNode("node1", "data", Period.DAILY, replace(schedule, keep=9)),))
    fewer = plans.plan_schedule(schedule, volume(), now, NONE, pool, "lab")
    assert fewer.risk is Risk.CAUTION
    assert "only 7" in fewer.meaning[0].title
    tight = Known((), replace(CONFIG, volumes={"data": Limits(7, 7, 6)}))
    with pytest.raises(InvalidInput, match="one more for a moment"):
        plans.plan_schedule(schedule, volume(), None, tight, pool, "lab")
    with pytest.raises(InvalidInput):
        plans.plan_schedule(replace(schedule, keep=0), volume(), None, NONE, pool, "lab")
    removal = plans.plan_unschedule(replace(now, unread=(("node2", "no connection"),)), "lab")
    assert [step.node for step in removal.steps] == ["node1"]
    assert "node2" in removal.meaning[0].title


FAKE = r"""#!/bin/sh
# a gluster that keeps its snapshots in a file
shift 2
case "$*" in
"pool list") printf 'UUID\tHostname\tState\nuuid1\tnode1\tConnected\nuuid2\tlocalhost\tConnected\n' ;;
"snapshot list"*) cat "$HERE/list" ;;
"snapshot create "*)
    if [ -e "$HERE/refuse" ]; then echo "snapshot create: failed: no room"; exit 1; fi
    echo "$3" >>"$HERE/list" ;;
"snapshot delete "*) grep -vx "$3" "$HERE/list" >"$HERE/new"; mv "$HERE/new" "$HERE/list" ;;
esac
"""


def take(folder: Path, me: str, *arguments: str) -> tuple[int, str, list[str]]:
    """Run the script with a pretended gluster; (exit status, output, snapshots)."""
    (folder / "gluster").write_text(FAKE)
    (folder / "gluster").chmod(0o755)
    (folder / "info").write_text(f"UUID={me}\n")
    script = taker.SCRIPT.replace("PATH=/usr/local/sbin", f"PATH={folder}:/usr/local/sbin")
    script = script.replace("/var/lib/nasclustergui", str(folder / "state"))
    script = script.replace("/var/lib/glusterd/glusterd.info", str(folder / "info"))
    environment = {"HERE": str(folder), "SNAPSHOT_WAIT": "0"}
    done = subprocess.run(
        ["sh", "-c", script, "sh", *arguments], capture_output=True, text=True, env=environment, check=False
    )
    return done.returncode, done.stdout + done.stderr, (folder / "list").read_text().split()


def test_the_script_keeps_the_newest_of_its_own_and_never_deletes_others(tmp_path: Path) -> None:
    others = ["by-hand", "auto-data-daily_x", "auto-data-hourly_20260101-0000", "xauto-data-daily_20260101-0000"]
    mine = ["auto-data-daily_20260103-0100", "auto-data-daily_20260101-0100", "auto-data-daily_20260102-0100"]
    (tmp_path / "list").write_text("\n".join([*others, *mine]) + "\n")
    status, said_, left = take(tmp_path, "uuid1", "data", "daily", "2", "uuid1", "uuid2")
    assert status == 0, said_
    assert said_.startswith("taken: auto-data-daily_")
    assert set(others) <= set(left)
    assert len(left) == len(others) + 2
    assert mine[0] in left
    # the second node sees that it was taken
    status, said_, after = take(tmp_path, "uuid2", "data", "daily", "2", "uuid1", "uuid2")
    assert (status, said_.split(":")[0], after) == (0, "left", left)
    assert (tmp_path / "state/nasclustergui-snapshot-data-daily.result").read_text().splitlines()[1] == "left"


def test_the_script_deletes_nothing_when_a_snapshot_fails(tmp_path: Path) -> None:
    mine = ["auto-data-daily_20260101-0100", "auto-data-daily_20260102-0100"]
    (tmp_path / "list").write_text("\n".join(mine) + "\n")
    (tmp_path / "refuse").touch()
    for me in ("uuid1", "uuid2"):
        status, said_, left = take(tmp_path, me, "data", "daily", "1", "uuid1", "uuid2")
        assert (status, left) == (1, mine)
        assert "no room" in said_
    status, said_, left = take(tmp_path, "stranger", "data", "daily", "1", "uuid1", "uuid2")
    assert (status, left) == (1, mine)
