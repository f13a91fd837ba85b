"""The Logs page on a made-up feed: merging, filters, losses, floods, bounds, choices."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from nasclustergui.core.command import Command, Result
from nasclustergui.core.errors import Unreachable
from nasclustergui.core.job import Job
from nasclustergui.remote.stream import Talk
from nasclustergui.subsystems.logs.manager import MOST_WAITING
from nasclustergui.subsystems.logs.model import Severity
from nasclustergui.subsystems.logs.page.page import LogsPage
from nasclustergui.subsystems.logs.page.rows import MESSAGE, SEVERITY, cell, time_text
from nasclustergui.ui.jobs import Jobs

BEGAN = round(time.time() * 1e6) - 3600 * 10**6


def journal_line(n: int, text: str, at: int, priority: int = 6) -> str:
    """As journalctl writes it."""
    fields = {
        "__CURSOR": f"i={n};t={at:x}",
        "__REALTIME_TIMESTAMP": str(at),
        "MESSAGE": text,
        "PRIORITY": str(priority),
    }
    return json.dumps({**fields, "_SYSTEMD_UNIT": "test.service", "_PID": "7"})


class FakeNode:
    """Answers the commands of logs from a journal in memory."""

    def __init__(self, name: str, skew: float = 0.0) -> None:
        self.name = self.host = name
        self.skew = skew
        self.lines: list[str] = []
        self.away = False
        self.hears = threading.Condition()
        self.followed: list[bytes] = []

    def write(self, text: str, at: int, priority: int = 6) -> None:
        """Into the journal; whoever follows hears it."""
        text = journal_line(len(self.lines), text, at, priority)
        with self.hears:
            self.lines.append(text)
            self.followed.append(b"j " + text.encode() + b"\n")
            self.hears.notify_all()

    def say(self, data: bytes) -> None:
        """The follower says that."""
        with self.hears:
            self.followed.append(data)
            self.hears.notify_all()

    def leave(self, away: bool) -> None:
        """The cable."""
        with self.hears:
            self.away = away
            self.hears.notify_all()

    def run(self, command: Command, job: Job | None = None) -> Result:
        """Listing, a page of the journal, all fields."""
        if self.away:
            raise Unreachable(self.name)
        if command.argv[0] == "sh":
            cursor = json.loads(self.lines[-1])["__CURSOR"] if self.lines else "x"
            return Result(0, f"now {time.time() + self.skew} +0000\njournal {cursor}\n")
        if command.argv[0] == "journalctl":
            words = command.argv
            if any(word.startswith("--cursor=") for word in words):
                return Result(0, json.dumps({"MESSAGE": "x", "_HOSTNAME": f"host of {self.name}"}))
            after = next((word.partition("=")[2] for word in words if word.startswith("--after-cursor=")), "")
            end = next((n for n, line in enumerate(self.lines) if after and f'"{after}"' in line), len(self.lines))
            worst = int(words[words.index("-p") + 1]) if "-p" in words else 7
            found = [line for line in self.lines[:end] if int(json.loads(line)["PRIORITY"]) <= worst]
            return Result(0, "\n".join(reversed(found[-int(words[words.index("-n") + 1]) :])))
        return Result(0, "")

    def stream(self, command: Command, talk: Talk, job: Job) -> Result:
        """What is said from now on."""
        with self.hears:
            self.followed.clear()
        job.on_cancel(lambda: self.leave(self.away))
        talk.received(b"t\n")
        while True:
            with self.hears:
                self.hears.wait_for(lambda: self.followed or self.away or job.cancelled, 0.5)
                said, self.followed = b"".join(self.followed), []
            job.check()
            if self.away:
                raise Unreachable(self.name)
            talk.received(said + b"t\n")


class FakeNodes(dict[str, FakeNode]):
    """Of a cluster."""

    def __init__(self, *nodes: FakeNode) -> None:
        super().__init__({node.name: node for node in nodes})
        self.listeners: list[Callable[[str, Any], None]] = []

    def listen(self, listener: Callable[[str, Any], None]) -> Callable[[], None]:
        """See SshNodes."""
        self.listeners.append(listener)
        return lambda: self.listeners.remove(listener)

    def back(self, name: str) -> None:
        """The node's link is there again."""
        self[name].leave(False)
        for listener in self.listeners:
            listener(name, None)


def write(path: Path, text: str) -> None:
    """Into a file."""
    path.write_text(text)


@pytest.fixture
def nodes() -> FakeNodes:
    """Three nodes with some lines each."""
    made = FakeNodes(FakeNode("node1"), FakeNode("node2", skew=5.0), FakeNode("node3"))
    for n in range(30):
        made[f"node{n % 3 + 1}"].write(f"line {n}", BEGAN + n * 10**6, 3 if n % 10 == 0 else 6)
    return made


@pytest.fixture
def page(qtbot: QtBot, nodes: FakeNodes) -> Iterator[LogsPage]:
    """Shown, and everything read."""
    jobs = Jobs()
    made = LogsPage(nodes, list(nodes), jobs, write)
    qtbot.addWidget(made)
    made.resize(1200, 760)
    made.show()
    qtbot.waitUntil(lambda: len(made.model.rows) == 30, timeout=5000)
    qtbot.waitUntil(lambda: "Live" in made.state.text(), timeout=5000)
    yield made
    made.close_down()
    jobs.close()


def texts(page: LogsPage) -> list[str]:
    """In sight, from top to bottom."""
    return [entry.text for entry in page.model.rows]


def test_lines_of_all_nodes_stand_in_one_order(page: LogsPage, nodes: FakeNodes, qtbot: QtBot) -> None:
    """And what is written next comes at the end, which stays in sight."""
    assert texts(page) == [f"line {n}" for n in range(30)]
    for n in range(100):
        nodes["node2"].write(f"new {n}", BEGAN + (100 + n) * 10**6)
    qtbot.waitUntil(lambda: len(page.model.rows) == 130, timeout=5000)
    assert page.table.at_end
    page.table.verticalScrollBar().setValue(10)
    top = page.model.rows[page.table.rowAt(0)]
    nodes["node1"].write("late, from before", BEGAN + 500_000)
    qtbot.waitUntil(lambda: "late, from before" in texts(page), timeout=5000)
    assert texts(page)[1] == "late, from before"
    assert page.model.rows[page.table.rowAt(0)] == top  # nothing moves below the eyes
    assert not page.table.at_end


def test_a_clock_that_is_off_is_told_and_can_be_corrected(page: LogsPage, qtbot: QtBot) -> None:
    """node2 is five seconds ahead."""
    assert "node2: clock 5.0" in page.state.text()
    page.tools.corrected.setChecked(True)
    qtbot.waitUntil(lambda: len(page.model.rows) == 30, timeout=5000)
    assert texts(page) != [f"line {n}" for n in range(30)]
    order = [key.at for key in page.model.keys]
    assert order == sorted(order)
    first = next(n for n, entry in enumerate(page.model.rows) if entry.node == "node2")
    assert page.model.rows[first].at - page.model.keys[first].at == pytest.approx(5e6, abs=5e5)


def test_filters(page: LogsPage, qtbot: QtBot) -> None:
    """Text at once, an expression that is none is told and changes nothing, severity is asked of the nodes."""
    QTest.keyClicks(page.tools.text, "LINE 1")
    qtbot.waitUntil(lambda: len(page.model.rows) == 11, timeout=2000)
    qtbot.waitUntil(lambda: page.count.text() == "11 of 30 entries", timeout=2000)
    page.tools.regex.setChecked(True)
    page.tools.text.setText("line 1(")
    qtbot.waitUntil(lambda: not page.tools.problem.isHidden(), timeout=2000)
    assert page.tools.problem.text().startswith("This is no regular expression")
    assert len(page.model.rows) == 11
    page.tools.text.setText("line [12]0$")
    qtbot.waitUntil(lambda: texts(page) == ["line 10", "line 20"], timeout=2000)
    assert page.tools.problem.isHidden()
    page.tools.text.clear()
    page.tools.severity.setCurrentIndex(int(Severity.ERROR))
    qtbot.waitUntil(lambda: texts(page) == ["line 0", "line 10", "line 20"], timeout=5000)
    page.run_action("logs.show:node2")
    qtbot.waitUntil(lambda: texts(page) == ["line 10"], timeout=5000)
    assert page.tools.nodes.text() == "node2"
    assert not page.run_action("nodes.show:node2")
    page.tools.severity.setCurrentIndex(int(Severity.CRITICAL))
    qtbot.waitUntil(lambda: page.stack.showing() == "empty", timeout=5000)


def test_a_node_that_is_away_is_told_with_its_time(page: LogsPage, nodes: FakeNodes, qtbot: QtBot) -> None:
    """Never as live; the others go on; back again, it is live again."""
    nodes["node3"].leave(True)
    qtbot.waitUntil(lambda: "node3: no connection since" in page.state.text(), timeout=5000)
    assert "Live · 2 of 3 nodes" in page.state.text()
    nodes["node1"].write("others go on", BEGAN + 10**9)
    qtbot.waitUntil(lambda: "others go on" in texts(page), timeout=5000)
    nodes.back("node3")
    qtbot.waitUntil(lambda: "Live · 3 of 3 nodes" in page.state.text(), timeout=5000)
    for node in nodes.values():
        node.leave(True)
    qtbot.waitUntil(lambda: page.state.text().startswith("Not live"), timeout=5000)
    page.restart()
    qtbot.waitUntil(lambda: "node1" in page.problems.toolTip(), timeout=5000)
    assert page.model.rows == []


def test_a_flood_fills_no_memory_and_what_was_left_out_is_told(page: LogsPage, nodes: FakeNodes, qtbot: QtBot) -> None:
    """While nobody takes, the node waits; afterwards everything is there."""
    page.toggle_pause()
    assert page.state.text().startswith("Paused since")
    block = b"".join(
        b"j " + journal_line(1000 + n, f"flood {n}", BEGAN + 2 * 10**9 + n).encode() + b"\n" for n in range(500)
    )
    for _n in range(40):
        nodes["node1"].say(block)
    nodes["node1"].say(b"j!1234\n")
    session = page.session
    assert session is not None
    qtbot.waitUntil(lambda: session.waiting > 0, timeout=5000)
    qtbot.wait(300)
    assert session.waiting <= MOST_WAITING + 20_000  # what came in one go
    page.toggle_pause()
    qtbot.waitUntil(lambda: len(page.model.rows) == 20_030, timeout=20_000)
    qtbot.waitUntil(lambda: "1,234 lines left out" in page.state.text(), timeout=5000)


def test_an_entry_in_full(page: LogsPage, qtbot: QtBot, tmp_path: Path) -> None:
    """Its fields are read when somebody looks; copying and saving take whole entries."""
    page.table.selectRow(4)
    assert page.detail.isVisible()
    qtbot.waitUntil(lambda: "host of node2" in page.detail.text.toPlainText(), timeout=5000)
    QTest.keyClick(page.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text().endswith("node2 info journal test.service[7]: line 4")
    page.copy()
    assert QGuiApplication.clipboard().text().count("\n") == 29
    page.save_to(tmp_path / "x.txt")
    qtbot.waitUntil((tmp_path / "x.txt").exists, timeout=5000)
    qtbot.waitUntil(lambda: (tmp_path / "x.txt").read_text().count("\n") == 30, timeout=5000)
    page.model.rebuild()
    assert page.table.currentIndex().row() == 4  # what was chosen stays chosen


def test_cells_say_severity_by_sign_and_word(page: LogsPage) -> None:
    """Never by colour alone; a long entry says how many lines follow; times have a day where it isn't today."""
    error = page.model.rows[0]
    shown = cell(error, SEVERITY, error.at)
    assert (shown.text, shown.icon, shown.state) == ("Error", "circle-x", "critical")
    assert cell(error._replace(text="a\nb\nc"), MESSAGE, 0).sub == "+2"
    assert time_text(error.at - 40 * 86400 * 10**6).count(" ") >= 1
    index = page.model.index(0, 0)
    assert str(page.model.data(index, 11)).startswith("Error, node1")
