"""Names, paths and profiles that cannot work, typed into the real window: explained, and nothing is harmed."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from nasclustergui.remote.paths import audit_file, clusters_dir
from nasclustergui.subsystems.gluster.dialogs.create_volume import CreateVolumeDialog
from nasclustergui.subsystems.gluster.model import VolumeType
from nasclustergui.subsystems.gluster.page.offers import Action
from nasclustergui.ui.errors import ErrorDialog
from nasclustergui.window.profile_dialog import ProfileDialog
from tests.lab.cluster import Lab, take_down
from tests.lab.for_tests import lab_name, require_lab
from tests.lab.netns import on_hub
from tests.lab.opened import Opened
from tests.lab.watched import Watched, seen_texts

pytestmark = pytest.mark.lab

CANARY = "/tmp/nasclustergui-canary"
NASTY = (
    f"a; touch {CANARY}",
    f"$(touch {CANARY})",
    f"`touch {CANARY}`",
    f"a\ntouch {CANARY}",
    f"a' ; touch {CANARY} ; '",
    f'a" && touch {CANARY} && "',
    "two words",
    "tab\tbed",
    "nul\0",
    "bell\a",
    "a/../../../../etc",
    "../up",
    "*",
    "-rf",
    "--help",
    "\u202eevil",
    "not-utf-8-\udcff",
    "x" * 300,
)
BAD_NAMES = (*NASTY, "größe", "数据", "a.b", "a/b", "all", "a%b", "a\\b")
BAD_DIRECTORIES = (
    *[text for text in NASTY if text not in ("-rf", "--help")],
    ".",
    "..",
    "a//b",
    "a:b",
    "a%b",
    "a\\b",
    "a|b",
)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Lab]:
    require_lab()
    name = lab_name("input")
    try:
        yield Lab.up(nodes=3, name=name, disks=2, disk_mb=400)
    finally:
        take_down(name)


@pytest.fixture
def app(cluster: Lab) -> Iterator[Watched]:
    with on_hub(cluster.name):
        window = Watched(cluster.profile_path)
        try:
            window.wait_ready()
            yield window
        finally:
            window.close()


@contextmanager
def opened(cluster: Lab, path: Path | None = None) -> Iterator[Opened]:
    with on_hub(cluster.name):
        window = Opened(path)
        try:
            yield window
        finally:
            window.close()


def footprint(cluster: Lab) -> list[str]:
    """What lies on the bricks' disks and in /tmp of every node, and which volumes there are."""
    look = "find /bricks /tmp -mindepth 1 -maxdepth 4 -not -path '*/.glusterfs*' | sort; gluster volume list 2>&1"
    return [cluster.sh(n, look, check=False).stdout for n in cluster.spec.numbers]


def paste(field: QLineEdit, text: str) -> None:
    """As from another program: what can't be typed can be pasted."""
    field.setFocus()
    field.selectAll()
    QGuiApplication.clipboard().setText(text.encode("utf-8", "replace").decode() if "\udcff" in text else text)
    field.paste()
    if not field.text():
        field.setText(text)


def is_explained(app: Watched, dialog: CreateVolumeDialog, text: str) -> None:
    """The dialog says why, and neither button nor key goes on."""
    app.qt.processEvents()
    assert not dialog.go_button.isEnabled(), repr(text)
    assert dialog.hint(), repr(text)
    assert dialog.hint() == dialog.missing(), repr(text)
    QTest.keyClick(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert dialog.isVisible()
    assert app.space.plan_dialog is None


def test_names_and_directories_of_volumes(app: Watched, cluster: Lab, output: Path) -> None:
    before = footprint(cluster)
    dialog = app.open_create()
    app.describe_volume(dialog, "fine", VolumeType.REPLICATE, copies=3)
    app.assign(dialog, [f"node{n}:/bricks/d1" for n in (1, 2, 3)])
    app.wait(dialog.go_button.isEnabled, "what lies in the directories", 20)
    for name in BAD_NAMES:
        paste(dialog.form.name, name)
        is_explained(app, dialog, name)
    app.shot(output, "bad-name", dialog)
    app.type(dialog.form.name, "fine")
    for directory in BAD_DIRECTORIES:
        paste(dialog.form.directory, directory)
        is_explained(app, dialog, directory)
    app.shot(output, "bad-directory", dialog)
    dialog.reject()
    app.click(dialog.discard_button)
    assert footprint(cluster) == before
    assert not audit_file().exists()
    assert not Path(CANARY).exists()
    app.assert_honest()


def test_unusual_names_that_gluster_takes(app: Watched, cluster: Lab) -> None:
    """Long names, letters of other scripts in the path: what the dialog accepts must work to the end."""
    dialog = app.open_create()
    name = "V_" + "9-x" * 20
    app.describe_volume(dialog, name, VolumeType.DISTRIBUTE)
    app.assign(dialog, ["node1:/bricks/d1"])
    paste(dialog.form.directory, "größe_数据@1,2=3")
    app.finish(app.agree(app.review(dialog)))
    volume = app.wait_volume(name, lambda v: all(b.online for b in v.bricks), "created and started")
    assert volume.bricks[0].path == "/bricks/d1/größe_数据@1,2=3"
    app.wait(app.is_well, "all well")
    app.do(Action.DELETE, name)
    app.wait(lambda: app.volume(name) is None, "it to be gone")
    assert app.lies <= {"volumes vanished: empty"}  # it was the only one


def test_a_volume_whose_path_is_not_utf8_hides_no_other(app: Watched, cluster: Lab, output: Path) -> None:
    """Somebody made it by hand: from then on gluster's XML of all volumes is empty."""
    app.create("good", VolumeType.DISTRIBUTE, ["node2:/bricks/d1"])
    cluster.sh(1, "p=$(printf '/bricks/d2/br\\377ck'); gluster --mode=script volume create odd node1:\"$p\" force")
    cluster.exec(1, "gluster", "--mode=script", "volume", "start", "odd", check=False)
    app.wait_volume("odd", lambda v: len(v.bricks) == 1, "the odd volume beside the others", 90)
    app.wait_volume("good", lambda v: all(b.online for b in v.bricks), "the good one, still read", 90)
    odd = app.alert("Volume odd: it is not known whether its bricks run")
    assert "/bricks/d2/br\\xffck" in odd
    assert "Gluster tells nothing of a path that is not UTF-8" in odd
    app.page("gluster")
    app.shot(output, "bad-path-outside")
    said = "\n".join([app.verdict_says(), app.banner_says(), seen_texts(app.space.storage)])
    assert "This is a bug" not in said
    assert app.controller.verdict.word != "Healthy" or all(b.online for b in app.volume("odd").bricks)  # type: ignore[union-attr]
    cluster.exec(1, "gluster", "--mode=script", "volume", "stop", "odd", "force", check=False)
    cluster.exec(1, "gluster", "--mode=script", "volume", "delete", "odd")
    app.wait(lambda: app.volume("odd") is None, "it to be gone")
    app.wait(app.is_well, "all well again", 90)
    app.do(Action.DELETE, "good")
    app.assert_honest()


def base(cluster: Lab, **changes: str) -> str:
    """The lab's profile with other values for some keys, as they stand in the file (TOML)."""
    lines = cluster.profile_path.read_text().splitlines()
    for key, value in changes.items():
        found = next(i for i, line in enumerate(lines) if line.startswith(f"{key} = "))
        lines[found] = f"{key} = {value}"
    return "\n".join(lines) + "\n"


UNREADABLE = {
    "no-toml": b"name = \n[[[",
    "not-utf8": b'name = "caf\xe9"\n',
    "empty": b"",
    "binary": bytes(range(256)) * 8,
    "wrong-kind": b'name = 7\n[[nodes]]\nname = "a"\nhost = "b"\n',
    "unknown-key": b'name = "a"\ncolor = "red"\n[[nodes]]\nname = "a"\nhost = "b"\n',
    "no-nodes": b'name = "a"\n',
    "nodes-no-list": b'name = "a"\nnodes = "b"\n',
}
IMPOSSIBLE = {
    "host": (f'"10.77.0.11; touch {CANARY}"', "“10.77.0.11; touch"),
    "host ": (f'"$(touch {CANARY})"', "cannot be a host"),
    "host  ": (f'"10.77.0.11\\ntouch {CANARY}"', "cannot be a host"),
    "host   ": ('"it\'s"', "cannot be a host"),
    "host    ": ('"-oProxyCommand=touch"', "cannot be a host"),
    "user": (f'"root; touch {CANARY}"', "cannot be a user's name"),
    "identity_files": ('["relative/key"]', "does not say in which folder it is"),
    "identity_files ": ('["/tmp/a\\nb"]', "cannot be a file's name"),
    "endpoints": ('["https://10.77.0.11:notaport"]', "is not an etcd endpoint"),
    "endpoints ": (f'["10.77.0.11;touch {CANARY}:2379"]', "is not an etcd endpoint"),
    "endpoints  ": ('["file:///etc/passwd"]', "is not an etcd endpoint"),
    "name": ('"line\\nbreak"', "cannot be used"),
    "environment": ('"moon"', "must be prod, test or lab"),
}


def test_profiles_that_cannot_be_opened(cluster: Lab, tmp_path: Path, output: Path) -> None:
    cases: dict[str, str] = {}
    for name, data in UNREADABLE.items():
        (tmp_path / f"{name}.toml").write_bytes(data)
        cases[f"{name}.toml"] = ""
    for number, (key, (value, said)) in enumerate(IMPOSSIBLE.items()):
        (tmp_path / f"{number}.toml").write_text(base(cluster, **{key.strip(): value}))
        cases[f"{number}.toml"] = said
    (tmp_path / "folder.toml").mkdir()
    cases |= {"folder.toml": "", "missing.toml": ""}
    with opened(cluster) as window:
        window.wait(lambda: window.desk.welcome is not None, "the welcome page")
        for name, said in cases.items():
            window.desk.open_file(tmp_path / name)
            dialog = window.dialog(ErrorDialog, 20)
            texts = seen_texts(dialog)
            assert name.removesuffix(".toml") in texts, texts  # which file
            assert said in texts, (name, texts)
            assert "This is a bug" not in texts, texts
            if name == "0.toml":
                window.shot(output, "bad-profile", dialog)
            dialog.accept()
            window.wait(lambda: not window.open_dialogs(), "the dialog to be gone")
            assert window.desk.space is None
    assert not Path(CANARY).exists()


def test_a_profile_typed_in(cluster: Lab, output: Path) -> None:
    with opened(cluster) as window:
        window.wait(lambda: window.desk.welcome is not None, "the welcome page")
        window.desk.new_cluster()
        dialog = window.dialog(ProfileDialog)
        window.type(dialog.form.cluster.name, "typed")
        window.click(dialog.form.nodes.add_button)
        table = dialog.form.nodes.table
        for host in (f"10.77.0.11; touch {CANARY}", "a b", "it's", '"', "$(id)", "-oProxyCommand=x", "x" * 300):
            model = table.model()
            table.go_to(0, "host")
            assert model.setData(table.currentIndex(), host, Qt.ItemDataRole.EditRole) in (True, False)
            window.qt.processEvents()
            assert not dialog.save_button.isEnabled(), host
            assert dialog.hint(), host
            QTest.keyClick(dialog, Qt.Key.Key_Return)
            assert dialog.isVisible()
        window.shot(output, "bad-profile-typed", dialog)
        dialog.reject()
        window.click(dialog.discard_button)
    assert not list(clusters_dir().glob("*.toml"))
    assert not Path(CANARY).exists()


def test_profiles_that_open_but_cannot_work(cluster: Lab, tmp_path: Path, output: Path) -> None:
    """Files that are missing or garbage, an endpoint behind which there is no etcd: an alert each, with what to do."""
    garbage = tmp_path / "garbage"
    garbage.write_bytes(b"-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n")
    broken = tmp_path / "broken"
    broken.write_bytes(garbage.read_bytes())
    broken.chmod(0o600)
    folder = tmp_path / "folder"
    folder.mkdir()
    missing = tmp_path / "missing"
    keys, etcd = "does not let us in", "etcd"
    cases = {
        "key-missing": ({"identity_files": f'["{missing}"]'}, keys, str(missing)),
        "key-garbage": ({"identity_files": f'["{garbage}"]'}, keys, str(garbage)),
        "key-broken": ({"identity_files": f'["{broken}"]'}, keys, str(broken)),
        "key-folder": ({"identity_files": f'["{folder}"]'}, keys, str(folder)),
        "known-hosts-folder": ({"known_hosts": f'"{folder}"'}, keys, "is not known"),  # asked, never trusted
        "etcd-elsewhere": ({"endpoints": '["https://10.77.0.11:22"]'}, etcd, ""),
        "etcd-closed": ({"endpoints": '["https://10.77.0.11:9"]'}, etcd, ""),
        "etcd-nowhere": ({"endpoints": '["https://10.99.0.1:2379"]'}, etcd, ""),
        "etcd-plain": ({"endpoints": '["http://10.77.0.11:2379"]'}, etcd, ""),
        "etcd-ca-missing": ({"ca": f'"{missing}"'}, etcd, str(missing)),
        "etcd-ca-garbage": ({"ca": f'"{garbage}"'}, etcd, str(garbage)),
        "etcd-key-garbage": ({"key": f'"{garbage}"'}, etcd, str(garbage)),
    }
    for name, (changes, title, mentioned) in cases.items():
        path = tmp_path / f"{name}.toml"
        path.write_text(base(cluster, **changes))
        with opened(cluster, path) as window:
            window.wait(lambda: window.desk.space is not None, "the cluster's pages")
            said = dismiss_until_alert(window, title)
            assert mentioned in said, (name, said)
            assert "This is a bug" not in said, (name, said)
            assert window.controller.verdict.word != "Healthy"
            if name in ("key-missing", "etcd-elsewhere"):
                window.shot(output, f"bad-{name}")


def dismiss_until_alert(window: Opened, title: str) -> str:
    """Cancel what is asked meanwhile; then what the alert says."""

    def told() -> bool:
        for dialog in window.open_dialogs():
            dialog.reject()
        return any(title in p.title for p in window.controller.found)

    window.wait(told, f"the alert “{title}”")
    return window.wait_alert(title)
