"""Quotas through the real window against real glusterds: enforced on a mount, shown, changed, in trouble."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from nasclustergui.core.errors import CommandFailed, LockBusy, PlanOutdated
from nasclustergui.core.job import Job, JobState
from nasclustergui.remote.paths import audit_file
from nasclustergui.subsystems.gluster.dialogs.quota_limit import LimitDialog
from nasclustergui.subsystems.gluster.features.quota.model import DirectoryQuota, Standing
from nasclustergui.subsystems.gluster.page.offers import Action
from nasclustergui.subsystems.gluster.page.sections.quota.section import QuotaSection
from nasclustergui.ui import theme
from nasclustergui.ui.jobs import is_over
from tests.lab.app import App
from tests.lab.cluster import Lab, take_down
from tests.lab.files import POINT, Mount
from tests.lab.for_tests import lab_name, require_lab
from tests.lab.netns import on_hub

pytestmark = pytest.mark.lab

GLUSTER = "gluster --mode=script"
MB = 1 << 20
VOLUMES = f"""set -e
{GLUSTER} volume create data replica 3 node1:/bricks/d1/data node2:/bricks/d1/data node3:/bricks/d1/data
{GLUSTER} volume start data"""


@pytest.fixture(scope="module")
def cluster() -> Iterator[Lab]:
    require_lab()
    name = lab_name("quota")
    try:
        lab = Lab.up(nodes=3, name=name, disks=2, disk_mb=400, etcd=False)
        lab.sh(1, VOLUMES)
        with Mount(lab, "data"):
            names = ("home/anna", "home/ben", "vm", "we <ird> & x", "sp  ace", "new\nline")
            lab.exec(1, "mkdir", "-p", *(f"{POINT}/{name}" for name in names))
            lab.sh(1, f"head -c 3000000 /dev/urandom > {POINT}/home/ben/file")
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
def section(app: App) -> QuotaSection:
    app.page("gluster")
    app.wait_volume("data", lambda v: True, "the volume")
    app.space.storage.run_action("gluster.quota:data")
    out = app.space.storage.view.section()
    assert isinstance(out, QuotaSection)
    app.wait(lambda: out.place.showing() in ("content", "empty"), "the quotas")
    return out


def limit(app: App, section: QuotaSection, path: str, amount: str, percent: str = "", files: bool = False) -> Job:
    """Through the dialog, to the running job."""
    button = section.limit_button if section.list_place.showing() == "content" else section.first_button
    app.click(button)
    dialog = section.dialog
    assert isinstance(dialog, LimitDialog)
    dialog.path.setText(path)
    dialog.files.setChecked(files)
    app.type(dialog.amount, amount)
    app.type(dialog.percent, percent)
    app.click(dialog.go_button)
    return app.agree(app.plan())


def failed(app: App, job: Job) -> Exception:
    """The error that the job ended with."""
    app.wait(lambda: is_over(job), "the end", 120)
    assert job.state is JobState.FAILED, job.output
    assert job.error is not None
    return job.error


def shown(app: App, section: QuotaSection, path: str) -> DirectoryQuota:
    """What the window knows of a directory."""
    app.wait(lambda: section.quota is not None and section.quota.at(path) is not None, f"the limit of {path!r}")
    assert section.quota is not None
    found = section.quota.at(path)
    assert found is not None
    return found


def other_client(cluster: Lab, words: str) -> None:
    """Another administrator, who tries again where the window's own reading holds the volume's lock for a moment."""
    command = f"{GLUSTER} volume quota data {words}"
    cluster.sh(2, f"for i in 1 2 3 4 5 6 7 8; do {command} && exit 0; sleep 1; done; exit 1")


def told(cluster: Lab) -> str:
    """What gluster lists itself."""
    command = f"{GLUSTER} volume quota data list"
    script = f"for i in 1 2 3 4 5 6 7 8; do {command} && exit 0; sleep 1; done"
    return cluster.sh(2, f"({script}) 2>&1", check=False).stdout


def cli(cluster: Lab, *words: str) -> tuple[int, str, str]:
    """The command line, on the lab's workstation."""
    main = (sys.executable, "-m", "nasclustergui", "gluster", "volume", "quota", "data")
    done = cluster.hub(*main, *words, "--cluster", str(cluster.profile_path), check=False, timeout=120)
    return done.returncode, done.stdout, done.stderr


def test_quotas_are_switched_on_and_enforced(app: App, cluster: Lab, section: QuotaSection, output: Path) -> None:
    assert section.place.showing() == "empty"
    app.shot(output, "lab-quota-off")
    app.click(section.enable_button)
    app.finish(app.agree(app.plan()))
    app.wait(lambda: section.list_place.showing() == "empty" and section.place.showing() == "content", "no limits")
    assert "features.quota=on" in cluster.sh(1, "cat /var/lib/glusterd/vols/data/info").stdout
    for setting in ("hard-timeout", "soft-timeout"):
        other_client(cluster, f"{setting} 0")
    app.finish(limit(app, section, "/home/anna", "4MB", "50"))
    assert "/home/anna" in told(cluster)
    writes = cluster.sh(1, f"dd if=/dev/zero of={POINT}/home/anna/big bs=64k count=200 conv=fsync", check=False)
    assert "Disk quota exceeded" in writes.stderr
    section.read()
    app.wait(lambda: shown(app, section, "/home/anna").standing is Standing.FULL, "a full directory")
    app.wait(lambda: section.banner.title() == "1 directory is full", "the banner", 20)
    quota = shown(app, section, "/home/anna").size
    assert quota is not None
    assert (quota.hard, quota.percent) == (4 * MB, 50)
    assert quota.used > 2 * MB


def test_limits_of_weird_paths_and_files(app: App, cluster: Lab, section: QuotaSection, output: Path) -> None:
    for path in ("/", "/home", "/home/ben", "/we <ird> & x", "/sp  ace"):
        app.finish(limit(app, section, path, {"/": "300MB", "/home": "100MB"}.get(path, "3500KB")))
        assert shown(app, section, path).size is not None
    app.finish(limit(app, section, "/vm", "3", files=True))
    assert shown(app, section, "/vm").objects is not None
    made = cluster.sh(1, f"touch {POINT}/vm/a {POINT}/vm/b {POINT}/vm/c {POINT}/vm/d", check=False)
    assert "Disk quota exceeded" in made.stderr
    app.wait(lambda: shown(app, section, "/home/ben").standing is Standing.SOFT or section.read(), "counted files")
    for toast in app.frame.toasts.shown():  # the pointer rests on them, so they would stay
        toast.close_toast()
    app.space.dock.hide()
    for size in ((1280, 800), (1440, 900)):
        app.frame.resize(*size)
        app.shot(output, f"lab-quota-{size[0]}")
    theme.use("dark")
    app.shot(output, "lab-quota-dark")
    theme.use("light")
    section.tree.select_key("/sp  ace")
    section.remove(False)
    app.finish(app.agree(app.plan()))
    assert "/sp  ace" not in told(cluster)


def test_directories_are_offered_while_typing(app: App, cluster: Lab, section: QuotaSection, output: Path) -> None:
    app.click(section.limit_button)
    dialog = section.dialog
    assert isinstance(dialog, LimitDialog)
    dialog.path.setText("/home/")
    app.wait(lambda: dialog._names.stringList() == ["/home/anna", "/home/ben"], "the names")
    dialog.path.setText("/home/ben")
    assert "are used" in dialog._now.text()
    app.shot(output, "lab-quota-limit", dialog)
    app.click(dialog.cancel_button)


def test_what_gluster_refuses(app: App, section: QuotaSection) -> None:
    error = failed(app, limit(app, section, "/nosuch", "1GB"))
    assert isinstance(error, PlanOutdated | CommandFailed)
    assert "no directory /nosuch" in str(error)


def test_a_limit_that_another_client_changed_meanwhile(app: App, cluster: Lab, section: QuotaSection) -> None:
    shown(app, section, "/home/ben")
    section.tree.select_key("/home/ben")
    dialog = section.edit_limit()
    assert dialog is not None
    app.type(dialog.amount, "20MB")
    app.click(dialog.go_button)
    plan = app.plan()
    other_client(cluster, "limit-usage /home/ben 7MB")
    error = failed(app, app.agree(plan))
    assert isinstance(error, PlanOutdated)
    assert "changed by somebody else" in str(error)
    assert "7.0MB" in told(cluster)


def test_a_lock_held_by_another_client(app: App, cluster: Lab, section: QuotaSection) -> None:
    """The limits stay, marked as old; a change is refused."""
    shown(app, section, "/home")
    volume = app.wait_volume("data", lambda v: all(b.pid for b in v.bricks), "brick processes")
    brick = str(volume.bricks[1].pid)
    cluster.exec(2, "kill", "-STOP", brick)
    cluster.sh(3, "setsid nohup gluster --mode=script volume status data clients >/dev/null 2>&1 &")
    try:
        app.wait(lambda: section.place._banner_box.isVisible() or section.read(), "old values to be told", 40)
        row = section.tree.rows.row(section.tree.rows.find("/home"))
        assert row is not None
        assert row.cells[2].stale
        error = failed(app, limit(app, section, "/home", "90MB"))
        assert isinstance(error, LockBusy)
    finally:
        cluster.exec(2, "kill", "-CONT", brick)
    app.wait(lambda: not section.place._banner_box.isVisible() or section.read(), "fresh values", 60)


def test_a_quota_daemon_that_is_dead(app: App, cluster: Lab, section: QuotaSection, output: Path) -> None:
    """Full directories come first; without them the dead daemon is told, and can be started."""
    app.finish(limit(app, section, "/home/anna", "50MB"))
    app.finish(limit(app, section, "/vm", "100", files=True))
    cluster.sh(2, "kill -9 $(cat /var/run/gluster/quotad/quotad.pid)")
    app.wait(lambda: "quota daemon does not run on node2" in section.banner.title() or section.read(), "the banner", 40)
    app.shot(output, "lab-quota-daemon")
    app.click(section.daemon_button)
    app.finish(app.agree(app.plan()))
    app.wait(lambda: not section.banner.isVisible() or section.read(), "a quiet page", 40)


def test_the_command_line(cluster: Lab) -> None:
    code, out, err = cli(cluster, "limit-usage", "/new\nline", "9MB", "60", "--yes")
    assert code == 0, err
    code, out, err = cli(cluster, "list", "--json")
    assert code == 0, (out, err)
    found = {one["path"]: one for one in json.loads(out)["limits"]}
    assert found["/new\nline"]["size"]["hard"] == 9 * MB
    code, out, err = cli(cluster, "list")
    assert "/new\\nline" in out
    code, out, err = cli(cluster, "default-soft-limit", "70", "--yes")
    assert code == 0, err
    code, out, err = cli(cluster, "limit-usage", "/nosuch", "9MB", "--yes")
    assert code == 1
    code, out, err = cli(cluster, "disable", "--yes")
    assert code == 4


def node_is_off(app: App) -> bool:
    state = app.controller.state.gluster
    return state is not None and any(not peer.connected for peer in state.peers)


def test_a_node_that_is_off(app: App, cluster: Lab, section: QuotaSection) -> None:
    """Gluster then takes ten seconds for a list and keeps the lock: nothing is read by itself, changes go on."""
    shown(app, section, "/home")
    cluster.poweroff(3)
    try:
        app.wait(lambda: node_is_off(app), "the window to know")
        app.finish(limit(app, section, "/home", "120MB"))
        app.wait(lambda: shown(app, section, "/home").size.hard == 120 * MB, "the limit")  # type: ignore[union-attr]
        assert "120.0MB" in told(cluster)
    finally:
        cluster.poweron(3)
    app.wait(
        lambda: "120.0MB" in cluster.sh(3, f"{GLUSTER} volume quota data list /home 2>&1", check=False).stdout, "it"
    )


def test_a_stopped_volume_and_the_end(app: App, cluster: Lab, section: QuotaSection) -> None:
    app.wait(lambda: section.place.showing() == "content", "the limits")
    app.click(section.disable_button)
    dialog = app.plan()
    assert dialog.plan.prompts == ("Disabling quota will delete all the quota configuration. Do you want to continue?",)
    app.finish(app.agree(dialog))
    app.wait(lambda: section.place.showing() == "empty", "quotas to be off")
    assert "Quota is disabled" in told(cluster)
    app.space.storage.show_table()
    app.do(Action.STOP, "data")
    app.space.storage.run_action("gluster.quota:data")
    app.wait(lambda: not section.enable_button.isVisible(), "no offer for a stopped volume")
    assert "volume quota data disable" in audit_file().read_text()
