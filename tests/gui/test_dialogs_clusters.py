"""The cluster chooser, the test of connections and the settings: what they do, and that they wait for nobody."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from nasclustergui.core.errors import HostKeyChanged, HostKeyUnknown, LoginRefused, Unreachable
from nasclustergui.core.job import Job
from nasclustergui.core.profile import Environment, EtcdProfile, NodeProfile, Profile
from nasclustergui.core.settings import Settings
from nasclustergui.remote import inventory
from nasclustergui.remote.paths import clusters_dir, settings_file
from nasclustergui.remote.settings_store import load_settings
from nasclustergui.ui import theme
from nasclustergui.ui.jobs import Jobs
from nasclustergui.window.cluster_chooser import ClusterChooser
from nasclustergui.window.connect_test import Finding, Tell
from nasclustergui.window.connect_test_dialog import ConnectTestDialog
from nasclustergui.window.settings_dialog import SettingsDialog

NODES = tuple(NodeProfile(f"node{n}", f"10.0.0.{n}") for n in range(1, 6))
PROFILE = Profile("fra-storage", NODES, location="Frankfurt", etcd=EtcdProfile(("https://10.0.0.1:2379",)))
UNKNOWN = HostKeyUnknown(
    "node2", "10.0.0.2", "ssh-ed25519", "SHA256:YQm0VrXhAGLZ0c7b9xkKfD2QpJ4sN6tRuW8yE1iO302", "AAAA"
)
CHANGED = HostKeyChanged("node3", "the host key of 10.0.0.3 has changed, so there is no connection", host="10.0.0.3")
ANSWERS = (
    Finding("node1", "ok", "Reachable", "It calls itself nas-1 and lets us act as root."),
    Finding("node2", "warn", "Unknown key", "The host key of 10.0.0.2 is not known", UNKNOWN.hint, UNKNOWN),
    Finding("node3", "critical", "Key changed", "The host key of 10.0.0.3 has changed", "Compare it.", CHANGED),
    Finding(
        "node4",
        "critical",
        "Refused",
        "The password of admin was not accepted",
        "Connect again to enter it anew.",
        LoginRefused("node4", "no"),
    ),
    Finding("node5", "stale", "No answer", "There is no route to 10.0.0.5:22", "Check it.", Unreachable("node5")),
    Finding("etcd", "ok", "Reachable", "3 of 3 members answer. Leader is node1."),
)


@pytest.fixture(autouse=True)
def _light(qapp: QApplication) -> None:
    theme.setup(qapp)
    theme.use("light")


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.show()
    return widget


@pytest.fixture
def jobs() -> Iterator[Jobs]:
    made = Jobs()
    yield made
    assert made.close()


@pytest.fixture
def stored() -> tuple[Path, ...]:
    broken = clusters_dir() / "zurich.toml"
    paths = (
        inventory.save(PROFILE),
        inventory.save(Profile("staging", NODES[:3], Environment.TEST, "#0E7490", read_only=True)),
        inventory.save(Profile("lab", NODES[:4], Environment.LAB)),
        broken,
    )
    broken.write_text('name = "zurich"\n')
    return paths


def chooser(qtbot: QtBot, jobs: Jobs, window: QWidget, current: Path | None = None) -> ClusterChooser:
    dialog = ClusterChooser(jobs, current, window)
    with qtbot.waitSignal(dialog.clusters.loaded):
        dialog.open()
    return dialog


def test_a_cluster_is_opened_by_enter(qtbot: QtBot, jobs: Jobs, window: QWidget, stored: tuple[Path, ...]) -> None:
    dialog = chooser(qtbot, jobs, window, stored[1])
    assert dialog.clusters.tree.current_key() == str(stored[1])
    with qtbot.waitSignal(dialog.open_wanted) as opened:
        qtbot.keyClick(dialog.clusters.tree, Qt.Key.Key_Return)
    assert opened.args == [stored[1]]


def test_a_broken_profile_can_be_edited_but_not_opened(
    qtbot: QtBot, jobs: Jobs, window: QWidget, stored: tuple[Path, ...]
) -> None:
    dialog = chooser(qtbot, jobs, window)
    dialog.clusters.tree.select_key(str(stored[3]))
    assert not dialog.open_button.isEnabled()
    assert "cannot be used" in dialog.open_button.toolTip()
    assert "names no node" in dialog.clusters._problem.title()
    with qtbot.waitSignal(dialog.edit_wanted) as wanted:
        dialog.edit_button.click()
    assert wanted.args == [stored[3]]


def test_removing_asks_and_names_the_cluster(
    qtbot: QtBot, jobs: Jobs, window: QWidget, stored: tuple[Path, ...]
) -> None:
    dialog = chooser(qtbot, jobs, window)
    dialog.clusters.tree.select_key(str(stored[2]))
    qtbot.keyClick(dialog.clusters.tree, Qt.Key.Key_Delete)
    assert dialog.remove_dialog is not None
    assert dialog.remove_dialog.remove_button.text() == "Remove profile lab"
    assert dialog.remove_dialog.cancel_button.isDefault()
    qtbot.keyClick(dialog.remove_dialog, Qt.Key.Key_Return)
    assert stored[2].exists()
    dialog.remove_button.click()
    assert dialog.remove_dialog is not None
    with qtbot.waitSignal(dialog.removed) as removed:
        dialog.remove_dialog.remove_button.click()
    assert removed.args == [stored[2]]
    assert not stored[2].exists()
    qtbot.waitUntil(lambda: len(dialog.clusters.stored) == 3)


def test_without_clusters_only_new_is_offered(qtbot: QtBot, jobs: Jobs, window: QWidget) -> None:
    dialog = chooser(qtbot, jobs, window)
    assert not dialog.open_button.isEnabled()
    assert not dialog.edit_button.isEnabled()
    with qtbot.waitSignal(dialog.new_wanted):
        dialog.new_button.click()


def say_all(_profile: Profile, _job: Job, tell: Tell) -> None:
    for finding in ANSWERS:
        tell(finding)


def test_each_node_says_how_it_answered(qtbot: QtBot, jobs: Jobs, window: QWidget) -> None:
    kept: list[HostKeyUnknown] = []
    dialog = ConnectTestDialog(PROFILE, say_all, jobs, window, lambda _profile, errors: kept.extend(errors))
    dialog.open()
    qtbot.waitUntil(lambda: not dialog.running and dialog.again_button.isVisible())  # over, and told
    said = {name: row.text.text() for name, row in dialog.rows.items()}
    assert said == {finding.subject: finding.text for finding in ANSWERS}
    assert dialog._summary.text() == "1 of 5 nodes let us in"
    assert [name for name, row in dialog.rows.items() if row.explain_button.isVisible()] == ["node3"]
    dialog.keys_button.click()
    assert dialog.keys_dialog is not None
    dialog.keys_dialog.accept_button.click()
    qtbot.waitUntil(lambda: kept == [UNKNOWN])


def test_a_test_that_hangs_is_stopped_by_escape(qtbot: QtBot, jobs: Jobs, window: QWidget) -> None:
    began = threading.Event()

    def hang(_profile: Profile, job: Job, tell: Tell) -> None:
        tell(ANSWERS[0])
        began.set()
        job.sleep(60)

    dialog = ConnectTestDialog(PROFILE, hang, jobs, window)
    dialog.open()
    qtbot.waitUntil(began.is_set)
    assert dialog.stop_button.isVisible()
    assert not dialog.close_button.isVisible()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: dialog.close_button.isVisible())
    assert dialog.rows["node1"].badge.word == "Reachable"
    assert dialog.rows["node2"].badge.word == "Not tested"
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_a_bug_in_a_test_is_shown_as_one(qtbot: QtBot, jobs: Jobs, window: QWidget) -> None:
    def fail(_profile: Profile, _job: Job, _tell: Tell) -> None:
        raise ValueError("mistake")

    dialog = ConnectTestDialog(PROFILE, fail, jobs, window)
    dialog.open()
    qtbot.waitUntil(lambda: any("bug" in w.windowTitle() for w in QApplication.topLevelWidgets() if w.isVisible()))
    assert not dialog.running


def test_settings_apply_at_once_and_are_kept(qtbot: QtBot, jobs: Jobs, window: QWidget) -> None:
    dialog = SettingsDialog(Settings(last_cluster="x.toml"), jobs, window)
    dialog.open()
    chosen: list[Settings] = []
    dialog.changed.connect(chosen.append)
    dialog.theme_choice.setCurrentIndex(dialog.theme_choice.findData("dark"))
    assert theme.name() == "dark"
    dialog.scale_choice.setCurrentIndex(dialog.scale_choice.findData(150))
    assert theme.scale() == 1.5
    dialog.motion_check.click()
    assert theme.motion("normal") == 0
    dialog.poll_spin.setValue(12)
    dialog.language_choice.setCurrentIndex(dialog.language_choice.findData("en"))
    assert dialog._note.isVisible()
    with qtbot.waitSignal(dialog.saved) as saved:
        dialog.close_button.click()
    expected = Settings("dark", 150, "en", True, 12, "x.toml")
    assert saved.args == [expected]
    assert chosen[-1] == expected
    assert load_settings() == (expected, None)


def test_settings_that_cannot_be_written_say_so(qtbot: QtBot, jobs: Jobs, window: QWidget) -> None:
    settings_file().parent.parent.mkdir(parents=True)
    settings_file().parent.write_text("")  # a file where the folder should be
    dialog = SettingsDialog(Settings(), jobs, window)
    dialog.open()
    dialog.poll_spin.setValue(12)
    qtbot.waitUntil(lambda: dialog._problem.isVisible())
    assert "cannot be written" in dialog._problem.title()


def test_a_text_size_from_the_file_is_offered_too(qtbot: QtBot, jobs: Jobs, window: QWidget) -> None:
    dialog = SettingsDialog(Settings(text_scale=133), jobs, window)
    assert dialog.scale_choice.currentData() == 133


@pytest.mark.parametrize(("name", "scale"), [("light", 1.0), ("dark", 1.0), ("light", 1.5)])
def test_looks(
    qtbot: QtBot,
    jobs: Jobs,
    window: QWidget,
    stored: tuple[Path, ...],
    output: Path,
    name: str,
    scale: float,
) -> None:
    theme.use(name, scale)
    size = "" if scale == 1.0 else f"-{scale:.0%}".rstrip("%")
    clusters = chooser(qtbot, jobs, window, stored[0])
    clusters.clusters.tree.select_key(str(stored[3]))
    test = ConnectTestDialog(PROFILE, say_all, jobs, window)
    test.open()
    qtbot.waitUntil(lambda: not test.running)
    settings = SettingsDialog(Settings(theme=name, text_scale=round(100 * scale)), jobs, window)
    settings.open()
    clusters.clusters.tree.select_key(str(stored[2]))
    clusters.remove_button.click()
    assert clusters.remove_dialog is not None
    for _pass in range(2):  # what a change of texts asks for, and what that asks for in turn
        QApplication.processEvents()
    shots = {"clusters": clusters, "test": test, "settings": settings, "remove": clusters.remove_dialog}
    for what, dialog in shots.items():
        assert dialog.grab().save(str(output / f"dialog-{what}-{name}{size}.png"))
