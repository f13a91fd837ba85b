"""Keys browsed, edited, merged and watched through the real window and the command line; etcd with TLS and users."""

import base64
import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from nasclustergui.core.command import Secret
from nasclustergui.remote.audit_reader import verify
from nasclustergui.remote.credentials import NoCredentials
from nasclustergui.remote.etcd import EtcdClient
from nasclustergui.remote.etcd_rpc import messages
from nasclustergui.remote.etcd_types import Put
from nasclustergui.remote.inventory import load
from nasclustergui.remote.paths import audit_file
from nasclustergui.subsystems.etcd.features.keys.merge import Side
from nasclustergui.subsystems.etcd.features.keys.values import Form
from nasclustergui.subsystems.etcd.page.sections.keys import KeysSection
from nasclustergui.subsystems.etcd.page.sections.keys.merge_dialog import MergeDialog
from nasclustergui.subsystems.etcd.page.sections.keys.name_dialog import NameDialog
from nasclustergui.subsystems.etcd.page.sections.keys.nodes import Entry, Kind, Mark
from nasclustergui.subsystems.etcd.page.sections.keys.value_editor import text_of
from nasclustergui.ui import theme
from tests.lab.app import App, pause
from tests.lab.cluster import Lab, take_down
from tests.lab.for_tests import lab_name, require_lab
from tests.lab.netns import on_hub
from tests.lab.services.etcd import etcdctl

pytestmark = pytest.mark.lab

CONFIG = "/cluster/config/"
TREE = f"{CONFIG}app/tree/"


class Admin(NoCredentials):
    """Knows the password of etcd's user."""

    def __init__(self, lab: Lab) -> None:
        self._passwords = lab.credentials["etcd"]

    def etcd_password(self, user: str, _cluster: str) -> Secret:
        """As in credentials.json."""
        return Secret(self._passwords[user])


@pytest.fixture(scope="module")
def cluster() -> Iterator[Lab]:
    require_lab()
    name = lab_name("keys")
    try:
        yield Lab.up(nodes=3, name=name, disks=1, disk_mb=300, etcd_auth=True)
    finally:
        take_down(name)


@pytest.fixture
def root(cluster: Lab) -> Iterator[EtcdClient]:
    """Another client, which may do everything."""
    with on_hub(cluster.name):
        profile = replace(load(cluster.profile_path).etcd, user="root")
        client = EtcdClient(profile, Secret(cluster.credentials["etcd"]["root"]))
        yield client
        client.close()


@pytest.fixture
def app(cluster: Lab) -> Iterator[App]:
    with on_hub(cluster.name):
        window = App(cluster.profile_path, Admin(cluster))
        try:
            window.wait(lambda: window.controller.state.etcd is not None, "etcd to be read")
            yield window
        finally:
            window.close()


@pytest.fixture
def keys(app: App) -> KeysSection:
    """The section with its first rows."""
    app.page("config")
    section = app.space.config.section("keys")
    assert isinstance(section, KeysSection)
    app.wait(lambda: row(section, "/cluster/nodes/") is not None, "the first rows")
    app.wait(lambda: section.live.word == "Live", "the watch")
    return section


def put(lab: Lab, key: str, value: str) -> None:
    """As another client."""
    etcdctl(lab.spec, "put", "--", key, value)


def stored(lab: Lab, key: str) -> bytes | None:
    """What etcd holds."""
    found = json.loads(etcdctl(lab.spec, "get", "-w", "json", "--", key).stdout).get("kvs", [])
    return base64.b64decode(found[0].get("value", "")) if found else None


def row(section: KeysSection, path: str) -> Entry | None:
    """The row of a key or folder as it stands in the tree."""
    return next((entry for entry in section.model.tree.rows if entry.path == path.encode()), None)


def choose(app: App, section: KeysSection, key: str) -> None:
    """Go there, as a link does; wait until it is read."""
    section.select(key)
    app.wait(lambda: section.keeper.key == key.encode() and section.keeper.read is not None, f"{key} to be read")
    app.wait(lambda: section.panel.editor.draft is not None, "the editor")


def write(app: App, section: KeysSection, text: str) -> None:
    """Replace the text of the editor by typing over it."""
    area = section.panel.editor.area
    area.setFocus()
    area.selectAll()
    area.insertPlainText(text)
    app.wait(lambda: not section.panel.editor._checking.isActive(), "the check", 5)


def save(app: App, section: KeysSection) -> None:
    """From the button to the end of the job."""
    app.wait(section.panel.save_button.isEnabled, f"Save: {section.panel.editor.reason}", 5)
    app.click(section.panel.save_button)
    app.finish(app.agree(app.plan()))
    app.wait(lambda: not section.keeper.drafts, "the draft to be settled", 10)


def cli(lab: Lab, folder: Path, *words: str, text: str | None = None) -> tuple[int, str, str]:
    """The command line with the certificate that carries the user's name: nobody can be asked for a password."""
    pki = lab.spec.paths.pki
    profile = lab.profile_path.read_text().replace(f"{pki}/client.", f"{pki}/nasadmin.")
    path = folder / "certificate.toml"
    path.write_text(profile.replace('user = "nasadmin"', 'user = ""'))
    done = lab.hub(
        sys.executable,
        "-m",
        "nasclustergui",
        "etcd",
        *words,
        "--cluster",
        str(path),
        check=False,
        text=text,
        timeout=60,
    )
    return done.returncode, done.stdout, done.stderr


def test_the_tree_starts_at_what_the_user_may_read_and_opens_level_by_level(
    app: App, keys: KeysSection, output: Path
) -> None:
    assert [entry.path for entry in keys.model.tree.root.children or ()] == [b"/cluster/"]
    assert keys.said.text() == "User nasadmin may read only /cluster/"
    nodes = row(keys, "/cluster/nodes/")
    assert nodes is not None
    app.wait(lambda: nodes.keys == 12, "the count of keys")
    assert nodes.children is None  # nothing is read that nobody opened
    keys.table.select(nodes)
    QTest.keyClick(keys.table, Qt.Key.Key_Right)
    app.wait(lambda: row(keys, "/cluster/nodes/node1/") is not None, "the nodes")
    choose(app, keys, f"{CONFIG}smb/workgroup")
    assert text_of(keys.panel.editor.area) == "WORKGROUP"
    assert "At most 15 characters" in keys.panel.help.text()
    app.shot(output, "keys")


def test_values_that_the_product_cannot_use_are_refused_with_the_reason(
    app: App, keys: KeysSection, cluster: Lab, output: Path, tmp_path: Path
) -> None:
    wrong = {
        "smb/netbios_name": ("MUCH-TOO-LONG-A-NAME", "has 20 characters; NetBIOS allows 15"),
        "smb/workgroup": ("MY GROUP", "must not contain: space"),
        "global/timezone": ("Europe/Berln", "Did you mean Europe/Berlin?"),
        "nfs/version": ("5", "must be one of 3, 4"),
    }
    for name, (value, why) in wrong.items():
        before = stored(cluster, CONFIG + name)
        choose(app, keys, CONFIG + name)
        write(app, keys, value)
        assert why in keys.panel.editor.reason
        assert not keys.panel.save_button.isEnabled()
        assert stored(cluster, CONFIG + name) == before
    code, _out, err = cli(cluster, tmp_path, "put", f"{CONFIG}global/timezone", "Europe/Berln", "--yes")
    assert (code, "Did you mean Europe/Berlin?" in err) == (2, True), err
    assert stored(cluster, f"{CONFIG}global/timezone") == b"Europe/Berlin"
    app.shot(output, "keys-wrong")
    app.click(keys.panel.discard_button)
    assert not keys.panel.save_button.isEnabled()


def test_text_json_yaml_and_bytes_are_saved_as_they_were_meant(
    app: App, keys: KeysSection, cluster: Lab, output: Path, tmp_path: Path
) -> None:
    choose(app, keys, f"{CONFIG}smb/workgroup")
    write(app, keys, "HOME")
    save(app, keys)
    assert stored(cluster, f"{CONFIG}smb/workgroup") == b"HOME"
    put(cluster, f"{CONFIG}app/settings", '{"limits":{"cpu":1.50,"names":["a","b"]},"on":true}')
    choose(app, keys, f"{CONFIG}app/settings")
    editor = keys.panel.editor
    assert editor.draft is not None
    assert editor.draft.like.form is Form.JSON
    app.shot(output, "keys-json")
    write(app, keys, text_of(editor.area).replace("true", "false,"))
    assert "Line" in editor.reason
    write(app, keys, text_of(editor.area).replace("false,", "false"))
    save(app, keys)  # in one line as it was, 1.50 stays 1.50
    assert stored(cluster, f"{CONFIG}app/settings") == b'{"limits":{"cpu":1.50,"names":["a","b"]},"on":false}'
    put(cluster, f"{CONFIG}app/rules.yaml", "rules:\n  - name: a\n")
    choose(app, keys, f"{CONFIG}app/rules.yaml")
    write(app, keys, "rules:\n  - name: [a\n")
    assert "Line" in editor.reason
    write(app, keys, "rules:\n  - name: b\n")
    save(app, keys)
    assert stored(cluster, f"{CONFIG}app/rules.yaml") == b"rules:\n  - name: b\n"
    content = bytes(range(256)) + b"\xff\x00"
    file = tmp_path / "blob"
    file.write_bytes(content)
    put(cluster, f"{CONFIG}app/blob", "x")
    choose(app, keys, f"{CONFIG}app/blob")
    keys.asking.files.ask_import(f"{CONFIG}app/blob".encode(), str(file))
    app.wait(lambda: keys.keeper.drafts, "the file")
    save(app, keys)
    assert stored(cluster, f"{CONFIG}app/blob") == content
    app.wait(lambda: text_of(editor.area).startswith("00 01 02"), "hex digits")
    app.shot(output, "keys-bytes")
    write(app, keys, text_of(editor.area).replace("00 01 02", "aa 01 02", 1))
    save(app, keys)
    assert stored(cluster, f"{CONFIG}app/blob") == b"\xaa" + content[1:]
    code, out, _err = cli(cluster, tmp_path, "get", f"{CONFIG}app/blob", "--json")
    told = json.loads(out)
    assert (code, told["encoding"], base64.b64decode(told["value"])) == (0, "base64", b"\xaa" + content[1:])


def test_what_another_client_wrote_meanwhile_is_merged_and_nothing_is_lost(
    app: App, keys: KeysSection, cluster: Lab, output: Path
) -> None:
    key = f"{CONFIG}app/hosts"
    put(cluster, key, "one 1\ntwo 2\nthree 3\nfour 4\n")
    choose(app, keys, key)
    write(app, keys, "one 1\ntwo 22\nthree 3\nfour 4\nfive 5\n")
    put(cluster, key, "one 1\ntwo 2x\nthree 3\nFOUR 4\n")
    app.wait(keys.keeper.newer, "the watch to tell of the other's change")
    assert keys.panel.banner.title() == "Somebody else changed this key meanwhile"
    app.click(keys.panel.save_button)
    app.wait(lambda: isinstance(keys.asking.dialog, MergeDialog), "the merge dialog")
    dialog = keys.asking.dialog
    assert isinstance(dialog, MergeDialog)
    assert dialog.open_conflicts() == 1 or text_of(dialog.outcome)
    assert not dialog.go_button.isEnabled()
    app.shot(output, "keys-merge", dialog)
    while dialog.open_conflicts():
        app.click(dialog.side_buttons[Side.MINE])
    merged = text_of(dialog.outcome)
    app.click(dialog.go_button)
    plan = app.plan()
    assert stored(cluster, key) == b"one 1\ntwo 2x\nthree 3\nFOUR 4\n"  # nothing is written before the plan runs
    app.finish(app.agree(plan))
    assert stored(cluster, key) == merged.encode()
    assert "two 22" in merged
    assert "five 5" in merged


def test_a_change_between_plan_and_step_stops_the_step_and_keeps_the_text(
    app: App, keys: KeysSection, cluster: Lab
) -> None:
    key = f"{CONFIG}app/race"
    put(cluster, key, "old")
    choose(app, keys, key)
    write(app, keys, "mine")
    app.click(keys.panel.save_button)
    plan = app.plan()
    put(cluster, key, "theirs")
    job = app.agree(plan)
    app.wait(lambda: job.error is not None, "the refusal")
    assert "changed by somebody else" in str(job.error)
    assert stored(cluster, key) == b"theirs"
    app.wait(keys.keeper.newer, "the banner")
    assert text_of(keys.panel.editor.area) == "mine"


def test_keys_are_created_renamed_and_deleted(app: App, keys: KeysSection, cluster: Lab) -> None:
    app.click(keys.new_button)
    dialog = keys.asking.dialog
    assert isinstance(dialog, NameDialog)
    app.type(dialog.key, f"{CONFIG}app/new")
    dialog.value.setPlainText("1")
    app.click(dialog.go_button)
    app.finish(app.agree(app.plan()))
    assert stored(cluster, f"{CONFIG}app/new") == b"1"
    keys.asking.rename_key(f"{CONFIG}app/new".encode())
    app.wait(lambda: isinstance(keys.asking.dialog, NameDialog) and keys.asking.dialog.isVisible(), "the dialog")
    renaming = keys.asking.dialog
    assert isinstance(renaming, NameDialog)
    app.type(renaming.key, f"{CONFIG}app/newer")
    app.click(renaming.go_button)
    app.finish(app.agree(app.plan()))
    assert (stored(cluster, f"{CONFIG}app/new"), stored(cluster, f"{CONFIG}app/newer")) == (None, b"1")
    choose(app, keys, f"{CONFIG}app/newer")
    app.click(keys.panel.delete_button)
    app.finish(app.agree(app.plan()))
    assert stored(cluster, f"{CONFIG}app/newer") is None
    app.wait(lambda: keys.keeper.read is not None and keys.keeper.read.kv is None, "the panel to know")
    assert verify(audit_file()).intact
    titles = [json.loads(line).get("title") for line in audit_file().read_text().splitlines()]
    assert f"Delete {CONFIG}app/newer" in titles


def test_a_key_on_a_lease_stays_on_it_and_a_node_s_own_key_warns(app: App, keys: KeysSection, cluster: Lab) -> None:
    lease = etcdctl(cluster.spec, "lease", "grant", "600").stdout.split()[1]
    etcdctl(cluster.spec, "put", f"--lease={lease}", "--", f"{CONFIG}app/leased", "a")
    choose(app, keys, f"{CONFIG}app/leased")
    assert keys.panel.lease_badge.word.startswith(f"Lease {int(lease, 16):x}, ")
    write(app, keys, "b")
    save(app, keys)
    assert f"{CONFIG}app/leased" in etcdctl(cluster.spec, "lease", "timetolive", lease, "--keys").stdout
    choose(app, keys, "/cluster/nodes/node1/status")
    assert keys.panel.node_badge.isVisible()
    write(app, keys, "holiday")
    app.click(keys.panel.save_button)
    dialog = app.plan()
    assert "Written by the node" in [meaning.title for meaning in dialog.plan.meaning]
    app.click(dialog.cancel_button)
    app.click(keys.panel.discard_button)


def test_the_watch_keeps_the_rows_fresh_and_the_place_where_one_looks(
    app: App, keys: KeysSection, cluster: Lab, output: Path
) -> None:
    for n in range(4):
        put(cluster, f"{TREE}k{n}", "0")
    choose(app, keys, f"{TREE}k2")
    chosen = keys.table.current()
    put(cluster, f"{TREE}a-new", "1")
    put(cluster, f"{TREE}k1", "1")
    etcdctl(cluster.spec, "del", f"{TREE}k0")
    wanted = {"a-new": Mark.ADDED, "k1": Mark.CHANGED, "k0": Mark.DELETED}
    for name, mark in wanted.items():
        app.wait(lambda n=name, m=mark: (e := row(keys, TREE + n)) is not None and e.mark is m, f"{name} {mark}", 10)
    app.shot(output, "keys-live")
    assert keys.table.current() is chosen
    app.wait(lambda: row(keys, f"{TREE}k0") is None, "the deleted row to go", 15)
    put(cluster, f"{TREE}k2", "seen at once")
    app.wait(lambda: text_of(keys.panel.editor.area) == "seen at once", "the new value", 10)


def test_the_leader_dies_while_the_window_watches_and_nothing_is_missed(
    app: App, keys: KeysSection, cluster: Lab, output: Path
) -> None:
    folder = f"{CONFIG}app/kill/"
    put(cluster, f"{folder}first", "0")
    choose(app, keys, f"{folder}first")
    state = app.controller.state.etcd
    assert state is not None
    assert state.leader is not None
    leader = int(state.leader.node.removeprefix("node"))
    broken: list[str] = []
    keys.feed.state_changed.connect(lambda: broken.append(keys.live.word))
    cluster.exec(leader, "systemctl", "kill", "--signal=KILL", "etcd", check=False)
    cluster.exec(leader, "systemctl", "stop", "etcd", check=False)
    for n in range(24):
        for _attempt in range(40):
            if etcdctl(cluster.spec, "put", "--", f"{folder}k{n:02}", "1", check=False).returncode == 0:
                break
            pause(100)
    names = [f"{folder}k{n:02}".encode() for n in range(24)]
    app.wait(lambda: {e.path for e in keys.model.tree.rows} >= set(names), "all keys written meanwhile")
    assert [e.path for e in keys.model.tree.rows if e.path in names] == names  # each once, in order
    app.wait(lambda: keys.live.word == "Live", "the watch to be live again")
    others = [n for n in (1, 2, 3) if n != leader]
    try:
        cluster.exec(others[0], "systemctl", "stop", "etcd")
        app.wait(lambda: keys.live.word.startswith("Changes since "), "the watch to say that it is broken")
        keys.select(f"{CONFIG}nfs/version")
        app.wait(lambda: keys.keeper.error is not None, "the reading to fail", 30)
        assert "no leader" in str(keys.keeper.error)
        app.shot(output, "keys-broken")
    finally:
        for n in (leader, others[0]):
            cluster.exec(n, "systemctl", "start", "--no-block", "etcd")
    app.wait(lambda: keys.live.word == "Live", "the watch after the outage")
    app.wait(lambda: etcdctl(cluster.spec, "endpoint", "health", check=False).returncode == 0, "all members")
    put(cluster, f"{folder}last", "1")
    app.wait(lambda: row(keys, f"{folder}last") is not None, "the key written afterwards")


def test_the_whole_store_is_searched_by_name_and_by_value(
    app: App, keys: KeysSection, cluster: Lab, output: Path, tmp_path: Path
) -> None:
    put(cluster, f"{CONFIG}app/deep/er/needle-key", "plain")
    put(cluster, f"{CONFIG}app/other", "has a Needle inside")
    field = app.space.config.filter
    app.type(field, "needle")
    app.wait(lambda: keys.search.findings.done and keys.search.findings.hits, "hits")
    assert [hit.kv.key for hit in keys.search.findings.hits] == [f"{CONFIG}app/deep/er/needle-key".encode()]
    keys.search.values_box.setChecked(True)
    app.wait(lambda: keys.search.findings.done and len(keys.search.findings.hits) == 2, "hits in values")
    app.shot(output, "keys-search")
    keys.search.tree.setCurrentIndex(keys.search.tree.rows.index(1, 0))
    app.wait(lambda: keys.keeper.key == f"{CONFIG}app/other".encode(), "the chosen hit")
    field.clear()
    app.wait(lambda: keys.left.currentWidget() is keys.table, "the tree")
    code, out, _err = cli(cluster, tmp_path, "find", "needle", "--values", "--json")
    assert (code, [hit["key"] for hit in json.loads(out)["hits"]]) == (
        0,
        [f"{CONFIG}app/deep/er/needle-key", f"{CONFIG}app/other"],
    )


def test_a_flat_level_of_many_keys_is_read_as_it_is_scrolled(app: App, keys: KeysSection, root: EtcdClient) -> None:
    names = [f"{TREE}flat/k{n:05}" for n in range(12_800)]
    for at in range(0, len(names), 128):
        root.txn([], [Put(name, "x") for name in names[at : at + 128]])
    keys.select(f"{TREE}flat/")
    app.wait(lambda: (e := keys.table.current()) is not None and e.path == f"{TREE}flat/".encode(), "the folder")
    folder = keys.table.current()
    assert folder is not None
    app.wait(lambda: folder.keys == len(names), "the count")
    QTest.keyClick(keys.table, Qt.Key.Key_Right)
    app.wait(lambda: folder.children, "the first page")
    assert len(folder.children or ()) < len(names)
    assert any(entry.kind is Kind.MORE for entry in keys.model.tree.rows)
    bar = keys.table.verticalScrollBar()

    def all_read() -> bool:
        bar.setValue(bar.maximum())
        return folder.after is None

    app.wait(all_read, "the last page")
    assert [entry.path for entry in folder.children or ()] == [name.encode() for name in names]
    root.delete_prefix(f"{TREE}flat/")
    app.wait(lambda: row(keys, f"{TREE}flat/") is None, "the deleted rows to go", 30)


def test_in_the_dark_in_a_small_window(app: App, keys: KeysSection, output: Path) -> None:
    choose(app, keys, "/cluster/nodes/node1/last_heartbeat")
    app.frame.resize(1280, 800)
    theme.use("dark")
    try:
        app.shot(output, "keys-dark-1280")
    finally:
        theme.use("light")
    assert keys.panel.save_button.isVisible()


def test_the_command_line_reads_writes_and_deletes(app: App, keys: KeysSection, cluster: Lab, tmp_path: Path) -> None:
    key = f"{CONFIG}app/cli"
    code, out, err = cli(cluster, tmp_path, "put", key, "v1", "--dry-run")
    assert code == 0, err
    assert stored(cluster, key) is None
    assert f'put -- "{key}" "v1"' in out
    assert cli(cluster, tmp_path, "put", key, "v1", "--yes")[0] == 0
    assert cli(cluster, tmp_path, "get", key)[1] == "v1"
    app.wait(lambda: keys.model.tree.find(key.encode()) is not None, "the tree to hear of it")
    assert cli(cluster, tmp_path, "put", key, "-", "--yes", text="from the input")[0] == 0
    assert stored(cluster, key) == b"from the input"
    listed = json.loads(cli(cluster, tmp_path, "list", f"{CONFIG}app/c", "--values", "--json")[1])
    assert [(each["key"], each["value"]) for each in listed["keys"]] == [(key, "from the input")]
    assert cli(cluster, tmp_path, "del", key, "--yes")[0] == 0
    assert stored(cluster, key) is None
    assert cli(cluster, tmp_path, "get", key)[0] == 2
    code, _out, err = cli(cluster, tmp_path, "get", "/elsewhere")
    assert (code, "does not allow this user to read /elsewhere" in err) == (1, True)


def test_a_database_that_is_full_is_told_in_a_sentence(
    app: App, keys: KeysSection, cluster: Lab, root: EtcdClient
) -> None:
    """The alarm is raised by hand, as a member raises it itself when the quota is reached."""
    member = root.members()[0].id
    choose(app, keys, f"{CONFIG}smb/workgroup")
    write(app, keys, "FULL")
    before = stored(cluster, f"{CONFIG}smb/workgroup")
    root._call("Maintenance.Alarm", messages().AlarmRequest(action=1, memberID=member, alarm=1))
    try:
        app.click(keys.panel.save_button)
        job = app.agree(app.plan())
        app.wait(lambda: job.error is not None, "the refusal")
        assert "database is full" in str(job.error)
        assert text_of(keys.panel.editor.area) == "FULL"  # what was typed stays
    finally:
        root._call("Maintenance.Alarm", messages().AlarmRequest(action=2, memberID=member, alarm=1))
    assert stored(cluster, f"{CONFIG}smb/workgroup") == before
