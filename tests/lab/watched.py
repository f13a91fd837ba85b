"""The window of `tests.lab.app` under observation: does it live, does it ever claim what it cannot know."""

import math
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from nasclustergui.core.events import Severity
from nasclustergui.remote.credentials import Credentials
from nasclustergui.subsystems.gluster.model import VolumeStatus
from nasclustergui.ui.cell import Row
from nasclustergui.ui.tree import Tree
from tests.lab.app import App, pause
from tests.lab.cluster import Lab

T = TypeVar("T")

BEAT_MS = 50
STILL = 15.0  # seconds: a window that waits for a node stands still for longer; a busy machine alone makes it 9
VOLUMES = ("disp", "dist", "rep")


def make_volumes(lab: Lab) -> None:
    """A replicated volume on nodes 1 to 3, a distributed one on 1 and 4, a dispersed one (3 + 1) on all four."""
    bricks = {
        "rep": ("replica", "3", *(f"node{n}:/bricks/d1/rep" for n in (1, 2, 3))),
        "dist": tuple(f"node{n}:/bricks/d2/dist" for n in (1, 4)),
        "disp": ("disperse", "4", "redundancy", "1", *(f"node{n}:/bricks/d3/disp" for n in (1, 2, 3, 4))),
    }
    for name, words in bricks.items():
        lab.exec(1, "gluster", "--mode=script", "volume", "create", name, *words)
        lab.exec(1, "gluster", "--mode=script", "volume", "start", name)


def heal_services(lab: Lab) -> None:
    """Whatever a test left hanging or stopped goes on, so that one failure does not spoil the tests after it."""
    for n in lab.spec.numbers:
        services = "glusterd etcd" if n in lab.spec.etcd_numbers else "glusterd"
        lab.sh(n, f"kill -CONT $(pidof glusterd) 2>/dev/null; systemctl start --no-block {services}", check=False)


class Watched(App):
    """Beats while it lives and looks, at every beat, for claims that would mislead.

    Attributes:
        worst: longest pause between two beats, in seconds.
        lies: what the window claimed although it could not be true.
    """

    def __init__(self, profile: Path, credentials: Credentials | None = None) -> None:
        super().__init__(profile, credentials)
        self.worst, self.lies = 0.0, set[str]()
        self._last: float | None = None
        self._ill = False
        self._rows_seen = False
        self._beat = QTimer()
        self._beat.setInterval(BEAT_MS)
        self._beat.timeout.connect(self._on_beat)
        self._beat.start()

    def close(self) -> None:
        """Close the window."""
        self._beat.stop()
        super().close()

    def _on_beat(self) -> None:
        now = time.monotonic()
        self.worst = max(self.worst, now - (self._last or now))
        self._last = now
        shown = self.space.storage.place.showing()
        self._rows_seen = self._rows_seen or shown == "rows"
        if self._rows_seen and shown != "rows":
            self.lies.add(f"volumes vanished: {shown}")
        if self._ill and self.controller.verdict.severity < Severity.BUSY:
            self.lies.add(f"“{self.controller.verdict.word}” in the middle of the fault")

    # ---- faults

    def meanwhile(self, do: Callable[[], T]) -> T:
        """Do something to the lab in a thread, while the window lives."""
        answers: list[T] = []
        errors: list[BaseException] = []

        def work() -> None:
            try:
                answers.append(do())
            except BaseException as error:  # raised again below, in the test
                errors.append(error)

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        while thread.is_alive():
            pause(BEAT_MS)
        if errors:
            raise errors[0]
        return answers[0]

    def wait_told(self, title: str, seconds: float = 60) -> None:
        """Wait until an alert of that title is there; from then on the window must not call the cluster healthy."""
        self.wait(lambda: any(title in p.title for p in self.controller.found), f"the alert “{title}”", seconds)
        self._ill = True

    def wait_well(self, seconds: float = 120) -> None:
        """The cause is gone: wait until everything is green again, by itself."""
        self._ill = False
        self.wait(self.is_well, "all to be well again", seconds)

    def is_well(self) -> bool:
        """Nothing to complain about, and everything freshly read."""
        state = self.controller.state
        gluster, etcd = state.gluster, state.etcd
        if self.controller.found or state.errors or gluster is None or gluster.status_error:
            return False
        bricks = [b for v in gluster.volumes if v.status is VolumeStatus.STARTED for b in v.bricks]
        whole = all(b.online for b in bricks) and all(n.online for n in state.nodes.nodes)
        return whole and (not self.session.has_etcd or (etcd is not None and etcd.healthy == len(etcd.members)))

    def assert_honest(self) -> None:
        """It lived all the time and claimed nothing wrong."""
        assert not self.lies, self.lies
        assert self.worst < STILL, f"the window stood still for {self.worst:.1f} s"

    # ---- eyes

    def verdict_says(self) -> str:
        """Every text that is seen in the verdict's card."""
        return seen_texts(self.space.overview.verdict)

    def alert(self, title: str) -> str:
        """Title, text and steps of an alert, as the page of alerts shows it."""
        key = next(p.key for p in self.controller.found if title in p.title)
        self.page("alerts")
        self.space.alerts.tree.select_key(key)
        self.qt.processEvents()
        return seen_texts(self.space.alerts)

    def status_says(self) -> str:
        """The status bar."""
        return seen_texts(self.frame.status)

    def banner_says(self) -> str:
        """The banner of the storage page, "" where there is none."""
        self.page("gluster")
        banner = self.space.storage.banner
        return banner.accessibleName() if banner.isVisible() else ""

    def row(self, tree: Tree, key: str) -> Row:
        """A row of a table."""
        found = tree.rows.row(tree.rows.find(key))
        assert found is not None, key
        return found

    def node_row(self, name: str) -> Row:
        """A row of the Nodes page."""
        return self.row(self.space.nodes.tree, name)

    def assert_node_is_stale(self, name: str) -> None:
        """Its row says since when, its numbers are hatched, its chart has a gap."""
        row = self.node_row(name)
        state = row.cells[3]
        assert (state.text, state.state) == ("No answer", "stale")
        assert state.sub.startswith("seen ")
        assert all(cell.stale for cell in row.cells if cell.kind == "meter")
        self.wait(lambda: math.isnan(self.controller.book.series(name, "cpu_percent").last), "a gap in the chart", 20)

    def shoot(self, folder: Path, name: str) -> None:
        """Pictures of all pages in this fault."""
        for page in ("overview", "nodes", "gluster", "alerts"):
            self.page(page)
            self.shot(folder, f"fault-{name}-{page}")


def seen_texts(widget: QWidget) -> str:
    """What a person reads there, in lines."""
    texts = (
        child.text() for child in widget.findChildren(QWidget) if child.isVisibleTo(widget) and hasattr(child, "text")
    )
    return "\n".join(text for text in texts if isinstance(text, str) and text)
