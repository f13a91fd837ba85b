"""Who uses a volume, shown before it is taken away; profile and top with real traffic. Real mounts, real glusterds."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from nasclustergui.subsystems.gluster.features.clients.model import Kind
from nasclustergui.subsystems.gluster.features.performance.model import Metric
from nasclustergui.subsystems.gluster.model import VolumeStatus
from nasclustergui.subsystems.gluster.page.offers import Action
from nasclustergui.subsystems.gluster.page.section import Section
from nasclustergui.subsystems.gluster.page.sections.clients import ClientsSection
from nasclustergui.subsystems.gluster.page.sections.performance import PerformanceSection
from tests.lab.app import App
from tests.lab.cluster import Lab, take_down
from tests.lab.files import POINT, Mount
from tests.lab.for_tests import lab_name, require_lab
from tests.lab.netns import on_hub

pytestmark = pytest.mark.lab

S = TypeVar("S", bound=Section)
GLUSTER = "gluster --mode=script"


@pytest.fixture(scope="module")
def cluster() -> Iterator[Lab]:
    """Three members with a volume; node4 is a machine of its own that only mounts it."""
    require_lab()
    name = lab_name("clients")
    try:
        lab = Lab.up(nodes=4, name=name, disks=2, disk_mb=300, etcd=False, peer=False)
        lab.sh(1, f"{GLUSTER} peer probe node2 && {GLUSTER} peer probe node3")
        bricks = " ".join(f"node{n}:/bricks/d1/data" for n in (1, 2, 3))
        create = f"{GLUSTER} volume create data replica 3 {bricks}"
        lab.sh(1, f"for i in $(seq 40); do {create} && break; sleep 0.5; done; {GLUSTER} volume start data")
        yield lab
    finally:
        take_down(name)


class Outside(Mount):
    """Mounted by a machine that is no member of the pool."""

    def __init__(self, lab: Lab, volume: str) -> None:
        super().__init__(lab, volume, 4)
        self._source = f"node1:/{volume}"

    def __enter__(self) -> "Outside":
        self._lab.sh(4, f"mkdir -p {POINT} && mount -t glusterfs {self._source} {POINT}")
        return self


@pytest.fixture(scope="module")
def profile(cluster: Lab, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A profile that doesn't know node4."""
    text = cluster.profile_path.read_text()
    blocks = text.split("[[nodes]]")
    kept = [block for block in blocks if 'name = "node4"' not in block]
    assert len(kept) == len(blocks) - 1
    path = tmp_path_factory.mktemp("profile") / "three.toml"
    path.write_text("[[nodes]]".join(kept))
    path.chmod(0o600)
    return path


@pytest.fixture
def app(cluster: Lab, profile: Path) -> Iterator[App]:
    with on_hub(cluster.name):
        window = App(profile)
        try:
            window.wait_ready()
            yield window
        finally:
            window.close()


def cli(cluster: Lab, profile: Path, *words: str) -> tuple[int, str, str]:
    line = (sys.executable, "-m", "nasclustergui", "gluster", *words, "--cluster", str(profile))
    done = cluster.hub(*line, check=False, timeout=120)
    return done.returncode, done.stdout, done.stderr


def opened(app: App, kind: type[S], section: str) -> S:
    app.page("gluster")
    app.wait(lambda: app.volume("data") is not None, "the volume")
    assert app.space.storage.run_action(f"gluster.{section}:data")
    found = app.space.storage.findChild(kind)
    assert found is not None
    app.wait(found.isVisible, f"the section {section}", 10)
    return found


def test_mounts_are_told_from_daemons_and_named_before_stop_and_delete(
    app: App, cluster: Lab, profile: Path, output: Path
) -> None:
    section = opened(app, ClientsSection, "clients")
    app.wait(lambda: section.stack.showing() == "empty", "the empty place: only daemons are connected")
    with Mount(cluster, "data", 2) as near, Outside(cluster, "data"):
        near.write_many(20, 262_144)
        section.read()
        app.wait(lambda: section.found is not None and len(section.found.real) == 2, "both mounts")
        assert section.found is not None
        mine, theirs = sorted(section.found.real, key=lambda client: client.host)
        assert (mine.host, mine.kind, mine.where) == ("node2", Kind.MOUNT, POINT)
        assert (theirs.host, theirs.kind, theirs.processes) == ("node4", Kind.OUTSIDE, 1)
        assert len(mine.bricks) == len(theirs.bricks) == 3
        assert mine.sent > 3 * 20 * 262_144 > 20 * mine.received  # three copies
        daemons = [client for client in section.found.clients if client.kind is Kind.DAEMON]
        assert {(client.host, client.name) for client in daemons} == {
            (f"node{n}", "Self-heal daemon") for n in (1, 2, 3)
        }
        app.shot(output, "lab-clients")
        section.daemons.setChecked(True)
        app.shot(output, "lab-clients-daemons")
        app.space.storage.show_table()
        dialog = app.ask(Action.STOP, "data")
        said = [meaning.title for meaning in dialog.plan.meaning]
        assert "2 clients are connected: node2, node4" in said
        app.shot(output, "lab-clients-stop", dialog)
        dialog.reject()
        dialog = app.ask(Action.DELETE, "data")
        assert any("2 clients are connected: node2, node4" in meaning.title for meaning in dialog.plan.meaning)
        dialog.reject()
        code, out, _err = cli(cluster, profile, "volume", "clients", "data", "--json")
        told = json.loads(out)
        assert code == 0
        assert {(one["host"], one["kind"]) for one in told["clients"]} == {("node2", "mount"), ("node4", "outside")}
        code, out, _err = cli(cluster, profile, "volume", "stop", "data", "--dry-run")
        assert code == 0
        assert "2 clients are connected: node2, node4" in out


def test_a_brick_that_is_down_and_told_nothing_is_named(app: App, cluster: Lab) -> None:
    section = opened(app, ClientsSection, "clients")
    with Outside(cluster, "data"):
        volume = app.wait_volume("data", lambda v: all(b.port for b in v.bricks), "ports")
        cluster.exec(3, "kill", "-9", str(volume.bricks[2].pid))
        app.wait_volume("data", lambda v: v.bricks[2].online is False, "a dead brick")
        section.read()
        app.wait(lambda: section.found is not None and bool(section.found.silent), "the silent brick")
        app.wait(section.banner.isVisible, "the note about it", 10)
        assert "/bricks/d1/data" in section.banner.title()
    app.space.storage.show_table()
    app.do(Action.RESTART_BRICKS, "data")


def test_when_nobody_can_tell_the_plan_says_so_after_five_seconds(app: App, cluster: Lab, output: Path) -> None:
    app.choose_volume("data")
    cluster.sh(3, "kill -STOP $(pidof glusterd)")  # every command under the lock waits for it
    try:
        app.click(app.space.storage.detail.stop)
        app.wait(lambda: app.space.plan_dialog is not None, "the plan", 30)
        dialog = app.plan()
        titles = [meaning.title for meaning in dialog.plan.meaning]
        assert "Who uses data is not known" in titles, titles
        app.shot(output, "lab-clients-unknown", dialog)
        dialog.reject()
    finally:
        cluster.sh(3, "kill -CONT $(pidof glusterd)")
    app.wait(lambda: not (app.controller.state.gluster and app.controller.state.gluster.status_error), "calm", 90)


def test_profiling_is_off_until_asked_for_and_shows_what_the_traffic_was(
    app: App, cluster: Lab, profile: Path, output: Path
) -> None:
    section = opened(app, PerformanceSection, "performance")
    app.wait(lambda: section.stack.showing() == "empty", "the offer to start")
    app.shot(output, "lab-performance-off")
    app.click(section.start)
    app.finish(app.agree(app.plan()))
    app.wait(section.banner.isVisible, "the word that it is on")
    with Outside(cluster, "data") as mount:
        mount.write_many(30, 8192, prefix="p")
        cluster.sh(4, f"cat {POINT}/p* > /dev/null")
        app.wait(lambda: _calls(section, "WRITE") >= 90, "30 writes on each of three bricks", 60)
        app.wait(lambda: section.stack.showing() == "content", "the table")
        shown = section.profile.shown()
        assert shown is not None
        assert shown.written >= 3 * 30 * 8192
        assert any(block.writes for block in shown.blocks if block.size == 8192)
        app.shot(output, "lab-performance")
        code, out, _err = cli(cluster, profile, "volume", "profile", "data", "info", "--json")
        assert code == 0
        assert sum(f["calls"] for brick in json.loads(out) for f in brick["fops"] if f["name"] == "WRITE") >= 90
        section.tabs.setCurrentIndex(1)
        section.top.ranking.setCurrentIndex(section.top.ranking.findData(Metric.WRITE.value))
        app.click(section.top.go)
        app.wait(lambda: section.top.stack.showing() in ("content", "empty"), "the first list")
        mount.write_many(10, 4096, prefix="q")
        app.click(section.top.go)
        app.wait(lambda: section.top.stack.showing() == "content", "the files")
        app.shot(output, "lab-performance-top")
        code, out, _err = cli(cluster, profile, "volume", "top", "data", "write", "--json")
        assert code == 0
        assert any(file["path"].startswith("/q") for brick in json.loads(out) for file in brick["files"])
        code, out, _err = cli(
            cluster, profile, "volume", "top", "data", "write-perf", "--bs", "4096", "--count", "64", "--json"
        )
        assert code == 0
        assert all(brick["throughput"] > 0 for brick in json.loads(out))
        app.click(section.top.again)
        app.finish(app.agree(app.plan()))
    section.tabs.setCurrentIndex(0)
    app.click(section.stop)
    app.finish(app.agree(app.plan()))
    app.wait(lambda: section.stack.showing() == "empty", "profiling to be off")
    assert "diagnostics.latency-measurement: on" not in cluster.sh(1, f"{GLUSTER} volume info data").stdout
    code, _out, err = cli(cluster, profile, "volume", "profile", "data", "info")
    assert (code, "profiling of volume data is not started" in err) == (1, True)


def _calls(section: PerformanceSection, name: str) -> int:
    shown = section.profile.shown()
    return next((fop.calls for fop in shown.fops if fop.name == name), 0) if shown is not None else 0


def test_a_stopped_volume_has_no_clients_and_no_question_is_asked(app: App, cluster: Lab, profile: Path) -> None:
    app.do(Action.STOP, "data")
    app.wait_volume("data", lambda v: v.status is VolumeStatus.STOPPED, "stopped")
    section = opened(app, ClientsSection, "clients")
    app.wait(lambda: section.stack.showing() == "empty", "the empty place")
    code, _out, err = cli(cluster, profile, "volume", "clients", "data")
    assert (code, "not started" in err) == (2, True)
    app.space.storage.show_table()
    app.do(Action.DELETE, "data")
