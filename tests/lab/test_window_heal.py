"""Healing through the real window against real glusterds: why it does not get on, and that it does in the end."""

import json
import math
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtTest import QTest

from nasclustergui.core.job import Job
from nasclustergui.remote.audit_reader import verify
from nasclustergui.remote.paths import audit_file
from nasclustergui.subsystems.gluster.features.heal.findings import Cause, Finding, Offer
from nasclustergui.subsystems.gluster.features.heal.model import EntryKind
from nasclustergui.subsystems.gluster.page.sections.healing.section import ENTRIES, WALKS, HealSection
from tests.lab.app import App
from tests.lab.cluster import Lab, take_down
from tests.lab.files import POINT, Mount
from tests.lab.for_tests import lab_name, require_lab
from tests.lab.netns import on_hub

pytestmark = pytest.mark.lab

NODES = (1, 2, 3)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Lab]:
    require_lab()
    name = lab_name("heal")
    try:
        lab = Lab.up(nodes=3, name=name, disks=4, disk_mb=300, etcd=False)
        make(lab, "care", "d1", "replica", "3")
        make(lab, "parity", "d2", "disperse", "3", "redundancy", "1")
        make(lab, "tiny", "d3", "replica", "3")
        yield lab
    finally:
        take_down(name)


@pytest.fixture
def app(cluster: Lab) -> Iterator[App]:
    restore(cluster)
    with on_hub(cluster.name):
        window = App(cluster.profile_path)
        try:
            window.wait_ready()
            yield window
        finally:
            window.close()


def restore(lab: Lab) -> None:
    """Whatever a test left dead, hanging or switched off goes on, so that one failure does not spoil the others."""
    for node in lab.status():
        if not node.on:
            lab.poweron(node.n)
        lab.sh(
            node.n,
            "kill -CONT $(pidof glusterd glusterfs) 2>/dev/null; ip rule del prio 1 2>/dev/null; rm -f /bricks/d3/fill",
        )
    lab.wait_healthy()
    for volume in ("care", "parity", "tiny"):
        gluster(lab, "volume", "heal", volume, "enable", check=False)
        gluster(lab, "volume", "start", volume, "force", check=False)


def make(lab: Lab, volume: str, disk: str, *words: str) -> None:
    """A started volume with a brick on each node."""
    bricks = [f"node{n}:/bricks/{disk}/{volume}" for n in NODES]
    lab.exec(1, "gluster", "--mode=script", "volume", "create", volume, *words, *bricks)
    lab.exec(1, "gluster", "--mode=script", "volume", "start", volume)


def gluster(lab: Lab, *words: str, check: bool = True) -> str:
    return lab.exec(1, "gluster", "--mode=script", *words, check=check).stdout


def nasclustergui(lab: Lab, *words: str, check: bool = True) -> dict:  # type: ignore[type-arg]  # whatever it tells
    """The command line's answer, as JSON."""
    told = lab.hub(
        *(sys.executable, "-m", "nasclustergui", "--cluster", str(lab.profile_path), "gluster", "volume"),
        *words,
        "--json",
        check=check,
        timeout=120,
    )
    answer = json.loads(told.stdout)
    assert isinstance(answer, dict)
    return answer


def healing(app: App, volume: str) -> HealSection:
    """The volume's section, in sight."""
    app.page("gluster")
    app.wait(lambda: app.space.storage.run_action(f"gluster.healing:{volume}"), f"the section of {volume}", 30)
    section = app.space.storage.view.section()
    assert isinstance(section, HealSection)
    return section


def told(app: App, section: HealSection, cause: Cause, seconds: float = 60) -> Finding:
    """What the doctor says about that cause, once it does."""

    def found() -> list[Finding]:
        return [finding for finding in section.doctor.findings if finding.cause is cause]

    def said() -> str:
        return f"{cause} from the doctor, who says {[f.title for f in section.doctor.findings]}"

    try:
        app.wait(found, str(cause), seconds)
    except AssertionError as error:
        raise AssertionError(f"{said()}; {error}") from error
    return found()[0]


def take(app: App, section: HealSection, offer: Offer) -> Job:
    """Click the doctor's button, agree to its plan, wait for the end."""
    made = section.doctor.buttons
    app.wait(lambda: offer in made and made[offer].isVisible() and made[offer].isEnabled(), f"the button {offer}", 30)
    app.click(made[offer])
    return app.finish(app.agree(app.plan()))


def kill_brick(app: App, lab: Lab, volume: str, n: int) -> None:
    """End its process and wait until the app knows."""
    seen = app.wait_volume(volume, lambda v: v.bricks[n - 1].pid, f"a process of brick {n}")
    lab.exec(n, "kill", "-9", str(seen.bricks[n - 1].pid))
    app.wait_volume(volume, lambda v: v.bricks[n - 1].online is False, f"that brick {n} is down")


def audited(*titles: str) -> None:
    """Every change is in the log, unbroken, with its exact command and exit code 0."""
    path = audit_file()
    assert verify(path).intact
    entries = [json.loads(line) for line in path.read_text().splitlines()]
    for title in titles:
        mine = [entry for entry in entries if entry.get("title") == title]
        assert any("gluster --mode=script" in str(entry.get("command", "")) for entry in mine), title
        assert any(entry.get("exit_code") == 0 for entry in mine), title


def wait_healed(app: App, volume: str, seconds: float = 120) -> None:
    def whole() -> bool:
        seen = app.volume(volume)
        return seen is not None and seen.heal_pending == 0 and all(b.heal_pending == 0 for b in seen.bricks)

    app.wait(whole, f"{volume} to be healed", seconds)


def names_on(lab: Lab, n: int, path: str) -> int:
    """How many files and directories the brick holds, gluster's own apart."""
    return int(lab.sh(n, f"find {path} -mindepth 1 -not -path '*/.glusterfs*' | tr -cd '\\n' | wc -c").stdout)


def alike(lab: Lab, volume: str, disk: str) -> bool:
    """All bricks hold as many files and directories."""
    return len({names_on(lab, n, f"/bricks/{disk}/{volume}") for n in NODES}) == 1


def test_a_brick_killed_and_killed_again_during_its_heal(app: App, cluster: Lab, output: Path) -> None:
    section = healing(app, "care")
    told(app, section, Cause.WELL, 180)
    kill_brick(app, cluster, "care", 2)
    with Mount(cluster, "care") as mount:
        cluster.sh(1, f"mkdir {POINT}/photos && touch {POINT}/photos/$(printf 'lat\\351n') && ln -s a {POINT}/link")
        mount.write_many(1000, 16, prefix="photos/p")
    finding = told(app, section, Cause.BRICK_DOWN)
    assert finding.title == "Brick node2:/bricks/d1/care is down"
    app.wait_volume("care", lambda v: (v.heal_pending or 0) >= 1003, "the backlog")
    volume = app.volume("care")
    assert volume is not None
    history = app.space.storage.desk.heals.of(volume)
    rising = history.bricks["node1:/bricks/d1/care"].values
    assert max(rising) >= 1003 > min(rising) == 0
    assert math.isnan(history.bricks["node2:/bricks/d1/care"].last)  # not read: a gap, never a number
    assert section.bricks.select_key("node2:/bricks/d1/care")
    down = section.bricks.current_row()
    assert down is not None
    assert [cell.text for cell in down.cells[1:4]] == ["Down", "Behind", "—"]
    list_what_waits(app, cluster, section, output)
    heal_with_another_failure(app, cluster, section, output)


def list_what_waits(app: App, cluster: Lab, section: HealSection, output: Path) -> None:
    section.tabs.setCurrentIndex(ENTRIES)
    app.click(section.entries.first)
    app.wait(lambda: section.entries.listed is not None, "the list", 120)
    listed = section.entries.listed
    assert listed is not None
    # the root, a directory, a name that is not UTF-8, 1,000 files; a new link has nothing to heal but its directory
    assert len(listed.entries) == 1003
    by_name = {entry.name: entry for entry in listed.entries}
    assert by_name["/photos/lat\udce9n"].kind is EntryKind.FILE
    assert by_name["/photos"].kind is EntryKind.DIRECTORY
    assert "/link" not in by_name
    assert by_name["/photos/p7"].bricks == ("node1:/bricks/d1/care", "node3:/bricks/d1/care")
    assert listed.counts["node2:/bricks/d1/care"] is None
    app.shot(output, "lab-heal-files")
    QTest.keyClicks(section.entries.filter, "lat")
    app.wait(lambda: section.entries.tree.rows.rowCount() == 1, "the filter", 10)
    answer = nasclustergui(cluster, "heal", "care", "info")
    assert len(answer["entries"]) == 1003
    assert {"/photos/lat\udce9n", "/photos/p1000"} <= {entry["path"] for entry in answer["entries"]}
    assert [brick["entries"] for brick in answer["bricks"]] == [1003, None, 1003]
    doctor = nasclustergui(cluster, "heal", "care", "doctor", check=False)
    assert doctor["converging"] is False
    assert doctor["findings"][0]["cause"] == "brick-down"
    assert [brick["role"] for brick in doctor["bricks"]] == ["source", "behind", "source"]


def heal_with_another_failure(app: App, cluster: Lab, section: HealSection, output: Path) -> None:
    section.tabs.setCurrentIndex(0)
    before = app.wait_volume("care", lambda v: v.heal_pending, "the backlog").heal_pending or 0
    take(app, section, Offer.START_BRICKS)
    app.wait_volume("care", lambda v: 0 < (v.heal_pending or 0) < before, "a heal under way")
    app.shot(output, "lab-heal-going-on")
    kill_brick(app, cluster, "care", 2)
    told(app, section, Cause.BRICK_DOWN)
    take(app, section, Offer.START_BRICKS)
    wait_healed(app, "care")
    told(app, section, Cause.WELL)
    app.shot(output, "lab-heal-done")
    assert alike(cluster, "care", "d1")
    section.tabs.setCurrentIndex(WALKS)
    app.click(section.walks.first)
    app.wait(lambda: section.walks.stack.showing() == "content", "the crawls", 20)
    healed = gluster(cluster, "volume", "heal", "care", "statistics")
    assert "No. of entries healed" in healed
    app.shot(output, "lab-heal-crawls")


def test_daemons_that_are_killed_halted_and_switched_off(app: App, cluster: Lab, output: Path) -> None:
    section = healing(app, "care")
    told(app, section, Cause.WELL, 180)
    cluster.sh(1, "kill -9 $(cat /run/gluster/shd/*/*-shd.pid)")
    finding = told(app, section, Cause.DAEMON_DOWN)
    assert finding.title == "The self-heal daemon does not run on node1"
    take(app, section, Offer.START_BRICKS)
    told(app, section, Cause.WELL)
    assert "Self-heal Daemon on localhost               N/A       N/A        Y" in gluster(
        cluster, "volume", "status", "care"
    )
    cluster.sh(3, "kill -STOP $(cat /run/gluster/shd/*/*-shd.pid)")
    try:
        finding = told(app, section, Cause.DAEMON_HALTED)
        assert finding.title == "The self-heal daemon on node3 is halted"
    finally:
        cluster.sh(3, "kill -CONT $(cat /run/gluster/shd/*/*-shd.pid)")
    told(app, section, Cause.WELL)
    gluster(cluster, "volume", "heal", "care", "disable")
    kill_brick(app, cluster, "care", 3)
    with Mount(cluster, "care") as mount:
        mount.write_many(40, 16, prefix="off")
    take(app, section, Offer.START_BRICKS)
    app.wait_volume("care", lambda v: all(b.online for b in v.bricks) and v.heal_pending, "a backlog that stays")
    finding = told(app, section, Cause.DAEMON_OFF)
    assert finding.title == "The self-heal daemon is switched off for care"
    app.shot(output, "lab-heal-switched-off")
    take(app, section, Offer.ENABLE)
    assert "cluster.self-heal-daemon: enable" in gluster(cluster, "volume", "info", "care")
    wait_healed(app, "care")
    assert alike(cluster, "care", "d1")
    audited("Start missing bricks of care", "Switch self-healing of care on")


def test_a_brick_that_a_daemon_cannot_reach(app: App, cluster: Lab) -> None:
    section = healing(app, "care")
    volume = app.wait_volume("care", lambda v: all(b.port for b in v.bricks), "ports")
    port = volume.bricks[1].port
    cluster.sh(
        1, f"ip rule add prio 1 ipproto 6 dport {port} unreachable && ss -K dst {cluster.address(2)} dport = {port}"
    )
    try:
        finding = told(app, section, Cause.NO_NETWORK)
        assert finding.title == "The self-heal daemon on node1 has no connection to brick node2:/bricks/d1/care"
    finally:
        cluster.sh(1, "ip rule del prio 1")
    told(app, section, Cause.WELL)


def test_a_dispersed_volume(app: App, cluster: Lab) -> None:
    section = healing(app, "parity")
    told(app, section, Cause.WELL)
    kill_brick(app, cluster, "parity", 3)
    with Mount(cluster, "parity") as mount:
        mount.write_many(150, 4096)
    finding = told(app, section, Cause.BRICK_DOWN)
    assert finding.title == "Brick node3:/bricks/d2/parity is down"
    app.wait_volume("parity", lambda v: (v.heal_pending or 0) >= 150, "the backlog")
    summary = nasclustergui(cluster, "heal", "parity", "info", "summary")
    assert [brick["connected"] for brick in summary["bricks"]] == [True, True, False]
    assert summary["bricks"][2]["entries"] is None
    section.tabs.setCurrentIndex(WALKS)
    assert not section.walks.first.isVisible()  # gluster tells none for dispersed volumes
    take(app, section, Offer.START_BRICKS)
    wait_healed(app, "parity")
    told(app, section, Cause.WELL)
    assert names_on(cluster, 3, "/bricks/d2/parity") == 150
    assert alike(cluster, "parity", "d2")


def test_too_few_bricks_of_a_set(app: App, cluster: Lab) -> None:
    section = healing(app, "care")
    kill_brick(app, cluster, "care", 1)
    kill_brick(app, cluster, "care", 2)
    finding = told(app, section, Cause.NO_QUORUM)
    assert finding.title == "Set 1 has too few bricks up: 1 of 3"
    take(app, section, Offer.START_BRICKS)
    told(app, section, Cause.WELL)


def test_a_node_without_power_and_a_glusterd_that_hangs(app: App, cluster: Lab) -> None:
    section = healing(app, "care")
    cluster.poweroff(3)
    with Mount(cluster, "care") as mount:
        finding = told(app, section, Cause.PEER_AWAY)
        assert finding.title == "node3 is not connected, and its brick is down"
        mount.write_many(60, 16, prefix="dark")
        app.wait_volume("care", lambda v: (v.heal_pending or 0) >= 60, "the backlog")
    cluster.poweron(3)
    wait_healed(app, "care")
    told(app, section, Cause.WELL)
    assert alike(cluster, "care", "d1")
    cluster.sh(3, "kill -STOP $(pidof glusterd)")
    try:
        finding = told(app, section, Cause.GLUSTERD_HANGS, 90)
        assert finding.title == "GlusterFS waits for node3"
        assert section.figures.backlog.text().endswith(section.view.stale if section.view else "?")
    finally:
        cluster.sh(3, "kill -CONT $(pidof glusterd)")
    told(app, section, Cause.WELL, 90)


def test_a_full_disk_stops_the_heal_until_there_is_room(app: App, cluster: Lab, output: Path) -> None:
    section = healing(app, "tiny")
    told(app, section, Cause.WELL, 180)
    kill_brick(app, cluster, "tiny", 2)
    with Mount(cluster, "tiny") as mount:
        mount.write_many(30, 400_000)
    cluster.sh(2, "dd if=/dev/zero of=/bricks/d3/fill bs=64k 2>/dev/null; sync; true")
    gluster(cluster, "volume", "start", "tiny", "force")
    finding = told(app, section, Cause.DISK_FULL)
    assert finding.title == "The disk of brick node2:/bricks/d3/tiny is full"
    app.shot(output, "lab-heal-disk-full")
    app.wait_volume("tiny", lambda v: v.heal_pending, "a backlog that stays")
    cluster.exec(2, "rm", "/bricks/d3/fill")
    cause = told_any(app, section, Cause.BRICK_DOWN, Cause.WAITS, Cause.WELL).cause
    if cause is Cause.WAITS:
        take(app, section, Offer.HEAL)
    elif cause is Cause.BRICK_DOWN:  # its health check could not write either: it ended itself
        take(app, section, Offer.START_BRICKS)
    wait_healed(app, "tiny")
    sums = {cluster.sh(n, "cd /bricks/d3/tiny && cat f* | sha256sum").stdout for n in NODES}
    assert len(sums) == 1


def told_any(app: App, section: HealSection, *causes: Cause) -> Finding:
    app.wait(lambda: any(f.cause in causes for f in section.doctor.findings), f"one of {causes}", 180)
    return next(f for f in section.doctor.findings if f.cause in causes)


def test_a_brick_directory_that_somebody_deleted(app: App, cluster: Lab, output: Path) -> None:
    section = healing(app, "tiny")
    told(app, section, Cause.WELL, 180)
    cluster.exec(2, "rm", "-rf", "/bricks/d3/tiny")
    finding = told(app, section, Cause.DIRECTORY_MISSING)
    assert finding.title == "The directory of brick node2:/bricks/d3/tiny is missing"
    assert cluster.sh(2, "test -e /bricks/d3/tiny", check=False).returncode == 1  # nothing made it anew
    app.shot(output, "lab-heal-directory-missing")
    doctor = nasclustergui(cluster, "heal", "tiny", "doctor", check=False)
    assert doctor["findings"][0]["cause"] == "directory-missing"


def test_what_is_left_is_in_split_brain(app: App, cluster: Lab) -> None:
    lab = cluster
    bricks = [f"node{n}:/bricks/d4/pair" for n in (1, 2)]
    gluster(lab, "volume", "create", "pair", "replica", "2", *bricks, "force")
    gluster(lab, "volume", "start", "pair")
    section = healing(app, "pair")
    gluster(lab, "volume", "heal", "pair", "disable")
    with Mount(lab, "pair", 3):
        lab.sh(3, f"echo first > {POINT}/torn")
        for n in (1, 2):
            kill_brick(app, lab, "pair", n)
            lab.sh(3, f"echo side {n} > {POINT}/torn")
            gluster(lab, "volume", "start", "pair", "force")
            app.wait_volume("pair", lambda v: all(b.online for b in v.bricks), "both bricks")
    gluster(lab, "volume", "heal", "pair", "enable")
    finding = told(app, section, Cause.SPLIT_BRAIN, 120)
    assert finding.title == "1 entry is in split-brain"
    sent: list[str] = []
    section.command.connect(sent.append)
    section.take(Offer.SPLIT_BRAIN)
    assert sent == ["gluster.split-brain:pair"]
