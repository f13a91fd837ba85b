"""The terminals of a cluster: a window of their own, a tab for each, the cluster's band above all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QMenu, QStackedWidget, QWidget

from nasclustergui.core.i18n import _
from nasclustergui.core.profile import Profile
from nasclustergui.remote.shell import Shells
from nasclustergui.subsystems.terminal.manager import Record
from nasclustergui.subsystems.terminal.model import Guarded
from nasclustergui.subsystems.terminal.page.ask import Question, ask_to_close
from nasclustergui.subsystems.terminal.page.strip import TabStrip
from nasclustergui.subsystems.terminal.page.tab import TerminalTab
from nasclustergui.ui import theme
from nasclustergui.ui.band import Band, environment_tag
from nasclustergui.ui.parts import ElidedLabel, Fill, Line, button, col, row
from nasclustergui.ui.shell import Regions

COLUMNS, LINES = 110, 34  # of the first terminal


class TerminalsWindow(QWidget):
    """A top-level window. It hides when its last tab was closed.

    Attributes:
        tabs: the terminals, in the order of the strip. question: the dialog that is open, None for none.

    Signals:
        emptied: the last terminal was closed.
    """

    emptied = Signal()

    def __init__(self, profile: Profile, shells: Shells, record: Record, nodes: Sequence[str]) -> None:
        super().__init__(None, Qt.WindowType.Window)
        self.profile, self._shells, self._record, self._nodes = profile, shells, record, tuple(nodes)
        self._guarded: Mapping[str, Sequence[Guarded]] = {}
        self.question: Question | None = None
        self.strip = TabStrip()
        self.stack = QStackedWidget()
        self._zoom = 1.0
        self.new_button = button(_("New terminal"), "quiet", "plus", small=True, menu=True)
        self.new_menu = QMenu(self)
        self.new_button.setMenu(self.new_menu)
        for name in self._nodes:
            self.new_menu.addAction(name).triggered.connect(lambda _checked=False, node=name: self.open(node))
        head = row(
            (self.strip, 1),
            self.new_button,
            environment_tag(profile.environment, profile.colour),
            ElidedLabel(profile.name, "medium", "text2"),
            gap=10,
            margins=(0, 0, 14, 0),
        )
        self.band = Band(profile.environment, profile.colour)
        self.setLayout(col(self.band, Fill("sidebar", head), Line(), (self.stack, 1), gap=0))
        self.setMinimumSize(theme.px(480), theme.px(280))
        self._sized = False
        self.strip.currentChanged.connect(self._on_current)
        self.strip.tabMoved.connect(self._on_moved)
        self.strip.close_wanted.connect(lambda at: self.close_tab(self.tabs[at]))
        self.tabs: list[TerminalTab] = []
        self._regions = Regions(self, [self.strip, self.new_button, self.stack])
        self._name()

    # ------------------------------------------------------------ tabs

    def open(self, node: str) -> TerminalTab:
        """One more terminal on that node, in front."""
        numbers = {tab.number for tab in self.tabs if tab.session.node == node}
        number = next(n for n in range(1, len(numbers) + 2) if n not in numbers)
        tab = TerminalTab(self.profile, node, self._shells, self._record, number)
        tab.guarded = self._guarded.get(node, ())
        tab.command.connect(lambda command: self._run(tab, command))
        tab.changed.connect(lambda: self._show_tab(tab))
        tab.view.set_zoom(self.current.view.zoomed if self.current else 1.0)
        self.tabs.append(tab)
        self.stack.addWidget(tab)
        if not self._sized:
            self._sized = True
            size = tab.view.size_of(COLUMNS, LINES)
            room = self.screen().availableSize()
            self.resize(
                min(size.width() + 16, room.width() - 16), min(size.height() + theme.px(48), room.height() - 48)
            )
        self.strip.setCurrentIndex(self.strip.add(tab.name(), *tab.icon()))
        self.show()
        self.raise_()
        self.activateWindow()
        tab.start()
        tab.view.setFocus(Qt.FocusReason.OtherFocusReason)
        return tab

    @property
    def current(self) -> TerminalTab | None:
        """The terminal in front."""
        at = self.strip.currentIndex()
        return self.tabs[at] if 0 <= at < len(self.tabs) else None

    def _on_current(self, at: int) -> None:
        if 0 <= at < len(self.tabs):
            self.stack.setCurrentWidget(self.tabs[at])
            if not self.strip.hasFocus():
                self.tabs[at].view.setFocus(Qt.FocusReason.OtherFocusReason)
        self._look()
        self._name()

    def _on_moved(self, there: int, here: int) -> None:
        self.tabs.insert(here, self.tabs.pop(there))

    def _show_tab(self, tab: TerminalTab) -> None:
        if tab not in self.tabs:
            return
        at = self.tabs.index(tab)
        if self.strip.tabText(at) != tab.name():
            self.strip.setTabText(at, tab.name())
        self.strip.show_state(at, *tab.icon())
        self.strip.setTabToolTip(at, "\n".join(part for part in (tab.describe(), tab.title()) if part))
        if tab is self.current:
            self._name()

    def _name(self) -> None:
        tab = self.current
        cluster = _("Terminals of {cluster}").format(cluster=self.profile.name)
        parts = [tab.name(), tab.title()] if tab else []
        self.setWindowTitle(" — ".join(part for part in (*parts, cluster) if part))

    def set_guarded(self, guarded: Mapping[str, Sequence[Guarded]]) -> None:
        """Node → directories in which nobody should work."""
        if guarded != self._guarded:
            self._guarded = guarded
            for tab in self.tabs:
                tab.guarded = guarded.get(tab.session.node, ())

    # ------------------------------------------------------------ commands

    def _run(self, tab: TerminalTab, command: str) -> None:
        step = {"tab-before": -1, "tab-after": 1}.get(command)
        if command == "new":
            self.open(tab.session.node)
        elif command == "close":
            self.close_tab(tab)
        elif command == "leave":
            self.setAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange)
            self.strip.setFocus(Qt.FocusReason.BacktabFocusReason)
        elif step is not None and self.tabs:
            self.strip.setCurrentIndex((self.strip.currentIndex() + step) % len(self.tabs))

    def close_tab(self, tab: TerminalTab) -> None:
        """Close it, after a question if something runs there."""
        running = tab.running()
        if running == ():
            self._remove(tab)
        else:
            self.ask([(tab.name(), running)], lambda: self._remove(tab))

    def ask(self, running: Sequence[tuple[str, Sequence[str] | None]], close: Callable[[], object]) -> None:
        """Say what would end, and call `close` if the person agrees."""
        if self.question is not None:
            return
        self.show()
        self.raise_()
        self.question = ask_to_close(running, close, self.profile, self)
        self.question.finished.connect(self._on_answered)
        self.question.open()

    def _on_answered(self) -> None:
        self.question = None

    def _remove(self, tab: TerminalTab) -> None:
        if tab not in self.tabs:
            return
        at = self.tabs.index(tab)
        self.tabs.pop(at)
        tab.end()
        self.strip.removeTab(at)
        self.stack.removeWidget(tab)
        tab.deleteLater()
        if not self.tabs:
            self.hide()
            self.emptied.emit()

    def busy(self) -> list[tuple[str, Sequence[str] | None]]:
        """(terminal, what runs there) of all where something would be lost."""
        return [(tab.name(), running) for tab in self.tabs if (running := tab.running()) != ()]

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask if something runs; else close all terminals."""
        running = self.busy()
        if running:
            event.ignore()
            self.ask(running, self.end)
        else:
            event.accept()
            self.end()

    def end(self) -> None:
        """Close all terminals, unasked."""
        for tab in list(self.tabs):
            self._remove(tab)
        self.hide()

    def changeEvent(self, event: QEvent) -> None:
        """What nobody sees is asked for less often."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.WindowStateChange, QEvent.Type.ActivationChange):
            self._look()

    def _look(self) -> None:
        for tab in self.tabs:
            tab.set_looked_at(tab is self.current and not self.isMinimized())
