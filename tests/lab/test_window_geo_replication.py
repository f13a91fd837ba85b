"""Geo-replication through the real window and the command line, between two real pools; tar instead of rsync."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer

from nasclustergui.remote.audit_reader import verify
from nasclustergui.remote.paths import audit_file
from nasclustergui.subsystems.gluster.dialogs.geo_replication import NewSessionDialog, SessionSettingDialog
from nasclustergui.subsystems.gluster.features.geo_replication.model import Status
from nasclustergui.subsystems.gluster.page.sections.geo_replication import GeoReplicationSection
from nasclustergui.ui import theme
from tests.lab.app import App, pause
from tests.lab.cluster import Lab, take_down
from tests.lab.files import POINT, Mount
from tests.lab.for_tests import lab_name, require_lab
from tests.lab.netns import on_hub
from tests.lab.procs import wait_until

pytestmark = pytest.mark.lab
GLUSTER = "gluster --mode=script"
SESSION = f"{GLUSTER} volume geo-replication data node3::copy"


@pytest.fixture(scope="module")
def cluster() -> Iterator[Lab]:
    """Node 1 and 2 are the pool with "data"; node 3 is a pool of its own with the empty volume "copy"."""
    require_lab()
    name = lab_name("georep")
    try:
        lab = Lab.up(nodes=3, name=name, disks=1, disk_mb=300, etcd=False, peer=False, georep=True)
        lab.sh(1, f"{GLUSTER} peer probe node2")
        assert wait_until(lambda: lab.sh(1, "gluster pool list").stdout.count("Connected") == 2, 30)
        bricks = "node1:/bricks/d1/data node2:/bricks/d1/data"
        lab.sh(1, f"{GLUSTER} volume create data replica 2 {bricks} && {GLUSTER} volume start data")
        lab.sh(3, f"{GLUSTER} volume create copy node3:/bricks/d1/copy && {GLUSTER} volume start copy")
        text = lab.profile_path.read_text()
        lab.profile_path.write_text(without_node3(text))
        yield lab
    finally:
        take_down(name)


def without_node3(text: str) -> str:
    """The profile of the first pool alone."""
    head, *nodes = text.split("[[nodes]]")
    assert len(nodes) == 3, text
    return "[[nodes]]".join([head, *nodes[:2]])


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
def section(app: App) -> GeoReplicationSection:
    app.page("gluster")
    storage = app.space.storage
    storage.run_action("gluster.geo-replication:data")
    out = storage.findChild(GeoReplicationSection)
    assert isinstance(out, GeoReplicationSection)
    app.wait(lambda: out.sessions is not None, "the sessions")
    again = QTimer(out)  # it is read when asked only: somebody who waits clicks now and then
    again.timeout.connect(out.read)
    again.start(5000)
    return out


def cli(cluster: Lab, *words: str) -> tuple[int, str, str]:
    """The command line, on the lab's workstation."""
    main = (sys.executable, "-m", "nasclustergui", "gluster", "volume", "geo-replication", "data")
    done = cluster.hub(*main, *words, "--cluster", str(cluster.profile_path), check=False, timeout=200)
    return done.returncode, done.stdout, done.stderr


def press(app: App, section: GeoReplicationSection, what: str) -> None:
    """A button of the card, from the click to the end of its job."""
    one = section.card.buttons[what]
    app.wait(lambda: one in section.card.offered() and one.isEnabled(), f"{what} to be offered", 60)
    one.click()
    app.finish(app.agree(app.plan()), 180)


def wait_status(app: App, section: GeoReplicationSection, *wanted: Status, seconds: float = 60) -> None:
    """Until all workers are one of these and each of these is there; read as fast as gluster answers."""
    poller = section._poller
    assert poller is not None

    def there() -> bool:
        if poller.busy_since is None:
            section.read()
        return bool(section.sessions) and section.sessions[0].statuses == frozenset(wanted)  # type: ignore[index]

    app.wait(there, f"the workers to be {wanted}", seconds)


def wait_faulty(cluster: Lab, section: GeoReplicationSection) -> None:
    """Until a worker gave up. One that hears nothing of its brick (see `arrive`) has to be started anew to notice."""
    poller = section._poller
    assert poller is not None
    for _attempt in range(3):
        end = time.monotonic() + 75
        while time.monotonic() < end:
            if poller.busy_since is None:
                section.read()
            if section.sessions and Status.FAULTY in section.sessions[0].statuses:
                return
            pause(300)
        cluster.sh(1, f"{SESSION} stop && {SESSION} start", check=False, timeout=120)
    raise AssertionError(f"no faulty worker: {section.sessions}")


def arrive(app: App, section: GeoReplicationSection, there: Callable[[], bool], what: str) -> None:
    """Wait until that is on the other side.

    Now and then the brick never connects back to a worker that was just started (seen with GlusterFS 10.3): it is
    Active and copies nothing of what is written from then on. As an admin would, it is stopped and started: what was
    written meanwhile is copied first then.
    """
    for _attempt in range(5):
        end = time.monotonic() + 45
        while time.monotonic() < end:
            if there():
                return
            pause(500)
        press(app, section, "stop")
        wait_status(app, section, Status.STOPPED)
        press(app, section, "start")
        wait_status(app, section, Status.ACTIVE, Status.PASSIVE)
    raise AssertionError(f"{what} did not arrive: {section.sessions}")


def test_a_session_is_made_copies_pauses_stops_and_is_deleted(
    app: App, cluster: Lab, section: GeoReplicationSection, output: Path
) -> None:
    assert section.place.showing() == "empty"
    app.shot(output, "lab-geo-replication-none")
    section.first_button.click()
    dialog = section.dialog
    assert isinstance(dialog, NewSessionDialog)
    # typical failures first: no such host, no login
    app.type(dialog.host, "nobody::there")
    app.click(dialog.go_button)
    assert "no host name" in dialog.fields["host"].reason
    app.type(dialog.host, "node3")
    app.type(dialog.user, "nobody")
    app.click(dialog.go_button)
    app.wait(lambda: dialog.fields["host"].reason, "the login to be refused")
    assert "ssh-copy-id nobody@node3" in dialog.fields["host"].reason
    app.shot(output, "lab-geo-replication-no-login", dialog)
    app.type(dialog.user, "root")
    app.type(dialog.volume, "copy")
    app.click(dialog.go_button)
    plan = app.plan()
    app.shot(output, "lab-geo-replication-plan", plan)
    app.finish(app.agree(plan), 240)
    wait_status(app, section, Status.ACTIVE, Status.PASSIVE)
    app.shot(output, "lab-geo-replication")
    with Mount(cluster, "data") as mount:
        mount.write_many(5, 2000)
        there = lambda: cluster.sh(3, "ls /bricks/d1/copy | grep -c ^f", check=False).stdout.strip() == "5"  # noqa: E731
        arrive(app, section, there, "the files")
        sums = "cd {} && sha256sum f1 f2 f3 f4 f5"
        same = lambda: cluster.sh(1, sums.format(POINT)).stdout == cluster.sh(3, sums.format("/bricks/d1/copy")).stdout  # noqa: E731
        arrive(app, section, same, "the contents")
    code, out, err = cli(cluster, "status", "--json")
    assert code == 0, err
    assert json.loads(out)[0]["secondary"] == "node3::copy"
    # gluster would stop neither the volume nor delete the session now, and says so
    assert cluster.sh(1, f"{GLUSTER} volume stop data", check=False).returncode != 0
    press(app, section, "pause")
    wait_status(app, section, Status.PAUSED)
    press(app, section, "resume")
    wait_status(app, section, Status.ACTIVE, Status.PASSIVE)
    section.card.buttons["settings"].click()
    app.wait(lambda: isinstance(section.dialog, SessionSettingDialog), "the settings")
    setting = section.dialog
    assert isinstance(setting, SessionSettingDialog)
    setting.option.setCurrentIndex(setting.option.findData("log_level"))
    app.type(setting.value, "DEBUG")
    app.click(setting.go_button)
    app.finish(app.agree(app.plan()))
    code, out, err = cli(cluster, "node3::copy", "config", "log_level")
    assert (code, out.strip()) == (0, "log_level: DEBUG"), err
    press(app, section, "stop")
    wait_status(app, section, Status.STOPPED)
    # a pause of a stopped session is a success for gluster; here it is refused
    code, _out, err = cli(cluster, "node3::copy", "pause", "--yes")
    assert code == 2, err
    assert "does not run" in err
    press(app, section, "delete")
    app.wait(lambda: section.sessions == (), "no session")
    titles = {json.loads(line).get("title") for line in audit_file().read_text().splitlines()}
    assert verify(audit_file()).intact
    assert {"Geo-replication of data to node3::copy", "Pause copying data to node3::copy"} <= titles


def test_a_secondary_that_cannot_be_used_is_refused_and_nothing_stays(
    app: App, cluster: Lab, section: GeoReplicationSection
) -> None:
    code, _out, err = cli(cluster, "node3::nosuch", "create", "push-pem", "--yes")
    assert code not in (0, 2), err
    assert "secondary volume cannot be mounted" in err
    code, _out, err = cli(cluster, "nowhere::copy", "create", "--yes")
    assert code == 2, err
    assert "ssh-copy-id" in err
    assert section.view is not None
    volume = app.volume("data")
    assert volume is not None
    code, out, err = cli(cluster, "status", "--json")
    assert (code, json.loads(out)) == (0, []), err


def test_a_session_whose_secondary_is_gone_is_faulty_and_without_gsyncd_it_is_told(
    app: App, cluster: Lab, section: GeoReplicationSection, output: Path
) -> None:
    with Mount(cluster, "copy", 3):
        cluster.sh(3, f"touch {POINT}/there", check=False)  # read-only where it was a secondary before; then it is full
    code, _out, err = cli(cluster, "node3::copy", "create", "push-pem", "--yes", "--no-start")
    assert code != 0
    assert "not empty" in err
    cluster.sh(3, f"{GLUSTER} volume stop copy && {GLUSTER} volume delete copy && rm -rf /bricks/d1/copy")
    cluster.sh(3, f"{GLUSTER} volume create copy node3:/bricks/d1/copy && {GLUSTER} volume start copy")
    code, _out, err = cli(cluster, "node3::copy", "create", "push-pem", "--yes")
    assert code == 0, err
    wait_status(app, section, Status.ACTIVE, Status.PASSIVE)
    cluster.sh(3, f"{GLUSTER} volume stop copy")
    with Mount(cluster, "data") as mount:
        mount.write_many(2, 1000, prefix="late")
    wait_faulty(cluster, section)
    assert "fail again and again" in section.card.note.text()
    theme.use("dark")
    app.frame.resize(1280, 800)
    pause(300)
    app.shot(output, "lab-geo-replication-faulty-dark")
    theme.use("light")
    cluster.sh(3, f"{GLUSTER} volume start copy")
    wait_status(app, section, Status.ACTIVE, Status.PASSIVE, seconds=150)
    late = lambda: "late2" in cluster.sh(3, "ls /bricks/d1/copy").stdout  # noqa: E731
    arrive(app, section, late, "what was written meanwhile")
    pause(300)
    app.shot(output, "lab-geo-replication-light")
    press(app, section, "delete")
    for n in (1, 2):
        cluster.sh(n, "mv /usr/lib/x86_64-linux-gnu/glusterfs/gsyncd /var/lib/gsyncd-away")
    section.read()
    app.wait(lambda: section.place.showing() == "empty" and not section.first_button.isEnabled(), "gsyncd to be missed")
    app.shot(output, "lab-geo-replication-not-installed")
