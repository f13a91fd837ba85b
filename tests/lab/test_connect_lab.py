"""The dialogs of a login against real sshd, sudo and etcd, as a person goes through them."""

import shlex
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from nasclustergui.core.command import Command, Result
from nasclustergui.core.errors import HostKeyChanged, LoginRefused, NasError, SudoRefused
from nasclustergui.core.profile import NodeProfile, Profile, SshDefaults
from nasclustergui.remote import inventory
from nasclustergui.remote.link import LinkState
from nasclustergui.remote.node import run
from nasclustergui.remote.secrets import SecretStore, StoredCredentials
from nasclustergui.remote.ssh_nodes import SshNodes
from nasclustergui.ui import theme
from nasclustergui.ui.jobs import Jobs
from nasclustergui.ui.parts import CopyLine
from nasclustergui.window.asker import Asker
from nasclustergui.window.connect_dialogs import ConnectDialogs
from nasclustergui.window.profile_dialog import ProfileDialog
from nasclustergui.window.question_dialog import QuestionDialog
from tests.lab.cluster import Lab, take_down
from tests.lab.for_tests import lab_name, require_lab
from tests.lab.netns import on_hub

pytestmark = pytest.mark.lab
WAIT = 60_000  # ms
HOST_KEY = "/etc/ssh/ssh_host_ed25519_key"
NOBODY = "10.77.0.99"


@pytest.fixture(scope="module")
def cluster() -> Iterator[Lab]:
    require_lab()
    name = lab_name("connect")
    try:
        yield Lab.up(nodes=3, name=name, disks=1, disk_mb=300)
    finally:
        take_down(name)


class Person:
    """One at a window: sees what it asks, types, clicks. Its computer is the lab's hub."""

    def __init__(self, qtbot: QtBot, qapp: QApplication) -> None:
        theme.setup(qapp)
        theme.use("light")
        self.qtbot = qtbot
        self.window = QWidget()
        qtbot.addWidget(self.window)
        self.window.show()
        self.jobs, self.asker = Jobs(), Asker(self.window)
        self.links: list[SshNodes] = []
        self.dialogs: ConnectDialogs | None = None

    def connect(self, profile: Profile) -> SshNodes:
        """Nodes whose questions come to this person."""
        asks = self.asker.for_cluster(profile)
        nodes = SshNodes(profile, StoredCredentials(SecretStore(lambda: None), asks))
        self.links.append(nodes)
        self.dialogs = ConnectDialogs(nodes, profile, self.jobs, self.window)
        self.dialogs.start()
        nodes.connect_all()
        return nodes

    def wait(self, until: Callable[[], object]) -> None:
        self.qtbot.waitUntil(lambda: bool(until()), timeout=WAIT)

    def asked(self, text: str, again: bool = False) -> QuestionDialog:
        """The question that is shown, once it is this one."""
        asker = self.asker
        self.wait(lambda: asker.dialog is not None and text in asker.dialog.question.text)
        assert asker.dialog is not None
        assert asker.dialog.question.again is again
        return asker.dialog

    def answer(self, text: str, secret: str, again: bool = False) -> None:
        dialog = self.asked(text, again)
        self.qtbot.keyClicks(dialog.field, secret)
        self.qtbot.mouseClick(dialog.ok_button, Qt.MouseButton.LeftButton)

    def online(self, nodes: SshNodes) -> None:
        self.wait(lambda: all(nodes.link(name).state is LinkState.ONLINE for name in nodes))

    def refused(self, nodes: SshNodes, name: str) -> NasError:
        """Why a node is not connected, once that is so."""
        self.wait(lambda: nodes.link(name).state is LinkState.REFUSED)
        error = nodes.link(name).error
        assert error is not None
        return error

    def leave(self) -> None:
        self.asker.close()
        if self.dialogs is not None:
            self.dialogs.close()
        for nodes in self.links:
            nodes.close()
        assert self.jobs.close()


@pytest.fixture
def person(qtbot: QtBot, qapp: QApplication, cluster: Lab) -> Iterator[Person]:
    with on_hub(cluster.name):
        made = Person(qtbot, qapp)
        yield made
        made.leave()


@pytest.fixture
def hosts(cluster: Lab, tmp_path: Path) -> Path:
    """The person's known_hosts, with all nodes in it."""
    file = tmp_path / "known_hosts"
    file.write_text(cluster.paths.known_hosts.read_text())
    return file


def profile(cluster: Lab, hosts: Path, user: str, key: Path | None, nodes: int = 1) -> Profile:
    machines = tuple(NodeProfile(f"node{n}", cluster.address(n)) for n in range(1, nodes + 1))
    keys = (str(key),) if key else ("/nonexistent/key",)
    return Profile("office", machines, ssh=SshDefaults(user, 0, keys, str(hosts), "", agent=False))


class Task:
    """Runs a command in a worker thread, as a job does."""

    def __init__(self, nodes: SshNodes, *argv: str, root: bool = True) -> None:
        self.result: Result | None = None
        self.error: NasError | None = None
        self.ended = threading.Event()
        self._work = lambda: run(nodes["node1"], Command(argv, root=root))
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        try:
            self.result = self._work()
        except NasError as error:
            self.error = error
        self.ended.set()


def test_a_password_wrong_then_right(person: Person, cluster: Lab, hosts: Path) -> None:
    nodes = person.connect(profile(cluster, hosts, "admin", None))
    person.answer("Password of admin on 10.77.0.11", "not-this")
    error = person.refused(nodes, "node1")
    assert isinstance(error, LoginRefused)
    assert "the password of admin was not accepted" in str(error)
    assert "no account gets locked" in error.hint
    assert person.asker.dialog is None
    nodes.retry_now("node1")
    person.answer("Password of admin on 10.77.0.11", "lab-admin", again=True)
    person.online(nodes)
    task = Task(nodes, "id", "-un", root=False)
    person.wait(task.ended.is_set)
    assert task.result is not None
    assert task.result.stdout == "admin\n"


def test_a_key_with_a_passphrase(person: Person, cluster: Lab, hosts: Path, tmp_path: Path) -> None:
    key = tmp_path / "id_locked"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "open sesame", "-f", str(key)], check=True)
    public = key.with_suffix(".pub").read_text().strip()
    cluster.sh(1, f"echo {shlex.quote(public)} >> /root/.ssh/authorized_keys")
    nodes = person.connect(profile(cluster, hosts, "root", key))
    person.answer(f"Passphrase of the key {key}", "close sesame")
    person.asked("Password of root on 10.77.0.11").reject()  # the server would take that too
    error = person.refused(nodes, "node1")
    assert str(key) in str(error)
    nodes.retry_now("node1")
    person.answer(f"Passphrase of the key {key}", "open sesame", again=True)
    person.online(nodes)


def test_unknown_host_keys_are_accepted_once(person: Person, cluster: Lab, tmp_path: Path) -> None:
    hosts = tmp_path / "empty_known_hosts"
    named = profile(cluster, hosts, "root", cluster.ssh_key, nodes=2)
    nodes = person.connect(named)
    dialogs = person.dialogs
    assert dialogs is not None
    person.wait(lambda: dialogs.unknown is not None and len(dialogs.unknown.rows) == 2)
    assert dialogs.unknown is not None
    for n, shown in enumerate(dialogs.unknown.rows, 1):
        said = cluster.exec(n, "ssh-keygen", "-lf", f"{HOST_KEY}.pub").stdout.split()[1]
        assert {row.error.node: row.error.fingerprint for row in dialogs.unknown.rows}[f"node{n}"] == said
        shown.check.click()
    assert not hosts.exists()
    person.qtbot.mouseClick(dialogs.unknown.accept_button, Qt.MouseButton.LeftButton)
    person.online(nodes)
    assert hosts.read_text().count("ssh-ed25519") == 2
    later = person.connect(named)
    person.online(later)
    assert person.dialogs is not None
    assert person.dialogs.unknown is None


@pytest.fixture
def reinstalled(cluster: Lab) -> Iterator[str]:
    """Node 1 with another host key; its fingerprint."""
    cluster.sh(1, f"mkdir /root/keys && mv {HOST_KEY} {HOST_KEY}.pub /root/keys/")
    cluster.sh(1, f"ssh-keygen -q -t ed25519 -N '' -f {HOST_KEY} && systemctl restart ssh")
    try:
        yield cluster.exec(1, "ssh-keygen", "-lf", f"{HOST_KEY}.pub").stdout.split()[1]
    finally:
        cluster.sh(1, f"mv /root/keys/* {HOST_KEY.rpartition('/')[0]}/ && rmdir /root/keys && systemctl restart ssh")


def test_a_changed_host_key_stops_until_the_old_one_is_removed(
    person: Person, cluster: Lab, hosts: Path, reinstalled: str, output: Path
) -> None:
    nodes = person.connect(profile(cluster, hosts, "root", cluster.ssh_key))
    dialogs = person.dialogs
    assert dialogs is not None
    person.wait(lambda: dialogs.changed is not None)
    assert dialogs.changed is not None
    error = dialogs.changed.error
    assert isinstance(error, HostKeyChanged)
    assert str(error) == "node1: the host key of 10.77.0.11 has changed, so there is no connection"
    assert error.shown == reinstalled
    assert not any("ccept" in button.text() for button in dialogs.changed.findChildren(QPushButton))
    assert dialogs.changed.grab().save(str(output / "dialog-lab-changed.png"))
    task = Task(nodes, "true")
    person.wait(task.ended.is_set)
    assert isinstance(task.error, HostKeyChanged)
    command = next(line.text() for line in dialogs.changed.findChildren(CopyLine) if "ssh-keygen -R" in line.text())
    subprocess.run(shlex.split(command), check=True, capture_output=True)  # what the dialog says, as it says it
    person.qtbot.mouseClick(dialogs.changed.retry_button, Qt.MouseButton.LeftButton)
    person.wait(lambda: dialogs.unknown is not None)
    assert dialogs.unknown is not None
    assert [shown.error.fingerprint for shown in dialogs.unknown.rows] == [reinstalled]
    person.qtbot.mouseClick(dialogs.unknown.accept_button, Qt.MouseButton.LeftButton)
    person.online(nodes)


def test_sudo_wrong_then_right(person: Person, cluster: Lab, hosts: Path) -> None:
    nodes = person.connect(profile(cluster, hosts, "admin", cluster.ssh_key))
    task = Task(nodes, "gluster", "pool", "list")
    person.answer("Password of admin for sudo on 10.77.0.11", "not-this")
    person.wait(task.ended.is_set)
    assert isinstance(task.error, SudoRefused)
    assert "the password of admin for sudo was not accepted" in str(task.error)
    nodes.retry_now("node1")
    task = Task(nodes, "gluster", "pool", "list")
    person.answer("Password of admin for sudo on 10.77.0.11", "lab-admin", again=True)
    person.wait(task.ended.is_set)
    assert task.result is not None
    assert task.result.stdout.count("Connected") == 3
    later = Task(nodes, "gluster", "pool", "list")  # asked once
    person.wait(later.ended.is_set)
    assert later.error is None


def test_a_profile_is_imported_tried_out_and_saved(
    person: Person, cluster: Lab, monkeypatch: pytest.MonkeyPatch, output: Path
) -> None:
    named = inventory.load(cluster.profile_path)
    dialog = ProfileDialog(person.jobs, parent=person.window)
    dialog.open()
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_args: (str(cluster.profile_path), ""))
    person.qtbot.mouseClick(dialog.import_button, Qt.MouseButton.LeftButton)
    person.wait(lambda: dialog.form.profile().name == named.name)
    dialog.form.nodes.model.append([NodeProfile("spare", NOBODY)])
    cluster.unplug(3)
    try:
        person.qtbot.mouseClick(dialog.test_button, Qt.MouseButton.LeftButton)
        test = dialog.test_dialog
        assert test is not None
        person.wait(lambda: not test.running)
        said = {name: (row.badge.word, row.text.text()) for name, row in test.rows.items()}
        assert test.grab().save(str(output / "dialog-lab-test.png"))
    finally:
        cluster.plug(3)
    assert said["node1"] == ("Reachable", "It calls itself node1 and lets us act as root.")
    assert said["node3"][0] == said["spare"][0] == "No answer"
    assert NOBODY in said["spare"][1]
    assert test.rows["spare"].hint.text() != ""
    assert said["etcd"][0] in ("Reachable", "Degraded")
    assert "members answer" in said["etcd"][1]
    person.qtbot.mouseClick(test.close_button, Qt.MouseButton.LeftButton)
    with person.qtbot.waitSignal(dialog.saved) as saved:
        person.qtbot.mouseClick(dialog.save_button, Qt.MouseButton.LeftButton)
    assert saved.args[1] == replace(named, nodes=(*named.nodes, NodeProfile("spare", NOBODY)))


def test_nobody_waits_for_a_window_that_closes(person: Person, cluster: Lab, hosts: Path) -> None:
    nodes = person.connect(profile(cluster, hosts, "admin", None, nodes=3))
    task = Task(nodes, "true")
    person.asked("Password of admin")
    person.asker.close()
    person.wait(task.ended.is_set)
    assert isinstance(task.error, LoginRefused)
