"""etcd itself through the real window and the command line: members, upkeep, a full database, lost members, a lost
majority; with TLS, users and real machines that lose their data."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from nasclustergui.core.job import Job, JobState
from nasclustergui.core.plan import Risk
from nasclustergui.remote.audit_reader import verify
from nasclustergui.remote.paths import audit_file
from nasclustergui.subsystems.etcd.dialogs.members import AddMemberDialog, CompactDialog, SnapshotDialog
from nasclustergui.subsystems.etcd.model import EtcdState
from nasclustergui.subsystems.etcd.page.sections.members import MembersSection
from nasclustergui.ui.jobs import is_over
from tests.lab import etcd_login
from tests.lab.app import App
from tests.lab.cluster import Lab, take_down
from tests.lab.etcd_login import EtcdPassword
from tests.lab.etcd_login import by_certificate as certificate_profile
from tests.lab.for_tests import lab_name, require_lab
from tests.lab.netns import on_hub
from tests.lab.services.etcd import etcdctl

pytestmark = pytest.mark.lab

QUOTA = 6 << 20
SETTINGS = "/etc/default/etcd"
# What a person does on a machine whose etcd was announced: node1's settings with its own name and address.
START_NODE4 = f"""
set -e
sed -e 's/node1=https:[^,]*,/&node4=https:\\/\\/10.77.0.14:2380,/' -e '/^ETCD_NAME=/s/node1/node4/' \
    -e '/_URLS=/s/10.77.0.11/10.77.0.14/' -e '/_STATE=/s/new/existing/' >{SETTINGS}
install -d -m 700 -o etcd -g etcd /var/lib/etcd
chown -R etcd:etcd /etc/etcd
rm -rf /var/lib/etcd/default
systemctl unmask etcd 2>/dev/null || true
systemctl start etcd
"""


@pytest.fixture(scope="module")
def cluster() -> Iterator[Lab]:
    """Three members with users; node4 has etcd's program and certificates, but is no member."""
    require_lab()
    name = lab_name("members")
    try:
        yield Lab.up(nodes=4, name=name, disks=1, disk_mb=300, etcd_auth=True, peer=False)
    finally:
        take_down(name)


@pytest.fixture(scope="module")
def profile(cluster: Lab, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The lab's profile as etcd's root has it, by password."""
    path = tmp_path_factory.mktemp("profile") / "window.toml"
    text = cluster.profile_path.read_text().replace('user = "nasadmin"', 'user = "root"')
    path.write_text(text.replace(f'name = "{cluster.name}"', 'name = "fra-storage"'))  # as in the documentation
    return path


@pytest.fixture(scope="module")
def by_certificate(cluster: Lab, profile: Path) -> Path:
    """The same by certificate: the command line has no keyring here."""
    return certificate_profile(cluster, profile.parent, "root")


@pytest.fixture
def app(cluster: Lab, profile: Path) -> Iterator[App]:
    with on_hub(cluster.name):
        window = App(profile, EtcdPassword(cluster))
        try:
            window.wait_ready()
            yield window
        finally:
            window.close()


def cli(cluster: Lab, profile: Path, *words: str) -> tuple[int, str, str]:
    done = etcd_login.cli(cluster, profile, "etcd", *words, timeout=150)
    return done.returncode, done.stdout, done.stderr


def tab(app: App) -> MembersSection:
    app.page("config")
    assert app.space.run_action("config.members:") is not False
    section = app.space.config.current()
    assert isinstance(section, MembersSection)
    app.wait(lambda: section.view.state is not None, "the members")
    return section


def words(section: MembersSection) -> dict[str, str]:
    model = section.tree.rows
    rows = [model.row(model.index(i, 0)) for i in range(model.shown_count())]
    return {row.cells[0].text: row.cells[1].text for row in rows if row is not None}


def state(section: MembersSection) -> EtcdState:
    assert section.view.state is not None
    return section.view.state


def choose(app: App, section: MembersSection, name: str) -> None:
    def there() -> bool:
        section.select(name)
        found = section.member()
        return found is not None and found.label == name

    app.wait(there, f"the member {name}")


def press(app: App, section: MembersSection, what: str) -> None:
    one = getattr(section.card, what)
    app.wait(lambda: one in section.card.offered and one.isEnabled(), f"the button {what}: {one.toolTip()}")
    one.click()


def members(cluster: Lab) -> dict[str, bool]:
    """Name (or peer URL before it started) → learner, by etcdctl."""
    lines = [line.split(", ") for line in etcdctl(cluster.spec, "member", "list").stdout.splitlines()]
    return {name or url: learner == "true" for _id, _started, name, url, _client, learner in lines}


def writable(cluster: Lab) -> None:
    etcdctl(cluster.spec, "put", "/cluster/config/test", "1", certificate="nasadmin")


def finish(app: App, job: Job, seconds: float = 150) -> Job:
    return app.finish(job, seconds)


def test_all_is_seen_and_only_root_may_administrate(app: App, cluster: Lab, profile: Path, output: Path) -> None:
    section = tab(app)
    app.wait(lambda: sorted(words(section).values()) == ["Follows", "Follows", "Leads"], "three members")
    assert all(m.revision and m.seconds and m.db_in_use for m in state(section).members)
    app.shot(output, "lab-members")
    nobody = certificate_profile(cluster, profile.parent, "nasadmin")
    code, out, err = cli(cluster, nobody, "members")
    assert (code, "3 voters tolerate 1 loss" in out) == (0, True), err
    code, _out, err = cli(cluster, nobody, "snapshot", "save", str(profile.parent / "no.db"), "--yes")
    assert code != 0
    assert "does not allow this user" in err
    assert "root" in err
    assert not (profile.parent / "no.db").exists()


def test_a_member_is_announced_started_promoted_leads_and_goes(
    app: App, cluster: Lab, by_certificate: Path, output: Path
) -> None:
    section = tab(app)
    app.click(section.add_button)
    dialog = section.dialog
    assert isinstance(dialog, AddMemberDialog)
    dialog.take("node4", "10.77.0.14")
    app.wait(dialog.go_button.isEnabled, dialog.missing())
    app.shot(output, "lab-members-add", dialog)
    app.click(dialog.go_button)
    finish(app, app.agree(app.plan()))
    assert members(cluster)["https://10.77.0.14:2380"] is True
    app.wait(lambda: words(section).get("node4") == "Never started", "the announced member")
    code, _out, err = cli(cluster, by_certificate, "member", "promote", "node4", "--yes")
    assert (code, "does not answer" in err) == (2, True), err
    code, _out, err = cli(cluster, by_certificate, "member", "add", "node5", "https://10.77.0.15:2380", "--yes")
    assert (code, "one at a time" in err) == (2, True), err

    cluster.exec(4, "sh", "-c", START_NODE4, text=cluster.sh(1, f"cat {SETTINGS}").stdout)
    app.wait(lambda: words(section).get("node4") == "Learner", "the learner to answer")
    choose(app, section, "node4")
    app.shot(output, "lab-members-learner")
    press(app, section, "promote")
    plan = app.plan()
    assert "3 voters tolerate 1 loss; with 4 it stays 1" in plan.plan.meaning[0].text
    finish(app, app.agree(plan))
    assert members(cluster)["node4"] is False

    code, _out, err = cli(cluster, by_certificate, "move-leader", "node4", "--yes")
    assert code == 0, err
    app.wait(lambda: words(section).get("node4") == "Leads", "node4 to lead")
    choose(app, section, "node1")
    press(app, section, "lead")
    finish(app, app.agree(app.plan()))
    app.wait(lambda: words(section).get("node1") == "Leads", "node1 to lead")
    code, out, err = cli(cluster, by_certificate, "member", "remove", "node4", "--dry-run")
    assert (code, "etcdctl member remove" in out) == (0, True), err
    code, _out, err = cli(cluster, by_certificate, "member", "remove", "node4", "--yes", "--confirm", "node4")
    assert code == 0, err
    assert set(members(cluster)) == {"node1", "node2", "node3"}
    cluster.sh(4, f"systemctl stop etcd; rm -rf /var/lib/etcd/default {SETTINGS}")
    app.wait(lambda: "node4" not in words(section), "node4 gone from the list")


def test_history_gaps_and_a_snapshot(
    app: App, cluster: Lab, by_certificate: Path, tmp_path: Path, output: Path
) -> None:
    fill = "for n in $(seq 30); do head -c 150000 /dev/urandom | base64 -w0 | etcdctl put /cluster/big; done"
    hub_shell(cluster, fill)
    newest = revision(cluster)
    section = tab(app)
    app.wait(lambda: all((m.revision or 0) >= newest for m in state(section).members), "a reading since then")
    app.click(section.compact_button)
    dialog = section.dialog
    assert isinstance(dialog, CompactDialog)
    dialog.keep.setValue(2)
    app.click(dialog.go_button)
    finish(app, app.agree(app.plan()))
    app.wait(lambda: all((m.db_size or 0) > 2 * (m.db_in_use or 0) for m in state(section).members), "the gaps")
    before = {m.label: m.db_size or 0 for m in state(section).members}
    app.click(section.defragment_button)
    plan = app.plan()
    leader = state(section).leader
    assert leader is not None
    assert [step.args["label"] for step in plan.plan.steps][-1] == leader.label
    app.shot(output, "lab-members-defragment", plan)
    finish(app, app.agree(plan))
    app.wait(lambda: all((m.db_size or 0) < before[m.label] for m in state(section).members), "smaller files")
    code, _out, err = cli(cluster, by_certificate, "defrag", "--yes")
    assert (code, "No member would gain" in err) == (2, True), err
    code, _out, err = cli(cluster, by_certificate, "defrag", "node2", "--yes")
    assert code == 0, err
    code, _out, err = cli(cluster, by_certificate, "compact", "--keep", "1", "--yes")
    assert code == 0, err

    target = tmp_path / "etcd.db"
    app.click(section.snapshot_button)
    asked = section.dialog
    assert isinstance(asked, SnapshotDialog)
    app.type(asked.path, str(target))
    app.click(asked.go_button)
    job = finish(app, app.agree(app.plan()))
    assert any("sha256" in line for _at, _node, line in job.output)
    restored = cluster.hub(
        "env", "ETCDCTL_API=3", "etcdctl", "snapshot", "restore", str(target), "--data-dir", str(tmp_path / "d")
    )
    assert restored.returncode == 0
    assert (tmp_path / "d" / "member" / "snap" / "db").exists()
    code, _out, err = cli(cluster, by_certificate, "snapshot", "save", str(target), "--yes")
    assert (code != 0, "is not overwritten" in err) == (True, True), err
    code, _out, err = cli(
        cluster, by_certificate, "snapshot", "save", str(tmp_path / "2.db"), "--member", "node1", "--yes"
    )
    assert code == 0, err
    assert sorted(p.name for p in tmp_path.glob("*.db")) == ["2.db", "etcd.db"]


def revision(cluster: Lab) -> int:
    found = json.loads(etcdctl(cluster.spec, "get", "/cluster/big", "-w", "json").stdout)
    return int(found["header"]["revision"])


def hub_shell(cluster: Lab, script: str, check: bool = True) -> str:
    """A shell on the workstation with etcdctl as root."""
    pki = cluster.paths.pki
    variables = {
        "ETCDCTL_API": "3",
        "ETCDCTL_ENDPOINTS": "https://10.77.0.11:2379,https://10.77.0.12:2379,https://10.77.0.13:2379",
        "ETCDCTL_CACERT": f"{pki}/ca.crt",
        "ETCDCTL_CERT": f"{pki}/root.crt",
        "ETCDCTL_KEY": f"{pki}/root.key",
    }
    words = [f"{name}={value}" for name, value in variables.items()]
    done = cluster.hub("env", *words, "sh", "-c", script, check=check, timeout=120)
    return done.stdout + done.stderr


def test_a_full_database_is_rescued(app: App, cluster: Lab, by_certificate: Path, output: Path) -> None:
    for n in (1, 2, 3):
        cluster.sh(n, f"echo ETCD_QUOTA_BACKEND_BYTES={QUOTA} >>{SETTINGS}; systemctl restart etcd")
        cluster.wait_healthy()
    fill = "for n in $(seq 80); do head -c 100000 /dev/urandom | base64 -w0 | etcdctl put /cluster/big || exit 1; done"
    assert "database space exceeded" in hub_shell(cluster, fill, check=False)
    section = tab(app)
    app.wait(lambda: section.nospace_button.isVisible(), "the banner of the full database")
    assert section.banner.title() == "etcd's database is full"
    code, out, _err = cli(cluster, by_certificate, "alarm", "list")
    assert (code, "NOSPACE" in out) == (1, True)
    app.shot(output, "lab-members-full")
    app.click(section.nospace_button)
    plan = app.plan()
    assert "quota 6.0\u00a0MiB" in plan.plan.meaning[0].text
    app.shot(output, "lab-members-full-plan", plan)
    finish(app, app.agree(plan))
    writable(cluster)
    assert etcdctl(cluster.spec, "alarm", "list").stdout == ""
    app.wait(lambda: "Full" not in words(section).values(), "no alarm")
    code, _out, err = cli(cluster, by_certificate, "alarm", "disarm", "--yes")
    assert (code, "No alarm" in err) == (2, True)
    code, out, err = cli(cluster, by_certificate, "rescue", "nospace", "--keep", "5", "--dry-run")
    assert (code, "etcdctl alarm disarm" in out) == (0, True), err


@pytest.fixture(scope="module")
def roomy(cluster: Lab) -> None:
    """The quota as it was. A member that is refilled replays the past, and would run full once more as it did then."""
    for n in (1, 2, 3):
        cluster.sh(n, f"sed -i /ETCD_QUOTA/d {SETTINGS}; systemctl restart etcd")
        cluster.wait_healthy()


def lose(cluster: Lab, n: int) -> None:
    """etcd dies there and its data with it; it can't start again."""
    cluster.sh(n, "systemctl kill -s KILL etcd; sleep 0.2; systemctl stop etcd; rm -rf /var/lib/etcd/default")


@pytest.mark.usefixtures("roomy")
def test_a_member_that_lost_its_data_is_refilled(app: App, cluster: Lab, by_certificate: Path, output: Path) -> None:
    section = tab(app)
    app.wait(lambda: "No answer" not in words(section).values(), "all well")
    lose(cluster, 3)
    app.wait(lambda: words(section).get("node3") == "No answer", "the loss")
    choose(app, section, "node1")
    assert not section.card.remove.isEnabled()
    assert "all changes would stop" in section.card.remove.toolTip()
    code, _out, err = cli(cluster, by_certificate, "member", "remove", "node1", "--yes", "--confirm", "node1")
    assert (code, "all changes would stop" in err) == (2, True), err
    code, _out, err = cli(cluster, by_certificate, "defrag", "node2", "--yes")
    assert (code, "does not answer" in err) == (2, True), err
    choose(app, section, "node3")
    app.shot(output, "lab-members-lost")
    press(app, section, "rescue")
    app.wait(lambda: app.space.plan_dialog is not None, "the plan", 30)
    plan = app.plan()
    app.shot(output, "lab-members-rescue", plan)
    finish(app, app.agree(plan))
    assert members(cluster) == {"node1": False, "node2": False, "node3": False}
    there = cluster.sh(3, f"cat {SETTINGS}; ls /var/lib/etcd /etc/default").stdout
    assert "ETCD_INITIAL_CLUSTER_STATE=existing" in there
    assert "etcd.before-" in there
    app.wait(lambda: sorted(words(section).values()) == ["Follows", "Follows", "Leads"], "three members again")
    assert verify(audit_file()).intact


@pytest.mark.usefixtures("roomy")
def test_a_majority_that_is_gone_for_good(app: App, cluster: Lab, by_certificate: Path, output: Path) -> None:
    writable(cluster)
    section = tab(app)
    lose(cluster, 2)
    lose(cluster, 3)
    app.wait(lambda: section.banner.isVisible() and "no leader" in section.banner.title(), "the banner")
    app.wait(lambda: section.view.error is None, "a reading")
    assert "1 of 3 members with a vote answers, 2 are needed" in section.banner.title()
    code, out, _err = cli(cluster, by_certificate, "members")
    assert (code, "no majority" in out) == (1, True)
    code, _out, err = cli(cluster, by_certificate, "rescue", "member", "node2", "--yes")
    assert (code, "majority of etcd's members is lost" in err) == (2, True), err
    choose(app, section, "node1")
    app.shot(output, "lab-members-leaderless")
    press(app, section, "force")
    app.wait(lambda: app.space.plan_dialog is not None, "the plan", 60)
    plan = app.plan()
    assert (plan.plan.risk, plan.plan.confirm) == (Risk.DESTRUCTIVE, "node1")
    app.shot(output, "lab-members-force", plan)
    finish(app, app.agree(plan))
    assert "ETCD_FORCE_NEW_CLUSTER" not in cluster.sh(1, f"cat {SETTINGS}").stdout
    assert "/var/lib/etcd/default.before-" in cluster.sh(1, "ls -d /var/lib/etcd/*").stdout
    for n in (2, 3):
        code, _out, err = cli(cluster, by_certificate, "rescue", "member", f"node{n}", "--yes")
        assert code == 0, err
    assert members(cluster) == {"node1": False, "node2": False, "node3": False}
    assert etcdctl(cluster.spec, "get", "/cluster/config/test", "--print-value-only").stdout == "1\n"
    app.wait(lambda: sorted(words(section).values()) == ["Follows", "Follows", "Leads"], "three members again")


@pytest.mark.usefixtures("roomy")
def test_a_rescue_that_fails_says_so_and_can_be_made_again(app: App, cluster: Lab, by_certificate: Path) -> None:
    """etcd on the node can't start (its certificate is gone): that is told; mended, the rescue goes on from there."""
    section = tab(app)
    app.wait(lambda: sorted(words(section).values()) == ["Follows", "Follows", "Leads"], "three members")
    lose(cluster, 3)
    cluster.sh(3, "mv /etc/etcd/pki/node.crt /etc/etcd/pki/gone.crt")
    app.wait(lambda: words(section).get("node3") == "No answer", "the loss")
    choose(app, section, "node3")
    press(app, section, "rescue")
    app.wait(lambda: app.space.plan_dialog is not None, "the plan", 30)
    job = app.agree(app.plan())
    app.wait(lambda: is_over(job), "the failure", 120)
    assert job.state is JobState.FAILED
    cluster.sh(3, "mv /etc/etcd/pki/gone.crt /etc/etcd/pki/node.crt")
    code, _out, err = cli(cluster, by_certificate, "rescue", "member", "node3", "--yes")
    assert code == 0, err
    assert members(cluster) == {"node1": False, "node2": False, "node3": False}
