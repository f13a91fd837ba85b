"""A fifth machine becomes a node by the app alone: checked, added, joined, its heartbeat, taken out again.

With TLS and etcd's users on. Two things are stand-ins, because the lab's nodes share the host's clock and cannot be
cloned: `date` on the machine is replaced by one that is two minutes fast, and a clone is a machine that was given
another one's glusterd.info and machine-id.
"""

import json
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from nasclustergui.cluster.lifecycle.join.dialogs.add_node import AddNodeDialog
from nasclustergui.cluster.lifecycle.join.dialogs.heartbeat_node import HeartbeatDialog
from nasclustergui.cluster.lifecycle.join.dialogs.join_node import JoinDialog
from nasclustergui.cluster.lifecycle.join.model import Check
from nasclustergui.core.job import Job, JobState
from nasclustergui.core.plan import Plan
from nasclustergui.core.profile import EtcdProfile
from nasclustergui.remote.audit_reader import verify
from nasclustergui.remote.etcd import EtcdClient
from nasclustergui.remote.etcd_types import EventKind, WatchEvent
from nasclustergui.remote.paths import audit_file
from nasclustergui.ui.jobs import is_over
from nasclustergui.ui.plan_dialog import PlanDialog
from nasclustergui.window.host_key_dialog import HostKeyDialog
from nasclustergui.window.question_dialog import QuestionDialog
from tests.lab.app import pause
from tests.lab.cluster import Lab, take_down
from tests.lab.for_tests import lab_name, require_lab
from tests.lab.netns import on_hub
from tests.lab.opened import Opened
from tests.lab.procs import wait_until
from tests.lab.services import etcd
from tests.lab.watched import seen_texts

pytestmark = pytest.mark.lab

GLUSTER = "gluster --mode=script"
PREFIX = "/cluster/nodes/"
TTL = 30


@pytest.fixture(scope="module")
def cluster() -> Iterator[Lab]:
    """Four nodes that are a cluster, and a fifth that nobody knows."""
    require_lab()
    name = lab_name("join")
    try:
        lab = Lab.up(nodes=5, joined=4, agent=False, name=name, disks=1, disk_mb=400, etcd_auth=True)
        text = lab.profile_path.read_text()
        lab.profile_path.write_text(text.replace("[etcd]", "# the first three\n[etcd]"))
        yield lab
    finally:
        take_down(name)


@contextmanager
def opened(cluster: Lab) -> Iterator[Opened]:
    with on_hub(cluster.name):
        window = Opened(cluster.profile_path)
        try:
            question = window.dialog(QuestionDialog)
            assert "etcd's user nasadmin" in seen_texts(question)
            window.type(question.field, "lab-nasadmin")
            window.click(question.ok_button)
            window.wait_online()
            window.wait(lambda: window.controller.state.etcd is not None, "etcd to be read")
            yield window
        finally:
            window.close()


def cli(cluster: Lab, *words: str) -> tuple[int, str, str]:
    """With a copy of the profile whose certificate is that of etcd's root: nobody can be asked for a password."""
    path = cluster.paths.root / "root.toml"
    if not path.exists():
        text = cluster.profile_path.read_text().replace("client.", "root.").replace('user = "nasadmin"', "")
        path.write_text(text)
    command = (sys.executable, "-m", "nasclustergui", "node", *words, "--cluster", str(path))
    done = cluster.hub(*command, check=False, timeout=180)
    return done.returncode, done.stdout, done.stderr


def password_file(cluster: Lab, password: str = "lab-nasadmin") -> tuple[str, ...]:
    """The words that give the heartbeat its login."""
    path = cluster.paths.root / "password"
    path.write_text(f"{password}\n")
    return ("--etcd-user", "nasadmin", "--password-file", str(path))


def keys(cluster: Lab, node: str = "node5") -> dict[str, str]:
    """What etcd has of the node."""
    lines = etcd.etcdctl(cluster.spec, "get", "--prefix", f"{PREFIX}{node}/").stdout.splitlines()
    return {key.rpartition("/")[2]: value for key, value in zip(lines[::2], lines[1::2], strict=True)}


def peers(cluster: Lab, node: int) -> dict[str, str]:
    """Name → state, as this very node sees the others."""
    lines = cluster.sh(node, f"{GLUSTER} pool list").stdout.splitlines()[1:]
    return {line.split()[1]: line.split()[2] for line in lines if line.split()[1] != "localhost"}


def open_add(window: Opened) -> AddNodeDialog:
    window.frame.show_page("nodes")
    assert window.desk.space is not None
    window.click(window.desk.space.nodes.add_button)
    return window.dialog(AddNodeDialog)


def describe(window: Opened, dialog: AddNodeDialog, host: str, name: str, user: str = "") -> None:
    for field, text in ((dialog.form.host, host), (dialog.form.name, name), (dialog.form.user, user)):
        window.type(field, text)


def said(dialog: AddNodeDialog | JoinDialog, check: Check) -> str:
    """Badge and texts of a check."""
    row = dialog.checks.rows[check]
    return f"{row.badge.word}: " + " | ".join(f"{f.text} {f.more} {f.fix}" for f in row.findings)


def checked(window: Opened, dialog: AddNodeDialog) -> None:
    window.wait(lambda: dialog.verdict is not None and not dialog.looker.running, "the end of the checks")


def looked_again(dialog: AddNodeDialog) -> Callable[[], bool]:
    """Whether a look later than the one so far has ended."""
    before = dialog.verdict
    return lambda: dialog.verdict is not None and dialog.verdict is not before and not dialog.looker.running


def answer_until(window: Opened, password: str, until: Callable[[], object]) -> None:
    """Give that password to whoever asks, as long as it is so."""

    def answered() -> object:
        for question in window.open_dialogs():
            if isinstance(question, QuestionDialog):
                question.share.setChecked(False)
                window.type(question.field, password)
                window.click(question.ok_button)
        return until()

    window.wait(answered, f"the end of questions for {password}")


def action(window: Opened, words: str) -> None:
    """As from the node's menu."""
    assert window.desk.space is not None
    window.desk.space.run_action(words)


def plan_of(window: Opened) -> PlanDialog:
    return window.dialog(PlanDialog)


def agree(window: Opened, dialog: PlanDialog) -> Job:
    if dialog.confirm_field is not None:
        window.type(dialog.confirm_field, dialog.plan.confirm)
    before = {job.number for job in window.desk.jobs.all}
    window.click(dialog.run_button)
    window.wait(lambda: {job.number for job in window.desk.jobs.all} - before, "the job", 10)
    return window.desk.jobs.all[0]


def finished(window: Opened, job: Job) -> Job:
    window.wait(lambda: is_over(job), f"the end of {job.title}", 120)
    assert job.state is JobState.DONE, f"{job.title}: {job.state}, {job.error!r}, {job.output}"
    return job


def titles(plan: Plan) -> list[str]:
    return [step.title for step in plan.steps]


# ---- before it joins


def test_a_machine_is_looked_at_before_it_is_a_node(cluster: Lab, output: Path) -> None:
    cluster.sh(5, "rm /home/admin/.ssh/authorized_keys")  # so that a password is asked for
    with opened(cluster) as window:
        dialog = open_add(window)
        describe(window, dialog, "10.77.0.12", "node5")
        assert "Two nodes have the host" in dialog.form.fields["host"].reason
        assert not dialog.check_button.isEnabled()
        describe(window, dialog, "10.77.0.15", "node5", "admin")
        window.shot(output, "lab-join-add-empty", dialog)
        window.click(dialog.check_button)
        checked(window, dialog)
        assert "host key of 10.77.0.15 is not known" in said(dialog, Check.SSH)
        assert not dialog.add_button.isVisible()
        window.click(dialog.key_button)
        compare = window.dialog(HostKeyDialog)
        shown = cluster.exec(5, "ssh-keygen", "-lf", "/etc/ssh/ssh_host_ed25519_key.pub").stdout.split()[1]
        assert shown in seen_texts(compare)
        again = looked_again(dialog)
        window.click(compare.accept_button)
        answer_until(window, "not-this", again)
        assert "password of admin was not accepted" in said(dialog, Check.SSH)
        assert said(dialog, Check.SSH).startswith("In the way")
        assert said(dialog, Check.DISKS).startswith("Not checked")
        window.shot(output, "lab-join-refused", dialog)
        again = looked_again(dialog)
        window.click(dialog.check_button)  # asks anew
        answer_until(window, "lab-admin", again)
        assert said(dialog, Check.SUDO).startswith("Fine")
        assert "adds the names to /etc/hosts" in said(dialog, Check.NAMES)
        assert said(dialog, Check.NAMES).startswith("Join does it")
        assert dialog.add_button.isEnabled()
        dialog.reject()
        assert "node5" not in cluster.profile_path.read_text()
    cluster.sh(5, "cp /root/.ssh/authorized_keys /home/admin/.ssh/ && chown -R admin /home/admin/.ssh")


# ---- a machine with a past


FAST_DATE = """#!/bin/sh
exec /bin/date -u -d "120 seconds" +%s.%N
"""


def spoil(cluster: Lab) -> None:
    """A copy of node2 with an old etcd and a wrong clock; node4 knows its name under another address."""
    cluster.exec(5, "sh", "-c", "cat > /usr/local/bin/date; chmod 755 /usr/local/bin/date", text=FAST_DATE)
    cluster.sh(4, "echo 10.77.0.99 node5 >> /etc/hosts")
    twin = cluster.sh(2, "grep ^UUID= /var/lib/glusterd/glusterd.info").stdout.strip()
    info = "/var/lib/glusterd/glusterd.info"  # glusterd makes itself an id when it is asked for it
    cluster.sh(5, f"{GLUSTER} pool list; systemctl stop glusterd; sed -i 's/^UUID=.*/{twin}/' {info}")
    cluster.sh(5, "systemctl start glusterd; mkdir -p /var/lib/etcd/default/member; echo old > /var/lib/etcd/default/x")
    cluster.sh(5, "mkdir -p /bricks/d1/old; setfattr -n trusted.glusterfs.volume-id -v 0x0123 /bricks/d1/old")
    machine = cluster.sh(2, "cat /etc/machine-id").stdout.strip()
    cluster.sh(5, f"cp /etc/machine-id /root/; chmod 644 /etc/machine-id; echo {machine} > /etc/machine-id")


def test_what_is_in_the_way_is_told_and_what_can_be_mended_is_planned(cluster: Lab, output: Path) -> None:
    spoil(cluster)
    with opened(cluster) as window:
        dialog = open_add(window)
        describe(window, dialog, "10.77.0.15", "node5")
        window.click(dialog.check_button)
        checked(window, dialog)
        window.shot(output, "lab-join-obstacles", dialog)
        assert "120.0 s ahead of the other nodes" in said(dialog, Check.CLOCK)
        assert said(dialog, Check.CLOCK).startswith("In the way")
        assert "On node4 the name node5 means 10.77.0.99, not 10.77.0.15" in said(dialog, Check.NAMES)
        leftovers = said(dialog, Check.LEFTOVERS)
        assert "identity of node2: the machine was cloned" in leftovers
        assert "/var/lib/etcd/default holds the data of an old etcd" in leftovers
        assert "same machine-id as node2" in leftovers
        assert "/bricks/d1/old" in leftovers
        assert "things are in the way" in seen_texts(dialog)
        cluster.sh(5, "rm /usr/local/bin/date; cp /root/machine-id /etc/machine-id")
        cluster.sh(4, "sed -i '/^10.77.0.99/d' /etc/hosts")
        again = looked_again(dialog)
        window.click(dialog.check_button)
        window.wait(again, "the second look")
        assert not dialog.verdict.obstacles  # type: ignore[union-attr]
        assert "Nothing is in the way" in seen_texts(dialog)
        window.click(dialog.add_button)
        join = window.dialog(JoinDialog)  # the cluster was opened anew
        assert "# the first three\n[etcd]" in cluster.profile_path.read_text()
        window.wait(lambda: join.verdict is not None, "the look at the node of the profile")
        assert "Missing: not in the pool, no heartbeat" in seen_texts(join)
        assert "etcd wants a user" in said(join, Check.ETCD)
        window.type(join.login.user, "nasadmin")
        assert "Enter the password" in join.missing()
        window.type(join.login.password, "wrong")
        window.click(join.go_button)
        window.wait(lambda: join.login.user_field.reason, "etcd's refusal")
        assert "invalid user ID or password" in join.login.user_field.reason
        window.shot(output, "lab-join-join", join)
        window.type(join.login.password, "lab-nasadmin")
        window.click(join.go_button)
        dialog_of_plan = plan_of(window)
        window.shot(output, "lab-join-plan", dialog_of_plan)
        steps = titles(dialog_of_plan.plan)
        assert steps == [
            "Have node5 know the other nodes by name",
            *(f"Have node{n} know node5 by name" for n in (1, 2, 3, 4)),
            "Set the data of its old etcd aside",
            "Set aside what glusterd knows of its old life",
            "Install the heartbeat's script",
            "Install its systemd unit",
            "Write its settings, for root only",
            "Start the heartbeat and wait until node5 is registered",
            "Add node5 to the pool",
        ]
        job = agree(window, dialog_of_plan)
        window.wait(lambda: job.step == steps[6], "glusterd to be set aside")
        cluster.unplug(5)
        window.wait(lambda: is_over(job), "the end of the cut plan", 120)
        assert job.state is JobState.FAILED
        assert "node5" in str(job.error)
        cluster.plug(5)
        window.wait_online()
        resume(window, cluster, output)


def resume(window: Opened, cluster: Lab, output: Path) -> None:
    """Planned again, it holds only what is still missing."""
    action(window, "node.join:node5")
    join = window.dialog(JoinDialog)
    window.wait(lambda: join.verdict is not None, "the second look")
    untouched = "cloned" in said(join, Check.LEFTOVERS)  # the cable was out before the command arrived
    window.type(join.login.user, "nasadmin")
    window.type(join.login.password, "lab-nasadmin")
    window.click(join.go_button)
    shown = plan_of(window)
    steps = titles(shown.plan)
    assert "Have node1 know node5 by name" not in steps
    assert "Set the data of its old etcd aside" not in steps
    assert ("Set aside what glusterd knows of its old life" in steps) is untouched
    assert steps[-1] == "Add node5 to the pool"
    finished(window, agree(window, shown))
    seen = {n: peers(cluster, n) for n in (1, 2, 3, 4, 5)}
    assert all(len(view) == 4 and set(view.values()) == {"Connected"} for view in seen.values()), seen
    ids = {cluster.sh(n, "grep ^UUID= /var/lib/glusterd/glusterd.info").stdout for n in (2, 5)}
    assert len(ids) == 2
    assert cluster.sh(5, "cat /var/lib/etcd/default.before-join-*/x").stdout == "old\n"
    assert {key: value for key, value in keys(cluster).items() if key != "last_heartbeat"} == {
        "ip": "10.77.0.15",
        "role": "worker",
        "status": "online",
    }
    assert cluster.sh(5, "stat -c '%a %U' /etc/nascluster/heartbeat.env").stdout.split() == ["600", "root"]
    written = audit_file().read_text()
    assert "lab-nasadmin" not in written
    assert "peer probe node5" in written
    assert verify(audit_file()).intact
    window.frame.show_page("nodes")
    window.shot(output, "lab-join-nodes")


# ---- the heartbeat


class Watcher:
    """Counts what becomes of the node's keys, from a member that is not touched."""

    def __init__(self, cluster: Lab, away: set[int]) -> None:
        pki = cluster.paths.pki
        stays = next(n for n in cluster.spec.etcd_numbers if n not in away)
        files = (str(pki / "ca.crt"), str(pki / "root.crt"), str(pki / "root.key"))
        self._client = EtcdClient(EtcdProfile((f"https://{cluster.address(stays)}:2379",), *files))
        self.deleted: list[str] = []
        self.beats: list[str] = []
        self.statuses: list[str] = []
        self._client.watch_prefix(f"{PREFIX}node5/", self._on_events)

    def _on_events(self, events: tuple[WatchEvent, ...]) -> None:
        for event in events:
            field = event.kv.name.rpartition("/")[2]
            if event.kind is EventKind.DELETE:
                self.deleted.append(field)
            elif field == "last_heartbeat":
                self.beats.append(event.kv.text)
            elif field == "status":
                self.statuses.append(event.kv.text)

    def wait(self, until: Callable[[], object], what: str, seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        while not until():
            assert time.monotonic() < end, f"waited in vain for {what}: {self.deleted}, {self.beats}, {self.statuses}"
            time.sleep(0.05)

    def beat(self, more: int = 1) -> None:
        """Wait for further heartbeats."""
        so_far = len(self.beats)
        self.wait(lambda: len(self.beats) >= so_far + more, "a heartbeat")

    def close(self) -> None:
        self._client.close()


def leader(cluster: Lab) -> int:
    told = json.loads(etcd.etcdctl(cluster.spec, "endpoint", "status", "-w", "json").stdout)
    status = next(s for s in told if s["Status"]["header"]["member_id"] == s["Status"]["leader"])
    return next(n for n in cluster.spec.etcd_numbers if cluster.address(n) in status["Endpoint"])


def write(cluster: Lab, *words: str) -> None:
    """Once etcd has a leader again; what is written twice is the same."""
    done = wait_until(lambda: etcd.etcdctl(cluster.spec, *words, check=False).returncode == 0, 60, pause=0.5)
    assert done, words


def test_the_heartbeat_outlives_a_leader_and_comes_back_when_its_lease_is_gone(cluster: Lab) -> None:
    """No key ever vanishes while members come and go; when a lease was ended, the node registers anew."""
    first = leader(cluster)
    with on_hub(cluster.name):
        watcher = Watcher(cluster, {first})
        try:
            # half the time to live, so that the test waits half as long; the service reads its settings anew
            cluster.sh(5, "sed -i 's/^HEARTBEAT_TTL=.*/HEARTBEAT_TTL=15/' /etc/nascluster/heartbeat.env")
            cluster.sh(5, "systemctl restart nascluster-heartbeat")
            watcher.wait(lambda: len(watcher.deleted) == 4, "its goodbye")
            watcher.wait(lambda: watcher.statuses == ["online"], "its return")
            watcher.deleted.clear()
            cluster.sh(first, "systemctl kill -s KILL etcd")
            watcher.beat(2)
            cluster.sh(first, "systemctl kill -s STOP etcd", check=False)  # the first of its endpoints hangs
            watcher.beat(2)
            cluster.sh(first, "systemctl kill -s CONT etcd", check=False)
            assert watcher.deleted == []
            write(cluster, "put", f"{PREFIX}node5/drain", "by a test")
            watcher.wait(lambda: watcher.statuses[-1] == "draining", "the status draining")
            write(cluster, "del", f"{PREFIX}node5/drain")
            watcher.wait(lambda: watcher.statuses[-1] == "online", "the status online")
            assert watcher.deleted == ["drain"]
            log = cluster.sh(5, "journalctl -u nascluster-heartbeat -o cat").stdout
            lease = re.findall(r"with lease (\w+),", log)[-1]
            etcd.etcdctl(cluster.spec, "lease", "revoke", lease)
            watcher.wait(lambda: len(watcher.deleted) == 5, "its keys to vanish")
            watcher.wait(lambda: len(keys(cluster)) == 4, "its keys to be there again", TTL)
            assert cluster.sh(5, "systemctl show -p NRestarts --value nascluster-heartbeat").stdout.strip() == "0"
            log = cluster.sh(5, "journalctl --no-pager; systemctl show nascluster-heartbeat").stdout
            assert "lab-nasadmin" not in log
        finally:
            watcher.close()


def test_its_service_is_shown_updated_removed_and_installed_again(cluster: Lab, output: Path) -> None:
    script = "/usr/local/lib/nascluster/heartbeat.sh"
    cluster.sh(5, f"sed -i 's/^# nascluster-heartbeat 1/&00/' {script}")
    with opened(cluster) as window:
        action(window, "node.heartbeat:node5")
        dialog = window.dialog(HeartbeatDialog)
        window.wait(lambda: dialog.stack.showing() == "content", "the service")
        assert not dialog.install_button.isEnabled()
        assert "newer version" in dialog.install_button.toolTip()
        dialog.reject()
        cluster.sh(5, f"sed -i 's/^# nascluster-heartbeat 100/# nascluster-heartbeat 0/' {script}")
        action(window, "node.heartbeat:node5")
        dialog = window.dialog(HeartbeatDialog)
        window.wait(lambda: dialog.stack.showing() == "content", "the service")
        assert dialog.badge.word == "Runs, in an old version"
        assert "registered as node5" in dialog.log.toPlainText()
        assert dialog.facts["role"].text() == "10.77.0.15 · worker · online"
        window.shot(output, "lab-join-heartbeat", dialog)
        window.click(dialog.install_button)  # the password that it has is kept
        shown = plan_of(window)
        assert titles(shown.plan)[0] == "Install the heartbeat's script"
        assert "# nascluster-heartbeat 1" in shown.plan.steps[0].line
        assert "ETCDCTL_USER=nasadmin" in shown.plan.steps[2].line
        finished(window, agree(window, shown))
        assert "ETCDCTL_PASSWORD=lab-nasadmin" in cluster.sh(5, "cat /etc/nascluster/heartbeat.env").stdout
        action(window, "node.heartbeat:node5")
        dialog = window.dialog(HeartbeatDialog)
        window.wait(lambda: dialog.stack.showing() == "content", "the service")
        assert dialog.badge.word == "Runs"
        window.click(dialog.remove_button)
        finished(window, agree(window, plan_of(window)))
        assert keys(cluster) == {}
        left = "ls -d /etc/nascluster /usr/local/lib/nascluster /etc/systemd/system/nascluster-heartbeat.service"
        assert cluster.sh(5, left, check=False).stdout == ""
    code, out, err = cli(cluster, "heartbeat", "status", "--json")
    assert code == 0, err
    told = {each["node"]: each for each in json.loads(out)}
    assert [told["node5"][key] for key in ("installed", "running", "registered")] == [False, False, False]
    words = ("heartbeat", "install", "node5", "--yes")
    code, _out, err = cli(cluster, *words, *password_file(cluster, "wrong"))
    assert (code, "invalid user ID or password" in err) == (2, True), err
    code, out, err = cli(cluster, *words, *password_file(cluster))
    assert code == 0, out + err
    assert "lab-nasadmin" not in out + err
    assert keys(cluster)["status"] == "online"
    code, out, _err = cli(cluster, "heartbeat", "status", "node5")
    assert (code, "runs" in out) == (0, True)


# ---- taken back


def test_a_join_is_taken_back_and_another_one_cancelled(cluster: Lab, output: Path) -> None:
    with opened(cluster) as window:
        action(window, "node.take_out:node5")
        shown = plan_of(window)
        window.shot(output, "lab-join-take-out", shown)
        finished(window, agree(window, shown))
        window.wait(lambda: window.desk.space and "node5" not in window.desk.space.session.nodes, "the cluster anew")
        assert all("node5" not in peers(cluster, n) for n in (1, 2, 3, 4))
        assert keys(cluster) == {}
        hosts = [cluster.sh(n, "grep -c nascluster /etc/hosts", check=False).stdout.strip() for n in (1, 4, 5)]
        assert hosts == ["0", "0", "0"]
        assert "node5" not in cluster.profile_path.read_text()
        assert "# the first three\n[etcd]" in cluster.profile_path.read_text()
        window.wait_online()
        dialog = open_add(window)
        describe(window, dialog, "10.77.0.15", "node5")
        window.click(dialog.check_button)
        checked(window, dialog)
        window.click(dialog.add_button)
        join = window.dialog(JoinDialog)
        window.wait(lambda: join.verdict is not None, "the look")
        window.type(join.login.user, "nasadmin")
        window.type(join.login.password, "lab-nasadmin")
        window.click(join.go_button)
        cluster.sh(5, "systemctl kill -s STOP glusterd")  # so that the probe takes long enough to be cancelled
        job = agree(window, plan_of(window))
        window.wait(lambda: job.step == "Add node5 to the pool", "the probe")
        pause(1500)
        job.cancel()
        cluster.sh(5, "systemctl kill -s CONT glusterd")
        window.wait(lambda: is_over(job), "the end of the cancelled plan", 120)
        assert job.state is not JobState.DONE
        assert keys(cluster)["status"] == "online"  # the steps before it stay, as the plan said
    (cluster.paths.root / "root.toml").unlink()
    code, out, err = cli(cluster, "take-out", "node5", "--yes", "--confirm", "node5")
    assert code == 0, out + err
    assert all("node5" not in peers(cluster, n) for n in (1, 2, 3, 4))
    assert keys(cluster) == {}


def test_the_command_line_does_it_all_as_well(cluster: Lab) -> None:
    code, out, err = cli(cluster, "preflight", cluster.address(5), "--role", "manager", "--json")
    told = json.loads(out)
    assert (code, told["node"], told["blocked"]) == (0, "node5", False), out + err
    assert told["missing"] == ["not in the pool", "no heartbeat", "no etcd member"]
    code, out, err = cli(cluster, "preflight", "10.77.0.99")
    assert (code, "BLOCKS" in out) == (1, True), out + err
    code, _out, err = cli(cluster, "add", "node2", cluster.address(5))
    assert (code, "Two nodes are called" in err) == (2, True), err
    code, out, err = cli(cluster, "add", "node5", cluster.address(5), "--rack", "B")
    assert (code, "node5 is in the profile" in out) == (0, True), out + err
    assert 'rack = "B"' in (cluster.paths.root / "root.toml").read_text()
    code, out, err = cli(cluster, "join", "node5", "--dry-run", *password_file(cluster))
    assert (code, "peer probe node5" in out) == (0, True), out + err
    assert "lab-nasadmin" not in out
    assert "node5" not in peers(cluster, 1)
    code, out, err = cli(cluster, "join", "node5", "--yes", "--own-user")
    assert code == 0, out + err
    assert "heartbeat-node5" in etcd.etcdctl(cluster.spec, "user", "list").stdout
    assert "[/cluster/nodes/, /cluster/nodes0)" in etcd.etcdctl(cluster.spec, "role", "get", "heartbeat").stdout
    assert peers(cluster, 5) == {f"node{n}": "Connected" for n in (1, 2, 3, 4)}
    assert keys(cluster)["role"] == "worker"
    code, _out, err = cli(cluster, "join", "node5", "--yes")
    assert (code, "has everything of the cluster already" in err) == (2, True), err
    code, _out, err = cli(cluster, "join", "node9", "--yes")
    assert (code, "has no node “node9”" in err) == (2, True), err
    code, out, err = cli(cluster, "take-out", "node5", "--yes", "--confirm", "node5")
    assert code == 0, out + err
    assert "heartbeat-node5" not in etcd.etcdctl(cluster.spec, "user", "list").stdout
