"""Longer languages: with words 40 % longer and text at 150 % every dialog still shows what it says, on 1280 × 800."""

import gettext
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QLabel, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from nasclustergui.core import i18n
from nasclustergui.core.errors import HostKeyChanged, HostKeyUnknown
from nasclustergui.core.job import Job
from nasclustergui.core.profile import Environment, NodeProfile, Profile
from nasclustergui.core.questions import Question, QuestionKind
from nasclustergui.core.settings import Settings
from nasclustergui.remote.inventory import Stored
from nasclustergui.ui import theme
from nasclustergui.ui.jobs import Jobs
from nasclustergui.window.cluster_chooser import ClusterChooser, RemoveDialog
from nasclustergui.window.connect_test import Finding, Tell
from nasclustergui.window.connect_test_dialog import ConnectTestDialog
from nasclustergui.window.host_key_changed_dialog import HostKeyChangedDialog
from nasclustergui.window.host_key_dialog import HostKeyDialog
from nasclustergui.window.profile_dialog import ProfileDialog
from nasclustergui.window.question_dialog import QuestionDialog
from nasclustergui.window.settings_dialog import SettingsDialog

LARGEST = (1280, 800)
NODES = tuple(NodeProfile(f"node{n}", f"10.0.0.{n}") for n in range(1, 8))
PROFILE = Profile("fra-storage", NODES, Environment.TEST, location="Frankfurt")
KEY = "SHA256:YQm0VrXhAGLZ0c7b9xkKfD2QpJ4sN6tRuW8yE1iO302"
UNKNOWN = [HostKeyUnknown(node.name, node.host, "ssh-ed25519", KEY, "AAAA") for node in NODES]
FILE = "/home/mara/.config/nasclustergui/known_hosts"


class Longer(gettext.NullTranslations):
    """Every word of four letters and more is 40 % longer; places stay."""

    def gettext(self, message: str) -> str:
        return re.sub(r"\{[^}]*\}|\w{4,}", lambda word: _longer(word[0]), message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


def _longer(word: str) -> str:
    return word if word.startswith("{") else word + "enenenen"[: round(0.4 * len(word))]


@pytest.fixture(autouse=True)
def _long(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    theme.setup(qapp)
    theme.use("light", 1.5)
    monkeypatch.setattr(i18n, "_active", Longer())
    yield
    theme.use("light", 1.0)


@pytest.fixture
def jobs() -> Iterator[Jobs]:
    made = Jobs()
    yield made
    assert made.close()


def cut(dialog: QDialog) -> list[str]:
    """Texts that are not whole: labels and buttons narrower than what they say, or outside of the dialog."""
    found = []
    for widget in dialog.findChildren(QWidget):
        if not widget.isVisible() or not isinstance(widget, QLabel | QAbstractButton) or not widget.text():
            continue
        if isinstance(widget, QLabel) and widget.wordWrap():
            too_small = widget.height() < widget.heightForWidth(widget.width())
        else:
            too_small = widget.width() < widget.minimumSizeHint().width()
        place = widget.mapTo(dialog, widget.rect().bottomRight())
        in_list = any(area.isAncestorOf(widget) for area in dialog.findChildren(QScrollArea))
        outside = place.x() > dialog.width() or (place.y() > dialog.height() and not in_list)
        if too_small or outside:
            found.append(widget.text())
    return found


def check(qtbot: QtBot, dialog: QDialog, output: Path, name: str) -> None:
    parent = dialog.parentWidget()
    qtbot.addWidget(parent if parent is not None else dialog)
    dialog.show()
    for _pass in range(3):
        QApplication.processEvents()
    # The screen of the tests is 800 pixels wide, so the dialog is given the room that it has on the smallest.
    wanted = dialog.sizeHint().expandedTo(dialog.size())
    dialog.resize(min(wanted.width(), LARGEST[0]), min(wanted.height(), LARGEST[1] - 48))
    for _pass in range(3):
        QApplication.processEvents()
    assert dialog.grab().save(str(output / f"dialog-long-{name}.png"))
    assert cut(dialog) == []
    assert dialog.width() <= LARGEST[0]
    assert dialog.height() <= LARGEST[1]


def test_a_question(qtbot: QtBot, output: Path) -> None:
    question = Question(
        QuestionKind.SUDO_PASSWORD,
        i18n._("Password of {user} for sudo on {host}").format(user="admin", host="storage-1.example.org"),
        "admin@storage-1.example.org",
        again=True,
        no_memory=i18n._("This system has no keyring: passwords are kept only while the program runs."),
    )
    check(qtbot, QuestionDialog(question, PROFILE, can_share=True), output, "question")


def test_host_keys(qtbot: QtBot, output: Path) -> None:
    check(qtbot, HostKeyDialog(UNKNOWN[:1], PROFILE), output, "host-key")
    check(qtbot, HostKeyDialog(UNKNOWN, PROFILE), output, "host-keys")


def test_a_changed_host_key(qtbot: QtBot, output: Path) -> None:
    error = HostKeyChanged(
        "node3",
        i18n._("the host key of {host} has changed, so there is no connection").format(host="10.0.0.3"),
        hint=i18n._(
            "Somebody may be listening in, or the machine was installed again. Compare the new fingerprint on the "
            "machine itself; if it is right, remove line {line} of {file} and connect again."
        ).format(line=12, file=FILE),
        host="10.0.0.3",
        file=FILE,
        line=12,
        key_type="ssh-ed25519",
        stored=KEY,
        shown=KEY,
    )
    check(qtbot, HostKeyChangedDialog(error, PROFILE), output, "host-key-changed")


def test_a_profile(qtbot: QtBot, jobs: Jobs, output: Path) -> None:
    window = QWidget()
    dialog = ProfileDialog(jobs, Path("fra-storage.toml"), PROFILE, window, tester=_nothing)
    check(qtbot, dialog, output, "profile")
    dialog.form.cluster.name.setText("other")
    dialog.reject()
    check(qtbot, dialog, output, "profile-discard")


def _nothing(_profile: Profile, _job: Job, _tell: Tell) -> None:
    pass


def test_the_clusters(qtbot: QtBot, jobs: Jobs, output: Path) -> None:
    window = QWidget()
    check(qtbot, ClusterChooser(jobs, None, window), output, "clusters")
    stored = Stored(Path("/home/mara/.config/nasclustergui/clusters/fra-storage.toml"), PROFILE)
    check(qtbot, RemoveDialog(stored), output, "remove")


def test_the_settings(qtbot: QtBot, jobs: Jobs, output: Path) -> None:
    window = QWidget()
    check(qtbot, SettingsDialog(Settings(text_scale=150), jobs, window), output, "settings")


def test_a_test_of_connections(qtbot: QtBot, jobs: Jobs, output: Path) -> None:
    hint = i18n._("Check that the node is powered on and that its SSH port is open.")

    def say(_profile: Profile, _job: Job, tell: Tell) -> None:
        for node in NODES:
            word, text = i18n._("No answer"), i18n._("no connection")
            tell(Finding(node.name, "warn", word, text, hint, UNKNOWN[0]))

    window = QWidget()
    dialog = ConnectTestDialog(PROFILE, say, jobs, window)
    qtbot.waitUntil(lambda: not dialog.running)
    check(qtbot, dialog, output, "test")
