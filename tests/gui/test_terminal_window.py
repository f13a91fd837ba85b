"""The terminals' window: typing, selecting, copying, pasting, searching, zooming, closing, what its bars say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QCloseEvent, QGuiApplication, QInputMethodEvent, QKeyEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nasclustergui.core.errors import LoginRefused
from nasclustergui.subsystems.terminal.emulator.cells import Style
from nasclustergui.subsystems.terminal.find import Spot
from nasclustergui.subsystems.terminal.model import Guarded, Phase
from nasclustergui.subsystems.terminal.page import palette
from nasclustergui.subsystems.terminal.page.painting import MARGIN
from nasclustergui.subsystems.terminal.page.window import TerminalsWindow
from nasclustergui.ui import theme, tokens
from tests.gui.terminal_scenes import PROFILE, FakeShell, FakeShells

Key, Mod = Qt.Key, Qt.KeyboardModifier
CONTROL_SHIFT = Mod.ControlModifier | Mod.ShiftModifier


class Scene:
    """A window with one terminal, 80 columns wide or more."""

    def __init__(self, qtbot: QtBot) -> None:
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        theme.setup(app)
        self.bot, self.shells = qtbot, FakeShells()
        self.recorded: list[str] = []
        record = lambda what, node, _user, _status: self.recorded.append(f"{what} {node}")  # noqa: E731
        names = [node.name for node in PROFILE.nodes]
        self.window = TerminalsWindow(PROFILE, self.shells, record, names)  # type: ignore[arg-type]
        qtbot.addWidget(self.window)
        self.tab = self.window.open("node1")
        self.window.resize(900, 620)
        self.until(lambda: bool(self.shells.made) and self.tab.session.alive)
        self.until(lambda: self.tab.session.terminal.size() == self.tab.view.fitting())

    @property
    def shell(self) -> FakeShell:
        return self.shells.made[0]

    def until(self, true: Callable[[], object]) -> None:
        self.bot.waitUntil(lambda: bool(true()), timeout=15_000)

    def print(self, text: str) -> None:
        """Let the shell print, and the window show it."""
        mark = f"<{len(self.shell.sizes)}{len(text)}>"
        self.shell.print(f"{text}\x1b]2;{mark}\x07")
        self.until(lambda: self.tab.view.frame.title == mark)

    def key(self, key: int, modifiers: Qt.KeyboardModifier = Mod.NoModifier, text: str = "") -> None:
        event = QKeyEvent(QEvent.Type.KeyPress, key, modifiers, text)
        QApplication.sendEvent(self.tab.view, event)

    def types(self, *data: bytes) -> None:
        """What arrived at the shell, all in all."""
        self.until(lambda: self.shell.typed == b"".join(data))

    def at(self, column: int, line: int) -> QPoint:
        grid = self.tab.view.painter().grid
        return QPoint(round(MARGIN + (column + 0.2) * grid.width), round(MARGIN + (line + 0.5) * grid.height))

    def text(self) -> str:
        return "\n".join(line.text.rstrip() for line in self.tab.view.frame.lines).rstrip()


@pytest.fixture
def scene(qtbot: QtBot) -> Iterator[Scene]:
    made = Scene(qtbot)
    yield made
    sessions = [tab.session for tab in made.window.tabs]
    made.window.end()
    for session in sessions:
        session.join(5)


# ------------------------------------------------------------ keyboard


def test_keys_go_to_the_shell_tab_and_f6_too(scene: Scene) -> None:
    QTest.keyClicks(scene.tab.view, "ls")
    QTest.keyClick(scene.tab.view, Key.Key_Tab)
    QTest.keyClick(scene.tab.view, Key.Key_F6)
    QTest.keyClick(scene.tab.view, Key.Key_Backtab, Mod.ShiftModifier)
    QTest.keyClick(scene.tab.view, Key.Key_C, Mod.ControlModifier)
    scene.types(b"ls\t", b"\x1b[17~", b"\x1b[Z", b"\x03")
    assert scene.tab.view.hasFocus() or not scene.window.isActiveWindow()


def test_altgr_dead_keys_and_input_methods(scene: Scene) -> None:
    scene.key(Key.Key_At, Mod.ControlModifier | Mod.AltModifier, "@")  # AltGr as Windows tells it
    scene.key(Key.Key_X, Mod.AltModifier, "x")
    scene.key(0x20AC, Mod.GroupSwitchModifier, "€")  # Qt has no name for that key
    scene.key(Key.Key_Dead_Acute)
    scene.key(Key.Key_Shift, Mod.ShiftModifier)
    composing = QInputMethodEvent("か", [])
    QApplication.sendEvent(scene.tab.view, composing)
    assert scene.tab.view.composed == "か"
    scene.tab.view.grab()
    done = QInputMethodEvent()
    done.setCommitString("é漢")
    QApplication.sendEvent(scene.tab.view, done)
    assert scene.tab.view.composed == ""
    scene.types("@\x1bx€é漢".encode())


def test_programs_choose_what_the_arrows_send(scene: Scene) -> None:
    scene.key(Key.Key_Up)
    scene.print("\x1b[?1h")
    scene.key(Key.Key_Up)
    scene.types(b"\x1b[A", b"\x1bOA")


def test_ctrl_shift_tab_leaves_to_the_tabs_and_comes_back(scene: Scene) -> None:
    scene.window.activateWindow()
    scene.key(Key.Key_Backtab, CONTROL_SHIFT)
    assert scene.window.focusWidget() is scene.window.strip
    assert scene.shell.typed == b""


def test_new_and_next_terminals_by_key(scene: Scene) -> None:
    scene.key(Key.Key_T, CONTROL_SHIFT)
    scene.until(lambda: len(scene.shells.made) == 2)
    scene.until(lambda: scene.window.strip.tabText(1) == "node1 · root (2)")
    assert scene.window.current is scene.window.tabs[1]
    QApplication.sendEvent(
        scene.window.tabs[1].view, QKeyEvent(QEvent.Type.KeyPress, Key.Key_PageDown, Mod.ControlModifier)
    )
    assert scene.window.current is scene.tab


def test_the_view_says_what_it_is_and_the_current_line(scene: Scene) -> None:
    scene.print("\x1b[2J\x1b[Hroot@node1:~# ls")
    assert scene.tab.view.accessibleName() == "Terminal on node1"
    scene.until(lambda: scene.tab.view.accessibleDescription() == "root@node1:~# ls")


# ------------------------------------------------------------ mouse, selection, clipboard


def test_selecting_by_mouse_copies_without_blanks(scene: Scene) -> None:
    scene.print("\x1b[2J\x1b[Hone /bricks/d1; two   \r\nthree")
    view = scene.tab.view
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=scene.at(4, 0))
    QTest.mouseMove(view, scene.at(5, 1))
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=scene.at(5, 1))
    scene.key(Key.Key_C, CONTROL_SHIFT)
    assert QGuiApplication.clipboard().text() == "/bricks/d1; two\nthree"
    QTest.mouseDClick(view, Qt.MouseButton.LeftButton, pos=scene.at(6, 0))
    assert view.selection.text() == "/bricks/d1"
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=scene.at(6, 0))
    assert view.selection.text() == "one /bricks/d1; two"
    assert scene.shell.typed == b""


def test_a_selection_vanishes_when_it_is_drawn_over_and_stays_when_it_scrolls(scene: Scene) -> None:
    scene.print("\x1b[2J\x1b[Hfirst\r\nsecond")
    view = scene.tab.view
    view.selection.begin(Spot(view.frame.screen, 0), 1)
    view.selection.extend(Spot(view.frame.screen, 5))
    view.selection.finish()
    scene.print("\r\nmore" * 100)
    assert view.selection.text() == "first"
    start = view.frame.screen
    view.selection.begin(Spot(start, 0), 3)
    view.selection.finish()
    scene.print("\x1b[HX")
    assert view.selection.text() == ""


def test_the_mouse_belongs_to_the_program_unless_shift_is_held(scene: Scene) -> None:
    scene.print("\x1b[2J\x1b[Hhtop text\x1b[?1002;1006h")
    view = scene.tab.view
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=scene.at(2, 3))
    QTest.mouseMove(view, scene.at(4, 3))
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=scene.at(4, 3))
    scene.types(b"\x1b[<0;3;4M", b"\x1b[<32;5;4M", b"\x1b[<0;5;4m")
    QTest.mouseDClick(view, Qt.MouseButton.LeftButton, Mod.ShiftModifier, scene.at(1, 0))
    assert view.selection.text() == "htop"


def wheel(scene: Scene, notches: int) -> None:
    place = QPointF(scene.at(1, 1))
    QApplication.sendEvent(
        scene.tab.view,
        QWheelEvent(
            place, place, QPoint(), QPoint(0, 120 * notches), Qt.MouseButton.NoButton, Mod.NoModifier,
            Qt.ScrollPhase.NoScrollPhase, False,
        ),
    )  # fmt: skip


def test_the_wheel_scrolls_back_and_output_does_not_pull_away(scene: Scene) -> None:
    scene.print("".join(f"line {n}\r\n" for n in range(300)))
    view = scene.tab.view
    wheel(scene, 2)
    assert view.frame.top == view.frame.screen - 6
    top = view.frame.lines[0].text
    scene.print("more\r\n" * 20)
    assert view.frame.lines[0].text == top
    assert scene.tab.scroll_bar.value() == view.frame.top - view.frame.oldest
    scene.key(Key.Key_A, text="a")  # typing goes to where it appears
    assert view.frame.top == view.frame.screen
    scene.key(Key.Key_PageUp, Mod.ShiftModifier)
    assert view.frame.top < view.frame.screen
    scene.key(Key.Key_End, Mod.ShiftModifier)
    assert view.frame.top == view.frame.screen


def test_in_a_full_screen_program_the_wheel_presses_arrows(scene: Scene) -> None:
    scene.print("\x1b[?1049h\x1b[?1h")
    wheel(scene, -1)
    scene.types(b"\x1bOB" * 3)


def test_one_line_is_pasted_at_once_several_after_a_look(scene: Scene) -> None:
    QGuiApplication.clipboard().setText("one line\n")
    scene.key(Key.Key_V, CONTROL_SHIFT)
    scene.types(b"one line\r")
    scene.tab.paste("rm -rf x\nreboot\n")
    assert scene.shell.typed == b"one line\r"
    dialog = next(w for w in QApplication.topLevelWidgets() if "Paste 2 lines" in w.windowTitle() and w.isVisible())
    dialog.go_button.click()  # type: ignore[attr-defined]
    scene.types(b"one line\r", b"rm -rf x\rreboot\r")
    scene.print("\x1b[?2004h")
    scene.tab.paste("a\nb")
    scene.types(b"one line\r", b"rm -rf x\rreboot\r", b"\x1b[200~a\rb\x1b[201~")


def test_the_menu_offers_what_makes_sense(scene: Scene) -> None:
    states = {action.text().split("\t")[0]: action.isEnabled() for action in scene.tab.menu().actions()}
    assert states == {"Copy": False, "Paste": True, "Select all": True, "Find…": True, "Clear scroll-back": False}


# ------------------------------------------------------------ search, zoom


def test_searching_counts_jumps_and_marks(scene: Scene) -> None:
    scene.print("".join(f"line {n} {'needle' if n % 50 == 0 else ''}\r\n" for n in range(300)))
    scene.key(Key.Key_F, CONTROL_SHIFT)
    bar = scene.tab.find_bar
    assert bar.isVisible()
    bar.field.setText("NEEDLE")
    assert bar.count.text() == "6 of 6"
    QTest.keyClick(bar.field, Key.Key_Return)
    assert bar.count.text() == "5 of 6"
    shown = [line.text.rstrip() for line in scene.tab.view.frame.lines]
    assert "line 200 needle" in shown
    QTest.keyClick(bar.field, Key.Key_Return, Mod.ShiftModifier)
    QTest.keyClick(bar.field, Key.Key_Return, Mod.ShiftModifier)
    assert bar.count.text() == "1 of 6"
    bar.field.setText("nothing like it")
    assert bar.count.text() == "Not found"
    bar.field.setText("needle")
    scene.print("needle\r\n")
    scene.until(lambda: bar.count.text().endswith("of 7"))
    QTest.keyClick(bar.field, Key.Key_Escape)
    assert not bar.isVisible()


def test_zoom_keeps_the_text_and_tells_the_shell(scene: Scene) -> None:
    scene.print("\x1b[2J\x1b[Htext")
    columns = scene.tab.view.frame.columns
    for _ in range(3):
        scene.key(Key.Key_Plus, Mod.ControlModifier)
    scene.until(lambda: scene.tab.view.frame.columns < columns)
    scene.until(lambda: scene.shell.sizes[-1] == scene.tab.view.fitting())
    assert "text" in scene.text()
    scene.key(Key.Key_0, Mod.ControlModifier)
    scene.until(lambda: scene.tab.view.frame.columns == columns)


# ------------------------------------------------------------ bars, closing


def test_an_end_a_loss_and_a_refusal_are_said(scene: Scene) -> None:
    bar = scene.tab.status_bar
    assert not bar.isVisible()
    scene.shell.end(3)
    scene.until(bar.isVisible)
    assert bar.banner.title().endswith("with exit status 3")
    assert bar.again_button.text() == "New shell"
    QTest.mouseClick(bar.again_button, Qt.MouseButton.LeftButton)
    scene.until(lambda: len(scene.shells.made) == 2 and scene.tab.session.alive)
    scene.shells.come(False)
    scene.shells.made[1].end(None, lost=True)
    scene.until(lambda: "lost at" in bar.banner.title())
    assert "as soon as the node is back" in bar.banner.accessibleName()
    scene.shells.refusal = LoginRefused("node1", "the password of root was not accepted")
    scene.shells.come(True)
    scene.tab.session.connect_again()
    scene.until(lambda: scene.tab.session.status.phase is Phase.LOST and scene.tab.session.status.error is not None)
    scene.shells.refusal = None
    scene.tab.session.connect_again()
    scene.until(lambda: "A new shell on node1" in bar.banner.title())


def test_a_first_connection_that_fails_says_why(qtbot: QtBot) -> None:
    shells = FakeShells()
    shells.refusal = LoginRefused("node2", "the password of root was not accepted", hint="Connect again.")
    window = TerminalsWindow(PROFILE, shells, lambda *_: None, ["node2"])  # type: ignore[arg-type]
    qtbot.addWidget(window)
    tab = window.open("node2")
    qtbot.waitUntil(lambda: tab.session.status.phase is Phase.FAILED, timeout=10_000)
    qtbot.waitUntil(lambda: "not accepted" in tab.status_bar.banner.title(), timeout=10_000)
    assert tab.status_bar.isVisible()
    window.end()


def test_inside_a_brick_a_bar_warns(scene: Scene, output: Path) -> None:
    scene.window.set_guarded({"node1": (Guarded("/bricks/d1/data", "data"),)})
    scene.shell.facts = "s 10 10\nd /bricks/d1/data/x\n"
    scene.until(scene.tab.guard_bar.isVisible)
    assert scene.tab.guard_bar.title() == "You are inside a brick of volume data: /bricks/d1/data/x"
    assert "mount -t glusterfs node1:/data" in scene.tab.guard_bar.accessibleName()
    scene.shell.facts = "s 10 10\nd /root\n"
    scene.until(lambda: not scene.tab.guard_bar.isVisible())


def test_closing_asks_only_where_something_runs(scene: Scene) -> None:
    scene.shell.facts = "s 10 20\np 20 rsync\n"
    scene.until(lambda: scene.tab.session.facts is not None and scene.tab.session.facts.busy)
    scene.window.close_tab(scene.tab)
    question = scene.window.question
    assert question is not None
    assert "rsync runs there" in question.text.text()
    question.cancel_button.click()
    assert scene.window.tabs
    event = QCloseEvent()
    scene.window.closeEvent(event)
    assert not event.isAccepted()
    assert scene.window.question is not None
    scene.window.question.go_button.click()
    assert scene.window.tabs == []
    assert not scene.window.isVisible()
    scene.until(lambda: scene.recorded == ["opened node1", "closed node1"])


def test_an_idle_terminal_is_closed_unasked_by_the_middle_button(scene: Scene) -> None:
    scene.until(lambda: scene.tab.running() == ())
    strip = scene.window.strip
    QTest.mouseClick(strip, Qt.MouseButton.MiddleButton, pos=strip.tabRect(0).center())
    assert scene.window.tabs == []


def test_the_bell_shows_on_the_tab_nobody_looks_at(scene: Scene) -> None:
    second = scene.window.open("node2")
    scene.until(lambda: len(scene.shells.made) == 2)
    assert scene.window.current is second
    scene.shell.print("\x07")
    scene.tab.view.refresh()
    scene.until(lambda: scene.tab.view.refresh() or scene.tab.rang)
    assert scene.window.strip.tabData(0) == ("bell", "warn")
    scene.window.strip.setCurrentIndex(0)
    assert scene.window.strip.tabData(0) == ("terminal", "text2")


def test_the_window_names_cluster_node_and_user(scene: Scene) -> None:
    scene.print("x")
    title = scene.window.windowTitle()
    assert title.startswith("node1 · root")
    assert title.endswith("Terminals of office")


# ------------------------------------------------------------ colours


@pytest.mark.parametrize("name", ["light", "dark", "contrast-light", "contrast-dark"])
def test_every_colour_can_be_read_on_every_background(name: str) -> None:
    chosen = palette.PALETTES[name]
    least = chosen.least
    for fg in range(-1, 256):
        for bg in (*range(-1, 16), 17, 52, 123, 188, 240):
            ink, paper = palette.colors(name, Style(fg, bg))
            best = max(tokens.contrast(end, paper) for end in ("#000000", "#FFFFFF"))
            assert tokens.contrast(ink, paper) >= min(least, best), (fg, bg, ink, paper)


def test_the_sixteen_colours_need_no_help_on_the_theme_s_own_background() -> None:
    for name in ("light", "dark"):
        chosen = palette.PALETTES[name]
        assert [ink for ink in chosen.inks if tokens.contrast(ink, chosen.paper) < 4.5] == []
        assert len(set(chosen.inks)) == 16


@pytest.mark.parametrize("name", ["light", "dark", "contrast-light", "contrast-dark"])
def test_it_can_be_painted_in_every_theme(scene: Scene, name: str, output: Path) -> None:
    theme.use(name)
    try:
        rows = (range(30, 38), range(90, 98), range(40, 48), range(100, 108))
        scene.print("".join(" ".join(f"\x1b[{c}m {c:>3} \x1b[0m" for c in row) + "\r\n" for row in rows))
        scene.print("\x1b[1mbold\x1b[0m \x1b[2mdim\x1b[0m \x1b[3mitalic\x1b[0m \x1b[4munder\x1b[0m \x1b[9mgone\x1b[0m ")
        scene.print("\x1b[7mreverse\x1b[0m größe 漢字 e\u0301 ✓ \x1b[8mhidden\x1b[0m\r\n")
        scene.print("".join(chr(c) for c in range(0x2500, 0x25A0)) + "\x1b[?5h\x1b[?5l\x1b[4 q")
        for shape in (2, 4, 6):
            scene.print(f"\x1b[{shape} q")
            assert scene.window.grab().save(str(output / f"terminal-{name}.png"))
    finally:
        theme.use("light")


def test_only_changed_lines_are_painted(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.print("\x1b[2J\x1b[H" + "".join(f"line {n}\r\n" for n in range(20)))
    scene.bot.wait(50)
    asked: list[int] = []
    view = scene.tab.view
    old, rect = view.frame, view._line_rect
    monkeypatch.setattr(view, "_line_rect", lambda n: (asked.append(n), rect(n))[1])
    scene.shell.print("\x1b[5;1Hchanged")
    scene.until(lambda: "changed" in view.terminal.frame().lines[4].text)
    new = view.terminal.frame()
    asked.clear()
    view._update_changed(old, new)
    assert set(asked) <= {4, old.cursor[1] if old.cursor else 4}
