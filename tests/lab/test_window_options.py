"""Options through the real window against real glusterds: set, reset, refused, overtaken, locked, without quorum."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from nasclustergui.core.errors import CommandFailed, LockBusy, PlanOutdated
from nasclustergui.core.job import Job, JobState
from nasclustergui.remote.audit_reader import verify
from nasclustergui.remote.paths import audit_file
from nasclustergui.subsystems.gluster.page.sections.options.section import OptionsSection, PoolOptionsSection
from nasclustergui.ui import theme
from nasclustergui.ui.jobs import is_over
from tests.lab.app import App
from tests.lab.cluster import Lab, take_down
from tests.lab.for_tests import lab_name, require_lab
from tests.lab.netns import on_hub

pytestmark = pytest.mark.lab

GLUSTER = "gluster --mode=script"
VOLUMES = f"""set -e
{GLUSTER} volume create data replica 3 node1:/bricks/d1/data node2:/bricks/d1/data node3:/bricks/d1/data
{GLUSTER} volume create spread node1:/bricks/d2/spread node2:/bricks/d2/spread
{GLUSTER} volume start data
{GLUSTER} volume start spread"""


@pytest.fixture(scope="module")
def cluster() -> Iterator[Lab]:
    require_lab()
    name = lab_name("options")
    try:
        lab = Lab.up(nodes=3, name=name, disks=2, disk_mb=400, etcd=False)
        lower_op_version(lab)
        lab.sh(1, VOLUMES)
        yield lab
    finally:
        take_down(name)


def lower_op_version(lab: Lab) -> None:
    """The pool works as with GlusterFS 9, as after an upgrade of its packages."""
    script = "sed -i 's/^operating-version=.*/operating-version=90000/' /var/lib/glusterd/glusterd.info"
    for command in ("systemctl stop glusterd", script, "systemctl start glusterd"):
        for n in (1, 2, 3):
            lab.sh(n, command)
    lab.wait_healthy()


@pytest.fixture
def app(cluster: Lab) -> Iterator[App]:
    with on_hub(cluster.name):
        window = App(cluster.profile_path)
        try:
            window.wait_ready()
            yield window
        finally:
            window.close()
            cluster.sh(1, f"{GLUSTER} volume reset data; {GLUSTER} volume reset spread", check=False)


@pytest.fixture
def section(app: App) -> OptionsSection:
    return opened(app, "data")


def opened(app: App, volume: str) -> OptionsSection:
    """The options of a volume, read."""
    app.page("gluster")
    app.wait_volume(volume, lambda v: True, "the volume")
    app.space.storage.run_action(f"gluster.options:{volume}")
    out = app.space.storage.view.section()
    assert isinstance(out, OptionsSection)
    app.wait(lambda: out.found is not None, "the options")
    return out


def edit(app: App, section: OptionsSection, name: str, value: str) -> None:
    """Choose the option, type the value, press the button."""
    section.choose(name)
    line = section.card.editor.lineEdit()
    assert line is not None
    app.type(line, value)
    app.click(section.card.put_button)


def review(app: App, section: OptionsSection) -> Job:
    """From the button to the running job."""
    app.wait(section.review_button.isEnabled, f"the button; {section.review_button.toolTip()}", 20)
    app.click(section.review_button)
    return app.agree(app.plan())


def failed(app: App, job: Job) -> Exception:
    """The error that the job ended with."""
    app.wait(lambda: is_over(job), "the end", 120)
    assert job.state is JobState.FAILED, job.output
    assert job.error is not None
    return job.error


def given(cluster: Lab, volume: str = "data", n: int = 1) -> dict[str, str]:
    """The set options as gluster tells them, from the file that glusterd keeps."""
    lines = cluster.sh(n, f"cat /var/lib/glusterd/vols/{volume}/info").stdout.splitlines()
    return dict(line.split("=", 1) for line in lines if "." in line.partition("=")[0])


def cli(cluster: Lab, *words: str) -> tuple[int, str, str]:
    """The command line, on the lab's workstation."""
    main = (sys.executable, "-m", "nasclustergui", "gluster", "volume")
    done = cluster.hub(*main, *words, "--cluster", str(cluster.profile_path), check=False, timeout=120)
    return done.returncode, done.stdout, done.stderr


def shots(app: App, output: Path, name: str) -> None:
    """At both sizes of the guide, light; the larger also dark."""
    for size in ((1280, 800), (1440, 900)):
        app.frame.resize(*size)
        app.shot(output, f"{name}-{size[0]}")
    theme.use("dark")
    app.shot(output, f"{name}-dark")
    theme.use("light")


def test_options_are_set_and_reset(app: App, cluster: Lab, section: OptionsSection, output: Path) -> None:
    edit(app, section, "performance.cache-size", "64MB")
    edit(app, section, "network.ping-timeout", "20")
    shots(app, output, "lab-options")
    job = app.finish(review(app, section))
    assert given(cluster)["performance.cache-size"] == "64MB"
    assert given(cluster, n=3)["network.ping-timeout"] == "20"
    app.wait(lambda: not len(section.edits), "the changes to be made")
    app.wait(lambda: section.options()["performance.cache-size"].value == "64MB", "the new value")
    section.choose("performance.cache-size")
    app.wait(section.card.reset_button.isEnabled, "the button Default", 10)
    app.click(section.card.reset_button)
    app.finish(review(app, section))
    assert "performance.cache-size" not in given(cluster)
    app.wait(lambda: "performance.cache-size" not in section.given(), "the window to know")
    app.click(section.reset_all)
    plan = app.plan()
    assert [step.args["option"] for step in plan.plan.steps] == ["network.ping-timeout"]
    app.finish(app.agree(plan))
    assert given(cluster)["cluster.granular-entry-heal"] == "on"  # given by gluster, kept
    assert "network.ping-timeout" not in given(cluster)
    entries = [json.loads(line) for line in audit_file().read_text().splitlines()]
    assert verify(audit_file()).intact
    assert any("volume set data performance.cache-size 64MB" in str(entry.get("command")) for entry in entries)
    assert job.title == "Change 2 options of data"


def test_a_wrong_value_is_gluster_s_own_answer_and_takes_back_the_rest(
    app: App, cluster: Lab, section: OptionsSection, output: Path
) -> None:
    edit(app, section, "performance.io-thread-count", "32")
    edit(app, section, "network.ping-timeout", "5000")
    app.shot(output, "lab-options-doubt")
    error = failed(app, review(app, section))
    assert isinstance(error, CommandFailed)
    assert "ping-timeout takes 0 to 1013, not 5000" in str(error)
    assert "performance.io-thread-count" not in given(cluster)
    assert len(section.edits) == 2  # still there, to be mended
    app.click(section.discard)
    edit(app, section, "cluster.quorum-type", "sometimes")
    error = failed(app, review(app, section))
    assert "Possible values: none, auto, fixed" in getattr(error, "hint", "")
    app.click(section.discard)
    app.type(section.search, "features.no-such-thing")
    app.click(section._custom_button)
    edit(app, section, "features.no-such-thing", "on")
    assert "there is no such option" in str(failed(app, review(app, section)))


def test_what_another_client_changed_meanwhile_outdates_the_plan(
    app: App, cluster: Lab, section: OptionsSection
) -> None:
    edit(app, section, "network.ping-timeout", "25")
    app.click(section.review_button)
    dialog = app.plan()
    cluster.sh(2, f"{GLUSTER} volume set data network.ping-timeout 33")
    error = failed(app, app.agree(dialog))
    assert isinstance(error, PlanOutdated)
    assert "changed to 33 by somebody else" in str(error)
    assert given(cluster)["network.ping-timeout"] == "33"
    app.wait(lambda: "changed by somebody else" in section._note.text(), "the note")
    app.wait(lambda: section.options()["network.ping-timeout"].value == "33", "the other's value")
    app.finish(review(app, section))
    assert given(cluster)["network.ping-timeout"] == "25"


def test_a_lock_held_by_another_client(app: App, cluster: Lab) -> None:
    """Reading goes on, for it takes no lock; the change is refused and nothing is half done."""
    volume = app.wait_volume("spread", lambda v: all(b.pid for b in v.bricks), "brick processes")
    brick = str(volume.bricks[1].pid)
    cluster.exec(2, "kill", "-STOP", brick)
    cluster.sh(3, "setsid nohup gluster --mode=script volume status spread clients >/dev/null 2>&1 &")
    try:
        section = opened(app, "spread")
        edit(app, section, "performance.read-ahead", "on")
        error = failed(app, review(app, section))
        assert isinstance(error, LockBusy)
        assert "holds the lock" in str(error)
    finally:
        cluster.exec(2, "kill", "-CONT", brick)
    assert "performance.read-ahead" not in given(cluster, "spread")
    app.click(section.discard)


def test_a_profile_is_applied_exactly_and_reset(app: App, cluster: Lab, section: OptionsSection, output: Path) -> None:
    shipped = cluster.sh(1, "cat /var/lib/glusterd/groups/virt").stdout.split()
    entry = next(entry for entry in section._menu.actions() if entry.text() == "Virtual machines")
    entry.trigger()
    app.shot(output, "lab-options-virt")
    app.click(section.review_button)
    dialog = app.plan()
    assert any("Sharding cannot be turned off" in meaning.title for meaning in dialog.plan.meaning)
    app.shot(output, "lab-options-virt-plan", dialog)
    app.finish(app.agree(dialog))
    now = given(cluster)
    assert all(now[name] == value for name, value in (line.split("=", 1) for line in shipped))
    app.wait(lambda: set(section.given().items()) >= set(now.items()), "the window to know")
    app.wait(lambda: section.reset_all.isEnabled(), "the button", 10)
    app.click(section.reset_all)
    dialog = app.plan()
    assert dialog.confirm_field is not None  # sharding goes off: to be typed
    app.finish(app.agree(dialog))
    assert set(given(cluster)) & {line.split("=", 1)[0] for line in shipped} == {"user.cifs"}


def test_options_of_the_pool(app: App, cluster: Lab, output: Path) -> None:
    app.page("gluster")
    app.space.storage.run_action("gluster.pool-options")
    section = app.space.storage.findChild(PoolOptionsSection)
    assert section is not None
    app.wait(lambda: section.found is not None, "the options")
    app.shot(output, "lab-options-pool")
    edit(app, section, "cluster.server-quorum-ratio", "60%")
    app.finish(review(app, section))
    told = cluster.sh(2, "gluster volume get all cluster.server-quorum-ratio").stdout
    assert "60%" in told
    app.wait(lambda: section.options()["cluster.server-quorum-ratio"].is_set, "the new value")
    section.choose("cluster.server-quorum-ratio")
    app.click(section.card.reset_button)
    app.finish(review(app, section))
    assert "51 (DEFAULT)" in cluster.sh(2, "gluster volume get all cluster.server-quorum-ratio").stdout


def test_the_command_line(app: App, cluster: Lab) -> None:
    code, out, err = cli(cluster, "set", "data", "cache-size", "48MB", "auth.allow", "10.77.*", "--yes")
    assert code == 0, err
    assert given(cluster)["auth.allow"] == "10.77.*"
    code, out, err = cli(cluster, "get", "data", "performance.cache-size", "--json")
    assert json.loads(out) == {"performance.cache-size": "48MB"}
    code, out, err = cli(cluster, "options", "data", "--changed")
    assert "auth.allow" in out
    code, out, err = cli(cluster, "set", "data", "network.ping-timeout", "5000", "--yes")
    assert (code, "takes 0 to 1013" in err) == (1, True), (code, err)
    code, out, err = cli(cluster, "reset", "data", "--yes")
    assert code == 0, err
    assert "auth.allow" not in given(cluster)


def test_without_server_quorum_the_change_is_refused(app: App, cluster: Lab, section: OptionsSection) -> None:
    cluster.sh(1, f"{GLUSTER} volume set data cluster.server-quorum-type server")
    app.wait(lambda: "cluster.server-quorum-type" in section.given(), "the window to know")
    cluster.poweroff(2)
    cluster.poweroff(3)
    try:
        edit(app, section, "performance.cache-size", "80MB")
        error = failed(app, review(app, section))
        assert isinstance(error, CommandFailed)
        assert "too few nodes are up" in str(error)
        assert "more than half" in error.hint
        assert "performance.cache-size" not in given(cluster)
    finally:
        cluster.poweron(2)
        cluster.poweron(3)


def test_the_op_version_of_the_pool_is_raised(app: App, cluster: Lab, output: Path) -> None:
    app.page("gluster")
    app.space.storage.run_action("gluster.pool-options")
    section = app.space.storage.findChild(PoolOptionsSection)
    assert section is not None
    app.wait(lambda: section.found is not None, "the options")
    section.choose("cluster.op-version")
    assert section.card.text() == "90000"
    line = section.card.editor.lineEdit()
    assert line is not None
    app.type(line, "100000")
    app.click(section.card.put_button)
    dialog = app.plan()
    assert dialog.confirm_field is not None
    app.shot(output, "lab-options-op-version", dialog)
    app.finish(app.agree(dialog))
    for n in (1, 2, 3):
        assert "operating-version=100000" in cluster.sh(n, "cat /var/lib/glusterd/glusterd.info").stdout
