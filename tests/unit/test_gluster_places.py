"""What lies where a brick is to be: the script on a real file system, its answer, the plan that sets it aside."""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from nasclustergui.core.errors import UnexpectedOutput
from nasclustergui.core.events import Severity
from nasclustergui.core.plan import Plan
from nasclustergui.subsystems.gluster.features.places.model import Site, SiteState
from nasclustergui.subsystems.gluster.features.places.plans import MOVE, MOVE_BACK, set_aside
from nasclustergui.subsystems.gluster.features.places.read import look_command, parse
from nasclustergui.subsystems.gluster.features.places.words import finding, refused
from nasclustergui.subsystems.gluster.model import Volume, VolumeStatus, VolumeType

OLD = "36dc0ee5-d90b-4a7e-a4f8-bb1a4f3d8b0a"


def look(*paths: Path) -> tuple[Site, ...]:
    words = [str(path) for path in paths]
    told = subprocess.run(look_command(words).argv, capture_output=True, text=True, check=True)
    return parse("node1", words, told.stdout)


def test_every_kind_of_directory_is_told_apart(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "a b").touch()
    (tmp_path / "brick" / ".glusterfs").mkdir(parents=True)
    (tmp_path / "file").touch()
    names = ("absent", "empty", "files", "brick", "file", "none/deep")
    found = look(*(tmp_path / name for name in names))
    assert [site.state.value for site in found] == ["absent", "empty", "files", "leftover", "no-directory", "no-parent"]
    assert [site.entries for site in found] == [0, 0, 1, 0, 0, 0]
    assert [site.occupied for site in found] == [False, False, True, True, False, False]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root may set trusted attributes")
def test_the_mark_of_a_volume_is_read_on_the_brick_and_above_it(tmp_path: Path) -> None:
    brick = tmp_path / "brick"
    (brick / "inner").mkdir(parents=True)
    try:
        os.setxattr(brick, "trusted.glusterfs.volume-id", bytes.fromhex(OLD.replace("-", "")))
    except OSError:
        pytest.skip("this file system has no trusted attributes")
    marked, inside = look(brick, brick / "inner")
    assert (marked.state, marked.volume_id, marked.entries) == (SiteState.LEFTOVER, OLD, 1)
    assert (inside.state, inside.volume_id) == (SiteState.INSIDE, OLD)


@pytest.mark.parametrize(
    "told", ["", "empty - 0\n", "empty - 0\nempty - 0\nend\n", "odd - 0\nend\n", "empty - x\nend\n"]
)
def test_half_an_answer_is_none(told: str) -> None:
    with pytest.raises(UnexpectedOutput):
        parse("node1", ["/bricks/d1/data"], told)


@pytest.mark.parametrize(
    ("state", "severity", "final"),
    [
        (SiteState.ABSENT, None, False),
        (SiteState.EMPTY, None, False),
        (SiteState.FILES, Severity.WARN, False),
        (SiteState.LEFTOVER, Severity.WARN, False),
        (SiteState.MOUNT_POINT, Severity.WARN, False),
        (SiteState.INSIDE, Severity.CRITICAL, True),
        (SiteState.NO_PARENT, Severity.CRITICAL, True),
        (SiteState.NO_DIRECTORY, Severity.CRITICAL, True),
    ],
)
def test_each_finding_names_path_and_node(state: SiteState, severity: Severity | None, final: bool) -> None:
    site = Site("node1", "/bricks/d1/data", state, OLD, 3)
    found = finding(site, ())
    assert refused(site) is final
    if severity is None:
        assert found is None
    else:
        assert found is not None
        assert found[0] is severity
        assert "/bricks/d1/data on node1" in found[1]


def test_an_old_brick_is_named_after_its_volume_if_that_is_still_there() -> None:
    site = Site("node1", "/bricks/d1/data", SiteState.LEFTOVER, OLD, 2)
    gone = finding(site, ())
    volume = Volume("archive", OLD, VolumeType.DISTRIBUTE, VolumeStatus.STARTED, ())
    there = finding(site, (volume,))
    assert gone is not None
    assert there is not None
    assert "a brick of a volume that is gone: 2 names are left" in gone[1]
    assert "a brick of volume archive" in there[1]


def test_setting_aside_comes_first_and_can_be_taken_back() -> None:
    plan = Plan("Create volume data", "lab", (), undo="Delete it.")
    site = Site("node2", "/bricks/d1/data", SiteState.LEFTOVER, OLD, 2)
    assert set_aside(plan, ()) is plan
    made = set_aside(plan, (site, replace(site, node="node3")), at=0.0)
    first = made.steps[0]
    assert [step.node for step in made.steps] == ["node2", "node3"]
    assert first.command.argv[:3] == ("sh", "-c", MOVE)
    aside = first.command.argv[-1]
    assert aside.startswith("/bricks/d1/data.before-19")
    assert first.undo is not None
    assert first.undo.argv[-2:] == ("/bricks/d1/data", aside)
    assert first.args["volume_id"] == OLD
    assert "2 old directories are renamed" in made.meaning[-1].title


def test_the_moves_never_overwrite(tmp_path: Path) -> None:
    old, aside = tmp_path / "data", tmp_path / "data.before"
    old.mkdir()
    (old / "file").write_text("x")

    def run(script: str) -> int:
        return subprocess.run(["sh", "-c", script, "sh", str(old), str(aside)], capture_output=True).returncode

    assert run(MOVE) == 0
    (old / ".glusterfs" / "indices").mkdir(parents=True)  # as a deleted volume leaves it
    assert run(MOVE) != 0
    assert run(MOVE_BACK) == 0
    assert (old / "file").read_text() == "x"
    aside.mkdir()
    assert run(MOVE_BACK) != 0
    assert (old / "file").read_text() == "x"
