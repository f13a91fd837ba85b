"""Terminals of real nodes through the real window: shells, vi, htop, floods, faults, bricks, goodbyes."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from nasclustergui.core.command import Secret
from nasclustergui.remote.audit_reader import verify
from nasclustergui.remote.credentials import NoCredentials
from nasclustergui.remote.paths import audit_file
from nasclustergui.subsystems.terminal.emulator.cells import PLAIN
from nasclustergui.subsystems.terminal.emulator.history import LINES
from nasclustergui.subsystems.terminal.model import Phase
from nasclustergui.subsystems.terminal.page.tab import TerminalTab
from nasclustergui.subsystems.terminal.page.window import TerminalsWindow
from nasclustergui.ui import theme
from tests.lab.app import pause
from tests.lab.cluster import Lab, take_down
from tests.lab.for_tests import lab_name, require_lab
from tests.lab.netns import on_hub
from tests.lab.spec import ADMIN_PASSWORD
from tests.lab.watched import Watched

pytestmark = pytest.mark.lab
PROMPT = "node1:~#"
_CONTROL = Qt.KeyboardModifier.ControlModifier


class Password(NoCredentials):
    """Knows the password of `admin`, and no key."""

    def password(self, user: str, host: str) -> Secret | None:
        return Secret(ADMIN_PASSWORD)

    def sudo_password(self, user: str, host: str) -> Secret | None:
        return Secret(ADMIN_PASSWORD)


class Hands(Watched):
    """The window, and a person's hands in its terminals."""

    def terminal(self, node: str = "node1", prompt: str = "#") -> TerminalTab:
        """One more terminal, by the button of the Nodes page; its prompt is there."""
        self.page("nodes")
        self.wait(lambda: self.space.nodes.tree.select_key(node), f"a row of {node}")
        button = self.space.nodes.detail.buttons["terminal.open"]
        self.wait(button.isEnabled, "the button Terminal")
        self.click(button)
        tab = self.window.tabs[-1]
        self.wait(lambda: self.text(tab).rstrip().endswith(prompt), f"a prompt of {node}; {self.text(tab)!r}")
        return tab

    @property
    def window(self) -> TerminalsWindow:
        found = self.space.terminals.window
        assert found is not None
        return found

    def text(self, tab: TerminalTab) -> str:
        """What is seen."""
        return "\n".join(line.text.rstrip() for line in tab.view.frame.lines).rstrip()

    def enter(self, tab: TerminalTab, text: str) -> None:
        """Type a line."""
        QTest.keyClicks(tab.view, text)
        QTest.keyClick(tab.view, Qt.Key.Key_Return)

    def compose(self, tab: TerminalTab, text: str) -> None:
        """What an input method or a dead key makes."""
        event = QInputMethodEvent()
        event.setCommitString(text)
        QApplication.sendEvent(tab.view, event)

    def sees(self, tab: TerminalTab, wanted: str, seconds: float = 30) -> None:
        """Wait until it stands there."""
        self.wait(lambda: wanted in self.text(tab), f"{wanted!r} in {self.text(tab)[-600:]!r}", seconds)

    def line_of(self, tab: TerminalTab, wanted: str) -> str:
        """The line that begins with it."""
        return next(line for line in self.text(tab).splitlines() if line.startswith(wanted))


@pytest.fixture(scope="module")
def cluster() -> Iterator[Lab]:
    require_lab()
    name = lab_name("terminal")
    try:
        lab = Lab.up(nodes=2, name=name, disks=1, disk_mb=300, etcd_auth=True)
        bricks = [f"node{n}:/bricks/d1/data" for n in (1, 2)]
        lab.exec(1, "gluster", "--mode=script", "volume", "create", "data", "replica", "2", *bricks, "force")
        lab.exec(1, "gluster", "--mode=script", "volume", "start", "data")
        yield lab
    finally:
        take_down(name)


@pytest.fixture
def app(cluster: Lab) -> Iterator[Hands]:
    with on_hub(cluster.name):
        hands = Hands(cluster.profile_path)
        try:
            hands.wait(lambda: hands.volume("data"), "the volume")
            yield hands
        finally:
            hands.close()


def recorded() -> list[tuple[str, str]]:
    """(title, node) of the terminals in the record of changes."""
    entries = [json.loads(line) for line in audit_file().read_text().splitlines()]
    return [(entry["title"], entry["node"]) for entry in entries if entry["kind"] == "terminal"]


def test_a_shell_types_in_colour_and_knows_its_size(app: Hands, cluster: Lab, output: Path) -> None:
    tab = app.terminal()
    app.enter(tab, "echo $((6*7)) $TERM; printf '\\033[31mred\\033[0m plain\\n'")
    QTest.keyClicks(tab.view, "echo ")
    app.compose(tab, "größe│€")
    app.enter(tab, "")
    app.sees(tab, "42 xterm-256color")
    app.sees(tab, "\ngröße│€")
    red = next(line for line in tab.view.frame.lines if line.text.startswith("red plain"))
    assert red.runs == ((0, 3, PLAIN._replace(fg=1)),)
    app.enter(tab, "clear; stty size")
    columns, lines = tab.view.fitting()
    app.sees(tab, f"{lines} {columns}")
    app.window.resize(app.window.width() - 120, app.window.height() - 90)
    app.wait(lambda: tab.view.fitting() != (columns, lines), "another size")
    columns, lines = tab.view.fitting()
    app.wait(lambda: tab.session.terminal.size() == (columns, lines), "the size to be told")
    app.enter(tab, "clear; stty size")
    app.sees(tab, f"{lines} {columns}")
    assert tab.session.user == "root"
    assert app.window.windowTitle().startswith("node1 · root")
    second = app.terminal()
    assert second.name() == "node1 · root (2)"
    app.enter(second, "ls --color=always -ld / /bin/sh /bricks")
    app.sees(second, "/bricks")
    app.shot(output, "lab-terminal", app.window)
    app.shot(output, "lab-terminal-nodes")
    before = recorded().count(("Terminal opened", "node1"))
    assert before >= 2
    app.wait(lambda: second.running() == (), "nothing to run there")
    app.window.close_tab(second)
    app.wait(lambda: recorded()[-1] == ("Terminal closed", "node1"), "the record of its end")
    assert "stty" not in audit_file().read_text()  # nothing that was typed
    assert verify(audit_file()).intact


def test_vi_edits_and_saves_a_file(app: Hands, cluster: Lab, output: Path) -> None:
    tab = app.terminal()
    app.enter(tab, "vi /root/note.txt")
    app.wait(lambda: tab.view.frame.alternate, "vi")
    QTest.keyClicks(tab.view, "ifirst line")
    QTest.keyClick(tab.view, Qt.Key.Key_Return)
    QTest.keyClicks(tab.view, "second")
    app.sees(tab, "second")
    app.shot(output, "lab-terminal-vi", app.window)
    QTest.keyClick(tab.view, Qt.Key.Key_Escape)
    pause(1200)  # vi waits whether the escape begins a key
    app.enter(tab, ":wq")
    app.wait(lambda: not tab.view.frame.alternate, "the end of vi")
    assert "vi /root/note.txt" in app.text(tab)  # the screen of before is back
    assert cluster.exec(1, "cat", "/root/note.txt").stdout == "first line\nsecond\n"


def test_htop_draws_takes_the_mouse_and_quits(app: Hands, output: Path) -> None:
    tab = app.terminal()
    app.enter(tab, "htop")
    app.wait(lambda: tab.view.frame.alternate, "htop")
    app.sees(tab, "Load average")
    app.sees(tab, "F10")
    colours = {style.bg for line in tab.view.frame.lines for _first, _end, style in line.runs}
    assert len(colours) >= 2  # its header and keys stand on colours
    app.wait(lambda: tab.session.facts is not None and tab.session.facts.program == "htop", "what runs to be known")
    app.shot(output, "lab-terminal-htop", app.window)
    theme.use("dark")
    app.shot(output, "lab-terminal-htop-dark", app.window)
    theme.use("light")
    QTest.keyClick(tab.view, Qt.Key.Key_Q)
    app.wait(lambda: not tab.view.frame.alternate, "the end of htop")
    app.sees(tab, PROMPT)


def test_ten_megabytes_of_yes_and_control_c(app: Hands) -> None:
    tab = app.terminal()
    app.worst = 0.0
    app.enter(tab, "yes | head -c 10000000; echo DO''NE")
    app.sees(tab, "DONE", 120)
    app.assert_honest()
    print(f"longest gap {app.worst:.2f} s")
    assert len(tab.session.terminal.lines()[1]) <= LINES + tab.view.fitting()[1]
    app.enter(tab, "clear; yes 'no end of it'")
    app.sees(tab, "no end of it\nno end of it")
    QTest.keyClick(tab.view, Qt.Key.Key_C, _CONTROL)
    app.sees(tab, f"^C\nroot@{PROMPT}", 20)
    app.enter(tab, "clear; echo al''ive")
    app.sees(tab, "alive")
    app.assert_honest()


def test_inside_a_brick_it_warns(app: Hands, output: Path) -> None:
    tab = app.terminal()
    assert not tab.guard_bar.isVisible()
    app.enter(tab, "cd /bricks/d1/data/.glusterfs")
    app.wait(tab.guard_bar.isVisible, "the warning")
    assert "volume data" in tab.guard_bar.title()
    assert "/bricks/d1/data/.glusterfs" in tab.guard_bar.title()
    app.shot(output, "lab-terminal-brick", app.window)
    app.enter(tab, "cd")
    app.wait(lambda: not tab.guard_bar.isVisible(), "the warning to go")
    app.enter(tab, "(cd /bricks/d1/data && sleep 300)")  # a program in it, not the shell
    app.wait(tab.guard_bar.isVisible, "the warning again")
    QTest.keyClick(tab.view, Qt.Key.Key_C, _CONTROL)
    app.wait(lambda: not tab.guard_bar.isVisible(), "the warning to go again")


def test_closing_asks_when_something_runs_and_an_end_is_said(app: Hands, output: Path) -> None:
    tab = app.terminal()
    app.enter(tab, "sleep 321")
    app.wait(lambda: tab.session.facts is not None and tab.session.facts.program == "sleep", "what runs")
    app.window.close_tab(tab)
    question = app.window.question
    assert question is not None
    assert "sleep runs there" in question.text.text()
    app.shot(output, "lab-terminal-close", question)
    app.click(question.cancel_button)
    assert app.window.tabs == [tab]
    QTest.keyClick(tab.view, Qt.Key.Key_C, _CONTROL)
    app.wait(lambda: tab.session.facts is not None and tab.session.facts.busy == (), "the end of it")
    app.enter(tab, "exit 3")
    app.wait(lambda: tab.session.status.phase is Phase.ENDED, "the end of the shell")
    app.wait(tab.status_bar.isVisible, "the bar")
    assert tab.status_bar.banner.title().endswith("with exit status 3")
    app.shot(output, "lab-terminal-ended", app.window)
    app.click(tab.status_bar.again_button)
    app.wait(lambda: tab.session.status.phase is Phase.OPEN, "a new shell")
    assert "exit 3" in app.text(tab)  # the text stays
    app.wait(lambda: tab.session.facts is not None, "what runs")
    app.window.close_tab(tab)
    assert app.window.tabs == []


def test_an_unplugged_node_keeps_its_shell_and_a_dead_one_gets_a_new_one(
    app: Hands, cluster: Lab, output: Path
) -> None:
    tab = app.terminal()
    app.enter(tab, "clear; echo shell=$$")
    app.sees(tab, "shell=")
    number = app.line_of(tab, "shell=")
    cluster.unplug(1)
    app.wait(lambda: tab.session.status.phase is Phase.SILENT, "silence to be told", 30)
    app.wait(tab.status_bar.isVisible, "the bar")
    assert "does not answer since" in tab.status_bar.banner.title()
    app.shot(output, "lab-terminal-silent", app.window)
    app.enter(tab, "echo again=$$")
    cluster.plug(1)
    app.sees(tab, number.replace("shell", "again"), 60)  # the same shell, and what was typed has arrived
    app.wait(lambda: tab.session.status.phase is Phase.OPEN, "the bar to go")
    app.meanwhile(lambda: cluster.poweroff(1))
    app.wait(lambda: tab.session.status.phase is Phase.LOST, "the loss to be told", 60)
    app.wait(lambda: "lost at" in tab.status_bar.banner.title(), "the bar")
    assert number in app.text(tab)
    app.shot(output, "lab-terminal-lost", app.window)
    app.meanwhile(lambda: cluster.poweron(1))
    app.wait(lambda: tab.session.status.shells == 2, "a new shell", 60)
    app.wait(lambda: "A new shell on node1" in tab.status_bar.banner.title(), "the bar to say so")
    app.enter(tab, "echo third=$$")
    app.sees(tab, "third=")
    app.shot(output, "lab-terminal-again", app.window)
    app.assert_honest()


def test_another_user_with_a_password_and_what_sudo_hides(cluster: Lab, tmp_path: Path) -> None:
    """Directories of root's processes are told only to root: after sudo the warning cannot know. docs/user says so."""
    profile = tmp_path / "admin.toml"
    text = cluster.profile_path.read_text().replace('user = "root"', 'user = "admin"')
    profile.write_text("\n".join(line for line in text.splitlines() if not line.startswith("identity_files")))
    with on_hub(cluster.name):
        hands = Hands(profile, Password())
        try:
            tab = hands.terminal(prompt="$")
            assert tab.session.user == "admin"
            hands.wait(lambda: tab.guarded, "the bricks to be known")
            hands.enter(tab, "cd /bricks/d1/data")
            hands.wait(tab.guard_bar.isVisible, "the warning")
            hands.enter(tab, "cd; sudo -k bash -c 'cd /bricks/d1/data; exec sleep 300'")
            hands.sees(tab, "password for admin")
            hands.enter(tab, ADMIN_PASSWORD)
            hands.wait(lambda: "sleep" in str(tab.session.facts), "what runs as root")
            assert not tab.guard_bar.isVisible()
            QTest.keyClick(tab.view, Qt.Key.Key_C, _CONTROL)
        finally:
            hands.close()


def test_a_read_only_profile_has_no_terminals(cluster: Lab, tmp_path: Path) -> None:
    profile = tmp_path / "looking.toml"
    text = cluster.profile_path.read_text()
    assert "read_only = false" in text
    profile.write_text(text.replace("read_only = false", "read_only = true"))
    with on_hub(cluster.name):
        hands = Hands(profile)
        try:
            hands.page("nodes")
            hands.wait(lambda: hands.space.nodes.tree.select_key("node1"), "a row")
            button = hands.space.nodes.detail.buttons["terminal.open"]
            hands.wait(lambda: "read-only" in button.toolTip(), "the reason")
            assert not button.isEnabled()
            hands.space.run_action("terminal.open:node1")
            assert hands.space.terminals.window is None
        finally:
            hands.close()
