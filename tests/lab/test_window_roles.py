"""A worker becomes a manager and a manager a worker, through the real window and the command line; etcd with TLS and
users; with bad certificates, blocked ports, a pulled cable, a cancel, a killed leader, a dead node. Only apt-get can't
be tried: the lab's machines have no package source."""

import datetime
import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID

from nasclustergui.cluster.lifecycle.roles.certificates import Source
from nasclustergui.cluster.lifecycle.roles.dialog import DemoteDialog, PromoteDialog
from nasclustergui.core.job import Job, JobState
from nasclustergui.remote import inventory
from nasclustergui.remote.audit_reader import verify
from nasclustergui.remote.certificates import issue
from nasclustergui.remote.paths import audit_file
from nasclustergui.ui.jobs import is_over
from nasclustergui.ui.plan_dialog import PlanDialog
from tests.lab import etcd_login
from tests.lab.app import App, pause
from tests.lab.cluster import Lab, take_down
from tests.lab.etcd_login import EtcdPassword, by_certificate
from tests.lab.for_tests import lab_name, require_lab
from tests.lab.netns import on_hub
from tests.lab.services.etcd import etcdctl

pytestmark = pytest.mark.lab

SLOW = "/etc/systemd/system/etcd.service.d/slow.conf"
YEAR = 365 * 86400.0


@pytest.fixture(scope="module")
def cluster() -> Iterator[Lab]:
    """Three members with users; node4 has etcd's program and a certificate that root alone may read."""
    require_lab()
    name = lab_name("roles")
    try:
        yield Lab.up(nodes=4, name=name, disks=1, disk_mb=300, etcd_auth=True, peer=False)
    finally:
        take_down(name)


@pytest.fixture(scope="module")
def profile(cluster: Lab, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The lab's profile as etcd's root has it, by password. Plans change it."""
    path = tmp_path_factory.mktemp("profile") / "root.toml"
    path.write_text(cluster.profile_path.read_text().replace('user = "nasadmin"', 'user = "root"'))
    return path


@pytest.fixture(scope="module")
def with_certificate(cluster: Lab, profile: Path) -> Path:
    """The same by certificate: the command line has no keyring here."""
    return by_certificate(cluster, profile.parent, "root")


@pytest.fixture
def app(cluster: Lab, profile: Path) -> Iterator[App]:
    with on_hub(cluster.name):
        window = App(profile, EtcdPassword(cluster))
        try:
            window.wait_ready()
            yield window
        finally:
            window.close()


# ---- hands


def choose(app: App, title: str, node: str) -> None:
    """An entry of a node's menu on the Nodes page."""
    app.page("nodes")
    tree = app.space.nodes.tree
    app.wait(lambda: tree.select_key(node), node)

    def entry() -> bool:
        row = tree.current_row()
        menu = app.space.nodes._menu(row) if row is not None else None
        assert menu is not None
        found = next(action for action in menu.actions() if action.text() == title)
        if found.isEnabled():
            found.trigger()
        menu.deleteLater()
        return found.isEnabled()

    app.wait(entry, f"“{title}” for {node}")


def promoting(app: App, node: str = "node4") -> PromoteDialog:
    choose(app, "Promote to manager…", node)
    dialog = app.space.roles.dialog
    assert isinstance(dialog, PromoteDialog)
    wait_found(app, dialog)
    return dialog


def demoting(app: App, node: str, title: str = "Demote to worker…") -> DemoteDialog:
    choose(app, title, node)
    dialog = app.space.roles.dialog
    assert isinstance(dialog, DemoteDialog)
    wait_found(app, dialog)
    return dialog


def wait_found(app: App, dialog: PromoteDialog | DemoteDialog) -> None:
    app.wait(lambda: dialog.found is not None and dialog.findings.showing() == "content", "what was found out")


def texts(dialog: PromoteDialog) -> str:
    assert dialog.found is not None
    return "\n".join(f"{f.severity.name} {f.text} {f.more}" for f in dialog.found.findings)


def says(dialog: PromoteDialog, text: str) -> bool:
    return dialog.found is not None and text in texts(dialog)


def review(app: App, dialog: PromoteDialog | DemoteDialog) -> PlanDialog:
    assert dialog.go_button.isEnabled(), dialog.missing()
    app.click(dialog.go_button)
    return app.plan()


def carry_out(app: App, dialog: PromoteDialog | DemoteDialog) -> Job:
    return app.finish(app.agree(review(app, dialog)))


def until_step(app: App, job: Job, words: str) -> None:
    app.wait(lambda: words in job.step or is_over(job), f"the step {words}", 60)
    assert not is_over(job), (job.error, job.output)


# ---- the truth


def members(cluster: Lab) -> dict[str, tuple[bool, bool]]:
    """Name, or peer URL where it never started → (learner, started)."""
    listed = json.loads(etcdctl(cluster.spec, "member", "list", "-w", "json").stdout)["members"]
    return {m.get("name") or m["peerURLs"][0]: (m.get("isLearner", False), bool(m.get("name"))) for m in listed}


def role(cluster: Lab, node: str) -> str:
    return etcdctl(cluster.spec, "get", f"/cluster/nodes/{node}/role", "--print-value-only").stdout.strip()


def unit(cluster: Lab, n: int) -> tuple[str, str]:
    said = cluster.sh(n, "systemctl is-active etcd; systemctl is-enabled etcd", check=False).stdout.split()
    return said[0], said[1] if len(said) > 1 else ""


def slow_start(cluster: Lab, n: int, seconds: int) -> None:
    """etcd's start on the node takes so long: time for something to happen meanwhile."""
    cluster.sh(n, f"mkdir -p {Path(SLOW).parent}; printf '[Service]\\nExecStartPre=sleep {seconds}\\n' >{SLOW}")
    cluster.exec(n, "systemctl", "daemon-reload")


def quick_start(cluster: Lab, n: int) -> None:
    cluster.sh(n, f"rm -f {SLOW}; systemctl daemon-reload")


def forget_node4(cluster: Lab) -> None:
    """Nothing that a test left half done may disturb the next one."""
    assert set(members(cluster)) == {"node1", "node2", "node3"}
    assert unit(cluster, 4)[0] in ("inactive", "failed")


# ---- tests


def test_a_worker_becomes_a_manager_and_a_worker_again(app: App, cluster: Lab, profile: Path, output: Path) -> None:
    assert role(cluster, "node4") == "worker"
    dialog = promoting(app)
    assert dialog.found is not None
    assert not dialog.found.obstacles, texts(dialog)
    assert "OK Ports are free, and reached from the members and back" in texts(dialog)
    app.shot(output, "lab-roles-promote", dialog)
    plan = review(app, dialog)
    told = [line.title for line in plan.plan.meaning]
    assert "3 voters tolerate 1 loss → 4 voters tolerate 1 loss" in told
    app.shot(output, "lab-roles-plan", plan)
    app.finish(app.agree(plan))
    assert members(cluster)["node4"] == (False, True)
    assert role(cluster, "node4") == "manager"
    assert unit(cluster, 4) == ("active", "enabled")
    settings = cluster.sh(4, "cat /etc/default/etcd").stdout
    for line in ("ETCD_NAME=node4", "ETCD_INITIAL_CLUSTER_STATE=existing", "ETCD_PRE_VOTE=true"):
        assert line in settings
    assert cluster.sh(4, "stat -c '%U:%G %a' /etc/etcd/pki/node.key").stdout.strip() == "root:etcd 640"
    url = "https://10.77.0.14:2379"
    assert url in inventory.load(profile).etcd.endpoints
    assert url in app.session.profile.etcd.endpoints
    app.wait(lambda: app.controller.state.etcd_role("node4") == "member", "the new member in the window")
    app.wait(lambda: app.controller.state.role("node4") == "manager", "the new role in the window")
    app.page("nodes")
    app.shot(output, "lab-roles-nodes")
    etcdctl(cluster.spec, "put", "/cluster/config/global/timezone", "Europe/Rome")

    leaving = demoting(app, "node4")
    app.shot(output, "lab-roles-demote", leaving)
    carry_out(app, leaving)
    forget_node4(cluster)
    assert unit(cluster, 4) == ("inactive", "disabled")
    assert role(cluster, "node4") == "worker"
    assert cluster.sh(4, "ls /var/lib/etcd").stdout.split()[1].startswith("default.before-nascluster-")
    assert cluster.sh(4, "ls -A /var/lib/etcd/default").stdout == ""
    assert "ETCD_NAME=node4" not in cluster.sh(4, "cat /etc/default/etcd", check=False).stdout
    assert url not in inventory.load(profile).etcd.endpoints
    app.wait(lambda: app.controller.state.role("node4") == "worker", "the old role in the window")
    assert verify(audit_file()).intact


def test_the_leader_hands_over_before_it_leaves_and_comes_back_with_a_typed_name(app: App, cluster: Lab) -> None:
    leader = app.controller.state.leader
    dialog = demoting(app, leader)
    plan = review(app, dialog)
    assert plan.plan.steps[0].command.argv[1] == "move-leader"
    assert plan.confirm_field is not None  # two voters tolerate no loss
    app.finish(app.agree(plan))
    assert leader not in members(cluster)
    app.wait(lambda: app.controller.state.leader not in ("", leader), "another leader")
    carry_out(app, promoting(app, leader))
    assert members(cluster)[leader] == (False, True)
    assert role(cluster, leader) == "manager"


def test_bad_certificates_are_refused_before_anything_happens(app: App, cluster: Lab, tmp_path: Path) -> None:
    cluster.sh(4, "mkdir /root/aside; mv /etc/etcd/pki/node.* /root/aside")
    try:
        dialog = promoting(app)
        assert "CRITICAL node4 has no file /etc/etcd/pki/node.crt." in texts(dialog)
        assert not dialog.go_button.isEnabled()
        for name, (certificate, key), said in (
            ("other", other_name(cluster), "is not made for 10.77.0.14"),
            ("old", expired(cluster), "has expired"),
            ("foreign", foreign(), "is not signed by the CA that the members trust"),
        ):
            (tmp_path / f"{name}.crt").write_bytes(certificate)
            (tmp_path / f"{name}.key").write_bytes(key)
            dialog.form.options[Source.FILES].click()
            app.type(dialog.form.certificate.edit, str(tmp_path / f"{name}.crt"))
            app.type(dialog.form.key.edit, str(tmp_path / f"{name}.key"))
            app.wait(partial(says, dialog, said), said)
            assert not dialog.go_button.isEnabled()
        app.type(dialog.form.key.edit, str(tmp_path / "other.key"))
        app.wait(partial(says, dialog, "does not belong to its certificate"), "the key")
        dialog.reject()
    finally:
        cluster.sh(4, "mv /root/aside/node.* /etc/etcd/pki; rmdir /root/aside")
    forget_node4(cluster)


def test_issued_certificates_come_with_the_plan_and_no_key_is_written_down(
    app: App, cluster: Lab, output: Path
) -> None:
    pki = cluster.spec.paths.pki
    dialog = promoting(app)
    dialog.form.options[Source.ISSUE].click()
    app.type(dialog.form.ca.edit, str(pki / "ca.crt"))
    app.type(dialog.form.ca_key.edit, str(pki / "ca.key"))
    app.wait(partial(says, dialog, "is issued here"), "the certificate to be issued")
    app.shot(output, "lab-roles-issue", dialog)
    before = cluster.sh(4, "cat /etc/etcd/pki/node.crt").stdout
    job = carry_out(app, dialog)
    made = cluster.sh(4, "cat /etc/etcd/pki/node.crt").stdout
    assert made != before
    assert cluster.sh(4, "cat /etc/etcd/pki/node.crt.before-nascluster").stdout == before
    assert cluster.sh(4, "stat -c '%U %a' /etc/etcd/pki/node.key").stdout.strip() == "etcd 600"
    checked = cluster.sh(4, "openssl verify -CAfile /etc/etcd/pki/ca.crt /etc/etcd/pki/node.crt")
    assert "OK" in checked.stdout
    key = cluster.sh(4, "sed -n 2p /etc/etcd/pki/node.key").stdout.strip()
    ca_key = (pki / "ca.key").read_text().splitlines()[1]
    for where in (audit_file().read_text(), "\n".join(line for _at, _node, line in job.output)):
        assert key not in where
        assert "PRIVATE KEY" not in where
    assert cluster.sh(4, f"grep -rl -- '{ca_key}' /etc /root /tmp /var/lib/etcd", check=False).stdout == ""
    carry_out(app, demoting(app, "node4"))
    forget_node4(cluster)


def test_ports_that_are_taken_or_not_reached_are_told(app: App, cluster: Lab) -> None:
    cluster.exec(1, "ip", "rule", "add", "to", "10.77.0.14", "ipproto", "6", "dport", "2380", "blackhole")
    try:
        dialog = promoting(app)
        assert "CRITICAL node1 does not reach 10.77.0.14:2380." in texts(dialog)
        assert not dialog.go_button.isEnabled()
    finally:
        cluster.exec(1, "ip", "rule", "del", "to", "10.77.0.14", "ipproto", "6", "dport", "2380", "blackhole")
    listener = "my $kept = IO::Socket::INET->new(LocalPort => 2379, Listen => 1, ReuseAddr => 1); sleep 600"
    started = cluster.sh(4, f"perl -MIO::Socket::INET -e '{listener}' </dev/null >/dev/null 2>&1 & echo $!")
    try:
        app.wait(lambda: ":2379" in cluster.sh(4, "ss -Hltn").stdout, "the squatter")
        app.click(dialog.again_button)
        wait_found(app, dialog)
        assert "CRITICAL Port 2379 is in use on node4. By perl." in texts(dialog)
    finally:
        cluster.exec(4, "kill", started.stdout.strip())
    app.click(dialog.again_button)
    wait_found(app, dialog)
    assert dialog.go_button.isEnabled(), texts(dialog)
    dialog.reject()


def test_the_cable_is_pulled_in_the_middle_and_the_promotion_goes_on_later(app: App, cluster: Lab) -> None:
    slow_start(cluster, 4, 6)
    try:
        job = app.agree(review(app, promoting(app)))
        until_step(app, job, "Start etcd")
        app.wait(lambda: "https://10.77.0.14:2380" in members(cluster), "the learner to be known")
        cluster.unplug(4)
        app.wait(lambda: is_over(job), "the end of the job", 120)
        assert job.state is JobState.FAILED, job.output
    finally:
        cluster.plug(4)
        quick_start(cluster, 4)
    app.wait(lambda: all(node.online for node in app.controller.state.nodes.nodes), "node4 to be back", 90)
    app.wait(lambda: "etcd" not in app.controller.state.errors, "etcd to be read")
    dialog = promoting(app)
    assert dialog.back_button.isVisible()
    job = carry_out(app, dialog)
    assert job.title == "Promote node4, continued"
    assert members(cluster)["node4"] == (False, True)
    assert role(cluster, "node4") == "manager"
    carry_out(app, demoting(app, "node4"))
    forget_node4(cluster)


def test_a_cancelled_promotion_is_taken_back(app: App, cluster: Lab) -> None:
    slow_start(cluster, 4, 8)
    try:
        job = app.agree(review(app, promoting(app)))
        until_step(app, job, "Start etcd")
        app.wait(lambda: "https://10.77.0.14:2380" in members(cluster), "the learner to be known")
        job.cancel()
        app.wait(lambda: is_over(job), "the end of the job", 60)
        assert job.state is JobState.CANCELLED
    finally:
        quick_start(cluster, 4)
    assert members(cluster)["https://10.77.0.14:2380"] == (True, False)
    assert unit(cluster, 4)[1] == "disabled"
    dialog = promoting(app)
    app.click(dialog.back_button)
    app.wait(lambda: isinstance(app.space.roles.dialog, DemoteDialog), "the dialog that takes it back")
    back = app.space.roles.dialog
    assert isinstance(back, DemoteDialog)
    wait_found(app, back)
    assert carry_out(app, back).title == "Take the promotion of node4 back"
    forget_node4(cluster)


def test_the_leader_dies_while_a_node_is_promoted(app: App, cluster: Lab) -> None:
    slow_start(cluster, 4, 4)
    try:
        leader = app.controller.state.leader
        job = app.agree(review(app, promoting(app)))
        until_step(app, job, "Start etcd")
        cluster.exec(int(leader[-1]), "systemctl", "kill", "-s", "KILL", "etcd")
        app.finish(job)
    finally:
        quick_start(cluster, 4)
    assert members(cluster)["node4"] == (False, True)
    app.wait(lambda: app.controller.state.leader, "a leader")


def test_the_command_line_demotes_and_promotes(cluster: Lab, with_certificate: Path) -> None:
    """After the test before: node4 is a manager."""
    shown = etcd_login.cli(cluster, with_certificate, "node", "demote", "node4", "--dry-run")
    assert shown.returncode == 0, shown.stderr
    assert "member remove" in shown.stdout
    done = etcd_login.cli(cluster, with_certificate, "node", "demote", "node4", "--yes", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    forget_node4(cluster)
    wrong = etcd_login.cli(cluster, with_certificate, "node", "promote", "node4", "--cert", "/nonexistent", "--yes")
    assert wrong.returncode != 0
    assert "/nonexistent cannot be read" in wrong.stderr
    cluster.exec(4, "systemctl", "disable", "--now", "nas-agent")  # the program's own heartbeat in its place
    beat = etcd_login.cli(cluster, with_certificate, "node", "heartbeat", "install", "node4", "--yes")
    assert beat.returncode == 0, beat.stderr
    pki = cluster.spec.paths.pki
    files = ("--ca-cert", str(pki / "ca.crt"), "--ca-key", str(pki / "ca.key"))
    made = etcd_login.cli(cluster, with_certificate, "node", "promote", "node4", *files, "--yes")
    assert made.returncode == 0, made.stderr
    assert members(cluster)["node4"] == (False, True)
    assert "https://10.77.0.14:2379" in inventory.load(with_certificate).etcd.endpoints
    assert role(cluster, "node4") == "manager"
    assert "NODE_ROLE=manager" in cluster.sh(4, "cat /etc/nascluster/heartbeat.env").stdout
    only_itself = "s|^ETCDCTL_ENDPOINTS=.*|ETCDCTL_ENDPOINTS=https://10.77.0.14:2379|"
    cluster.exec(4, "sed", "-i", only_itself, "/etc/nascluster/heartbeat.env")
    gone = etcd_login.cli(cluster, with_certificate, "node", "demote", "node4", "--yes")
    assert gone.returncode == 0, gone.stderr
    assert role(cluster, "node4") == "worker"
    assert "10.77.0.14" not in cluster.sh(4, "grep ENDPOINTS /etc/nascluster/heartbeat.env").stdout
    forget_node4(cluster)


def test_the_majority_is_kept_and_a_dead_manager_is_demoted_and_cleaned_up_later(
    app: App, cluster: Lab, with_certificate: Path, output: Path
) -> None:
    dead = next(n for n in (2, 3) if f"node{n}" != app.controller.state.leader)
    cluster.poweroff(dead)
    app.wait(
        lambda: app.controller.state.etcd is not None and app.controller.state.etcd.healthy == 2, "a silent member"
    )
    dialog = demoting(app, "node1")
    assert not dialog.go_button.isEnabled()
    assert "all changes would stop" in dialog.missing()
    app.shot(output, "lab-roles-refused", dialog)
    dialog.reject()
    refused = etcd_login.cli(cluster, with_certificate, "node", "demote", "node1", "--yes", "--confirm", "node1")
    assert refused.returncode != 0
    assert "node1 must stay a manager" in refused.stderr
    name = f"node{dead}"
    app.wait(lambda: not _online(app, name), f"{name} to be lost")
    before = app.controller.state.role(name)
    leaving = demoting(app, name)
    plan = review(app, leaving)
    assert plan.plan.steps[0].command.argv[:3] == ("etcdctl", "member", "remove")
    assert not any(step.node for step in plan.plan.steps)
    app.finish(app.agree(plan))
    assert name not in members(cluster)
    assert before == "manager"
    cluster.poweron(dead, wait=False)
    app.wait(lambda: _online(app, name), f"{name} to be back", 90)
    app.wait(lambda: name in app.space.roles.left, "what is left of etcd to be noticed")
    carry_out(app, demoting(app, name, "Clean up etcd…"))
    assert unit(cluster, dead) == ("inactive", "disabled")
    app.wait(lambda: name not in app.space.roles.left, "nothing to be left")


def test_roles_stay_known_without_a_majority(app: App, cluster: Lab, output: Path) -> None:
    """After the test before: two members are left."""
    app.wait(lambda: app.controller.state.role("node4") == "worker", "node4's role")
    app.wait(lambda: app.controller.state.role("node1") == "manager", "node1's role")
    others = [int(name[-1]) for name in members(cluster) if name != "node1"]
    for n in others:
        cluster.exec(n, "systemctl", "stop", "etcd")
    app.wait(lambda: app.controller.state.leader == "", "no leader")
    pause(1000)
    for name, expected in (("node1", "manager"), ("node4", "worker")):
        assert app.controller.state.role(name) == expected
        assert app.controller.state.role_is_old(name)
    app.page("nodes")
    app.shot(output, "lab-roles-no-leader")


def _online(app: App, name: str) -> bool:
    node = app.controller.state.nodes.node(name)
    return node is not None and node.online


# ---- certificates that won't do


def authority(cluster: Lab) -> tuple[bytes, bytes]:
    pki = cluster.spec.paths.pki
    return (pki / "ca.crt").read_bytes(), (pki / "ca.key").read_bytes()


def other_name(cluster: Lab) -> tuple[bytes, bytes]:
    made = issue(*authority(cluster), "node9", ("10.77.0.19", "node9"), seconds=YEAR)
    return made.certificate, made.key


def expired(cluster: Lab) -> tuple[bytes, bytes]:
    """Right in everything but its dates."""
    ca_text, ca_key_text = authority(cluster)
    good = issue(ca_text, ca_key_text, "node4", ("10.77.0.14",), seconds=YEAR)
    return _dated(good.certificate, ca_key_text, days=-1), good.key


def _dated(pem: bytes, signer_text: bytes, days: int) -> bytes:
    old = x509.load_pem_x509_certificate(pem)
    end = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=days)
    builder = (
        x509.CertificateBuilder()
        .subject_name(old.subject)
        .issuer_name(old.issuer)
        .public_key(old.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(end - datetime.timedelta(days=30))
        .not_valid_after(end)
    )
    for extension in old.extensions:
        builder = builder.add_extension(extension.value, extension.critical)
    signer = serialization.load_pem_private_key(signer_text, None)
    return builder.sign(signer, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)  # type: ignore[arg-type]


def foreign() -> tuple[bytes, bytes]:
    """Signed by an authority that nobody knows."""
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "stranger")])
    now = datetime.datetime.now(datetime.UTC)
    root = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    made = issue(root.public_bytes(serialization.Encoding.PEM), pem, "node4", ("10.77.0.14",), seconds=YEAR)
    return made.certificate, made.key
