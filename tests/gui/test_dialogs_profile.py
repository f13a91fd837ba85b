"""The profile dialog: typing, pasting, checking, saving; and that nothing typed is lost unasked."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractItemView, QApplication, QFileDialog, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from nasclustergui.core.job import Job
from nasclustergui.core.profile import Environment, EtcdProfile, NodeProfile, Profile, SshDefaults
from nasclustergui.remote import inventory
from nasclustergui.remote.paths import clusters_dir
from nasclustergui.ui import theme, tokens
from nasclustergui.ui.jobs import Jobs
from nasclustergui.window.connect_test import Tell
from nasclustergui.window.profile_dialog import ProfileDialog
from nasclustergui.window.profile_form import ProfileForm
from nasclustergui.window.profile_form_cluster import BAND_COLOURS
from nasclustergui.window.profile_form_hosts import COLUMNS

FULL = Profile(
    "fra-storage",
    tuple(NodeProfile(f"node{n}", f"10.0.0.{n}", rack="ABC"[n % 3], identity_files=("~/.ssh/x",)) for n in range(1, 8)),
    Environment.PROD,
    "#4338CA",
    location="Frankfurt",
    ssh=SshDefaults("admin", 2222, ("~/.ssh/id_ed25519",), "~/.ssh/known_nas", "", agent=False),
    etcd=EtcdProfile(("https://10.0.0.1:2379",), "~/pki/ca.crt", "~/pki/nas.crt", "~/pki/nas.key", "nasadmin"),
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


def nothing(_profile: Profile, _job: Job, _tell: Tell) -> None:
    """A test of connections that says nothing."""


@pytest.fixture
def dialog(jobs: Jobs, window: QWidget) -> ProfileDialog:
    made = ProfileDialog(jobs, parent=window, tester=nothing)
    made.open()
    return made


def edit(jobs: Jobs, window: QWidget, path: Path | None, profile: Profile) -> ProfileDialog:
    made = ProfileDialog(jobs, path, profile, window, tester=nothing)
    made.open()
    return made


def type_into(qtbot: QtBot, dialog: ProfileDialog, row: int, field: str, text: str) -> None:
    """Go to a cell, type, Enter."""
    table = dialog.form.nodes.table
    table.go_to(row, field)
    qtbot.keyClick(table, text[0])
    editor = cell_editor(dialog)
    qtbot.keyClicks(editor, text[1:])
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: table.state() != QAbstractItemView.State.EditingState)


def cell_editor(dialog: ProfileDialog) -> QLineEdit:
    """The field that is open in the table."""
    table = dialog.form.nodes.table
    editor = table.indexWidget(table.currentIndex())
    assert isinstance(editor, QLineEdit)
    return editor


def test_a_new_cluster_says_what_is_missing_and_then_saves(qtbot: QtBot, dialog: ProfileDialog) -> None:
    assert dialog.hint() == "Give the cluster a name."
    assert not dialog.save_button.isEnabled()
    assert dialog.form.cluster.fields["name"].reason == ""  # empty is missing, not wrong
    qtbot.keyClicks(dialog.form.cluster.name, "staging")
    assert dialog.hint() == "Add at least one node."
    qtbot.mouseClick(dialog.form.nodes.add_button, Qt.MouseButton.LeftButton)
    type_into(qtbot, dialog, 0, "host", "nas-1.example.org")
    assert dialog.form.nodes.nodes() == (NodeProfile("nas-1", "nas-1.example.org"),)
    dialog.form.cluster.environment.setCurrentIndex(1)
    qtbot.mouseClick(dialog.form.etcd.fill_button, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(dialog.saved) as saved:
        qtbot.mouseClick(dialog.save_button, Qt.MouseButton.LeftButton)
    path, profile = saved.args
    assert path == clusters_dir() / "staging.toml"
    assert profile == inventory.load(path)
    assert profile.environment is Environment.TEST
    assert profile.etcd.endpoints == ("https://nas-1.example.org:2379",)


def test_a_profile_comes_back_as_it_was(qtbot: QtBot, jobs: Jobs, window: QWidget, tmp_path: Path) -> None:
    path = inventory.save(FULL, tmp_path / "fra.toml")
    dialog = edit(jobs, window, path, FULL)
    assert dialog.form.profile() == FULL
    assert not dialog.has_work()
    dialog.form.cluster.read_only.click()
    with qtbot.waitSignal(dialog.saved):
        dialog.save_button.click()
    home = str(Path("~").expanduser())
    written = inventory.load(path)
    assert written.read_only
    assert written.nodes[0].identity_files == (f"{home}/.ssh/x",)
    assert written.ssh.config == ""


def test_escape_never_discards_typed_work_unasked(qtbot: QtBot, dialog: ProfileDialog) -> None:
    qtbot.keyClicks(dialog.form.cluster.name, "half")
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    assert dialog.hint() == "What you typed would be lost."
    assert dialog.cancel_button.text() == "Keep editing"
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    assert not dialog.discard_button.isVisible()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.mouseClick(dialog.discard_button, Qt.MouseButton.LeftButton)
    assert not dialog.isVisible()


def test_without_work_escape_closes_at_once(qtbot: QtBot, dialog: ProfileDialog) -> None:
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_escape_in_a_cell_only_leaves_the_cell(qtbot: QtBot, dialog: ProfileDialog) -> None:
    table = dialog.form.nodes.table
    dialog.form.nodes.add_button.click()
    qtbot.keyClick(table, "x")
    qtbot.keyClick(cell_editor(dialog), Qt.Key.Key_Escape)
    assert dialog.isVisible()
    assert dialog.form.nodes.nodes() == ()


def test_mistakes_are_marked_where_they_are(qtbot: QtBot, jobs: Jobs, window: QWidget) -> None:
    dialog = edit(jobs, window, None, FULL)
    form = dialog.form
    type_into(qtbot, dialog, 2, "host", "10.0.0.3; reboot")
    index = form.nodes.model.index(2, COLUMNS.index("host"))
    assert "cannot be a host" in form.nodes.model.problem(index)
    assert "cannot be a host" in form.nodes._note.text()
    assert not dialog.save_button.isEnabled()
    type_into(qtbot, dialog, 2, "host", "10.0.0.2")
    assert "Two nodes have the host" in form.nodes._note.text()
    type_into(qtbot, dialog, 2, "host", "10.0.0.3")
    form.etcd.key.edit.clear()
    assert "certificate and its key together" in form.etcd.key.reason
    form.etcd.endpoints.lines.setPlainText("https://10.0.0.1:2379\nnot an endpoint")
    assert "is not an etcd endpoint" in form.etcd.endpoints.reason
    form.login.keys.lines.setPlainText("id_rsa")
    assert "does not say in which folder" in form.login.keys.reason
    form.set_profile(FULL)
    assert form.problems == ()
    assert dialog.save_button.isEnabled()


def test_a_taken_name_is_refused(qtbot: QtBot, jobs: Jobs, window: QWidget) -> None:
    path = inventory.save(FULL)
    dialog = edit(jobs, window, None, replace(FULL, name="FRA-storage"))
    qtbot.waitUntil(lambda: "already" in dialog.hint())
    assert "already" in dialog.form.cluster.fields["name"].reason
    dialog.reject()
    same = edit(jobs, window, path, FULL)
    qtbot.waitUntil(lambda: bool(same.form._taken) or same.save_button.isEnabled())
    assert same.form.problems == ()


def test_hosts_are_pasted_as_rows(qtbot: QtBot, dialog: ProfileDialog) -> None:
    nodes = dialog.form.nodes
    QGuiApplication.clipboard().setText("10.0.0.1 nas-1\n10.0.0.2 nas-2\n")
    qtbot.mouseClick(nodes.paste_button, Qt.MouseButton.LeftButton)
    QGuiApplication.clipboard().setText("10.0.0.3\n10.0.0.4")
    qtbot.keyClick(nodes.table, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert [(n.name, n.host) for n in nodes.nodes()] == [
        ("nas-1", "10.0.0.1"),
        ("nas-2", "10.0.0.2"),
        ("node1", "10.0.0.3"),
        ("node2", "10.0.0.4"),
    ]
    QGuiApplication.clipboard().setText("rack-b")
    nodes.table.go_to(1, "rack")
    qtbot.keyClick(nodes.table, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert nodes.nodes()[1].rack == "rack-b"
    qtbot.keyClick(nodes.table, Qt.Key.Key_Delete)
    assert nodes.nodes()[1].rack == ""
    qtbot.keyClick(nodes.table, Qt.Key.Key_Delete, Qt.KeyboardModifier.ControlModifier)
    assert [n.name for n in nodes.nodes()] == ["nas-1", "node1", "node2"]


def test_down_at_the_end_adds_a_row_and_an_empty_one_does_not_count(qtbot: QtBot, dialog: ProfileDialog) -> None:
    table = dialog.form.nodes.table
    dialog.form.nodes.add_button.click()
    type_into(qtbot, dialog, 0, "host", "10.0.0.1")
    qtbot.keyClick(table, Qt.Key.Key_Down)
    qtbot.keyClick(table, Qt.Key.Key_Down)
    assert table.model().rowCount() == 2
    assert len(dialog.form.nodes.nodes()) == 1


def test_a_role_is_chosen(qtbot: QtBot, jobs: Jobs, window: QWidget) -> None:
    dialog = edit(jobs, window, None, FULL)
    model = dialog.form.nodes.model
    index = model.index(0, COLUMNS.index("role"))
    assert model.setData(index, "manager")
    assert index.data() == "Manager"
    assert dialog.form.profile().nodes[0].role == "manager"


def test_a_file_is_imported_as_a_new_profile(
    qtbot: QtBot, dialog: ProfileDialog, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = inventory.save(FULL, tmp_path / "elsewhere.toml")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_args: (str(file), ""))
    qtbot.mouseClick(dialog.import_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dialog.form.profile().name == "fra-storage")
    with qtbot.waitSignal(dialog.saved) as saved:
        dialog.save_button.click()
    assert saved.args[0] == clusters_dir() / "fra-storage.toml"


def test_a_file_that_is_no_profile_says_so(
    qtbot: QtBot, dialog: ProfileDialog, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "x.toml"
    file.write_text("name = ")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_args: (str(file), ""))
    dialog.import_button.click()
    qtbot.waitUntil(lambda: "is not valid TOML" in dialog.hint())


def test_a_file_that_cannot_be_written_keeps_the_dialog(
    qtbot: QtBot, jobs: Jobs, window: QWidget, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    dialog = edit(jobs, window, tmp_path / "file" / "x.toml", FULL)
    dialog.save_button.click()
    qtbot.waitUntil(lambda: "cannot be written" in dialog.hint())
    assert dialog.isVisible()
    assert dialog.save_button.isEnabled()


def test_band_colours_carry_white_text() -> None:
    assert all(tokens.contrast("#FFFFFF", colour) >= 4.5 for colour in BAND_COLOURS)


def test_a_colour_of_ones_own_stays(qtbot: QtBot) -> None:
    form = ProfileForm()
    qtbot.addWidget(form)
    form.set_profile(replace(FULL, colour="#123456"))
    assert form.profile().colour == "#123456"


def test_a_bad_key_of_one_node_is_shown_at_its_name(qtbot: QtBot) -> None:
    form = ProfileForm()
    qtbot.addWidget(form)
    form.set_profile(replace(FULL, nodes=(replace(FULL.nodes[0], identity_files=("id",)), *FULL.nodes[1:])))
    assert "does not say in which folder" in form.nodes.model.problem(form.nodes.model.index(0, 0))


@pytest.mark.parametrize(("name", "scale"), [("light", 1.0), ("dark", 1.0), ("light", 1.5)])
def test_looks(qtbot: QtBot, jobs: Jobs, window: QWidget, output: Path, name: str, scale: float) -> None:
    theme.use(name, scale)
    size = "" if scale == 1.0 else f"-{scale:.0%}".rstrip("%")
    dialog = edit(jobs, window, Path("fra-storage.toml"), FULL)
    dialog.resize(round(1040 * scale), round(800 * scale))
    QApplication.processEvents()
    assert dialog.grab().save(str(output / f"dialog-profile-{name}{size}.png"))
    type_into(qtbot, dialog, 2, "host", "10.0.0.3; reboot")
    dialog.form.cluster.colour.set_colour("")
    dialog.form.etcd.key.edit.clear()
    dialog.form.login.keys.lines.setPlainText("id_rsa")
    dialog.resize(1200, 1100)
    QApplication.processEvents()
    assert dialog.grab().save(str(output / f"dialog-profile-wrong-{name}{size}.png"))
    pos = dialog.form.mapTo(dialog, QPoint(0, 0))
    assert dialog.form.width() <= dialog.width() - pos.x()
