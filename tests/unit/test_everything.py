"""The test runner's sums: nothing that went wrong may look passed."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests import everything
from tests.everything import Count, Part, chosen, counted, judged, parts, run, run_all, run_patiently


def report(folder: Path, **numbers: int) -> Path:
    path = folder / "report.xml"
    words = " ".join(f'{name}="{n}"' for name, n in numbers.items())
    path.write_text(f"<testsuites><testsuite {words}/></testsuites>")
    return path


def test_a_word_stands_for_a_part_or_a_group_of_parts() -> None:
    assert [part.name for part in chosen(["unit", "lint"])] == ["lint", "unit"]
    lab = [part.name for part in chosen(["lab"])]
    assert lab
    assert all(name.startswith("lab/") for name in lab)
    assert chosen([]) == list(parts())
    with pytest.raises(ValueError, match="no part “unti”"):
        chosen(["unti"])


def test_every_file_of_lab_tests_is_a_part_and_windows_get_a_display() -> None:
    files = {path.stem.removeprefix("test_") for path in Path("tests/lab").glob("test_*.py")}
    found = {part.name.removeprefix("lab/"): part.x11 for part in chosen(["lab"])}
    assert found == {name: name.startswith("window") for name in files}


def test_the_report_is_counted(tmp_path: Path) -> None:
    path = report(tmp_path, tests=10, failures=2, errors=1, skipped=3)
    assert counted(path, 1) == Count(passed=4, failed=3, skipped=3)


def test_a_run_that_failed_without_a_failed_test_is_a_failure(tmp_path: Path) -> None:
    path = report(tmp_path, tests=10, failures=0, errors=0, skipped=0)
    assert counted(path, 0) == Count(passed=10)
    assert counted(path, 2) == Count(passed=10, failed=1)
    assert counted(tmp_path / "missing.xml", 0) == Count(failed=1)


def test_other_parts_count_as_one() -> None:
    assert [judged(code) for code in (0, 1, 77, -9)] == [Count(1), Count(0, 1), Count(0, 0, 1), Count(0, 1)]


def test_a_part_that_takes_too_long_is_stopped_and_has_failed(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(everything, "clean_up", lambda: ["t1-x"])
    part = Part("slow", (sys.executable, "-c", "import time; time.sleep(60)"), limit=0.5)
    assert run(part) == Count(failed=1)
    said = capfd.readouterr().out
    assert "longer than" in said
    assert "left the lab t1-x behind" in said


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Reports and what was printed go there; no lab is looked for."""
    for name in ("REPORTS", "PRINTED"):
        monkeypatch.setattr(everything, name, tmp_path)
    monkeypatch.setattr(everything, "clean_up", list)
    return tmp_path


def python(name: str, code: str, *, alone: bool = False) -> Part:
    return Part(name, (sys.executable, "-c", code), alone=alone)


def test_what_parts_print_at_once_stays_together(folders: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Each goes on only after the other one has begun."""
    code = """
import pathlib, sys, time
mine, other = (pathlib.Path(FOLDER, name) for name in NAMES)
print(mine.name, 1, flush=True)
mine.touch()
while not other.exists(): time.sleep(0.01)
print(mine.name, 2)
"""
    wanted = [
        python(a, f"FOLDER = {str(folders)!r}; NAMES = {(a, b)!r}\n{code}") for a, b in (("one", "two"), ("two", "one"))
    ]
    assert run_all(wanted, at_once=2) == {"one": Count(1), "two": Count(1)}
    said = capfd.readouterr().out
    for name in ("one", "two"):
        assert f"── {name}\n{name} 1\n{name} 2\n── {name}: 1 passed, 0 failed, 0 skipped" in said


def test_a_part_that_wants_to_be_alone_is(folders: Path) -> None:
    plain, alone = python("a", ""), python("b", "", alone=True)
    assert everything._may_begin(plain, [], 2)
    assert everything._may_begin(plain, [plain], 2)
    assert not everything._may_begin(plain, [plain, plain], 2)
    assert not everything._may_begin(plain, [alone], 2)
    assert not everything._may_begin(alone, [plain], 2)
    assert everything._may_begin(alone, [], 2)


def test_a_part_of_the_lab_that_fails_is_run_once_more(folders: Path, capfd: pytest.CaptureFixture[str]) -> None:
    code = f"import pathlib, sys; p = pathlib.Path({str(folders)!r}, 'tried'); there = p.exists(); p.touch(); "
    wanted = [python("lab/x", code + "sys.exit(not there)"), python("lint", "raise SystemExit(1)")]
    assert run_patiently(wanted) == {"lab/x": Count(1), "lint": Count(failed=1)}
    assert "lab/x failed and is run once more; its first run is not counted" in capfd.readouterr().out


def test_the_sum_is_one_plain_line() -> None:
    assert str(Count(1, 2, 3) + Count(10, 0, 1)) == "11 passed, 2 failed, 4 skipped"


@pytest.mark.skipif(sys.platform != "linux", reason="the lab needs Linux")
def test_only_labs_of_processes_that_are_gone_are_stale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests import stale  # the lab's modules are for Linux only

    labs, networks = tmp_path / "labs", tmp_path / "netns"
    monkeypatch.setattr(stale, "BASE", labs)
    monkeypatch.setattr(stale, "NETNS_DIR", networks)
    assert stale.stale_labs() == []
    gone = 2**22 + 1  # above the largest process number there is
    for name in (f"t{gone}-a", stale.process_lab_name("mine"), "lead", "t-1"):
        (labs / name).mkdir(parents=True)
    networks.mkdir()
    (networks / f"naslab.t{gone}-b.hub").touch()
    (networks / "naslab.office.n1").touch()
    assert stale.stale_labs() == [f"t{gone}-a", f"t{gone}-b"]
    early = labs / stale.process_lab_name("mine")
    os.utime(early, (0, 0))  # made before the process with its number began: another one's
    assert early.name in stale.stale_labs()
