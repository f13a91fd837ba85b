"""Quotas: what the lists mean, which plan a change becomes, what is checked before."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from nasclustergui.core.command import Result
from nasclustergui.core.errors import CommandFailed, InvalidInput, LockBusy, UnexpectedOutput, Unreachable
from nasclustergui.core.events import Severity
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Plan, Risk, Step
from nasclustergui.core.plan_json import from_json, to_json
from nasclustergui.subsystems.gluster.features.quota import commands, driver
from nasclustergui.subsystems.gluster.features.quota.model import Daemons, DirectoryQuota, Limit, Quota, Standing
from nasclustergui.subsystems.gluster.features.quota.plans import (
    Target,
    clean_path,
    plan_disable,
    plan_enable,
    plan_limit,
    plan_remove,
    plan_setting,
)
from nasclustergui.subsystems.gluster.features.quota.read import read_directories, read_quota
from nasclustergui.subsystems.gluster.manager import GlusterManager
from nasclustergui.subsystems.gluster.model import Volume, VolumeStatus
from tests.recorded.fake_gluster import BUSY, FakeNodes, Reply, answer, ok, recorded, refused, said
from tests.recorded.pools import state, volume

FOLDER = Path(__file__).parent.parent / "recorded" / "gluster_options"
BEGIN = "gluster --mode=script --timeout=60 --xml "
ON = {"features.quota": "on", "features.inode-quota": "on"}
MB = 1 << 20


def text(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8", errors="surrogateescape")


def limit(hard: int = 10 * MB, used: int = 0, percent: int = 80) -> Limit:
    return Limit(hard, percent, hard * percent // 100, used, max(0, hard - used), False, used >= hard)


def on(**options: str) -> Volume:
    given = {f"features.{name.replace('_', '-')}": value for name, value in options.items()}
    return replace(volume(), options=ON | given)


def target(*limits: DirectoryQuota, of: Volume | None = None) -> Target:
    chosen = of or on()
    return Target(chosen, Quota(True, limits, read_at=1.0), state(chosen), "lab")


def line(plan: Plan) -> str:
    assert from_json(to_json(plan)) == plan
    (step,) = plan.steps
    assert step.check.startswith("same_volume volume_started ")
    return str(step.command).removeprefix(BEGIN)


def undo(plan: Plan) -> str:
    return str(plan.steps[0].undo).removeprefix(BEGIN)


# ---- answers


def test_a_list_of_limits_with_weird_paths() -> None:
    found = commands.parse_sizes(said("gluster --xml volume quota rep list", text("quota-list.xml")))
    assert found is not None
    assert list(found) == ["/", "/a", "/a/b", "/home", "/new\nline", '/quo"te', "/sp  ace", "/umläut", "/we <ird> & x"]
    home = found["/home"]
    assert (home.hard, home.percent, home.soft, home.rough) == (7 * MB, 70, 5138022, False)
    assert found["/a"].used == 3000320


def test_objects_count_files_and_directories() -> None:
    found = commands.parse_objects(answer("quota-list-objects"))
    assert found is not None
    (only,) = found.values()
    assert (only.hard, only.used, only.available, only.standing) == (100, 401, 0, Standing.FULL)


def test_nothing_configured_is_empty_and_off_is_a_refusal() -> None:
    assert commands.parse_sizes(answer("quota-list-empty")) == {}
    assert commands.parse_sizes(answer("quota-list-path-without-limit")) == {}
    none = refused("No inode quota configured on volume rep", 0).stdout
    assert commands.parse_objects(said("gluster --xml volume quota rep list-objects", none)) == {}
    with pytest.raises(CommandFailed, match="quotas are off"):
        commands.parse_sizes(answer("quota-list-node4-off"))
    with pytest.raises(CommandFailed, match="not started"):
        commands.parse_sizes(answer("quota-list-stopped-volume"))


def test_a_missing_directory_is_not_taken_for_one_without_limit() -> None:
    line = "/nosuch                                  No such file or directory\n"
    with pytest.raises(CommandFailed, match="no directory /nosuch"):
        commands.parse_sizes(said("gluster --xml volume quota rep list /nosuch", ok("<volQuota/>").stdout, 0, line))


def test_garbage_is_never_empty() -> None:
    broken = "<limit><path>/a</path></limit>"
    strange = "<limit><path>a</path><hard_limit>1</hard_limit></limit>"
    for body in ("", f"<volQuota>{broken}</volQuota>", f"<volQuota>{strange}</volQuota>"):
        with pytest.raises(UnexpectedOutput):
            commands.parse_sizes(said("gluster --xml volume quota rep list", ok(body).stdout))


def test_the_plain_list_is_read_where_a_path_is_not_utf8() -> None:
    silent = said("gluster --xml volume quota rep list", "", 1, "parser error : Input is not proper UTF-8, indicate")
    assert commands.parse_sizes(silent) is None
    found = commands.parse_plain(said("gluster volume quota rep list", text("quota-list-not-utf8.plain")))
    assert list(found) == ["/", "/a", "/lat\udce4in", "/new\nline", "/sp  ace"]
    assert found["/a"].hard == 10 * MB
    assert found["/a"].rough
    plain = commands.parse_plain(said("gluster volume quota dist list-objects", PLAIN_OBJECTS))
    assert (plain["/dir01"].hard, plain["/dir01"].used, plain["/dir01"].hard_exceeded) == (100, 401, True)
    assert commands.parse_plain(said("gluster volume quota d list", "quota: No quota configured on volume d\n")) == {}
    with pytest.raises(UnexpectedOutput):
        commands.parse_plain(said("gluster volume quota d list", "something else\n"))
    with pytest.raises(UnexpectedOutput):
        commands.parse_plain(said("gluster volume quota d list", text("quota-list-not-utf8.plain") + "half a li"))


PLAIN_OBJECTS = """                  Path                   Hard-limit   Soft-limit      Files       Dirs     Available  Soft-limit exceeded? Hard-limit exceeded?
-----------------------------------------------------------------------------------------------------------------------------------------------
/dir01                                         100       80%(80)        400         1           0             Yes                  Yes
"""  # noqa: E501  # as gluster prints it


def test_processes_of_quota() -> None:
    quotad = "/usr/sbin/glusterfs -s localhost --volfile-id gluster/quotad -p /var/run/gluster/quotad/quotad.pid\n"
    crawl = "/usr/sbin/glusterfs -s localhost --client-pid -100 -l /var/log/glusterfs/quota_crawl/b.log /tmp/mnt\n"
    assert commands.parse_processes(Result(0, quotad + crawl)) == Daemons(True, True)
    assert commands.parse_processes(Result(0, quotad)) == Daemons(True, False)
    assert commands.parse_processes(Result(1, "")) == Daemons(False, False)


def test_directories_of_a_brick() -> None:
    assert commands.parse_directories(Result(0, "b\0a x\0/\0")) == ("a x", "b")
    assert commands.parse_directories(Result(0, "/\0")) == ()
    assert commands.parse_directories(Result(0, "/\0", "find: No such file")) is None
    assert commands.parse_directories(Result(0, "")) is None


# ---- reading


class Script:
    """A pool whose nodes answer about quotas. `lists`: replies to `list`, in turn."""

    def __init__(self, *lists: Reply) -> None:
        self.lists = list(lists)

    def __call__(self, node: str, words: tuple[str, ...]) -> Reply:
        match words:
            case ["pool", "list"]:
                return recorded("pool-list-3nodes")
            case ["volume", "info", *_]:
                return recorded("volume-info-dist-with-quota")
            case ["volume", "quota", _, "list", *_]:
                return self.lists.pop(0) if len(self.lists) > 1 else self.lists[0]
            case ["volume", "quota", _, "list-objects", *_]:
                return recorded("quota-list-objects")
            case ["ps", *_] if node == "node2":
                return Unreachable("node2")
            case ["ps", *_]:
                return Result(0, "/usr/sbin/glusterfs --volfile-id gluster/quotad\n")
            case ["sh", *_]:
                return Result(0, "/\0", "find: gone") if node == "node1" else Result(0, "home\0/\0")
        return ok()


def pool_of(*lists: Reply) -> GlusterManager:
    return GlusterManager(FakeNodes(Script(*lists)), {}, "lab")


def test_reading_joins_sizes_objects_and_daemons() -> None:
    found = read_quota(pool_of(recorded("quota-list-one-path")).pool, on(alert_time="1d"), Job("read"))
    assert [(d.path, d.size is not None, d.objects is not None) for d in found.limits] == [
        ("/dir00", True, False),
        ("/dir01", False, True),
    ]
    assert found.settings == {"alert-time": "1d"}
    assert found.daemons["node1"].quotad is True
    assert found.daemons["node2"].quotad is None
    assert found.at("/dir01").standing is Standing.FULL  # type: ignore[union-attr]


def test_off_or_stopped_asks_nobody() -> None:
    manager = pool_of(refused("never"))
    assert not read_quota(manager.pool, volume(), Job("read")).enabled
    assert read_quota(manager.pool, replace(on(), status=VolumeStatus.STOPPED), Job("read")).limits == ()


def test_a_held_lock_is_an_error_not_an_empty_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nasclustergui.subsystems.gluster.client._pause", lambda job, seconds: None)
    with pytest.raises(LockBusy):
        read_quota(pool_of(BUSY).pool, on(), Job("read"))


def test_reading_falls_back_to_the_plain_list() -> None:
    silent = Result(1, "", "parser error : Input is not proper UTF-8, indicate encoding !")
    manager = pool_of(silent, Result(0, text("quota-list-not-utf8.plain")))
    found = read_quota(manager.pool, on(), Job("read"))
    assert found.at("/lat\udce4in") is not None


def test_directories_come_from_the_first_brick_that_has_them() -> None:
    assert read_directories(pool_of(ok()).pool, on(), "/", Job("read")) == ("home",)


# ---- plans


def test_enable_and_disable() -> None:
    off = Target(volume(), Quota(False), state(), "lab")
    plan = plan_enable(off)
    assert line(plan) == "volume quota data enable"
    assert undo(plan) == "volume quota data disable"
    assert plan.meaning[0].severity is Severity.BUSY
    gone = plan_disable(target(DirectoryQuota("/a", limit()), DirectoryQuota("/b\n", limit())))
    assert line(gone) == "volume quota data disable"
    assert (gone.risk, gone.confirm) == (Risk.DESTRUCTIVE, "data")
    assert gone.prompts == ("Disabling quota will delete all the quota configuration. Do you want to continue?",)
    assert gone.meaning[0].title == "2 directories lose their limits"
    assert gone.meaning[0].text == "/a, /b\\n"
    for wrong in (lambda: plan_enable(target()), lambda: plan_disable(off)):
        with pytest.raises(InvalidInput):
            wrong()


def test_limits_and_their_way_back() -> None:
    plan = plan_limit(target(), "/home/", "10GB", "70")
    assert line(plan) == "volume quota data limit-usage /home 10737418240 70%"
    assert undo(plan) == "volume quota data remove /home"
    assert plan.risk is Risk.SAFE
    known = target(DirectoryQuota("/home", limit(5 * MB, 4 * MB, 60), limit(100, 7)))
    again = plan_limit(known, "/home", "20 MiB")
    assert undo(again) == f"volume quota data limit-usage /home {5 * MB} 60%"
    assert again.steps[0].args["old"] == f"{5 * MB} 60"
    files = plan_limit(known, "/home", "1,000", objects=True)
    assert line(files) == "volume quota data limit-objects /home 1000"
    assert undo(files) == "volume quota data limit-objects /home 100"  # 80 % is the default and stays it


def test_a_limit_below_what_is_used_warns() -> None:
    plan = plan_limit(target(DirectoryQuota("/a", limit(10 * MB, 8 * MB))), "/a", "4MB")
    assert plan.risk is Risk.CAUTION
    assert plan.meaning[0].severity is Severity.CRITICAL
    assert "holds 8.0" in plan.meaning[0].title
    assert any("larger than the whole volume" in m.title for m in plan_limit(target(), "/a", "900TB").meaning)


@pytest.mark.parametrize("amount", ["", "0", "1x", "-5GB", "99999999PB"])
def test_senseless_sizes_are_refused(amount: str) -> None:
    with pytest.raises(InvalidInput):
        plan_limit(target(), "/a", amount)


@pytest.mark.parametrize(
    ("percent", "right"), [("80", True), ("55.5%", True), ("0", False), ("101", False), ("x", False)]
)
def test_soft_limits(percent: str, right: bool) -> None:
    if right:
        assert line(plan_limit(target(), "/a", "1GB", percent)).endswith(f" {percent.removesuffix('%')}%")
    else:
        with pytest.raises(InvalidInput):
            plan_limit(target(), "/a", "1GB", percent)


def test_paths() -> None:
    assert [clean_path(p) for p in ("/", "//", "/a/", "//a//b", "/sp  ace ")] == ["/", "/", "/a", "/a/b", "/sp  ace "]
    for wrong in ("", "a", "/a/../b", "/a\0b"):
        with pytest.raises(InvalidInput):
            clean_path(wrong)
    weird = plan_limit(target(), "/lat\udce4in", "1GB")
    assert any("not UTF-8" in m.title for m in weird.meaning)
    assert weird.title == "Limit /lat\\udce4in to 1.0\u00a0GiB"


def test_removing_a_limit() -> None:
    known = target(DirectoryQuota("/home", limit(5 * MB)))
    plan = plan_remove(known, "/home")
    assert (line(plan), undo(plan)) == (
        "volume quota data remove /home",
        f"volume quota data limit-usage /home {5 * MB}",
    )
    with pytest.raises(InvalidInput, match="no such limit"):
        plan_remove(known, "/home", objects=True)


def test_settings() -> None:
    plan = plan_setting(target(), "soft-timeout", "10s")
    assert line(plan) == "volume quota data soft-timeout 10s"
    assert undo(plan) == "volume reset data features.soft-timeout"
    soft = plan_setting(target(of=on(default_soft_limit="70%")), "default-soft-limit", "60")
    assert line(soft) == "volume quota data default-soft-limit 60%"
    assert undo(soft) == "volume quota data default-soft-limit 70%"
    with pytest.raises(InvalidInput, match="no time"):
        plan_setting(target(), "alert-time", "1x")


def test_stopped_volumes_and_volumes_without_quota_are_refused() -> None:
    stopped = target(of=replace(on(), status=VolumeStatus.STOPPED))
    with pytest.raises(InvalidInput, match="not started"):
        plan_limit(stopped, "/a", "1GB")
    with pytest.raises(InvalidInput, match="are off"):
        plan_limit(target(of=volume()), "/a", "1GB")


# ---- checks


def test_the_limit_must_be_what_it_was() -> None:
    pool = pool_of(recorded("quota-list-one-path")).pool

    def why(path: str, old: str) -> str:
        args = {"volume": "dist", "path": path, "objects": "", "old": old}
        step = Step("x", "node1", commands.volume_quota("dist"), "gluster", args=args)
        return driver.limit_unchanged(pool, step, Job("check"))

    assert why("/dir00", "10485760 80") == ""
    assert "somebody else" in why("/dir00", "5 80")
    assert "somebody else" in why("/dir00", "")
    assert why("/dir00", "?") == ""


def test_quota_must_be_on_or_off() -> None:
    pool = pool_of(ok()).pool
    step = Step("x", "node1", commands.volume_quota("dist"), "gluster", args={"volume": "dist"})
    assert driver.quota_on(pool, step, Job("check")) == ""
    assert driver.quota_off(pool, step, Job("check")) == "Quotas of dist are on by now."
