"""One terminal in its window: bars that say what is wrong, the terminal with its scroll bar, the search."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QClipboard, QGuiApplication
from PySide6.QtWidgets import QMenu, QScrollBar, QWidget

from nasclustergui.core.i18n import _
from nasclustergui.core.profile import Profile
from nasclustergui.core.units import clock
from nasclustergui.remote.shell import Shells
from nasclustergui.subsystems.terminal import keys
from nasclustergui.subsystems.terminal.emulator.screen import BRACKETED_PASTE
from nasclustergui.subsystems.terminal.manager import Record, TerminalSession
from nasclustergui.subsystems.terminal.model import Guarded, Phase, guard_of
from nasclustergui.subsystems.terminal.page.ask import ask_to_paste
from nasclustergui.subsystems.terminal.page.bars import StatusBar, guard_bar
from nasclustergui.subsystems.terminal.page.find_bar import FindBar
from nasclustergui.subsystems.terminal.page.relay import relay
from nasclustergui.subsystems.terminal.page.view import TerminalView
from nasclustergui.ui.parts import box, col, row

TELL_NEW_SHELL = 20.0  # seconds for which a reconnected terminal says that its shell is another one
QUIET = 60.0  # where nobody can tell what runs: a terminal in which nothing happened for so long is closed unasked


class TerminalTab(QWidget):
    """Ties a `TerminalSession` to a `TerminalView`.

    Attributes:
        session: the shell. view: what is seen. guarded: directories of the node nobody should work in.
        rang: the bell rang while nobody looked.

    Signals:
        command: for the window: "new", "close", "leave", "tab-before", "tab-after".
        changed: name, state or title are others.
    """

    command = Signal(str)
    changed = Signal()

    def __init__(self, profile: Profile, node: str, shells: Shells, record: Record, number: int = 1) -> None:
        super().__init__()
        self._profile, self.number = profile, number
        self.guarded: Sequence[Guarded] = ()
        self.rang = False
        post = relay()
        number = self._number = post.join(self._on_stirred)
        self.session = TerminalSession(node, shells, lambda: post.stir(number), record=record)
        self.view = TerminalView(self.session.terminal, self._send, _("Terminal on {node}").format(node=node))
        self.scroll_bar = QScrollBar(Qt.Orientation.Vertical)
        self.scroll_bar.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.find_bar = FindBar(self.view)
        self.find_bar.hide()
        self.status_bar = StatusBar(node)
        self.guard_bar = guard_bar()
        self.guard_bar.hide()
        self._bars = box(col(self.status_bar, self.guard_bar, gap=8, margins=(8, 8, 8, 8)))
        self._bars.hide()
        body = row((self.view, 1), self.scroll_bar, gap=0)
        self.setLayout(col(self._bars, (body, 1), self.find_bar, gap=0))
        self._shown: tuple[object, ...] = ()
        self._connect()
        self._clock = QTimer(self)  # what a bar says about time, and the news of a new shell ends
        self._clock.setInterval(1000)
        self._clock.timeout.connect(self._show_status)
        self._clock.start()
        self._show_status()

    def _connect(self) -> None:
        self.view.resized.connect(self.session.resize)
        self.view.command.connect(self.run)
        self.view.looked.connect(self._show_place)
        self.view.belled.connect(self._on_bell)
        self.view.menu_wanted.connect(self._open_menu)
        self.scroll_bar.valueChanged.connect(self._on_scrolled)
        self.find_bar.closed.connect(self._end_search)
        self.status_bar.again.connect(self.session.connect_again)
        self.status_bar.close_wanted.connect(lambda: self.command.emit("close"))

    def start(self) -> None:
        """Connect, once the size is known."""
        self.session.resize(*self.view.fitting())
        self.session.start()

    # ------------------------------------------------------------ session → screen

    def _on_stirred(self) -> None:
        if self.isVisible():
            self.view.stir()
        self._show_status()

    def _send(self, data: bytes) -> None:
        if self.session.alive:
            self.session.send(data)

    def _show_status(self) -> None:
        status, session = self.session.status, self.session
        fresh = status.shells > 1 and time.time() - status.opened < TELL_NEW_SHELL
        shown = (status, fresh, session.user, self.view.frame.title, session.facts and session.facts.busy)
        self.status_bar.show_status(status, fresh, session.online())
        self._show_guard()
        self.view.set_live(session.alive)
        bars = self.status_bar.isVisibleTo(self._bars) or self.guard_bar.isVisibleTo(self._bars)
        if bars != self._bars.isVisibleTo(self):
            self._bars.setVisible(bars)
        if shown != self._shown:
            self._shown = shown
            self.changed.emit()

    def _show_guard(self) -> None:
        facts = self.session.facts if self.session.alive else None
        found = guard_of(facts.directories, self.guarded) if facts else None
        if found is not None:
            directory, place = found
            self.guard_bar.show_place(directory, place, self.session.node)
        if (found is not None) != self.guard_bar.isVisibleTo(self._bars):
            self.guard_bar.setVisible(found is not None)

    def _show_place(self) -> None:
        frame = self.view.frame
        self.scroll_bar.blockSignals(True)
        self.scroll_bar.setRange(0, frame.screen - frame.oldest)
        self.scroll_bar.setPageStep(len(frame.lines))
        self.scroll_bar.setValue(frame.top - frame.oldest)
        self.scroll_bar.blockSignals(False)

    def _on_scrolled(self, value: int) -> None:
        self.view.scroll_to(self.view.frame.oldest + value)

    def _on_bell(self) -> None:
        if not self.view.hasFocus():
            self.rang = True
            self.changed.emit()

    def set_looked_at(self, looked_at: bool) -> None:
        """This tab is in front, in a window that can be seen."""
        self.session.visible = looked_at
        if looked_at:
            self.view.refresh()
            if self.rang:
                self.rang = False
                self.changed.emit()

    # ------------------------------------------------------------ what it is called, what runs

    def name(self) -> str:
        """ "node1 · root", with a number where there are several."""
        parts = [self.session.node, self.session.user]
        text = " · ".join(part for part in parts if part)
        return text if self.number < 2 else _("{name} ({n})").format(name=text, n=self.number)

    def title(self) -> str:
        """What the programs in it called it, "" if nothing."""
        return self.view.frame.title

    def icon(self) -> tuple[str, str]:
        """(icon, colour role) for the tab."""
        if self.rang:
            return "bell", "warn"
        return {
            Phase.CONNECTING: ("hourglass", "text3"),
            Phase.OPEN: ("terminal", "text2"),
            Phase.SILENT: ("clock-alert", "unknown"),
            Phase.LOST: ("unplug", "warn"),
            Phase.ENDED: ("circle-stop", "unknown"),
            Phase.FAILED: ("octagon-x", "critical"),
            Phase.CLOSED: ("circle-stop", "unknown"),
        }[self.session.status.phase]

    def running(self) -> tuple[str, ...] | None:
        """What closing would end; None where nobody knows whether anything runs."""
        session = self.session
        if not session.alive:
            return ()
        facts, now = session.facts, time.monotonic()
        if facts is None:
            return () if now - max(session.typed_at, session.heard_at) > QUIET else None
        if session.typed_at > facts.at:  # a line was typed after the reading: it may have started something
            return facts.busy or None
        return facts.busy

    def end(self) -> None:
        """Close the shell."""
        self._clock.stop()
        relay().leave(self._number)
        self.session.close()

    # ------------------------------------------------------------ commands

    def run(self, command: str) -> None:
        """A key's, a menu's, a button's."""
        act: dict[str, Callable[[], object]] = {
            "copy": self.copy,
            "paste": lambda: self.paste(QGuiApplication.clipboard().text()),
            "paste-selection": self._paste_selection,
            "find": lambda: self.find_bar.open(self.view.selection.text()),
            "select-all": self._select_all,
            "clear": self._clear,
            "zoom-in": lambda: self.view.zoom(1),
            "zoom-out": lambda: self.view.zoom(-1),
            "zoom-reset": lambda: self.view.zoom(0),
        }
        if command in act:
            act[command]()
        else:
            self.command.emit(command)

    def copy(self) -> None:
        """What is selected, without blanks at the ends of lines."""
        text = self.view.selection.text()
        if text:
            QGuiApplication.clipboard().setText(text)

    def _paste_selection(self) -> None:
        clipboard = QGuiApplication.clipboard()
        selection = clipboard.supportsSelection()
        self.paste(clipboard.text(QClipboard.Mode.Selection if selection else QClipboard.Mode.Clipboard))

    def paste(self, text: str) -> None:
        """Ask first where several lines would run."""
        if not text or not self.session.alive:
            return
        lines = keys.lines_of(text.rstrip("\r\n")) + 1
        if lines > 1 and BRACKETED_PASTE not in self.view.frame.modes:
            ask_to_paste(text, lines, lambda: self._paste(text), self._profile, self.window()).open()
        else:
            self._paste(text)

    def _paste(self, text: str) -> None:
        self.view.type(keys.pasted(text, self.view.frame.modes))

    def _select_all(self) -> None:
        self.view.selection.everything()
        self.view.update()

    def _clear(self) -> None:
        self.session.terminal.clear_history()
        self.view.scroll_to(None)

    def _end_search(self) -> None:
        self.find_bar.leave()
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def _open_menu(self, at: QPoint) -> None:
        menu = self.menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(at)

    def menu(self) -> QMenu:
        """What can be done here now."""
        menu = QMenu(self)
        entries = (
            (_("Copy"), "copy", "Ctrl+Shift+C", self.view.selection.span is not None),
            (_("Paste"), "paste", "Ctrl+Shift+V", self.session.alive),
            (_("Select all"), "select-all", "Ctrl+Shift+A", True),
            (_("Find…"), "find", "Ctrl+Shift+F", True),
            (_("Clear scroll-back"), "clear", "", self.view.frame.screen > self.view.frame.oldest),
        )
        for text, command, hint, enabled in entries:
            action = QAction(f"{text}\t{hint}" if hint else text, menu)
            action.setEnabled(enabled)
            action.triggered.connect(lambda _checked=False, name=command: self.run(name))
            menu.addAction(action)
        return menu

    def describe(self) -> str:
        """State and age, for the tool tip."""
        status = self.session.status
        return _("{name}, {phase} since {time}").format(
            name=self.name(), phase=phase_word(status.phase), time=clock(status.since)
        )


def phase_word(phase: Phase) -> str:
    """How it stands, in a word or two."""
    return {
        Phase.CONNECTING: _("connecting"),
        Phase.OPEN: _("open"),
        Phase.SILENT: _("no answer"),
        Phase.LOST: _("connection lost"),
        Phase.ENDED: _("ended"),
        Phase.FAILED: _("not connected"),
        Phase.CLOSED: _("closed"),
    }[phase]
