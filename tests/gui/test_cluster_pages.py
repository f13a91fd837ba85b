"""Overview, Nodes, Alerts and the jobs dock in the window's frame, with the states of the design."""

import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nasclustergui.cluster.alerts.page import AlertsPage
from nasclustergui.cluster.nodes.page import NodesPage
from nasclustergui.cluster.overview.page import OverviewPage
from nasclustergui.cluster.state import ClusterState
from nasclustergui.cluster.verdict import Since, problems, verdict
from nasclustergui.core.errors import NasError, ServiceDown
from nasclustergui.core.events import Event, Severity
from nasclustergui.core.job import Job
from nasclustergui.subsystems.nodes.model import Link
from nasclustergui.ui import theme
from nasclustergui.ui.jobs import Jobs
from nasclustergui.ui.jobs_dock import JobsDock
from nasclustergui.ui.states import SEVERITY
from nasclustergui.window.frame import Frame
from tests.gui import cluster_scenes

NOW = time.time()
EVENTS = (
    Event(NOW - 120, Severity.OK, "vm-images healed 214 files", "node2"),
    Event(NOW - 600, Severity.UNKNOWN, "edge1 stopped answering", "no answer within 10 s"),
    Event(NOW - 840, Severity.CRITICAL, "Brick offline on node3", "/bricks/sdd/data"),
    Event(NOW - 3420, Severity.BUSY, "Rebalance of media started", "by mara"),
)


@pytest.fixture(autouse=True)
def _light(qapp: QApplication) -> None:
    theme.setup(qapp)
    theme.use("light")


@pytest.fixture
def jobs(qapp: QApplication) -> Iterator[Jobs]:
    found = Jobs()
    yield found
    found.close()


class Window:
    """The frame with the pages that need no subsystem."""

    def __init__(self, qtbot: QtBot, state: ClusterState, size: tuple[int, int] = (1440, 900)) -> None:
        self.frame = Frame()
        qtbot.addWidget(self.frame)
        self.overview, self.nodes, self.alerts = OverviewPage(), NodesPage(cluster_scenes.book()), AlertsPage()
        self.frame.set_cluster(state.profile, "7 nodes · Frankfurt")
        for page in (self.overview, self.nodes, self.alerts):
            self.frame.add_page(page)
        self.frame.resize(*size)
        self.frame.show_page("overview")
        self.frame.show()
        self.show(state)

    def shot(self, path: Path) -> bool:
        """A picture of the window, laid out after what was said last."""
        QApplication.processEvents()
        return self.frame.grab().save(str(path))

    def show(self, state: ClusterState) -> None:
        found = Since().stamp(problems(state), NOW - 840)
        self.overview.set_state(state, verdict(state, found))
        self.overview.set_events(EVENTS)
        self.nodes.set_state(state)
        self.alerts.set_problems(found)


def test_the_overview_says_the_worst_first_and_offers_what_to_do(qtbot: QtBot) -> None:
    window = Window(qtbot, cluster_scenes.cluster())
    card = window.overview.verdict
    assert "data" in card.accessibleDescription()
    assert card._badge.state in ("critical", "warn")
    commands: list[str] = []
    window.overview.command.connect(commands.append)
    qtbot.mouseClick(card._go, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(card._all, Qt.MouseButton.LeftButton)
    assert commands[0].endswith(":data") or commands[0].endswith(":edge1")
    assert commands[1] == "page:alerts"
    assert window.overview.tiles["nodes"].accessibleName().startswith("Nodes: 6 of 7 answer")


def test_a_healthy_cluster_is_quiet(qtbot: QtBot) -> None:
    window = Window(qtbot, cluster_scenes.healthy())
    card = window.overview.verdict
    assert card._badge.word == "Healthy"
    assert card._title.text() == "7/7 nodes online"
    assert not card._go.isVisible()
    assert window.alerts._stack.showing() == "empty"


def test_old_values_are_marked_and_never_vanish(qtbot: QtBot, output: Path) -> None:
    error = ServiceDown("glusterd does not run on node1", hint="Start it: systemctl start glusterd")
    window = Window(qtbot, _unread(error))
    tile = window.overview.tiles["storage"].accessibleName()
    assert "read " in tile
    assert "GlusterFS cannot be read" in [p.title for p in problems(_unread(error))]
    row = window.nodes.tree.rows.row(window.nodes.tree.rows.find("edge1"))
    assert row is not None
    assert all(cell.stale for cell in row.cells if cell.kind == "meter")
    assert row.rank == SEVERITY["stale"]  # it carries nothing
    window.shot(output / "overview-stale.png")
    window.frame.show_page("nodes")
    window.shot(output / "nodes-stale.png")


def _unread(error: NasError) -> ClusterState:
    state = cluster_scenes.cluster()
    return replace(state, errors={"gluster": error}, read_at={"gluster": NOW - 600, "etcd": NOW})


def test_nothing_read_yet_is_said_so(qtbot: QtBot, output: Path) -> None:
    window = Window(qtbot, cluster_scenes.empty())
    assert window.overview.verdict._badge.word == "Not known"
    assert window.overview.tiles["storage"].accessibleName().startswith("Storage: —")
    window.shot(output / "overview-empty.png")


def test_a_silent_node_that_carries_data_stands_first(qtbot: QtBot) -> None:
    state = cluster_scenes.cluster()
    lost = tuple(replace(n, link=Link.LOST) if n.name == "node5" else n for n in state.nodes.nodes)
    window = Window(qtbot, replace(state, nodes=replace(state.nodes, nodes=lost)))
    rows = window.nodes.tree.rows
    assert rows.key(rows.index(0, 0)) == "node5"


def test_a_silent_node_says_what_is_not_known_of_its_bricks() -> None:
    state = cluster_scenes.cluster()
    lost = tuple(replace(n, link=Link.LOST) if n.name == "node5" else n for n in state.nodes.nodes)
    assert state.gluster is not None
    volumes = tuple(
        replace(v, bricks=tuple(replace(b, online=None) if b.node == "node5" else b for b in v.bricks))
        for v in state.gluster.volumes
    )
    doubtful = replace(state, nodes=replace(state.nodes, nodes=lost), gluster=replace(state.gluster, volumes=volumes))
    found = next(p for p in problems(doubtful) if p.key == "nodes/node5/link")
    names = ", ".join(dict.fromkeys(v.name for v, _brick in doubtful.bricks_of("node5")))
    assert f"Whether its bricks of {names} serve files is not known." in found.text


def test_polling_keeps_selection_and_expansion(qtbot: QtBot) -> None:
    window = Window(qtbot, cluster_scenes.cluster())
    tree = window.nodes.tree
    tree.expand_key("node2")
    tree.select_key("node5")
    window.show(cluster_scenes.cluster())
    assert tree.current_key() == "node5"
    assert tree.isExpanded(tree.rows.find("node2"))
    assert window.nodes.detail.node == "node5"


def test_a_silent_node_can_be_connected_by_hand(qtbot: QtBot) -> None:
    window = Window(qtbot, cluster_scenes.cluster())
    wanted: list[str] = []
    window.nodes.reconnect.connect(wanted.append)
    window.frame.show_page("nodes")
    window.nodes.select_node("edge1")
    qtbot.mouseClick(window.nodes.detail.connect_button, Qt.MouseButton.LeftButton)
    assert wanted == ["edge1"]
    window.nodes.select_node("node1")
    assert not window.nodes.detail.connect_button.isVisible()


def test_filter_and_pages_by_keyboard(qtbot: QtBot) -> None:
    window = Window(qtbot, cluster_scenes.cluster())
    window.frame.show_page("nodes")
    window.nodes.filter.setText("edge")
    assert window.nodes.tree.rows.shown_count() == 1
    window.nodes.filter.clear()
    assert window.nodes.tree.rows.shown_count() == 7


def test_the_dock_shows_what_runs_and_cancels_it(qtbot: QtBot, jobs: Jobs, output: Path) -> None:
    owner = QObject()
    dock = JobsDock(jobs)
    qtbot.addWidget(dock)
    dock.resize(1200, 236)
    dock.show()

    def work(job: Job) -> None:
        job.step_number, job.step_count = 2, 3
        job.report("files move", 0.62)
        job.seconds_left = (3000.0, 5040.0, 6000.0)
        job.write("node1", "$ gluster volume rebalance media start")
        job.sleep(30)

    def fail(job: Job) -> None:
        raise NasError("node2: the disk is full", hint="Free some space.")

    running = jobs.submit(owner, Job("Rebalance media", lane="gluster", by="mara", icon="arrow-left-right"), work)
    waiting = jobs.submit(owner, Job("Heal vm-images", lane="gluster", by="mara", icon="heart-pulse"), work)
    failed = jobs.submit(owner, Job("Create volume x", by="mara", icon="plus"), fail)
    qtbot.waitUntil(lambda: failed.error is not None and running.progress is not None)
    dock.refresh()
    dock.look_at(running)
    dock.refresh()
    rows = [dock.tree.rows.row(dock.tree.rows.index(n, 0)) for n in range(3)]
    assert [row.cells[0].text for row in rows if row] == ["Rebalance media", "Heal vm-images", "Create volume x"]
    assert "1 h 24 min" in rows[0].cells[2].text.replace("\u00a0", " ")  # type: ignore[union-attr]
    assert rows[1].cells[2].text == "Waits for Rebalance media"  # type: ignore[union-attr]
    assert "rebalance media start" in dock.console.toPlainText()
    dock.grab().save(str(output / "jobs-light.png"))
    qtbot.mouseClick(dock.cancel_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: running.ended is not None)
    waiting.cancel()
    dock.look_at(failed)
    dock.refresh()
    assert dock.why_button.isVisible()


@pytest.mark.parametrize("look", ["light", "dark", "contrast-light"])
@pytest.mark.parametrize("size", [(1440, 900), (1280, 800)])
def test_looks(qtbot: QtBot, output: Path, look: str, size: tuple[int, int]) -> None:
    theme.use(look)
    window = Window(qtbot, cluster_scenes.cluster(), size)
    window.nodes.tree.expand_key("node1")
    for name in ("overview", "nodes", "alerts"):
        window.frame.show_page(name)
        assert window.shot(output / f"{name}-{look}-{size[0]}.png")
    assert window.frame.width() == size[0]


def test_looks_at_two_hundred_percent(output: Path) -> None:
    """A process of its own: the scale is fixed when Qt starts."""
    script = (
        "import sys; from PySide6.QtWidgets import QApplication; app = QApplication([])\n"
        "from nasclustergui.ui import theme; theme.setup(app); theme.use('light')\n"
        "from tests.gui.test_cluster_pages import Window; from tests.gui import cluster_scenes\n"
        "class Bot:\n    def addWidget(self, w): pass\n"
        "w = Window(Bot(), cluster_scenes.cluster(), (1280, 800)); app.processEvents()\n"
        "sys.exit(0 if w.shot(sys.argv[1]) else 1)\n"
    )
    path = output / "overview-2x.png"
    environment = {"QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": "2", "PATH": "/usr/bin:/bin", "LANGUAGE": "en"}
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)],
        env=environment,
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert path.stat().st_size > 50_000
