"""Locks, elections, leases, services and heartbeats through the real window and the command line; etcd has users.

etcdctl itself stands in the same queues: it waits for ours and we for its.
"""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtWidgets import QTabBar

from nasclustergui.core.errors import PlanOutdated
from nasclustergui.core.job import Job, JobState
from nasclustergui.core.oplock import LockState
from nasclustergui.subsystems.etcd.dialogs.forms import PlanForm
from nasclustergui.subsystems.etcd.page.sections.coordination import CoordinationSection
from nasclustergui.subsystems.etcd.page.sections.coordination.views import View
from nasclustergui.ui import theme
from nasclustergui.ui.jobs import is_over
from tests.lab.app import App
from tests.lab.cluster import Lab, take_down
from tests.lab.for_tests import lab_name, require_lab
from tests.lab.logins import EtcdPassword, changed_profile, cli, command_line
from tests.lab.netns import on_hub
from tests.lab.second_window import slow_plan
from tests.lab.services import etcd

pytestmark = pytest.mark.lab

LOCK, ELECTION = "/cluster/locks/backup", "/cluster/elections/cron"


@pytest.fixture(scope="module")
def cluster() -> Iterator[Lab]:
    """Three nodes, etcd with users."""
    require_lab()
    name = lab_name("coordination")
    try:
        yield Lab.up(nodes=3, name=name, disks=1, disk_mb=300, etcd_auth=True)
    finally:
        take_down(name)


@pytest.fixture(scope="module")
def profile(cluster: Lab, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """For the command line, where nobody types a password."""
    return changed_profile(cluster, tmp_path_factory.mktemp("profile") / "lab.toml", "nasadmin")


@pytest.fixture
def app(cluster: Lab) -> Iterator[App]:
    with on_hub(cluster.name):
        window = App(cluster.profile_path, EtcdPassword(cluster))
        try:
            window.wait_ready()
            yield window
        finally:
            window.close()
    assert wait_for_keys(cluster, "/cluster/locks/", 0)  # whatever it held ended with it
    assert wait_for_keys(cluster, "/cluster/elections/", 0)


def ctl(cluster: Lab, *words: str) -> str:
    return etcd.etcdctl(cluster.spec, *words, certificate="nasadmin").stdout


def keys(cluster: Lab, prefix: str) -> list[str]:
    return ctl(cluster, "get", "--prefix", "--keys-only", prefix).split()


def wait_for_keys(cluster: Lab, prefix: str, count: int) -> bool:
    end = time.monotonic() + 20
    while len(keys(cluster, prefix)) != count:
        if time.monotonic() > end:
            return False
        time.sleep(0.2)
    return True


@contextmanager
def etcdctl(cluster: Lab, *words: str) -> Iterator["subprocess.Popen[str]"]:
    """An etcdctl that stays, as nasadmin; Ctrl-C ends it."""
    pki = cluster.paths.pki
    login = (f"--cacert={pki / 'ca.crt'}", f"--cert={pki / 'nasadmin.crt'}", f"--key={pki / 'nasadmin.key'}")
    argv = ("etcdctl", f"--endpoints={','.join(etcd.endpoints(cluster.spec))}", *login, *words)
    with on_hub(cluster.name):
        process = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, env={**os.environ, "ETCDCTL_API": "3"})
    with process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGINT)


def line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


# ---- the section


def section_of(app: App, what: str) -> CoordinationSection:
    app.page("config")
    app.space.config.run_action(f"config.coordination:{what}")
    section = app.space.config.section("coordination")
    assert isinstance(section, CoordinationSection)
    app.wait(lambda: section.survey is not None and section.stack.showing() == "content", "the section to be read")
    return section


def texts(view: View, key: str) -> list[str]:
    """The cells of a row; [] if it isn't there."""
    row = view.tree.rows.row(view.tree.rows.find(key))
    return [cell.text for cell in row.cells] if row is not None else []


def choose(app: App, view: View, key: str) -> None:
    app.wait(lambda: view.tree.select_key(key), f"a row {key}")
    app.qt.processEvents()


def fill(app: App, section: CoordinationSection, **texts: str) -> PlanForm:
    dialog = section.dialog
    assert dialog is not None
    app.wait(dialog.isVisible, "the dialog", 10)
    for name, text in texts.items():
        app.type(getattr(dialog, name), text)
    app.wait(dialog.go_button.isEnabled, f"a plan; {dialog.missing()}", 10)
    return dialog


def go(app: App, dialog: PlanForm) -> Job:
    app.click(dialog.go_button)
    return app.agree(app.plan())


def acquire(app: App, section: CoordinationSection, name: str = LOCK) -> Job:
    app.click(section.acquire_button)
    return go(app, fill(app, section, name=name))


def test_a_lock_and_etcdctl_in_one_queue(app: App, cluster: Lab, output: Path) -> None:
    section = section_of(app, "locks")
    app.shot(output, "lab-coordination-empty")
    app.click(section.acquire_button)
    dialog = fill(app, section, name=LOCK)
    app.shot(output, "lab-coordination-acquire", dialog)
    app.finish(go(app, dialog))
    app.wait(lambda: texts(section.queues, f"queue:{LOCK}")[2:4] == ["Held here", "0"], "our lock")
    with etcdctl(cluster, "lock", LOCK) as other:
        app.wait(lambda: texts(section.queues, f"queue:{LOCK}")[3:4] == ["1"], "etcdctl to wait")
        section.queues.tree.expand_key(f"queue:{LOCK}")
        app.shot(output, "lab-coordination-locks")
        choose(app, section.queues, f"queue:{LOCK}")
        assert section.release_button.text() == "Release…"
        app.click(section.release_button)
        app.finish(app.agree(app.plan()))
        assert line(other).startswith(f"{LOCK}/")  # now etcdctl has it
        app.wait(lambda: texts(section.queues, f"queue:{LOCK}")[2:4] == ["Held", "0"], "etcdctl's lock")
        job = acquire(app, section)
        app.wait(lambda: "1 before us" in job.waits_for, "our job to wait")
        app.shot(output, "lab-coordination-waits")
        assert not is_over(job)
    app.finish(job)
    app.wait(lambda: texts(section.queues, f"queue:{LOCK}")[2:3] == ["Held here"], "our lock again")
    assert "Held by this window until it is closed: lock" in section._held_line.text()


def test_a_lock_is_taken_away_by_name(app: App, cluster: Lab, output: Path) -> None:
    section = section_of(app, "locks")
    with etcdctl(cluster, "lock", LOCK) as other:
        assert line(other).startswith(LOCK)
        waiting = acquire(app, section)
        app.wait(lambda: waiting.waits_for, "our job to wait")
        choose(app, section.queues, f"queue:{LOCK}")
        assert section.release_button.text() == "Take away…"
        app.click(section.release_button)
        plan = app.plan()
        assert plan.plan.confirm == LOCK
        app.shot(output, "lab-coordination-take-away", plan)
        app.finish(app.agree(plan))
        app.finish(waiting)
        app.wait(lambda: texts(section.queues, f"queue:{LOCK}")[2:3] == ["Held here"], "our lock")


def test_a_wait_is_cancelled_and_leaves_nothing(app: App, cluster: Lab) -> None:
    section = section_of(app, "locks")
    with etcdctl(cluster, "lock", LOCK) as other:
        assert line(other).startswith(LOCK)
        job = acquire(app, section)
        app.wait(lambda: job.waits_for, "our job to wait")
        job.cancel()
        app.wait(lambda: is_over(job), "its end")
        assert job.state is JobState.CANCELLED
        assert len(keys(cluster, LOCK)) == 1


def test_a_lost_lock_is_told(app: App, cluster: Lab, output: Path) -> None:
    section = section_of(app, "locks")
    app.finish(acquire(app, section))
    lease = keys(cluster, LOCK)[0].rpartition("/")[2]
    etcd.etcdctl(cluster.spec, "lease", "revoke", lease)
    app.wait(lambda: texts(section.queues, f"lost:{lease}")[2:3] == ["Lost"], "the loss in the table")
    app.wait(lambda: any("no longer holds" in toast.text for toast in app.frame.toasts.shown()), "the toast", 40)
    app.shot(output, "lab-coordination-lost")


def test_elections(app: App, cluster: Lab, profile: Path, output: Path) -> None:
    section = section_of(app, "locks")
    with on_hub(cluster.name):
        words = command_line(profile, "etcd", "observe", ELECTION)
        observer = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    with observer:
        assert line(observer) == "Nobody leads."
        app.click(section.elect_button)
        dialog = fill(app, section, name=ELECTION, value="desk-3")
        app.shot(output, "lab-coordination-elect", dialog)
        app.finish(go(app, dialog))
        assert line(observer) == "desk-3"
        with etcdctl(cluster, "elect", ELECTION, "node9") as other:
            app.wait(lambda: texts(section.queues, f"queue:{ELECTION}")[3:5] == ["1", "desk-3"], "another candidate")
            choose(app, section.queues, f"queue:{ELECTION}")
            assert section.release_button.text() == "Resign…"
            app.click(section.release_button)
            app.finish(app.agree(app.plan()))
            assert line(other).startswith(ELECTION)
            assert line(observer) == "node9"
            app.wait(lambda: texts(section.queues, f"queue:{ELECTION}")[2:5] == ["Led", "0", "node9"], "the new leader")
        assert line(observer) == "Nobody leads."
        observer.send_signal(signal.SIGINT)
        assert observer.wait(20) == 130


def test_leases(app: App, cluster: Lab, output: Path) -> None:
    section = section_of(app, "leases")
    app.click(section.grant_button)
    job = app.finish(go(app, fill(app, section)))
    number = next(text.split()[1] for _at, _node, text in job.output if text.startswith("lease "))
    nodes = [section.leases.tree.rows.row(section.leases.tree.rows.index(i, 0)) for i in range(3)]
    assert any("Heartbeat of node" in row.cells[4].text for row in nodes if row is not None)
    choose(app, section.leases, f"lease:{number}")
    app.click(section.keep_button)
    app.finish(app.agree(app.plan()))
    app.wait(lambda: texts(section.leases, f"lease:{number}")[1:2] == ["Kept alive here"], "it to be kept")
    ctl(cluster, "put", f"--lease={number}", "/cluster/config/test/a", "1")
    app.wait(lambda: texts(section.leases, f"lease:{number}")[3:4] == ["1"], "its key")
    section.leases.tree.expand_key(f"lease:{number}")
    app.shot(output, "lab-coordination-leases")
    choose(app, section.leases, f"lease:{number}")
    app.click(section.revoke_button)
    dialog = app.plan()
    assert dialog.plan.confirm == number
    assert "/cluster/config/test/a" in dialog.plan.meaning[0].text
    app.shot(output, "lab-coordination-revoke", dialog)
    ctl(cluster, "put", f"--lease={number}", "/cluster/config/test/b", "2")  # while the plan is read
    job = app.agree(dialog)
    app.wait(lambda: is_over(job), "its end")
    assert isinstance(job.error, PlanOutdated)
    assert len(keys(cluster, "/cluster/config/test/")) == 2
    app.wait(lambda: texts(section.leases, f"lease:{number}")[3:4] == ["2"], "both keys")
    choose(app, section.leases, f"lease:{number}")
    app.click(section.revoke_button)
    app.finish(app.agree(app.plan()))
    assert keys(cluster, "/cluster/config/test/") == []
    app.wait(lambda: not texts(section.leases, f"lease:{number}"), "it to be gone")


def test_heartbeats_and_a_clock_that_is_wrong(app: App, cluster: Lab, output: Path) -> None:
    section = section_of(app, "heartbeats")
    for node in ("node1", "node2", "node3"):
        app.wait(lambda n=node: texts(section.beats, f"node:{n}")[4:5] == ["fits"], f"a change of {node}'s heartbeat")
        assert texts(section.beats, f"node:{node}")[1] == "Alive"
    app.shot(output, "lab-coordination-heartbeats")
    cluster.exec(3, "systemctl", "stop", "nas-agent.service")
    app.wait(lambda: texts(section.beats, "node:node3")[1:2] == ["Not registered"], "node3 to be missed")
    lease = ctl(cluster, "lease", "grant", "120").split()[1]
    for minute in ("00", "01"):  # an hour behind and more
        stamp = f"2020-01-01T00:{minute}:00Z"
        ctl(cluster, "put", f"--lease={lease}", "/cluster/nodes/node3/last_heartbeat", stamp)
        app.wait(lambda s=stamp: texts(section.beats, "node:node3")[7:8] == [s], "the stamp")
    row = texts(section.beats, "node:node3")
    assert row[1] == "Alive"
    assert row[2].endswith(("ms", "s"))  # seconds, though the stamp is years old
    assert row[4].startswith("−")
    app.shot(output, "lab-coordination-skew")
    ctl(cluster, "lease", "revoke", lease)
    cluster.exec(3, "systemctl", "start", "nas-agent.service")
    app.wait(lambda: texts(section.beats, "node:node3")[4:5] == ["fits"], "node3 back")


def test_services_and_the_operation_lock(app: App, cluster: Lab, output: Path) -> None:
    section = section_of(app, "services")
    for field, value in (("replicas", "3"), ("version", "1.25"), ("port", "8080")):
        ctl(cluster, "put", f"/cluster/services/web-ui/{field}", value)
    app.wait(lambda: texts(section.services, "service:web-ui") != [], "the service")
    assert texts(section.services, "service:web-ui") == ["web-ui", "3", "1.25", "For good", "port = 8080"]
    app.shot(output, "lab-coordination-services")
    ctl(cluster, "del", "--prefix", "/cluster/services/")
    ctl(cluster, "put", "/cluster/locks/operation", '{"who": "carla@desk-5", "title": "Add node5", "started": 1}')
    app.wait(lambda: app.space.lock.view.state is LockState.TAKEN, "the foreign lock")
    assert section.operation.text.text().startswith("carla@desk-5 runs “Add node5”")
    tabs = section.findChild(QTabBar)
    assert tabs is section.tabs
    tabs.setCurrentIndex(0)
    app.frame.resize(1280, 800)
    theme.use("dark")
    app.shot(output, "lab-coordination-dark")
    theme.use("light")
    app.click(section.operation.break_button)
    app.finish(app.agree(app.plan()))
    app.wait(lambda: app.space.lock.view.state is LockState.FREE, "the lock to be free")
    app.finish(app.agree(app.space.propose(slow_plan("Anna changes", app.session.profile.name, 1, 0.1))))


def test_the_command_line(cluster: Lab, profile: Path) -> None:
    code, out, err = cli(cluster, profile, "etcd", "lease", "grant", "300", "--yes", "--json")
    assert code == 0, out + err
    lease = json.loads(out)["steps"][0]["output"].split()[1]
    ctl(cluster, "put", f"--lease={lease}", "/cluster/config/test/a", "1")
    listed = json.loads(cli(cluster, profile, "etcd", "lease", "list", "--json")[1])
    assert [each["keys"] for each in listed if each["id"] == lease] == [["/cluster/config/test/a"]]
    code, out, err = cli(cluster, profile, "etcd", "lease", "revoke", lease, "--yes", "--confirm", lease)
    assert code == 0, out + err
    assert keys(cluster, "/cluster/config/test/") == []
    code, out, _err = cli(cluster, profile, "etcd", "heartbeats", "--json")
    assert (code, [each["status"] for each in json.loads(out)["nodes"]]) == (0, ["online"] * 3)
    ctl(cluster, "put", "/cluster/services/web-ui/replicas", "3")
    code, out, _err = cli(cluster, profile, "etcd", "services", "--json")
    assert (code, json.loads(out)[0]["fields"]) == (0, {"replicas": "3"})
    assert cli(cluster, profile, "etcd", "lock", "/not/allowed")[0] == 1


def test_a_command_runs_while_the_lock_is_held(cluster: Lab, profile: Path, tmp_path: Path) -> None:
    script = 'echo "$ETCD_LOCK_KEY"; exit 42'
    code, out, err = cli(cluster, profile, "etcd", "lock", LOCK, "--ttl", "30", "--", "sh", "-c", script)
    first, second = out.split()
    assert (code, first == second, first.startswith(f"{LOCK}/")) == (42, True, True), out + err
    assert keys(cluster, LOCK) == []
    with on_hub(cluster.name):
        words = command_line(profile, "etcd", "lock", LOCK)
        holder = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    with holder:
        assert line(holder).startswith(LOCK)
        with etcdctl(cluster, "lock", LOCK) as other:
            assert wait_for_keys(cluster, LOCK, 2)
            queue = json.loads(cli(cluster, profile, "etcd", "locks", LOCK, "--json")[1])[0]
            assert (queue["kind"], len(queue["places"])) == ("lock", 2)
            holder.send_signal(signal.SIGINT)
            assert holder.wait(20) == 130
            assert line(other).startswith(LOCK)
            code, out, err = cli(cluster, profile, "etcd", "unlock", LOCK, "--yes", "--confirm", LOCK)
            assert code == 0, out + err
            assert keys(cluster, LOCK) == []
    with on_hub(cluster.name):
        words = command_line(profile, "etcd", "elect", ELECTION, "desk-3", "--", "sleep", "60")
        leader = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    with leader:
        assert line(leader).startswith(ELECTION)
        assert cli(cluster, profile, "etcd", "observe", ELECTION, "--once")[1] == "desk-3\n"
        ctl(cluster, "del", "--prefix", ELECTION)  # deposed by force: its command is ended
        out, err = leader.communicate(timeout=40)
        assert (leader.returncode, "no longer held" in err) == (3, True), err
