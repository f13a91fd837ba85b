"""The parts of the lab that need neither root nor namespaces."""

import sys

import pytest

if sys.platform != "linux":
    pytest.skip("the lab needs Linux", allow_module_level=True)

import os
import stat
import subprocess
import threading
from pathlib import Path

from tests.lab import cgroups, for_tests, locking, mounts, paths, procs
from tests.lab.paths import LabError, LabPaths
from tests.lab.procs import Process
from tests.lab.tree import Tree


def test_a_process_is_told_from_one_that_got_its_number() -> None:
    own = Process.of(os.getpid())
    assert own is not None
    assert own.alive()
    stranger = Process(own.pid, own.start - 1)
    assert not stranger.alive()
    stranger.kill()  # would end the test run if it trusted the number alone
    assert {os.getpid(), os.getppid()} <= procs.lineage()


def test_marked_processes_are_found_and_ended() -> None:
    with subprocess.Popen(["sleep", "100"], env={"NAS_LAB_MARK": "unit", "PATH": os.environ["PATH"]}) as child:
        assert procs.wait_until(lambda: bool(procs.marked("NAS_LAB_MARK=unit")), 5)
        assert procs.marked("NAS_LAB_MARK=uni") == []
        found = procs.marked("NAS_LAB_MARK=unit")
        assert [process.pid for process in found] == [child.pid]
        found[0].kill()
        assert procs.wait_gone(found)
        assert procs.marked("NAS_LAB_MARK=unit") == []


def test_waiting_gives_up_in_time() -> None:
    assert not procs.wait_until(lambda: False, 0.05)
    assert procs.wait_until(lambda: True, 0)


def tree(tmp_path: Path) -> Tree:
    lower, upper = tmp_path / "lower", tmp_path / "upper"
    (lower / "etc/shipped").mkdir(parents=True)
    (lower / "etc/shipped/file").write_text("shipped")
    (lower / "private").mkdir(mode=0o700)
    upper.mkdir()
    return Tree(upper, lower)


@pytest.mark.skipif(os.geteuid() != 0, reason="files get owners, which takes root")
def test_tree_writes_over_what_is_there(tmp_path: Path) -> None:
    files = tree(tmp_path)
    files.write("/etc/name", "one")
    files.link("/etc/name", "/dev/null")
    files.write("/etc/name", "two", 0o600)
    path = files.path("/etc/name")
    assert path.read_text() == "two"
    assert not path.is_symlink()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.skipif(os.geteuid() != 0, reason="files get owners, which takes root")
def test_tree_keeps_the_modes_of_the_directories_beneath(tmp_path: Path) -> None:
    files = tree(tmp_path)
    files.write("/private/inner/file", "x")
    assert stat.S_IMODE(files.path("/private").stat().st_mode) == 0o700
    assert stat.S_IMODE(files.path("/private/inner").stat().st_mode) == 0o755
    files.copy_directory("/etc/shipped")
    assert files.path("/etc/shipped/file").read_text() == "shipped"
    files.copy_directory("/etc/absent")
    assert not files.path("/etc/absent").exists()


@pytest.mark.parametrize(
    ("files", "kinds", "names"),
    [
        (["cgroup.controllers"], "v2", [""]),
        (
            ["systemd/cgroup.procs", "unified/cgroup.procs", "memory/cgroup.procs"],
            "systemd unified",
            ["systemd", "unified"],
        ),
        ([], "", []),
    ],
)
def test_control_groups_of_either_version(tmp_path: Path, files: list[str], kinds: str, names: list[str]) -> None:
    for file in files:
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).touch()
    assert cgroups.kinds(tmp_path) == kinds
    assert list(cgroups.hierarchies(tmp_path)) == [tmp_path / name for name in names]


def test_mounts_below_a_directory_innermost_first() -> None:
    below = mounts.below(Path("/proc"))
    assert below[-1] == Path("/proc")
    assert mounts.below(Path("/proc/no-such-mount")) == []


def test_one_command_at_a_time_holds_a_lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    base = tmp_path / "labs"
    monkeypatch.setattr(paths, "BASE", base)
    monkeypatch.setattr(locking, "BASE", base)
    with locking.locked(LabPaths("one")):
        with locking.locked(LabPaths("two")):
            assert sorted(os.listdir(base)) == ["one.lock", "two.lock"]
        errors: list[LabError] = []
        thread = threading.Thread(target=lambda: _try_lock(errors))
        thread.start()
        thread.join()
        assert "busy with lab “one”" in str(errors[0])
    assert not base.exists()


def _try_lock(errors: list[LabError]) -> None:
    try:
        with locking.locked(LabPaths("one"), 0.1):
            pass
    except LabError as error:
        errors.append(error)


def test_where_no_lab_can_run_tests_skip_and_in_ci_they_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(for_tests, "obstacle", lambda: "no root")
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no root"):
        for_tests.require_lab()
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no root"):
        for_tests.require_lab()
