"""Logs of real nodes through the real window: merged, filtered, followed through rotation, losses and floods."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from nasclustergui.remote import inventory
from nasclustergui.subsystems.logs.manager import NodeStatus, Phase
from nasclustergui.subsystems.logs.model import JOURNAL, Entry, Severity
from nasclustergui.subsystems.logs.page.page import LogsPage
from nasclustergui.subsystems.logs.page.tools import BETWEEN
from tests.lab.app import App, pause
from tests.lab.cluster import Lab, take_down
from tests.lab.for_tests import lab_name, require_lab
from tests.lab.netns import on_hub

pytestmark = pytest.mark.lab
GLUSTERD = "glusterfs/glusterd.log"
SEVERITIES = {severity: n for n, severity in enumerate(Severity)}


class Hands(App):
    """The window, and a person's hands on its Logs page."""

    @property
    def logs(self) -> LogsPage:
        """The page."""
        return self.space.logs

    def live(self) -> None:
        """All nodes are followed."""
        self.wait(lambda: self.logs.session is not None and all(s.phase is Phase.LIVE for s in self.status()), "live")

    def status(self) -> tuple[NodeStatus, ...]:
        assert self.logs.session is not None
        return self.logs.session.status()

    def find(self, text: str) -> list[Entry]:
        """Entries in sight."""
        return [entry for entry in self.logs.model.rows if text in entry.text]

    def sees(self, text: str, n: int = 1) -> list[Entry]:
        """Wait until so many entries with that text are there."""
        self.wait(lambda: len(self.find(text)) >= n, f"{n} × {text!r}, there are {len(self.find(text))}", 30)
        return self.find(text)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Lab]:
    require_lab()
    name = lab_name("logs")
    try:
        yield Lab.up(nodes=3, name=name, disks=1, disk_mb=320, etcd_auth=True)
    finally:
        take_down(name)


@pytest.fixture(scope="module")
def app(cluster: Lab) -> Iterator[Hands]:
    with on_hub(cluster.name):
        window = Hands(cluster.profile_path)
        try:
            window.page("logs")
            window.live()
            yield window
        finally:
            window.close()


def log(cluster: Lab, node: int, text: str, priority: str = "user.info") -> None:
    """A line into the journal."""
    cluster.exec(node, "logger", "-t", "test", "-p", priority, text)


def gluster(cluster: Lab, node: int, *texts: str, file: str = "glusterd.log", level: str = "W") -> None:
    """Lines as glusterd writes them, now."""
    body = "; ".join(f"printf '[%s +0000] {level} [a.c:1:f] 0-test: {text}\\n' \"$n\"" for text in texts)
    cluster.exec(node, "sh", "-c", f"n=$(date -u '+%Y-%m-%d %H:%M:%S.%6N'); {{ {body}; }} >> /var/log/glusterfs/{file}")


def test_lines_of_three_nodes_appear_merged_in_order(app: Hands, cluster: Lab) -> None:
    """Live, each once, with their node and severity; the detail has all fields of the journal."""
    for node in (2, 1, 3):
        log(cluster, node, f"order of {node}", "user.err")
    found = app.sees("order of", 3)
    assert [entry.node for entry in found] == ["node2", "node1", "node3"]
    assert {entry.severity for entry in found} == {Severity.ERROR}
    assert app.logs.state.text().startswith("Live · 3 of 3 nodes")
    app.logs.table.selectRow(app.logs.model.rows.index(found[0]))
    app.wait(lambda: "_HOSTNAME" in app.logs.detail.text.toPlainText(), "all fields", 20)
    assert "node2" in app.logs.detail.text.toPlainText()


def test_severity_is_asked_of_the_nodes_and_glusterds_own_error_is_found(app: Hands, cluster: Lab) -> None:
    """glusterd says at its start that it may not raise a limit; nothing less severe is shown."""
    log(cluster, 1, "only informing")
    app.sees("only informing")
    app.logs.tools.severity.setCurrentIndex(SEVERITIES[Severity.ERROR])
    app.live()
    (own, *_others) = app.sees("Failed to set extended attribute")
    assert (own.source, own.unit, own.message_id) == (GLUSTERD, "0-management", "106053")
    assert all(entry.severity >= Severity.ERROR for entry in app.logs.model.rows)
    gluster(cluster, 1, "worse than that", level="C")
    gluster(cluster, 1, "not so bad", level="I")
    log(cluster, 2, "a followed error", "user.err")
    app.sees("worse than that")
    app.sees("a followed error")
    assert not app.find("not so bad")
    app.type(app.logs.tools.text, "extended attr")
    app.wait(lambda: {e.source for e in app.logs.model.rows} == {GLUSTERD}, "the filter")
    app.logs.tools.regex.setChecked(True)
    app.type(app.logs.tools.text, "(")
    app.wait(lambda: not app.logs.tools.problem.isHidden(), "the sentence about the expression")
    assert "regular expression" in app.logs.tools.problem.text()
    app.logs.tools.text.clear()
    app.logs.tools.regex.setChecked(False)
    app.logs.tools.severity.setCurrentIndex(0)
    app.live()


def test_following_goes_on_through_rotation(app: Hands, cluster: Lab) -> None:
    """Renamed and made anew while the daemon still writes to the old one, then cut after a copy: each line once."""
    gluster(cluster, 2, "turn 1")
    app.sees("turn 1")
    move = "cd /var/log/glusterfs && mv glusterd.log glusterd.log.1 && : > glusterd.log"
    gluster(cluster, 2, "turn 2")
    cluster.exec(2, "sh", "-c", move)
    gluster(cluster, 2, "turn 3", file="glusterd.log.1")
    gluster(cluster, 2, "turn 4")
    app.sees("turn 4")
    gluster(cluster, 2, "turn 5", file="glusterd.log.1")
    gluster(cluster, 2, "turn 6")
    app.sees("turn 5")
    app.sees("turn 6")
    gluster(cluster, 2, "turn 7")
    cut = "cd /var/log/glusterfs && rm -f glusterd.log.1 && cp glusterd.log glusterd.log.1 && : > glusterd.log"
    cluster.exec(2, "sh", "-c", cut)
    gluster(cluster, 2, "turn 8")
    app.sees("turn 8")
    pause(1500)
    assert sorted(entry.text for entry in app.find("turn ")) == [f"turn {n}" for n in range(1, 9)]
    # read anew, the rotated files count too
    app.logs.restart()
    app.live()
    assert [e.text for e in app.sees("turn 7")] == ["turn 7"]


def test_a_node_without_cable_is_told_and_comes_back_without_loss_or_doubles(app: Hands, cluster: Lab) -> None:
    """The others go on; what it wrote meanwhile comes when it is back, a rotated file's lines included."""
    log(cluster, 3, "pull 0")
    app.sees("pull 0")
    cluster.unplug(3)
    for n in range(1, 21):
        log(cluster, 3, f"pull {n}")
    gluster(cluster, 3, *(f"pull {n}" for n in range(21, 31)))
    cluster.exec(3, "sh", "-c", "cd /var/log/glusterfs && mv glusterd.log glusterd.log.1 && : > glusterd.log")
    gluster(cluster, 3, *(f"pull {n}" for n in range(31, 41)))
    app.wait(lambda: app.status()[2].phase is Phase.LOST, "the loss", 40)
    app.wait(lambda: "node3: no connection since" in app.logs.state.text(), "the state line", 10)
    assert "2 of 3 nodes" in app.logs.state.text()
    log(cluster, 1, "meanwhile elsewhere")
    app.sees("meanwhile elsewhere")
    assert len(app.find("pull ")) == 1
    cluster.plug(3)
    app.sees("pull ", 41)
    app.live()
    log(cluster, 3, "pull 41")
    app.sees("pull 41")
    pause(1500)
    numbers = sorted(int(entry.text.split()[1]) for entry in app.find("pull "))
    assert numbers == list(range(42))


def test_a_flood_is_bounded_and_told(app: Hands, cluster: Lab) -> None:
    """What is shown and what is told as left out is what was written; the window lives; errors pass the flood."""
    before = sum(status.left_out for status in app.status())
    flood = "seq -f 'flood %.0f' 20000 | logger -t flood; logger -t flood -p user.err 'needle in flood'"
    cluster.exec(1, "sh", "-c", flood)
    app.sees("needle in flood")
    pause(1500)
    log(cluster, 1, "after the flood")
    app.sees("after the flood")
    app.wait(lambda: "left out" in app.logs.state.text(), "the state line", 10)
    shown = [entry for entry in app.find("flood ") if entry.unit == "flood"]
    left_out = sum(status.left_out for status in app.status()) - before
    # the journal's rate limit counts by unit, and lines of logger belong to none in the lab
    dropped = [entry for entry in app.logs.model.rows if "Suppressed" in entry.text]
    assert dropped or 20_000 <= len(shown) + left_out <= 20_200
    assert 0 < len(shown) < 10_000
    assert len({entry.place for entry in shown}) == len(shown)
    wave = 'echo "[$t +0000] I [a:1:f] 0-y: wave $i"'
    script = (
        f"t=$(date -u '+%Y-%m-%d %H:%M:%S.%6N'); i=0; while [ $i -lt 20000 ]; do i=$((i+1)); {wave}; done > /tmp/wave"
    )
    cluster.exec(2, "sh", "-c", f"{script}; cat /tmp/wave >> /var/log/glusterfs/glusterd.log")
    app.wait(lambda: app.status()[1].left_out > 0, "left out lines of a file", 20)
    app.sees("wave 20000")


def test_older_entries_come_without_gap_or_double(app: Hands, cluster: Lab) -> None:
    """Page by page, back to the first line, also from compressed files."""
    old = (
        'i=0; while [ $i -lt 3000 ]; do i=$((i+1)); echo "[2026-01-02 00:00:00.%06d +0000] I [a:1:f] 0-y: age $i"; done'
    )
    old = old.replace("%06d", "$(printf %06d $i)")
    script = f"cd /var/log/glusterfs; ({old}) > age.all; head -n 1000 age.all | gzip > age.log.2.gz; "
    script += "sed -n 1001,2000p age.all > age.log.1; tail -n 1000 age.all > age.log; rm age.all; "
    script += "touch -d '1 day ago' age.log.2.gz"
    cluster.exec(1, "sh", "-c", script)
    app.logs.restart()
    app.live()
    app.logs.tools.nodes.choose(["node1"])
    app.logs.tools.sources.choose(["glusterfs/age.log"])
    app.live()
    app.sees("age 3000")
    for _page in range(30):
        if not app.logs.model.timeline.has_older():
            break
        app.wait(app.logs.older_button.isEnabled, "the button", 20)
        app.click(app.logs.older_button)
        app.wait(lambda: not app.logs._rounds, "the older page", 20)
    assert [int(e.text.split()[1]) for e in app.find("age ")] == list(range(1, 3001))
    app.logs.tools.range.setCurrentIndex(BETWEEN)
    app.wait(lambda: app.logs.state.text().startswith("Read at"), "the range to be read", 20)
    assert not app.find("age ")
    app.logs.tools.range.setCurrentIndex(0)
    app.logs.tools.sources.choose([])
    app.logs.tools.nodes.choose([])
    app.live()


def test_pause_keeps_everything_for_later(app: Hands, cluster: Lab) -> None:
    """Nothing comes while paused, all of it after."""
    app.click(app.logs.pause_button)
    assert app.logs.state.text().startswith("Paused since")
    for n in range(5):
        log(cluster, 1, f"paused {n}")
    pause(1500)
    assert not app.find("paused ")
    app.click(app.logs.pause_button)
    app.sees("paused ", 5)


def test_saved_entries_are_what_is_shown(app: Hands, cluster: Lab, tmp_path: Path) -> None:
    """A line each."""
    log(cluster, 1, "to be saved")
    app.sees("to be saved")
    app.type(app.logs.tools.text, "to be saved")
    app.wait(lambda: len(app.logs.model.rows) == 1, "the filter")
    app.logs.save_to(tmp_path / "out.txt")
    app.wait((tmp_path / "out.txt").exists, "the file", 10)
    assert (tmp_path / "out.txt").read_text().endswith("]: to be saved\n")
    app.logs.tools.text.clear()
    app.wait(lambda: len(app.logs.model.rows) > 1, "the filter to go")


def test_the_nodes_page_leads_here(app: Hands) -> None:
    """By its button: that node alone."""
    app.page("nodes")
    app.wait(lambda: app.space.nodes.tree.select_key("node2"), "a row of node2")
    app.click(app.space.nodes.detail.buttons["logs.show"])
    assert app.frame.current_page() is app.logs
    app.wait(lambda: app.logs.model.rows and {e.node for e in app.logs.model.rows} == {"node2"}, "node2 alone", 20)
    app.logs.tools.nodes.choose([])
    app.live()


def test_a_login_user_without_rights_is_told_at_its_place(cluster: Lab, tmp_path: Path) -> None:
    """admin without sudo sees neither the system's journal nor glusterd.log; the page says so for each."""
    cluster.exec(
        1,
        "sh",
        "-c",
        "mkdir -p /tmp/sudoers; mv /etc/sudoers.d/* /tmp/sudoers/ 2>/dev/null; "
        "cp /etc/sudoers /tmp/sudoers.main; echo 'root ALL=(ALL) ALL' > /etc/sudoers",
    )
    with on_hub(cluster.name):
        profile = _as_admin(cluster, tmp_path)
        window = Hands(profile)
        try:
            window.page("logs")
            window.logs.tools.nodes.choose(["node1"])
            window.wait(lambda: window.logs.session is not None and window.logs.session.settled, "an answer", 40)
            window.wait(lambda: "node1: journal:" in window.logs.problems.toolTip(), "the reason", 20)
            assert "login user" in window.logs.problems.toolTip()
            assert GLUSTERD in window.logs.problems.toolTip()
        finally:
            window.close()
            cluster.exec(1, "sh", "-c", "cp /tmp/sudoers.main /etc/sudoers; mv /tmp/sudoers/* /etc/sudoers.d/ || true")


def _as_admin(cluster: Lab, tmp_path: Path) -> Path:
    text = cluster.profile_path.read_text().replace('user = "root"', 'user = "admin"')
    assert "admin" in text
    path = tmp_path / "admin.toml"
    path.write_text(text)
    assert inventory.load(path).ssh.user == "admin"
    return path


def test_the_command_line_says_the_same(cluster: Lab) -> None:
    """Merged, filtered, as JSON; a node that is away is told, the others shown; wrong words are refused."""

    def run(*words: str, expect: int = 0) -> str:
        done = cluster.hub(
            sys.executable,
            "-m",
            "nasclustergui",
            "--cluster",
            str(cluster.profile_path),
            "node",
            "logs",
            *words,
            check=False,
        )
        assert done.returncode == expect, (done.stdout, done.stderr)
        return done.stdout + (done.stderr if expect else "")

    for node in (1, 2, 3):
        log(cluster, node, f"shell {node}", "user.err")
    lines = run("all", "--severity", "error", "--grep", "^shell", "-n", "3").splitlines()
    assert [line.rpartition(": ")[2] for line in lines] == ["shell 1", "shell 2", "shell 3"]
    data = json.loads(run("node1", "--source", "glusterd.log", "--severity", "error", "--json"))
    assert any("extended attribute" in entry["text"] for entry in data["entries"])
    assert {entry["source"] for entry in data["entries"]} == {GLUSTERD}
    assert "There is no node" in run("node9", expect=2)
    assert "is no time" in run("node1", "--since", "soon", expect=2)
    assert JOURNAL in run("node1", "--unit", "ssh", "-n", "1")
    cluster.unplug(3)
    try:
        said = run("node1", "node3", "--grep", "^shell", "-n", "1", expect=1)
    finally:
        cluster.plug(3)
    assert "shell 1" in said
    assert "node3:" in said
