"""The Configuration page: tabs with the sections, one filter for them all."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QStackedWidget, QTabBar, QVBoxLayout, QWidget

from nasclustergui.core.errors import NasError
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.units import clock
from nasclustergui.subsystems.etcd.model import EtcdState
from nasclustergui.subsystems.etcd.page.desk import Desk
from nasclustergui.subsystems.etcd.page.section import Section, View
from nasclustergui.subsystems.etcd.page.sections import make, sections
from nasclustergui.ui.forms import SearchField
from nasclustergui.ui.page import Page
from nasclustergui.ui.parts import Line, Panel, col, row

PREFIX = "config."  # of action ids: "config.keys:/cluster/config/smb/workgroup"


class ConfigurationPage(Page):
    """Feed it with `set_state`. Sections are made when they are first opened.

    Attributes:
        desk: what the sections read with. sections: those that were opened, by id.
    """

    page_id = "config"

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.sections: dict[str, Section] = {}
        self._specs = sections()
        self._view = View()
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName(_("Parts of the configuration"))
        for spec in self._specs:
            self.tabs.addTab(spec.title)
        self.filter = SearchField(_("Filter"), 240)
        self._pages = QStackedWidget()
        tools = row(self.tabs, None, self.filter, gap=8, margins=(8, 8, 12, 6))
        lay = QVBoxLayout(self)
        lay.setContentsMargins(24, 4, 24, 12)
        lay.addWidget(Panel(col(tools, Line(), (self._pages, 1), gap=0, margins=(1, 1, 1, 8))))
        self.tabs.currentChanged.connect(lambda _index: self._show())
        self.filter.textChanged.connect(self._on_filter)
        self.filter.leave_down.connect(self._focus_section)
        self.set_facts(_("What all nodes share, kept by etcd"))
        self._shown = False

    def showEvent(self, event: QShowEvent) -> None:
        """The first section is made when the page is first looked at."""
        super().showEvent(event)
        if not self._shown:
            self._shown = True
            self._show()

    def section(self, name: str) -> Section:
        """The section of that id, made if need be. Raises KeyError."""
        spec = next((spec for spec in self._specs if spec.id == name), None)
        if spec is None:
            raise KeyError(name)
        if name not in self.sections:
            made = make(spec, self.desk)
            made.plan_proposed.connect(self.plan_proposed)
            made.notice.connect(self.notice)
            made.command.connect(self.command)
            made.set_view(self._view)
            self.sections[name] = made
            self._pages.addWidget(made)
        return self.sections[name]

    def current(self) -> Section | None:
        """The section in sight."""
        index = self.tabs.currentIndex()
        return self.sections.get(self._specs[index].id) if index >= 0 else None

    def _show(self) -> None:
        index = self.tabs.currentIndex()
        if index < 0:
            return
        section = self.section(self._specs[index].id)
        self._pages.setCurrentWidget(section)
        self.filter.setVisible(bool(section.filter_hint))
        self.filter.setPlaceholderText(section.filter_hint)
        section.set_filter(self.filter.text())

    def _on_filter(self, text: str) -> None:
        section = self.current()
        if section is not None:
            section.set_filter(text)

    def set_state(self, state: EtcdState | None, error: NasError | None = None) -> None:
        """Members and registrations as read last; `error`: why they could not be read again since."""
        self._view = View(state, error)
        for section in self.sections.values():
            section.set_view(self._view)
        if state is not None and error is not None:
            text = ngettext("{n} member, as of {time}", "{n} members, as of {time}", len(state.members))
            self.set_facts(text.format(n=len(state.members), time=clock(state.read_at)))
        elif state is not None:
            count, healthy = len(state.members), state.healthy
            text = ngettext("{n} member, {healthy} answers", "{n} members, {healthy} answer", count)
            self.set_facts(text.format(n=count, healthy=healthy))

    def close_down(self) -> None:
        """The cluster is being left."""
        for section in self.sections.values():
            section.close_down()

    def run_action(self, action: str) -> bool:
        """ "config.SECTION:WHAT" opens a section and shows something there."""
        verb, _colon, what = action.partition(":")
        names = [spec.id for spec in self._specs]
        name = verb.removeprefix(PREFIX)
        if not verb.startswith(PREFIX) or name not in names:
            return False
        self.tabs.setCurrentIndex(names.index(name))
        self._show()
        if what:
            self.section(name).select(what)
        return True

    def _focus_section(self) -> None:
        section = self.current()
        if section is not None:
            section.setFocus()

    def focus_filter(self) -> None:
        """Ctrl+F."""
        if self.filter.isVisible():
            self.filter.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def create_new(self) -> None:
        """Ctrl+N."""
        section = self.current()
        if section is not None:
            section.create_new()
