"""Bit rot through the real window and the command line: a byte flipped below gluster is found and healed."""

import json
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer

from nasclustergui.core.errors import CommandFailed, PlanOutdated
from nasclustergui.core.job import Job, JobState
from nasclustergui.core.plan import Plan
from nasclustergui.remote.audit_reader import verify
from nasclustergui.remote.paths import audit_file
from nasclustergui.subsystems.gluster.dialogs.bitrot_settings import BitrotSettingsDialog
from nasclustergui.subsystems.gluster.features.bitrot import plans
from nasclustergui.subsystems.gluster.features.bitrot.heal import plan_heal_corrupted
from nasclustergui.subsystems.gluster.features.bitrot.model import Corrupted
from nasclustergui.subsystems.gluster.page.sections.bitrot import BitrotSection
from nasclustergui.ui import theme
from nasclustergui.ui.jobs import is_over
from tests.lab.app import App, pause
from tests.lab.cluster import Lab, take_down
from tests.lab.files import POINT, Mount
from tests.lab.for_tests import lab_name, require_lab
from tests.lab.netns import on_hub

pytestmark = pytest.mark.lab
GLUSTER = "gluster --mode=script"
BRICK = "/bricks/d1/data"
FILES = ("/dir/a", "/dir/b c", "/dir/d'\"$x", "/dir/e")


@pytest.fixture(scope="module")
def cluster() -> Iterator[Lab]:
    require_lab()
    name = lab_name("bitrot")
    try:
        lab = Lab.up(nodes=3, name=name, disks=1, disk_mb=300, etcd=False)
        bricks = " ".join(f"node{n}:{BRICK}" for n in (1, 2, 3))
        lab.sh(1, f"{GLUSTER} volume create data replica 3 {bricks} && {GLUSTER} volume start data")
        yield lab
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


@pytest.fixture
def section(app: App) -> BitrotSection:
    app.page("gluster")
    storage = app.space.storage
    storage.run_action("gluster.bitrot:data")
    out = storage.findChild(BitrotSection)
    assert isinstance(out, BitrotSection)
    app.wait(lambda: out.place.showing() in ("empty", "content"), "the scrubbers")
    again = QTimer(out)  # it is read when asked only: somebody who waits clicks now and then
    again.timeout.connect(out.read)
    again.start(10_000)
    return out


def cli(cluster: Lab, *words: str) -> tuple[int, str, str]:
    """The command line, on the lab's workstation."""
    main = (sys.executable, "-m", "nasclustergui", "gluster", "volume", "bitrot", "data")
    done = cluster.hub(*main, *words, "--cluster", str(cluster.profile_path), check=False, timeout=120)
    return done.returncode, done.stdout, done.stderr


def failed(app: App, plan: Plan) -> Job:
    """Run a plan that must not end well."""
    app.space.propose(plan)
    job = app.agree(app.plan())
    app.wait(lambda: is_over(job), "the end of the job")
    assert job.state is JobState.FAILED, (job.state, job.output)
    return job


CRAWLED = """awk '/Pid of current running process/ {done = 0} /Completed crawling brick/ {done = 1} END {exit !done}' \\
    /var/log/glusterfs/bitd.log"""
RESTART = """pid=$(cat /run/gluster/bitd/bitd.pid) && words=$(tr '\\0' ' ' </proc/$pid/cmdline) && kill $pid
    while kill -0 $pid 2>/dev/null; do sleep 0.1; done; $words"""
NODES = (1, 2, 3)


def signed(cluster: Lab, n: int, path: str) -> bool:
    """The signer has been at this copy, and at this very content."""
    told = cluster.exec(n, "getfattr", "-d", "-e", "hex", "-m", "bit-rot", f"{BRICK}{path}", check=False).stdout
    values = dict(re.findall(r"^trusted\.bit-rot\.(\w+)=0x(\w+)", told, re.MULTILINE))
    signature, version = values.get("signature", ""), values.get("version", "")
    return bool(signature) and signature[2:18] == version[:16] and signature[18:] == checksum(cluster, n, path)


def unsigned(cluster: Lab) -> set[int]:
    """The nodes that have still something to sign."""
    return {n for n in NODES for path in FILES if not signed(cluster, n, path)}


def daemons_run(cluster: Lab) -> bool:
    """All signers and scrubbers, as glusterd knows them, are there and have looked through their bricks."""
    told = cluster.sh(1, f"{GLUSTER} volume status data", check=False).stdout
    known = len(re.findall(r"^(?:Bitrot|Scrubber) Daemon on .* Y +\d+ *$", told, re.MULTILINE)) == 2 * len(NODES)
    return known and all(cluster.sh(n, CRAWLED, check=False).returncode == 0 for n in NODES)


def sign(app: App, cluster: Lab) -> None:
    """Wait for all signatures.

    Now and then a brick never connects back to its signer (seen with GlusterFS 10.3, in the signer's log all looks
    well): that one signs nothing until it is started anew. Then it looks for whatever is unsigned and signs all else
    once more, so nothing may rot before it is through. (`volume start data force` would restart all, also the well.)
    """
    for _attempt in range(10):
        app.wait(lambda: daemons_run(cluster), "signers and scrubbers")
        end = time.monotonic() + 20
        while time.monotonic() < end:
            missing = unsigned(cluster)
            if not missing:
                return
            pause(500)
        for n in missing:
            cluster.sh(n, RESTART)
    raise AssertionError(f"never signed on {missing}: {app.describe()}")


def rot(cluster: Lab, n: int, path: str) -> None:
    """Change four bytes of the copy below gluster, as a bad disk would."""
    cluster.exec(n, "dd", f"of={BRICK}{path}", "bs=1", "seek=100", "conv=notrunc", text="XXXX")


def checksum(cluster: Lab, n: int, path: str) -> str:
    return cluster.exec(n, "sha256sum", f"{BRICK}{path}").stdout.split()[0].lstrip("\\")


def scrubbed(app: App, cluster: Lab, section: BitrotSection) -> None:
    """Run the scrubber through the window. One that glusterd has no connection to is left out without a word."""
    app.wait(lambda: daemons_run(cluster), "the scrubbers")
    app.wait(section.acts["ondemand"].isEnabled, "the scrubber to be free", 60)
    section.acts["ondemand"].click()
    app.finish(app.agree(app.plan()))


def test_it_is_enabled_set_paused_and_resumed(app: App, cluster: Lab, section: BitrotSection, output: Path) -> None:
    assert section.place.showing() == "empty"
    app.shot(output, "lab-bitrot-off")
    section.enable_button.click()
    app.finish(app.agree(app.plan()))
    app.wait(lambda: section.scrub is not None and len(section.scrub.nodes) == 3, "the scrubbers of all nodes")
    section.acts["settings"].click()
    dialog = section.dialog
    assert isinstance(dialog, BitrotSettingsDialog)
    dialog.frequency.setCurrentIndex(dialog.frequency.findData("daily"))
    dialog.throttle.setCurrentIndex(dialog.throttle.findData("aggressive"))
    dialog.signing.setValue(2)
    app.click(dialog.go_button)
    app.finish(app.agree(app.plan()))
    app.wait(lambda: section.scrub is not None and section.scrub.frequency == "daily", "the new frequency")
    assert "features.expiry-time: 2" in cluster.sh(1, "gluster volume info data").stdout
    section.acts["pause"].click()
    app.finish(app.agree(app.plan()))
    app.wait(lambda: section.scrub is not None and section.scrub.paused, "the pause")
    section.acts["resume"].click()
    app.finish(app.agree(app.plan()))
    app.wait(lambda: section.scrub is not None and not section.scrub.paused, "the end of the pause")


def test_flipped_bytes_are_found_named_and_healed_and_the_only_good_copy_is_never_removed(
    app: App, cluster: Lab, section: BitrotSection, output: Path
) -> None:
    with Mount(cluster, "data", 3):
        cluster.exec(3, "mkdir", f"{POINT}/dir")
        for path in FILES:
            cluster.exec(3, "dd", "if=/dev/urandom", f"of={POINT}{path}", "bs=1k", "count=20")
        cluster.exec(3, "ln", f"{POINT}/dir/e", f"{POINT}/dir/e2")
        sign(app, cluster)
    good = {path: checksum(cluster, 1, path) for path in FILES}
    for path in FILES[:3]:
        rot(cluster, 2, path)
    rot(cluster, 2, "/dir/e")
    scrubbed(app, cluster, section)
    found = lambda: {one.path for one in section.scrub.corrupted} if section.scrub else set()  # noqa: E731
    app.wait(lambda: len(found()) >= 4, "four corrupted files", 90)
    assert section.scrub is not None
    assert set(FILES[:3]) <= found()
    assert found() - set(FILES[:3]) <= {"/dir/e", "/dir/e2"}
    assert {one.brick for one in section.scrub.corrupted} == {f"node2:{BRICK}"}
    one = next(c for c in section.scrub.corrupted if c.path == "/dir/a")
    section.tree.select_key(f"f/{one.gfid}/{one.brick}")
    app.wait(lambda: one.key in section.copies, "its copies")
    assert section.card.buttons["heal"].isEnabled()
    app.shot(output, "lab-bitrot")
    # a second copy rots while the plan lies on the table: it isn't run
    assert section.view is not None
    volume = app.volume("data")
    assert volume is not None
    late = plan_heal_corrupted(volume, [one], section.copies, section.view.state, cluster.name)
    for n in (1, 3):
        rot(cluster, n, "/dir/a")
    assert isinstance(failed(app, late).error, PlanOutdated)
    section.act("look")
    app.wait(lambda: not section.card.buttons["heal"].isEnabled() and one.key in section.copies, "the refusal")
    assert "No other copy is good" in section.card.note.text()
    app.shot(output, "lab-bitrot-refused")
    assert cluster.exec(2, "test", "-f", f"{BRICK}/dir/a", check=False).returncode == 0
    # the others heal
    others = [c for c in section.scrub.corrupted if c.path != "/dir/a"]
    heal(app, section, others)
    for path in FILES[1:]:
        assert [checksum(cluster, n, path) for n in (1, 2, 3)] == [good[path]] * 3, path
    app.wait(
        lambda: cluster.sh(2, f"stat -c %h {BRICK}/dir/e {BRICK}/dir/e2", check=False).stdout.split() == ["3", "3"],
        "both names",
    )
    app.wait(lambda: found() == {"/dir/a"}, "the healed files to leave the list", 60)
    check_audit("Heal 3 corrupted files of data")


def heal(app: App, section: BitrotSection, found: list[Corrupted]) -> None:
    """As the button "Heal all" does, for these files."""
    volume = app.volume("data")
    assert volume is not None
    section.acts["heal-all"].click()  # /dir/a has no good copy: refused as a whole, with its name
    app.wait(lambda: app.qt.activeModalWidget() is not None, "the refusal", 60)
    said = app.qt.activeModalWidget()
    assert said is not None
    said.close()
    app.wait(lambda: all(one.key in section.copies for one in found), "the copies")
    assert section.view is not None
    plan = plan_heal_corrupted(volume, found, section.copies, section.view.state, app.session.profile.name)
    app.space.propose(plan)
    app.finish(app.agree(app.plan()))


def check_audit(*titles: str) -> None:
    """Every change is in the log, unbroken."""
    path = audit_file()
    assert verify(path).intact
    entries = [json.loads(line) for line in path.read_text().splitlines()]
    for title in titles:
        mine = [entry for entry in entries if entry.get("title") == title]
        assert any(entry.get("exit_code") == 0 for entry in mine), title


def test_the_command_line_and_disabling(app: App, cluster: Lab, section: BitrotSection, output: Path) -> None:
    code, out, err = cli(cluster, "scrub", "status", "--json")
    assert code == 0, err
    told = json.loads(out)
    assert [one["path"] for one in told["corrupted"]] == ["/dir/a"]
    code, _out, err = cli(cluster, "heal", "--yes", "--confirm", "data")
    assert code == 2
    assert "No other copy is good" in err
    code, _out, err = cli(cluster, "enable", "--yes")
    assert code == 2
    app.wait(lambda: "No other copy is good" in section.card.note.text(), "the copies")
    app.shot(output, "lab-bitrot-no-good-copy")
    theme.use("dark")
    app.frame.resize(1280, 800)
    pause(300)
    app.shot(output, "lab-bitrot-dark")
    theme.use("light")
    volume = app.volume("data")
    assert volume is not None
    assert section.view is not None
    late = plans.plan_disable(volume, section.view.state, cluster.name)
    code, _out, err = cli(cluster, "disable", "--yes")
    assert code == 0, err
    error = failed(app, late).error
    assert isinstance(error, PlanOutdated | CommandFailed)
    app.wait(lambda: section.place.showing() == "empty", "detection to be off")
