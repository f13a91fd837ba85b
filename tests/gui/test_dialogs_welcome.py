"""The welcome page and its list of clusters, read from files in the background."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from nasclustergui.core.profile import Environment, NodeProfile, Profile
from nasclustergui.remote import inventory
from nasclustergui.remote.paths import clusters_dir
from nasclustergui.ui import theme
from nasclustergui.ui.jobs import Jobs
from nasclustergui.window.welcome import Welcome


def profile(name: str, environment: Environment, nodes: int) -> Profile:
    return Profile(
        name,
        tuple(NodeProfile(f"node{n}", f"10.0.0.{n}") for n in range(1, nodes + 1)),
        environment,
        location="Frankfurt",
    )


@pytest.fixture(autouse=True)
def _light(qapp: QApplication) -> None:
    theme.setup(qapp)
    theme.use("light")


@pytest.fixture
def stored() -> tuple[Path, ...]:
    good = [
        inventory.save(profile("fra-storage", Environment.PROD, 7)),
        inventory.save(profile("staging", Environment.TEST, 3)),
    ]
    broken = clusters_dir() / "zurich.toml"
    broken.write_text('name = "zurich"\nnode = 3\n')
    return (*good, broken)


@pytest.fixture
def welcome(qtbot: QtBot) -> Iterator[Welcome]:
    jobs = Jobs()
    widget = Welcome(jobs)
    qtbot.addWidget(widget)
    widget.resize(1000, 760)
    widget.show()
    yield widget
    assert jobs.close()


def read(qtbot: QtBot, welcome: Welcome) -> None:
    with qtbot.waitSignal(welcome.clusters.loaded):
        welcome.refresh()


def test_without_clusters_it_offers_to_describe_one(qtbot: QtBot, welcome: Welcome) -> None:
    read(qtbot, welcome)
    assert not welcome.clusters.isVisible()
    with qtbot.waitSignal(welcome.new_wanted):
        qtbot.mouseClick(welcome.new_button, Qt.MouseButton.LeftButton)


def test_a_stored_cluster_opens_by_enter(qtbot: QtBot, welcome: Welcome, stored: tuple[Path, ...]) -> None:
    read(qtbot, welcome)
    tree = welcome.clusters.tree
    assert tree.current_key() == str(stored[0])
    qtbot.keyClick(tree, Qt.Key.Key_Down)
    with qtbot.waitSignal(welcome.open_wanted) as opened:
        qtbot.keyClick(tree, Qt.Key.Key_Return)
    assert opened.args == [stored[1]]


def test_a_broken_one_says_why_and_does_not_open(qtbot: QtBot, welcome: Welcome, stored: tuple[Path, ...]) -> None:
    read(qtbot, welcome)
    clusters = welcome.clusters
    opened: list[Path] = []
    welcome.open_wanted.connect(opened.append)
    clusters.tree.select_key(str(stored[2]))
    qtbot.keyClick(clusters.tree, Qt.Key.Key_Return)
    assert opened == []
    assert "node is not known here" in clusters._problem.title()
    assert clusters._problem.isVisible()
    clusters.tree.select_key(str(stored[0]))
    assert not clusters._problem.isVisible()


def test_a_file_from_elsewhere(qtbot: QtBot, welcome: Welcome, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_args: (str(tmp_path / "lab.toml"), ""))
    with qtbot.waitSignal(welcome.open_wanted) as opened:
        qtbot.mouseClick(welcome.file_button, Qt.MouseButton.LeftButton)
    assert opened.args == [tmp_path / "lab.toml"]


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize(("name", "scale"), [("light", 1.0), ("dark", 1.0), ("light", 1.5)])
def test_looks(qtbot: QtBot, welcome: Welcome, output: Path, name: str, scale: float) -> None:
    theme.use(name, scale)
    read(qtbot, welcome)
    welcome.clusters.tree.select_key(str(clusters_dir() / "zurich.toml"))
    QApplication.processEvents()
    size = "" if scale == 1.0 else f"-{scale:.0%}".rstrip("%")
    assert welcome.grab().save(str(output / f"dialog-welcome-{name}{size}.png"))
