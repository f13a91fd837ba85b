"""Volumes from their creation to their end, through the real window against real glusterds."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from nasclustergui.remote.audit_reader import verify
from nasclustergui.remote.paths import audit_file
from nasclustergui.subsystems.gluster.model import TaskState, VolumeStatus, VolumeType
from nasclustergui.subsystems.gluster.page.offers import Action
from tests.lab.app import App
from tests.lab.cluster import Lab, take_down
from tests.lab.files import Mount
from tests.lab.for_tests import lab_name, require_lab
from tests.lab.netns import on_hub

pytestmark = pytest.mark.lab


@pytest.fixture(scope="module")
def cluster() -> Iterator[Lab]:
    require_lab()
    name = lab_name("volumes")
    try:
        yield Lab.up(nodes=4, name=name, disks=5, disk_mb=600)
    finally:
        take_down(name)


@pytest.fixture
def app(cluster: Lab) -> Iterator[App]:
    with on_hub(cluster.name):
        window = App(cluster.profile_path)
        try:
            window.wait_ready()
            yield window
        finally:
            window.close()


def disks(number: int, *nodes: int) -> list[str]:
    return [f"node{n}:/bricks/d{number}" for n in nodes]


def test_every_kind_of_volume_is_created_and_deleted(app: App, cluster: Lab, output: Path) -> None:
    app.create("three", VolumeType.REPLICATE, disks(1, 1, 2, 3), copies=3)
    app.create("spread", VolumeType.DISTRIBUTE, disks(2, 1, 2))
    app.create("parity", VolumeType.DISPERSE, disks(3, 1, 2, 3, 4), data=3, redundancy=1)
    app.create("pairs", VolumeType.REPLICATE, disks(4, 1, 2, 3, 4), copies=2)
    app.create("judge", VolumeType.ARBITER, disks(5, 1, 2, 3))
    volumes = app.controller.state.gluster
    assert volumes is not None
    found = {v.name: (v.type, len(v.sets), v.set_size, v.status) for v in volumes.volumes}
    assert found == {
        "three": (VolumeType.REPLICATE, 1, 3, VolumeStatus.STARTED),
        "spread": (VolumeType.DISTRIBUTE, 2, 1, VolumeStatus.STARTED),
        "parity": (VolumeType.DISPERSE, 1, 4, VolumeStatus.STARTED),
        "pairs": (VolumeType.REPLICATE, 2, 2, VolumeStatus.STARTED),
        "judge": (VolumeType.ARBITER, 1, 3, VolumeStatus.STARTED),
    }
    told = cluster.exec(1, "gluster", "volume", "info").stdout
    assert "Number of Bricks: 1 x (3 + 1) = 4" in told
    assert "Number of Bricks: 1 x (2 + 1) = 3" in told
    assert "Number of Bricks: 2 x 2 = 4" in told
    app.page("gluster")
    app.shot(output, "lab-storage-kinds")
    for name in found:
        if name != "three":
            app.do(Action.STOP, name)
            app.wait_volume(name, lambda v: v.status is VolumeStatus.STOPPED, "stopped")
        app.do(Action.DELETE, name)
        app.wait(lambda name=name: app.volume(name) is None, f"{name} to be gone")
    assert cluster.sh(1, "gluster volume list 2>&1 || true").stdout.strip() == "No volumes present in cluster"
    _check_audit("Create volume parity", "Stop volume pairs", "Delete volume judge")


def _check_audit(*titles: str) -> None:
    """Every change is in the log, unbroken, with its exact command and its exit code."""
    path = audit_file()
    assert verify(path).intact
    entries = [json.loads(line) for line in path.read_text().splitlines()]
    for title in titles:
        mine = [entry for entry in entries if entry.get("title") == title]
        assert mine, title
        assert any("gluster --mode=script" in str(entry.get("command", "")) for entry in mine)
        assert any(entry.get("exit_code") == 0 for entry in mine)


def test_bricks_are_added_and_a_rebalance_runs_to_its_end_with_rising_progress(app: App, cluster: Lab) -> None:
    app.create("grow", VolumeType.DISTRIBUTE, disks(1, 1, 2))
    with Mount(cluster, "grow") as mount:
        mount.write_many(1500, 4096)
        dialog = app.ask_bricks("grow")
        app.assign(dialog, disks(1, 3, 4))
        progress: list[float] = []
        job = app.agree(app.review(dialog))
        app.wait(lambda: _note(progress, job.progress) or job.ended is not None, "the rebalance", 240)
        app.finish(job)
        assert len(set(progress)) > 2
        assert progress == sorted(progress)
        volume = app.wait_volume(
            "grow",
            lambda v: len(v.bricks) == 4 and any(t.state is TaskState.COMPLETED for t in v.tasks),
            "four bricks and a finished rebalance",
        )
        assert all(brick.online for brick in volume.bricks)
        assert mount.count() == 1500
        spread = [int(cluster.sh(n, "find /bricks/d1/grow -name 'f*' -size +0 | wc -l").stdout) for n in (3, 4)]
        assert min(spread) > 0
    app.do(Action.DELETE, "grow")


def _note(values: list[float], value: float | None) -> bool:
    if value is not None and (not values or values[-1] != value):
        values.append(value)
    return False


def test_a_killed_brick_is_shown_and_its_backlog_heals_to_zero(app: App, cluster: Lab, output: Path) -> None:
    app.create("care", VolumeType.REPLICATE, disks(2, 1, 2, 3), copies=3)
    cluster.exec(1, "gluster", "--mode=script", "volume", "set", "care", "cluster.heal-timeout", "5")
    with Mount(cluster, "care") as mount:
        mount.write_many(50, 4096)
        volume = app.wait_volume("care", lambda v: all(b.pid for b in v.bricks), "brick processes")
        cluster.exec(2, "kill", "-9", str(volume.bricks[1].pid))
        app.wait_volume("care", lambda v: v.bricks[1].online is False, "its dead brick")
        app.wait(lambda: "care" in app.controller.verdict.title, "a verdict about care")
        mount.write_many(300, 4096, prefix="g")
        app.wait_volume("care", lambda v: (v.heal_pending or 0) > 50, "a backlog")
        app.page("gluster")
        app.space.storage.tree.expand_key("care")
        app.shot(output, "lab-storage-brick-down")
        app.page("overview")
        app.shot(output, "lab-overview-brick-down")
        backlog: list[int] = []
        job = app.agree(app.ask(Action.RESTART_BRICKS, "care"))
        app.finish(job)
        app.wait(lambda: _backlog(app, backlog) == 0, "the backlog to heal", 180)
        assert max(backlog) > 50
        app.wait(lambda: not app.controller.found, "all to be well again")
        names = cluster.sh(2, "find /bricks/d2/care -name 'g*' -type f | wc -l").stdout
        assert int(names) == 300
        app.do(Action.HEAL_FULL, "care")
    app.do(Action.DELETE, "care")


def _backlog(app: App, seen: list[int]) -> int:
    volume = app.volume("care")
    pending = volume.heal_pending if volume is not None else None
    whole = volume is not None and all(b.online and b.heal_pending is not None for b in volume.bricks)
    if pending is not None and (not seen or seen[-1] != pending):
        seen.append(pending)
    return pending if pending is not None and whole else -1


@pytest.mark.skipif(os.environ.get("QT_QPA_PLATFORM") != "xcb", reason="a real drag needs an X display")
def test_a_volume_is_created_by_dragging_disks_with_the_mouse(app: App, cluster: Lab, output: Path) -> None:
    dialog = app.open_create()
    app.describe_volume(dialog, "drag", VolumeType.REPLICATE, copies=3)
    for number, key in enumerate(disks(3, 1, 2, 3)):
        app.drag_disk(dialog, key, number)
    app.shot(output, "lab-create-by-drag", dialog)
    app.finish(app.agree(app.review(dialog)))
    volume = app.wait_volume("drag", lambda v: all(b.online for b in v.bricks), "created and started")
    assert [(b.node, b.path) for b in volume.bricks] == [(f"node{n}", "/bricks/d3/drag") for n in (1, 2, 3)]
    app.do(Action.DELETE, "drag")
