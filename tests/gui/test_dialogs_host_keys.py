"""Unknown and changed host keys: what is accepted, what never is, and which commands are offered."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QDialog, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from nasclustergui.core.errors import HostKeyChanged, HostKeyUnknown
from nasclustergui.core.profile import NodeProfile, Profile
from nasclustergui.remote.host_keys import HostKeys
from nasclustergui.remote.link import LinkInfo, LinkState
from nasclustergui.ui import theme
from nasclustergui.ui.jobs import Jobs
from nasclustergui.ui.parts import CopyLine
from nasclustergui.window.connect_dialogs import ConnectDialogs
from nasclustergui.window.host_key_changed_dialog import HostKeyChangedDialog, forget_command
from nasclustergui.window.host_key_dialog import HostKeyDialog, console_command

PROFILE = Profile("fra-storage", tuple(NodeProfile(f"node{n}", f"10.0.0.{n}") for n in (1, 2, 3)))
MARK = "YQm0VrXhAGLZ0c7b9xkKfD2QpJ4sN6tRuW8yE1iO3{:02}"


def unknown(n: int, key_type: str = "ssh-ed25519", mark: int = 0) -> HostKeyUnknown:
    return HostKeyUnknown(f"node{n}", f"10.0.0.{n}", key_type, "SHA256:" + MARK.format(mark or n), "AAAA")


def changed(tmp_path: Path) -> HostKeyChanged:
    file = tmp_path / "known hosts"
    file.write_text("# mine\n10.0.0.3 ssh-ed25519 b2xk\n")
    with pytest.raises(HostKeyChanged) as caught:
        HostKeys([file], tmp_path / "own").check("node3", "10.0.0.3", 22, "ssh-ed25519", b"new")
    return caught.value


@pytest.fixture(autouse=True)
def _light(qapp: QApplication) -> None:
    theme.setup(qapp)
    theme.use("light")


class FakeNodes:
    """Nodes whose links change when the test says so."""

    def __init__(self) -> None:
        self.infos = {node.name: LinkInfo(LinkState.CONNECTING) for node in PROFILE.nodes}
        self.listeners: list[Callable[[str, LinkInfo], None]] = []
        self.accepted: list[HostKeyUnknown] = []
        self.retried: list[str | None] = []

    def __iter__(self) -> Iterator[str]:
        return iter(self.infos)

    def link(self, name: str) -> LinkInfo:
        return self.infos[name]

    def listen(self, listener: Callable[[str, LinkInfo], None]) -> Callable[[], None]:
        self.listeners.append(listener)
        return lambda: self.listeners.remove(listener)

    def accept(self, error: HostKeyUnknown) -> None:
        self.accepted.append(error)

    def retry_now(self, name: str | None = None) -> None:
        self.retried.append(name)

    def fail(self, error: HostKeyUnknown | HostKeyChanged) -> None:
        self.infos[error.node] = LinkInfo(LinkState.REFUSED, error)
        for listener in self.listeners:
            listener(error.node, self.infos[error.node])


@pytest.fixture
def nodes() -> FakeNodes:
    return FakeNodes()


@pytest.fixture
def dialogs(qtbot: QtBot, nodes: FakeNodes) -> Iterator[ConnectDialogs]:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    jobs = Jobs()
    made = ConnectDialogs(nodes, PROFILE, jobs, window)
    yield made
    made.close()
    assert jobs.close()


def open_dialog(qtbot: QtBot, dialogs: ConnectDialogs) -> HostKeyDialog:
    qtbot.waitUntil(lambda: dialogs.unknown is not None)
    assert dialogs.unknown is not None
    return dialogs.unknown


def lines(dialog: QWidget) -> list[str]:
    return [line.text() for line in dialog.findChildren(CopyLine)]


def test_one_key_takes_one_click_but_never_the_enter_key(qtbot: QtBot) -> None:
    dialog = HostKeyDialog([unknown(1)], PROFILE)
    qtbot.addWidget(dialog)
    dialog.show()
    assert not dialog.rows[0].check.isVisible()
    assert dialog.cancel_button.isDefault()
    assert lines(dialog) == ["SHA256:" + MARK.format(1), "ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub"]
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert dialog.result() == QDialog.DialogCode.Rejected
    dialog.open()
    qtbot.mouseClick(dialog.accept_button, Qt.MouseButton.LeftButton)
    assert dialog.result() == QDialog.DialogCode.Accepted
    assert [error.node for error in dialog.chosen()] == ["node1"]


def test_of_several_keys_only_the_checked_are_accepted(qtbot: QtBot) -> None:
    dialog = HostKeyDialog([unknown(1), unknown(2), unknown(3, "ecdsa-sha2-nistp256")], PROFILE)
    qtbot.addWidget(dialog)
    dialog.show()
    assert not dialog.accept_button.isEnabled()
    assert "/etc/ssh/ssh_host_ecdsa_key.pub" in lines(dialog)[-1]
    dialog.rows[1].check.click()
    assert dialog.accept_button.text() == "Accept key"
    assert [error.node for error in dialog.chosen()] == ["node2"]
    assert dialog.all_check.checkState() == Qt.CheckState.PartiallyChecked
    dialog.all_check.click()
    assert dialog.accept_button.text() == "Accept 3 keys"
    dialog.all_check.click()
    assert dialog.chosen() == ()


def test_a_key_that_changes_while_it_is_compared_must_be_compared_anew(qtbot: QtBot) -> None:
    dialog = HostKeyDialog([unknown(1), unknown(2)], PROFILE)
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.rows[0].check.click()
    dialog.add(unknown(1, mark=77))
    assert dialog.chosen() == ()
    assert [shown.error.node for shown in dialog.rows] == ["node1", "node2"]
    assert "SHA256:" + MARK.format(77) in lines(dialog)


def test_the_fingerprint_is_shown_whole_and_can_be_copied(qtbot: QtBot) -> None:
    dialog = HostKeyDialog([unknown(1)], PROFILE)
    qtbot.addWidget(dialog)
    dialog.resize(10, 10)
    dialog.show()
    line = dialog.rows[0].findChildren(CopyLine)[0]
    assert line.width() >= theme.text_width(line.text(), "mono")
    qtbot.mouseClick(line.findChildren(QPushButton)[0], Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "SHA256:" + MARK.format(1)


def test_the_command_fits_the_kind_of_key() -> None:
    assert console_command("ssh-rsa").endswith("ssh_host_rsa_key.pub")
    assert console_command("sk-ssh-new") == "for key in /etc/ssh/ssh_host_*_key.pub; do ssh-keygen -lf $key; done"


def test_a_changed_key_is_a_hard_stop(qtbot: QtBot, tmp_path: Path) -> None:
    error = changed(tmp_path)
    dialog = HostKeyChangedDialog(error, PROFILE)
    qtbot.addWidget(dialog)
    dialog.show()
    assert [b.text() for b in (dialog.retry_button, dialog.close_button)] == ["Connect again", "Close"]
    assert not any("ccept" in button.text() for button in dialog.findChildren(QPushButton))
    assert lines(dialog) == [
        error.stored,
        error.shown,
        "ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub",
        f"ssh-keygen -R 10.0.0.3 -f '{tmp_path}/known hosts'",
    ]
    assert error.line == 2
    with qtbot.waitSignal(dialog.retry) as asked:
        dialog.retry_button.click()
    assert asked.args == ["node3"]


def test_a_revoked_key_has_nothing_to_remove(tmp_path: Path) -> None:
    file = tmp_path / "known_hosts"
    file.write_text("@revoked * ssh-ed25519 b2xk\n")
    with pytest.raises(HostKeyChanged) as caught:
        HostKeys([file], file).check("node3", "10.0.0.3", 22, "ssh-ed25519", b"old")
    assert forget_command(caught.value) == ""


def test_nodes_that_answer_together_come_into_one_dialog(
    qtbot: QtBot, dialogs: ConnectDialogs, nodes: FakeNodes
) -> None:
    nodes.infos["node1"] = LinkInfo(LinkState.REFUSED, unknown(1))  # before anybody listened
    dialogs.start()
    nodes.fail(unknown(2))
    dialog = open_dialog(qtbot, dialogs)
    assert [shown.error.node for shown in dialog.rows] == ["node1", "node2"]
    nodes.fail(unknown(3))
    qtbot.waitUntil(lambda: len(dialog.rows) == 3)
    for shown in dialog.rows[1:]:
        shown.check.click()
    dialog.accept_button.click()
    qtbot.waitUntil(lambda: len(nodes.accepted) == 2)
    assert [error.node for error in nodes.accepted] == ["node2", "node3"]


def test_what_was_declined_is_asked_again_only_on_demand(
    qtbot: QtBot, dialogs: ConnectDialogs, nodes: FakeNodes
) -> None:
    dialogs.start()
    nodes.fail(unknown(1))
    open_dialog(qtbot, dialogs).cancel_button.click()
    nodes.fail(unknown(1))
    qtbot.waitUntil(lambda: not dialogs._errors)
    assert not dialogs._gather.isActive()
    dialogs.ask_again("node1")
    nodes.fail(unknown(1))
    assert [shown.error.node for shown in open_dialog(qtbot, dialogs).rows] == ["node1"]
    assert nodes.accepted == []


def test_a_changed_key_is_explained_and_may_be_tried_again(
    qtbot: QtBot, dialogs: ConnectDialogs, nodes: FakeNodes, tmp_path: Path
) -> None:
    dialogs.start()
    nodes.fail(changed(tmp_path))
    qtbot.waitUntil(lambda: dialogs.changed is not None)
    assert dialogs.changed is not None
    assert dialogs.unknown is None
    dialogs.changed.retry_button.click()
    assert nodes.retried == ["node3"]
    assert dialogs.changed is None


@pytest.mark.parametrize(("name", "scale"), [("light", 1.0), ("dark", 1.0), ("light", 1.5)])
def test_looks(qtbot: QtBot, output: Path, tmp_path: Path, name: str, scale: float) -> None:
    theme.use(name, scale)
    several = HostKeyDialog([unknown(1), unknown(2), unknown(3)], PROFILE)
    several.rows[0].check.click()
    shots = {
        "host-key": HostKeyDialog([unknown(1)], PROFILE),
        "host-keys": several,
        "host-key-changed": HostKeyChangedDialog(changed(tmp_path), PROFILE),
    }
    for what, dialog in shots.items():
        qtbot.addWidget(dialog)
        dialog.show()
        size = "" if scale == 1.0 else f"-{scale:.0%}".rstrip("%")
        assert dialog.grab().save(str(output / f"dialog-{what}-{name}{size}.png"))
