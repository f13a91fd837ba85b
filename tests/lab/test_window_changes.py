"""History, comparison, restore, export, import, prefix delete: through the real window and the command line on a real
etcd with TLS and users."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from nasclustergui.core.errors import OutcomeUnknown, PlanOutdated
from nasclustergui.core.job import JobState
from nasclustergui.remote.etcd import EtcdClient
from nasclustergui.remote.etcd_types import Delete, Put
from nasclustergui.remote.paths import audit_file
from nasclustergui.subsystems.etcd.page.sections.changes.diff_view import flat
from nasclustergui.subsystems.etcd.page.sections.changes.history_view import choose
from nasclustergui.subsystems.etcd.page.sections.changes.section import ChangesSection
from nasclustergui.ui import theme
from nasclustergui.ui.jobs import is_over
from tests.lab.app import App, pause
from tests.lab.cluster import Lab, take_down
from tests.lab.etcd_login import EtcdPassword, by_certificate, cli, client_of
from tests.lab.for_tests import lab_name, require_lab
from tests.lab.netns import on_hub
from tests.lab.services.etcd import etcdctl

pytestmark = pytest.mark.lab

LARGE = 20_000


@pytest.fixture(scope="module")
def cluster() -> Iterator[Lab]:
    require_lab()
    name = lab_name("changes")
    try:
        yield Lab.up(nodes=3, name=name, disks=1, disk_mb=300, etcd_auth=True)
    finally:
        take_down(name)


@pytest.fixture
def app(cluster: Lab) -> Iterator[App]:
    with on_hub(cluster.name):
        window = App(cluster.profile_path, EtcdPassword(cluster))
        try:
            window.wait_ready()
            yield window
        finally:
            window.close()


@pytest.fixture
def other(app: App, cluster: Lab) -> Iterator[EtcdClient]:
    """Another administrator."""
    client = client_of(cluster)
    yield client
    client.close()


@pytest.fixture
def section(app: App) -> ChangesSection:
    app.page("config")
    app.space.config.run_action("config.changes:")
    out = app.space.config.section("changes")
    assert isinstance(out, ChangesSection)
    app.wait(lambda: out.live.feed.standing.live, "the live feed")
    return out


@pytest.fixture
def profile(cluster: Lab, tmp_path: Path) -> Path:
    return by_certificate(cluster, tmp_path)


def get(cluster: Lab, key: str, *words: str) -> str:
    """What etcdctl says."""
    return etcdctl(cluster.spec, "get", "--print-value-only", *words, "--", key).stdout


def fill(other: EtcdClient, prefix: str, count: int, value: str = "v") -> None:
    for start in range(0, count, 120):
        many = range(start, min(start + 120, count))
        other.txn([], [Put(f"{prefix}{n:05}", f"{value}{n}") for n in many])


def listed(section: ChangesSection) -> list[tuple[str, ...]]:
    """What, key and values of the rows of the live feed, newest first."""
    model = section.live.tree.rows
    rows = [model.row(model.index(n, 0)) for n in range(model.rowCount())]
    return [tuple(cell.text.replace("\u00a0", " ") for cell in row.cells[1:4]) for row in rows if row is not None]


def shots(app: App, output: Path, name: str) -> None:
    """Pictures in both sizes, and in the dark."""
    for toast in app.frame.toasts.shown():
        toast.close_toast()
    app.space.dock.hide()
    for size in ((1280, 800), (1440, 900)):
        app.frame.resize(*size)
        app.shot(output, f"lab-{name}-{size[0]}")
    theme.use("dark")
    app.shot(output, f"lab-{name}-dark")
    theme.use("light")


def test_the_live_feed_pauses_and_folds_heartbeats(
    app: App, other: EtcdClient, section: ChangesSection, output: Path
) -> None:
    live = section.live
    app.shot(output, "lab-changes-empty")
    other.put("/cluster/config/smb/workgroup", "OFFICE")
    other.put("/cluster/services/nginx", '{"replicas": 2, "image": "nginx:1.25", "ports": [80, 443]}')
    other.put("/cluster/services/nginx", '{"image": "nginx:1.27", "replicas": 3, "ports": [80, 443]}')
    other.txn([], [Put("/cluster/tmp/a", b"\xff\x00\x01"), Put("/cluster/tmp/b", "1")])
    other.delete_prefix("/cluster/tmp/")
    app.wait(lambda: len(listed(section)) == 7, "all changes")
    assert listed(section)[0] == ("Deleted", "/cluster/tmp/b", "1 → —")
    assert listed(section)[3] == ("Created", "/cluster/tmp/a", "binary, 3 B")
    assert listed(section)[6] == ("Changed", "/cluster/config/smb/workgroup", "WORKGROUP → OFFICE")
    app.click(live.pause_button)
    other.put("/cluster/config/smb/workgroup", "WORKGROUP")
    app.wait(lambda: "1 change waits" in live.said.text(), "the count of what waits")
    assert len(listed(section)) == 7
    app.shot(output, "lab-changes-paused")
    app.click(live.pause_button)
    app.wait(lambda: len(listed(section)) == 8, "what came meanwhile")
    app.wait(lambda: "heartbeats of 3 nodes" in live.counted.text(), "heartbeats")
    assert not any("last_heartbeat" in key for _what, key, _values in listed(section))
    live.tree.select_key(next(row.key for row in _rows(section) if row.cells[2].text.endswith("nginx")))
    assert '~   "image": "nginx:1.25"' in flat(live.diff)
    shots(app, output, "changes-live")
    app.space.config.filter.setText("workgroup")
    assert len(listed(section)) == 2
    app.space.config.filter.clear()


def _rows(section: ChangesSection) -> list:
    model = section.live.tree.rows
    return [row for n in range(model.rowCount()) if (row := model.row(model.index(n, 0))) is not None]


def test_a_lost_connection_is_told_and_resumes(
    app: App, cluster: Lab, other: EtcdClient, section: ChangesSection, output: Path
) -> None:
    other.put("/cluster/config/one", "1")
    for n in cluster.spec.etcd_numbers:
        cluster.sh(n, "systemctl kill -s STOP etcd.service")
    try:
        app.wait(lambda: section.live.badge.word == "Connection lost", "the loss to be told", 30)
        assert "resumes without a gap at revision" in section.live.said.text()
        app.shot(output, "lab-changes-lost")
    finally:
        for n in cluster.spec.etcd_numbers:
            cluster.sh(n, "systemctl kill -s CONT etcd.service")
    other.put("/cluster/config/one", "2", seconds=60)
    app.wait(lambda: listed(section)[0] == ("Changed", "/cluster/config/one", "1 → 2"), "the change after it")
    other.delete("/cluster/config/one")


def test_history_restores_a_changed_and_a_deleted_key(
    app: App, cluster: Lab, other: EtcdClient, section: ChangesSection, output: Path
) -> None:
    key = "/cluster/config/web"
    for value in ('{"port": 80, "tls": false}', '{"tls": true, "port": 443}'):
        other.put(key, value)
    other.delete(key)
    other.put(key, "again")
    app.space.config.run_action(f"config.changes:history:{key}")
    view = section.history
    app.wait(lambda: view.history is not None, "the history")
    assert view.history is not None
    assert [(v.deleted, v.life, v.number) for v in view.history.versions] == [
        (False, 1, 1),
        (True, 2, 0),
        (False, 2, 2),
        (False, 2, 1),
    ]
    second = view.history.versions[2]
    choose(view.tree, str(second.revision))
    assert '~   "port": 443' in flat(view.diff)
    shots(app, output, "changes-history")
    app.click(view.restore_button)
    app.finish(app.agree(app.plan()))
    assert get(cluster, key) == '{"tls": true, "port": 443}\n'
    app.wait(lambda: view.history is not None and len(view.history.versions) == 5, "the new version")
    other.delete(key)
    view.read()
    app.wait(lambda: view.history is not None and not view.history.exists, "the deletion")
    assert view.history is not None
    choose(view.tree, str(view.history.versions[-1].revision))
    app.click(view.restore_button)
    app.finish(app.agree(app.plan()))
    assert get(cluster, key) == '{"port": 80, "tls": false}\n'


def test_a_key_that_somebody_changed_meanwhile_is_not_restored(
    app: App, cluster: Lab, other: EtcdClient, section: ChangesSection
) -> None:
    key = "/cluster/config/raced"
    first = other.put(key, "1")
    other.put(key, "2")
    section.show_history(key.encode(), first)
    plan = app.plan()
    other.put(key, "3")
    job = app.agree(plan)
    app.wait(lambda: is_over(job), "the end")
    assert isinstance(job.error, PlanOutdated)
    assert get(cluster, key) == "3\n"
    other.delete(key)


def test_a_prefix_as_it_was_and_single_keys_restored(
    app: App, cluster: Lab, other: EtcdClient, section: ChangesSection, output: Path
) -> None:
    prefix = "/cluster/compared/"
    other.put(f"{prefix}kept", "same")
    other.put(f"{prefix}changed", "old")
    then = other.put(f"{prefix}removed", "gone")
    other.put(f"{prefix}changed", "new")
    other.delete(f"{prefix}removed")
    other.put(f"{prefix}added", "new")
    app.space.config.run_action(f"config.changes:compare:{prefix}")
    view = section.compare
    view.first_edit.setText(str(then))
    app.click(view.compare_button)
    app.wait(lambda: view.comparison is not None, "the comparison")
    assert view.comparison is not None
    turns = {d.name.removeprefix(prefix): d.turn.value for d in view.comparison.differences}
    assert (turns, view.comparison.same) == ({"added": "added", "changed": "changed", "removed": "removed"}, 1)
    shots(app, output, "changes-compare")
    choose(view.tree, f"{prefix}removed")
    app.click(view.restore_button)
    app.finish(app.agree(app.plan()))
    assert get(cluster, f"{prefix}removed") == "gone\n"
    app.wait(lambda: view.comparison is not None and len(view.comparison.differences) == 2, "one difference less")
    view.tree.selectAll()
    app.click(view.restore_button)
    app.finish(app.agree(app.plan()))
    assert get(cluster, f"{prefix}changed") == "old\n"
    assert get(cluster, f"{prefix}added") == ""


def test_compacted_history_is_told(app: App, cluster: Lab, other: EtcdClient, section: ChangesSection) -> None:
    key = "/cluster/config/long"
    for n in range(4):
        revision = other.put(key, str(n))
    etcdctl(cluster.spec, "compact", str(revision - 1))
    section.show_history(key.encode())
    view = section.history
    app.wait(lambda: view.history is not None, "the history")
    assert view.history is not None
    assert [v.value for v in view.history.versions] == [b"3", b"2"]
    assert "compacted" in view.said.text()
    section.show_comparison(b"/cluster/config/", 2)
    app.wait(lambda: section.compare.place.showing() == "failed", "the refusal")


def test_export_delete_and_import_of_a_large_range(
    app: App, cluster: Lab, other: EtcdClient, section: ChangesSection, output: Path, tmp_path: Path
) -> None:
    """20,000 keys: the window lives on; a cancel says how many are gone; the backup brings all back."""
    prefix = "/cluster/large/"
    fill(other, prefix, LARGE)
    other.put(f"{prefix}binary", b"\xff\xfe")
    view = section.ranges
    section.tabs.setCurrentIndex(3)
    view.backup_folder = tmp_path / "backups"
    view.prefix_edit.setText(prefix)
    app.click(view.count_button)
    app.wait(lambda: view.counted is not None and view.counted.keys == LARGE + 1, "the count")
    file = tmp_path / "large.json"
    view.ask_save = lambda _suggested: str(file)  # type: ignore[method-assign]
    app.click(view.export_button)
    app.wait(lambda: file.exists() and view.counted is not None, "the file")
    app.click(view.delete_button)
    dialog = app.plan()
    assert dialog.plan.confirm == prefix
    shots(app, output, "changes-ranges")
    app.shot(output, "lab-changes-delete-plan", dialog)
    job = app.agree(dialog)
    app.wait(lambda: job.progress is not None and job.progress > 0.02, "the first keys to go")
    job.cancel()
    app.wait(lambda: is_over(job), "the end")
    left = other.count(prefix)[0]
    assert 0 < left < LARGE
    told = [line for _at, _node, line in job.output if "are gone" in line]
    gone = f"{LARGE + 1 - left:,} of {LARGE + 1:,} keys are gone."
    assert any(gone in line for line in told), (gone, told)
    app.click(view.delete_button)
    app.finish(app.agree(app.plan()))
    assert other.count(prefix)[0] == 0
    assert "20,001 keys" in audit_file().read_text()
    backups = sorted((tmp_path / "backups").iterdir())
    assert len(backups) == 2
    view.preview(backups[0])
    app.wait(lambda: view.importing.preview is not None, "the preview")
    shots(app, output, "changes-import")
    app.click(view.importing.go_button)
    job = app.agree(app.plan())
    app.wait(lambda: job.step_number > 20, "some transactions")
    job.cancel()
    app.wait(lambda: is_over(job), "the end")
    app.wait(lambda: _to_do(section) < LARGE, "what is left")
    assert _to_do(section) == LARGE + 1 - other.count(prefix)[0]
    app.click(view.importing.go_button)
    job = app.agree(app.plan())
    app.wait(lambda: is_over(job), "the end", 120)
    if isinstance(job.error, OutcomeUnknown):  # the cancelled transaction may come late
        pytest.fail(str(job.error))
    assert job.state is JobState.DONE, job.error
    app.wait(lambda: not view.importing.go_button.isEnabled(), "nothing left")
    restored = other.get(f"{prefix}binary")
    assert restored is not None
    assert restored.value == b"\xff\xfe"
    assert other.count(prefix)[0] == LARGE + 1


def _to_do(section: ChangesSection) -> int:
    preview = section.ranges.importing.preview
    return len(preview.entries) if preview is not None else 0


def test_an_import_that_is_refused_or_makes_equal(
    app: App, cluster: Lab, other: EtcdClient, section: ChangesSection, output: Path, tmp_path: Path
) -> None:
    view = section.ranges
    view.backup_folder = tmp_path
    section.tabs.setCurrentIndex(3)
    file = tmp_path / "config.yaml"
    head = "format: nasclustergui-etcd-keys\nversion: 1\nprefix: /cluster/config/\nkeys:\n"
    file.write_text(head + "  /cluster/config/nfs/version: 17\n  /cluster/config/global/timezone: Europe/Paris\n")
    view.preview(file)
    app.wait(lambda: view.importing.preview is not None, "the preview")
    assert not view.importing.go_button.isEnabled()
    assert "breaks the rules" in view.importing.banner.title()
    app.shot(output, "lab-changes-import-refused")
    file.write_text(head + "  /cluster/config/nfs/version: '4.1'\n  /cluster/config/global/timezone: Europe/Paris\n")
    app.click(view.importing.read_button)
    app.wait(view.importing.go_button.isEnabled, "a file that fits")
    view.importing.equal.setChecked(True)
    app.click(view.importing.go_button)
    dialog = app.plan()
    assert dialog.plan.confirm == "/cluster/config/"
    app.finish(app.agree(dialog))
    keys = etcdctl(cluster.spec, "get", "--prefix", "--keys-only", "/cluster/config/").stdout.split()
    assert keys == ["/cluster/config/global/timezone", "/cluster/config/nfs/version"]
    backup = next(path for path in tmp_path.glob("*cluster-config*.json"))
    view.preview(backup)
    app.wait(lambda: view.importing.preview is not None and view._file == backup, "the backup's preview")
    app.wait(view.importing.go_button.isEnabled, "something to do")
    app.click(view.importing.go_button)
    app.finish(app.agree(app.plan()))
    assert get(cluster, "/cluster/config/nfs/version") == "4.2\n"
    assert get(cluster, "/cluster/config/smb/workgroup") == "WORKGROUP\n"


def test_keys_changed_after_the_backup_stay(
    app: App, other: EtcdClient, section: ChangesSection, tmp_path: Path
) -> None:
    prefix = "/cluster/stays/"
    fill(other, prefix, 300)
    view = section.ranges
    view.backup_folder = tmp_path
    section.tabs.setCurrentIndex(3)
    view.use(prefix, "delete")
    plan = app.plan()
    other.txn([], [Put(f"{prefix}00007", "mine"), Delete(f"{prefix}00008")])
    job = app.agree(plan)
    app.wait(lambda: is_over(job), "the end")
    assert isinstance(job.error, PlanOutdated)
    assert "299 of 300 keys are gone. 1 was changed since the backup and stays: /cluster/stays/00007" in str(job.error)
    assert other.count(prefix)[0] == 1


def test_the_leader_dies_during_a_deletion(
    app: App, cluster: Lab, other: EtcdClient, section: ChangesSection, tmp_path: Path
) -> None:
    """Transactions whose outcome nobody knows are looked at again; nothing is left, nothing is counted wrong."""
    prefix = "/cluster/storm/"
    fill(other, prefix, 6000)
    view = section.ranges
    view.backup_folder = tmp_path
    section.tabs.setCurrentIndex(3)
    view.use(prefix, "delete")
    job = app.agree(app.plan())
    app.wait(lambda: job.progress is not None and job.progress > 0.02, "the first keys to go")
    told = json.loads(etcdctl(cluster.spec, "endpoint", "status", "-w", "json").stdout)
    leads = next(s["Endpoint"] for s in told if s["Status"]["leader"] == s["Status"]["header"]["member_id"])
    n = next(n for n in cluster.spec.etcd_numbers if cluster.address(n) in leads)
    cluster.sh(n, "kill -9 $(systemctl show -p MainPID --value etcd.service)")
    app.finish(job)
    assert any("6,000 of 6,000 keys are gone." in line for _at, _node, line in job.output), job.output
    cluster.sh(n, "systemctl reset-failed etcd.service; systemctl start etcd.service", timeout=60)
    assert other.count(prefix)[0] == 0
    pause(10)


def test_the_command_line(cluster: Lab, profile: Path, other: EtcdClient, tmp_path: Path) -> None:
    key = "/cluster/config/cli"
    first = other.put(key, "1")
    other.put(key, "2")
    done = cli(cluster, profile, "etcd", "history", key, "--json")
    assert [v["value"] for v in json.loads(done.stdout)["versions"]] == ["2", "1"], done.stderr
    done = cli(cluster, profile, "etcd", "restore", key, "--revision", str(first), "--yes")
    assert (done.returncode, get(cluster, key)) == (0, "1\n"), done.stderr
    done = cli(cluster, profile, "etcd", "restore", key, "--revision", "99999999", "--yes")
    assert done.returncode == 2
    watched = cli(
        cluster, profile, "etcd", "watch", "/cluster/config/", "--json", "--count", "2", "--from-revision", str(first)
    )
    changes = [json.loads(line) for line in watched.stdout.splitlines()]
    assert [(c["what"], c["value"]) for c in changes] == [("created", "1"), ("changed", "2")]
    assert changes[1]["old"] == "1"
    done = cli(cluster, profile, "etcd", "compare", "/cluster/config/", "--from-revision", str(first), "--json")
    assert json.loads(done.stdout)["differences"] == []
    file, backup = tmp_path / "x.json", tmp_path / "b.json"
    assert cli(cluster, profile, "etcd", "export", "/cluster/config/", str(file)).returncode == 0
    words = ("etcd", "del-prefix", "/cluster/config/", "--backup", str(backup), "--yes")
    assert cli(cluster, profile, *words).returncode == 4
    done = cli(cluster, profile, *words, "--confirm", "/cluster/config/")
    assert (done.returncode, get(cluster, "/cluster/config/", "--prefix")) == (0, ""), done.stderr
    assert json.loads(backup.read_text())["keys"] == json.loads(file.read_text())["keys"]
    done = cli(cluster, profile, "etcd", "import", str(backup), "--dry-run")
    assert "keys are new" in done.stdout
    assert cli(cluster, profile, "etcd", "import", str(backup), "--yes").returncode == 0
    assert get(cluster, key) == "1\n"
    assert "holds all" in cli(cluster, profile, "etcd", "import", str(backup), "--yes").stdout
    file.write_text("{}")
    assert cli(cluster, profile, "etcd", "import", str(file), "--yes").returncode == 2
    denied = cli(cluster, by_certificate(cluster, tmp_path, "nasadmin"), "etcd", "export", "/other/", str(file))
    assert denied.returncode == 1
    assert "does not allow" in denied.stderr


def test_the_backup_of_etcdctl_can_be_imported(cluster: Lab, profile: Path, other: EtcdClient, tmp_path: Path) -> None:
    other.put("/cluster/config/own", b"\x00\x01")
    file = tmp_path / "etcdctl.json"
    file.write_text(etcdctl(cluster.spec, "get", "--prefix", "-w", "json", "/cluster/config/").stdout)
    other.delete("/cluster/config/own")
    done = cli(cluster, profile, "etcd", "import", str(file), "--yes")
    assert done.returncode == 0, done.stderr
    restored = other.get("/cluster/config/own")
    assert restored is not None
    assert restored.value == b"\x00\x01"
