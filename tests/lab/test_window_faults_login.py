"""Logins that go wrong, through the real window: passwords, keys, host keys, etcd's user."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget

from nasclustergui.subsystems.nodes.model import Link
from nasclustergui.window.host_key_changed_dialog import HostKeyChangedDialog
from nasclustergui.window.host_key_dialog import HostKeyDialog
from nasclustergui.window.question_dialog import QuestionDialog
from tests.lab.cluster import Lab, take_down
from tests.lab.for_tests import lab_name, require_lab
from tests.lab.netns import on_hub
from tests.lab.opened import Opened
from tests.lab.watched import seen_texts

pytestmark = pytest.mark.lab
QUICK = 3.0  # seconds in which a window closes, whatever it asks or waits for


@pytest.fixture(scope="module")
def cluster() -> Iterator[Lab]:
    require_lab()
    name = lab_name("login")
    try:
        yield Lab.up(nodes=3, name=name, disks=1, disk_mb=400, etcd_auth=True)
    finally:
        take_down(name)


def profile(cluster: Lab, folder: Path, *, user: str, keys: str = "", known_hosts: Path | None = None) -> Path:
    """A profile without etcd: its own questions have a test of their own."""
    lines = ['name = "office"', 'environment = "lab"', "[ssh]", f'user = "{user}"', 'config = ""', "agent = false"]
    lines += [f"identity_files = [{keys}]"] if keys else []
    lines.append(f'known_hosts = "{known_hosts or cluster.paths.known_hosts}"')
    for n in cluster.spec.numbers:
        lines += ["[[nodes]]", f'name = "node{n}"', f'host = "{cluster.address(n)}"']
    path = folder / "office.toml"
    path.write_text("\n".join(lines) + "\n")
    return path


@contextmanager
def opened(cluster: Lab, path: Path) -> Iterator[Opened]:
    with on_hub(cluster.name):
        window = Opened(path)
        try:
            window.wait(lambda: window.desk.space is not None, "the cluster's pages")
            yield window
        finally:
            window.close()


def refused(window: Opened) -> list[str]:
    return [node.name for node in window.controller.state.nodes.nodes if node.link is Link.REFUSED]


def test_a_wrong_password_is_not_tried_again_unasked(cluster: Lab, tmp_path: Path, output: Path) -> None:
    with opened(cluster, profile(cluster, tmp_path, user="admin")) as window:
        question = window.dialog(QuestionDialog)
        assert "Password of admin on 10.77.0.1" in seen_texts(question)
        question.share.setChecked(True)
        window.type(question.field, "not-this")
        window.click(question.ok_button)
        window.wait(lambda: len(refused(window)) == 3, "all nodes refused")
        window.wait(lambda: not window.open_dialogs(), "the end of the questions")  # it is not asked again by itself
        said = window.wait_alert("node1 does not let us in")
        assert "The password of admin was not accepted." in said
        assert "Connect again to enter it anew." in said
        assert "no account gets locked" in said
        assert "node1 does not let us in" in seen_texts(verdict(window))
        window.shot(output, "fault-password")
        space = window.desk.space
        assert space is not None
        space.read_now()  # F5
        again = window.dialog(QuestionDialog)
        assert "The password was not accepted" in seen_texts(again)
        window.shot(output, "fault-password-again", again)
        answer_all(window, "lab-admin")
        window.wait_online()


def verdict(window: Opened) -> QWidget:
    space = window.desk.space
    assert space is not None
    return space.overview.verdict


def answer_all(window: Opened, password: str) -> None:
    """Answer whatever is asked until the volumes were read, with sudo."""

    def answered() -> bool:
        for dialog in window.open_dialogs():
            assert isinstance(dialog, QuestionDialog)
            dialog.share.setChecked(True)
            window.type(dialog.field, password)
            window.click(dialog.ok_button)
        return window.controller.state.gluster is not None

    window.wait(answered, "the volumes, read with sudo", 120)


def test_a_key_that_opens_nothing(cluster: Lab, tmp_path: Path, output: Path) -> None:
    key = tmp_path / "id_other"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    with opened(cluster, profile(cluster, tmp_path, user="root", keys=f'"{key}"')) as window:
        window.wait(lambda: len(refused(window)) == 3 or window.open_dialogs(), "a refusal")
        while window.open_dialogs():
            window.dialog(QuestionDialog).reject()
            window.wait(lambda: window.open_dialogs() or len(refused(window)) == 3, "the end of the questions")
        said = window.wait_alert("node2 does not let us in")
        assert "root" in said
        window.shot(output, "fault-key-refused")
        assert window.controller.verdict.word != "Healthy"
        assert "Not read yet" in seen_texts(window.frame.status) or "Connecting" in seen_texts(window.frame.status)


def test_unknown_host_keys_are_compared_first(cluster: Lab, tmp_path: Path, output: Path) -> None:
    hosts = tmp_path / "known_hosts"
    hosts.write_text("")
    path = profile(cluster, tmp_path, user="root", keys=f'"{cluster.ssh_key}"', known_hosts=hosts)
    with opened(cluster, path) as window:
        dialog = window.dialog(HostKeyDialog)
        window.wait(lambda: len(dialog.rows) == 3, "all three nodes")
        shown = cluster.exec(2, "ssh-keygen", "-lf", "/etc/ssh/ssh_host_ed25519_key.pub").stdout.split()[1]
        assert shown in seen_texts(dialog)
        window.shot(output, "fault-host-keys", dialog)
        window.click(dialog.cancel_button)
        said = window.wait_alert("node2 does not let us in")
        assert "the host key of 10.77.0.12 is not known" in said.replace("The host key", "the host key")
        assert "Compare the fingerprint" in said
        assert hosts.read_text() == ""
        space = window.desk.space
        assert space is not None
        space.read_now()  # F5: asked again
        dialog = window.dialog(HostKeyDialog)
        window.wait(lambda: len(dialog.rows) == 3, "all three nodes")
        window.click(dialog.all_check)
        window.click(dialog.accept_button)
        window.wait_online()


def test_a_changed_host_key_is_a_hard_stop(cluster: Lab, tmp_path: Path, output: Path) -> None:
    hosts = tmp_path / "known_hosts"
    right = cluster.paths.known_hosts.read_text()
    other = tmp_path / "stranger"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(other)], check=True)
    kind, key = other.with_suffix(".pub").read_text().split()[:2]
    address = cluster.address(2)
    lines = [line for line in right.splitlines() if address not in line.split()[0].split(",")]
    hosts.write_text("\n".join([*lines, f"{address} {kind} {key}"]) + "\n")
    path = profile(cluster, tmp_path, user="root", keys=f'"{cluster.ssh_key}"', known_hosts=hosts)
    with opened(cluster, path) as window:
        dialog = window.dialog(HostKeyChangedDialog)
        said = seen_texts(dialog)
        assert "node2" in said
        assert "ssh-keygen -R 10.77.0.12 -f" in said
        assert not any("ccept" in text for text in said.splitlines() if len(text) < 30)  # no button takes it
        window.shot(output, "fault-host-key-changed", dialog)
        window.click(dialog.close_button)
        said = window.wait_alert("node2 does not let us in")
        assert "host key" in said
        window.wait(lambda: window.controller.state.gluster is not None, "the other nodes to be asked")
        assert refused(window) == ["node2"]
        assert "node2 does not let us in" in seen_texts(window.frame.status)
        window.shot(output, "fault-host-key-alert")
        hosts.write_text(right)
        space = window.desk.space
        assert space is not None
        space.run_action("nodes.connect:node2")
        window.wait_online()


def test_etcd_refuses_a_password(cluster: Lab, tmp_path: Path, output: Path) -> None:
    with opened(cluster, cluster.profile_path) as window:
        question = window.dialog(QuestionDialog)
        assert "Password of etcd's user nasadmin" in seen_texts(question)
        window.type(question.field, "wrong")
        window.click(question.ok_button)
        said = window.wait_alert("etcd refuses the login")
        assert "etcd does not accept user nasadmin with this password." in said
        assert "The password is asked for anew when etcd is read again" in said
        window.shot(output, "fault-etcd-password")
        assert window.controller.verdict.word == "Needs attention"
        assert window.desk.space is not None
        window.click(window.desk.space.alerts.go)  # Read again
        question = window.dialog(QuestionDialog)
        assert "The password was not accepted" in seen_texts(question)
        window.type(question.field, "lab-nasadmin")
        window.click(question.ok_button)
        window.wait(lambda: not window.controller.found and window.controller.state.etcd, "all to be well")
        assert len(window.controller.state.etcd.registrations) == 3  # type: ignore[union-attr]


def test_a_window_that_asks_closes_at_once(cluster: Lab, tmp_path: Path) -> None:
    with on_hub(cluster.name):
        window = Opened(profile(cluster, tmp_path, user="admin"))
        window.dialog(QuestionDialog)
        assert window.close() < QUICK
