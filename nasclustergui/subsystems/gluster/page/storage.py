"""The page of distributed storage: a tree of volumes with the chosen one in detail, and the pool's sections."""

from __future__ import annotations

import time

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QMenu, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from nasclustergui.core.disks import Disk
from nasclustergui.core.errors import NasError
from nasclustergui.core.i18n import _, sentences
from nasclustergui.core.profile import Profile
from nasclustergui.core.units import clock
from nasclustergui.subsystems.gluster.model import GlusterState, Volume
from nasclustergui.subsystems.gluster.page.brick_flow import ACTIONS as BRICK_ACTIONS
from nasclustergui.subsystems.gluster.page.brick_flow import BrickFlow
from nasclustergui.subsystems.gluster.page.desk import Desk
from nasclustergui.subsystems.gluster.page.detail import ActionMenu, DetailCard, add_sections, seen
from nasclustergui.subsystems.gluster.page.disk_flow import MODES, DiskFlow
from nasclustergui.subsystems.gluster.page.offers import Action, disk_failed, offers
from nasclustergui.subsystems.gluster.page.place import VolumesPlace
from nasclustergui.subsystems.gluster.page.progress import Progress
from nasclustergui.subsystems.gluster.page.proposals import Proposals
from nasclustergui.subsystems.gluster.page.row_keeper import RowKeeper
from nasclustergui.subsystems.gluster.page.section import Section, View
from nasclustergui.subsystems.gluster.page.sections import make, pool_sections, volume_sections
from nasclustergui.subsystems.gluster.page.tables import facts, volume_tree
from nasclustergui.subsystems.gluster.page.volume_rows import Context, Space, brick_of, volume_key, volume_of
from nasclustergui.subsystems.gluster.page.volume_view import VolumeView
from nasclustergui.subsystems.gluster.page.words import Grades, grades
from nasclustergui.ui import theme
from nasclustergui.ui.banner import Banner
from nasclustergui.ui.cell import Row
from nasclustergui.ui.errors import present
from nasclustergui.ui.forms import SearchField
from nasclustergui.ui.page import Page
from nasclustergui.ui.parts import Line, Panel, box, button, col, row

WIDE = 1690  # page width from which the detail stands beside the table: a window of 1920
VOLUMES, FIRST_SECTION = 0, 1


class StoragePage(Page):
    """Volumes and pool of one cluster. Knows no network: it is fed states and hands out plans."""

    page_id = "gluster"

    def __init__(
        self,
        cluster: str,
        parent: QWidget | None = None,
        *,
        profile: Profile | None = None,
        desk: Desk | None = None,
    ) -> None:
        """`profile` names and colours the cluster in the dialogs; `desk` lets the sections read in the background."""
        super().__init__(parent)
        self.desk = desk or Desk(cluster, profile)
        self._state: GlusterState | None = None
        self._error: NasError | None = None
        self._disks: tuple[Disk, ...] | None = None
        self._grades: Grades = {}
        self._spaces: dict[str, Space] = {}
        self._opened: set[str] = set()
        self._pooled: dict[str, Section] = {}
        self._progress = Progress(self.desk.works)
        self.row_keeper = RowKeeper()
        self.proposals = Proposals(self.desk, self)
        self.proposals.proposed.connect(self.plan_proposed)
        self.proposals.clients.slow.connect(lambda text: self.notice.emit("info", text))
        self.proposals.refused.connect(lambda error: present(self.window(), error))
        self.disk_flow = DiskFlow(self.desk, self)
        self.disk_flow.proposed.connect(self.plan_proposed)
        self.brick_flow = BrickFlow(self.desk, self)
        self.brick_flow.proposed.connect(self.plan_proposed)
        self.brick_flow.refused.connect(lambda error: present(self.window(), error))
        self._make_widgets()
        self._compose()
        self._connect()

    # ---- building

    def _make_widgets(self) -> None:
        self.create_button = button(_("Create volume…"), "primary", "plus", on_click=self.create_new)
        self.create_button.set_enabled(False, _("Reading volumes…"))
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName(_("Parts of distributed storage"))
        self.tabs.addTab(_("Volumes"))
        for spec in pool_sections():
            self.tabs.addTab(spec.title)
        self.filter = SearchField(_("Filter volumes and bricks"), 240)
        self.tree = volume_tree()
        self.place = VolumesPlace(self.tree)
        self.detail = DetailCard()
        self.detail.hide()
        self.view = VolumeView(self.desk)
        self._again = button(_("Try again"), small=True, on_click=lambda: self.command.emit("gluster.read"))
        self._why = button(_("Details"), "quiet", small=True, on_click=self._show_error)
        self.banner = Banner("critical", "", "", [self._why, self._again])
        self.banner.hide()

    def _compose(self) -> None:
        self._pages = QStackedWidget()
        self._pages.addWidget(self.place)
        tools = row(self.tabs, None, self.filter, gap=8, margins=(8, 8, 12, 6))
        self._table = Panel(col(tools, Line(), (self._pages, 1), gap=0, margins=(1, 1, 1, 8)))
        self._table.setMinimumHeight(theme.px(200))
        self._split: QBoxLayout = QVBoxLayout()
        self._split.setContentsMargins(0, 0, 0, 0)
        self._split.setSpacing(12)
        self._split.addWidget(self._table, 1)
        self._split.addWidget(self.detail, 0)
        self._views = QStackedWidget()
        self._views.addWidget(box(self._split))
        self._views.addWidget(self.view)
        self.setLayout(col(self.banner, (self._views, 1), gap=12, margins=(24, 4, 24, 12)))

    def _connect(self) -> None:
        self.tabs.currentChanged.connect(self._on_tab)
        self.filter.textChanged.connect(self._on_filter)
        self.filter.leave_down.connect(self._focus_table)
        self.place.create_asked.connect(self.create_new)
        self.place.retry.connect(lambda: self.command.emit("gluster.read"))
        self.tree.row_changed.connect(lambda _key: self._show_detail())
        self.tree.row_activated.connect(self._on_activated)
        self.tree.delete_requested.connect(self._on_delete)
        self.tree.properties_requested.connect(self._on_properties)
        self.tree.set_menu(self._menu)
        self.detail.asked.connect(self._on_asked)
        self.detail.opened.connect(self._on_opened)
        self.view.closed.connect(self.show_table)
        self.view.made.connect(self._tie)

    def _tie(self, section: Section) -> None:
        section.plan_proposed.connect(self.plan_proposed)
        section.notice.connect(self.notice)
        section.command.connect(self.command)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Wide windows put the detail beside the table."""
        wide = self.width() >= theme.px(WIDE)
        direction = QHBoxLayout.Direction.LeftToRight if wide else QVBoxLayout.Direction.TopToBottom
        if self._split.direction() != direction:
            self._split.setDirection(direction)
            self._split.setStretch(0, 2 if wide else 1)
            self._split.setStretch(1, 1 if wide else 0)
            self.detail.set_beside(wide)
        self.detail.set_room(self.height())
        super().resizeEvent(event)

    # ---- what the window calls

    def header_actions(self) -> list[QWidget]:
        """Create volume…"""
        return [self.create_button]

    def set_state(self, state: GlusterState | None, error: NasError | None = None) -> None:
        """The newest state there is; `error` says why a newer one can't be had."""
        self._error = error
        if error is not None:
            self.desk.heals.gap(time.time())
            self.desk.works.gap(time.time())
        if state is not None:
            self._state = state
            self._grades = grades(state)
            self._remember(state)
            self._progress.note(state)
            self.desk.heals.note(state)
            self.proposals.set_state(state)
            self.disk_flow.set_state(state)
            self.brick_flow.set_state(state)
        self._show()

    def set_disks(self, disks: tuple[Disk, ...]) -> None:
        """Places for bricks, with the volumes on them."""
        self._disks = disks
        self.desk.disks = disks
        self.proposals.set_disks(disks)
        self.disk_flow.set_disks(disks)
        self.brick_flow.set_disks(disks)
        self._show_place()

    def set_loading(self, text: str = "") -> None:
        """The first reading is under way; `text` says of what ("Reading volumes from 4 nodes…")."""
        if self._state is None:
            self.place.show_loading(text)

    def focus_filter(self) -> None:
        """Ctrl+F."""
        self.filter.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def create_new(self) -> None:
        """Ctrl+N: open the dialog."""
        if self.create_button.isEnabled():
            self.proposals.create_volume(self.window())

    def run_action(self, action: str) -> bool:
        """ "gluster.create", "gluster.show:data", "gluster.heal:data", a section ("gluster.options:data")."""
        head, _colon, name = action.partition(":")
        subsystem, _dot, verb = head.partition(".")
        if subsystem != self.page_id:
            return False
        if verb == "create":
            self.create_new()
            return True
        if verb in (pooled := [spec.id for spec in pool_sections()]):
            self._open_tab(FIRST_SECTION + pooled.index(verb), name)
            return True
        volume = self._state.volume(name) if self._state is not None else None
        if volume is None:
            return False
        if verb in (spec.id for spec in volume_sections()):
            self.open_volume(volume.name, verb)
            return True
        if verb != "show" and verb not in set(Action):
            return False
        self.show_table()
        self.tabs.setCurrentIndex(VOLUMES)
        self.filter.clear()
        self.tree.select_key(volume_key(name))
        if verb != "show":
            self._act(Action(verb), volume)
        return True

    def open_volume(self, name: str, section: str = "") -> None:
        """One volume on the whole page, with the section of that id."""
        self.view.open(name, section)
        self._show_view()
        self._views.setCurrentWidget(self.view)
        self.view.tabs.setFocus()

    def show_table(self) -> None:
        """Back to all volumes."""
        if self._views.currentWidget() is self.view:
            self._views.setCurrentIndex(0)
            self.tree.setFocus()

    def _open_tab(self, index: int, what: str) -> None:
        self.show_table()
        self.tabs.setCurrentIndex(index)
        section = self._pages.currentWidget()
        if isinstance(section, Section) and what:
            section.select(what)

    # ---- showing

    def _show(self) -> None:
        state = self._state
        if state is not None:
            self._show_rows(self.row_keeper.rows(state, self._context()))
            self.set_facts(facts(state))
        ready = state is not None and self._error is None
        self.create_button.set_enabled(ready, _("Volumes cannot be read") if self._error else _("Reading volumes…"))
        self._show_place()
        self._show_banner()
        self._show_badge()
        if self.tree.rows.shown_count() and not self.tree.current_key():
            self.tree.setCurrentIndex(self.tree.rows.index(0, 0))
        self._show_detail()
        self._show_view()

    def _show_view(self) -> None:
        """The newest reading for the volume's view and the pool's sections; a volume that is gone closes its view."""
        state = self._state
        if state is None:
            return
        unreadable = _("Volumes cannot be read now.") if self._error else ""
        volume = state.volume(self.view.volume)
        if volume is not None:
            self.view.set_view(View(state, volume, self.stale(), unreadable), self._grades)
        elif self._views.currentWidget() is self.view:
            self.notice.emit("info", _("Volume {volume} does not exist any more.").format(volume=self.view.volume))
            self.show_table()
        for index in range(FIRST_SECTION, self._pages.count()):
            section = self._pages.widget(index)
            if isinstance(section, Section):
                section.set_view(View(state, None, self.stale(), unreadable))

    def _show_rows(self, rows: list[Row]) -> None:
        """What newly needs an eye is opened once; whoever closes it again keeps it closed."""
        self.tree.update_rows(rows)
        wanted = {row.key for volume in rows for row in (volume, *volume.children) if row.open}
        for key in sorted(wanted - self._opened):
            self.tree.expand_key(key)
        self._opened = wanted

    def _context(self) -> Context:
        return Context(self.stale(), self._progress.bar, self._spaces, self._grades)

    def stale(self) -> str:
        """ "Seen 03:02:17" if the states of bricks are old, else ""."""
        state = self._state
        if state is None or not (self._error or state.status_error):
            return ""
        return seen(state.status_at)

    def _remember(self, state: GlusterState) -> None:
        """Sizes as they were read last: a brick that is gone keeps its numbers, marked as old."""
        names = {brick.name for volume in state.volumes for brick in volume.bricks}
        self._spaces = {name: space for name, space in self._spaces.items() if name in names}
        for volume in state.volumes:
            for brick in volume.bricks:
                if brick.size is not None and brick.free is not None and brick.online is not False:
                    self._spaces[brick.name] = Space(brick.size, brick.free, state.status_at)

    def _show_place(self) -> None:
        if self._state is None:
            if self._error is not None:
                self.place.show_failed(self._error)
        elif self._state.volumes:
            self.place.show_rows()
        else:
            self.place.show_empty(None if self._disks is None else sum(map(_is_free, self._disks)))

    def _show_banner(self) -> None:
        state, error = self._state, self._error
        if state is None or not (error or state.status_error):
            self.banner.hide()
            return
        waits = ", ".join(state.waits_for)
        blocked = _("GlusterFS waits for {nodes}").format(nodes=waits) if waits else _("Brick states cannot be read")
        title = _("Volumes cannot be read") if error else blocked
        why = str(error) if error else state.status_error
        hint = error.hint if error else state.status_hint
        at = state.read_at if error else state.status_at
        since = _("Values below are from {time}.").format(time=clock(at)) if at else ""
        self._why.setVisible(error is not None and bool(error.details))
        state_word = "critical" if error else "warn"
        self.banner.set_message(state_word, title, sentences(why, hint, since))
        self.banner.show()

    def _show_error(self) -> None:
        if self._error is not None:
            present(self.window(), self._error)

    def _show_badge(self) -> None:
        if self._state is None:
            self.badge_changed.emit(1 if self._error else 0, "stale")
            return
        words = [said.state for said in self.row_keeper.states()]
        bad = [word for word in words if word in ("critical", "warn", "stale", "unknown")]
        self.badge_changed.emit(len(bad), min(bad, key=lambda word: theme.SEVERITY[word], default="ok"))

    def volume(self) -> Volume | None:
        """The volume of the current row."""
        key = self.tree.current_key()
        return self._state.volume(volume_of(key)) if key and self._state is not None else None

    def _show_detail(self) -> None:
        volume, state = self.volume(), self._state
        there = volume is not None and self.tabs.currentIndex() == VOLUMES and self.place.showing() == "rows"
        self.detail.setVisible(there)
        if volume is not None and state is not None:
            note = state.heal_errors.get(volume.name, "")
            if note:
                note = _("The heal backlog is not known: {why}").format(why=note)
            offered, failed = self._offers(volume), disk_failed(volume, state)
            self.detail.show_volume(volume, self.stale(), self._grades, offered, note, disk_failed=failed)

    def _offers(self, volume: Volume) -> dict[Action, str]:
        assert self._state is not None
        unreadable = _("Volumes cannot be read now.") if self._error else ""
        return dict(offers(volume, self._state, unreadable))

    # ---- acting

    def _on_tab(self, index: int) -> None:
        self._pages.setCurrentWidget(self._tab_page(index))
        section = self._pages.currentWidget()
        hint = section.filter_hint if isinstance(section, Section) else _("Filter volumes and bricks")
        self.filter.setVisible(bool(hint))
        self.filter.setPlaceholderText(hint)
        self.filter.setAccessibleName(hint)
        self._on_filter(self.filter.text())
        self._show_detail()

    def _tab_page(self, index: int) -> QWidget:
        """The widget of a tab; sections are made when first looked at."""
        if index < FIRST_SECTION:
            return self.place
        spec = pool_sections()[index - FIRST_SECTION]
        if spec.id not in self._pooled:
            section = self._pooled[spec.id] = make(spec, self.desk)
            self._pages.addWidget(section)
            self._tie(section)
            self._show_view()
        return self._pooled[spec.id]

    def _on_filter(self, text: str) -> None:
        section = self._pages.currentWidget()
        if isinstance(section, Section):
            section.set_filter(text)
            return
        self.tree.set_filter(text)

    def _focus_table(self) -> None:
        section = self._pages.currentWidget()
        (section if isinstance(section, Section) else self.tree).setFocus()

    def _on_activated(self, _key: str) -> None:
        index = self.tree.currentIndex().siblingAtColumn(0)
        self.tree.setExpanded(index, not self.tree.isExpanded(index))

    def _on_properties(self, key: str) -> None:
        if (volume := self.volume()) is not None and key:
            self.open_volume(volume.name)

    def _on_opened(self, section: str) -> None:
        if (volume := self.volume()) is not None:
            self.command.emit(f"gluster.{section}:{volume.name}")

    def _on_delete(self, key: str) -> None:
        volume = self.volume()
        if volume is not None and key == volume_key(volume.name):
            self._act(Action.DELETE, volume)

    def _on_asked(self, action: Action) -> None:
        volume = self.volume()
        if volume is not None:
            self._act(action, volume)

    def _act(self, action: Action, volume: Volume, brick: str = "") -> None:
        reason = self._offers(volume)[action]
        if reason:
            self.notice.emit("warn", reason)
        elif action in MODES:
            self.disk_flow.open(MODES[action], volume, self.window(), brick)
        elif action in BRICK_ACTIONS:
            self.brick_flow.propose(action, volume, self.window())
        else:
            self.proposals.propose(action, volume, self.window())

    def _menu(self, entry: Row) -> QMenu | None:
        volume = entry.data
        if not isinstance(volume, Volume):
            return None
        brick = brick_of(entry.key)
        menu = ActionMenu(tuple(Action), lambda action: self._act(action, volume, brick), self.tree)
        menu.set_offers(self._offers(volume))
        menu.addSeparator()
        add_sections(menu, lambda section: self.command.emit(f"gluster.{section}:{volume.name}"))
        menu.addAction(theme.icon("copy"), _("Copy row"), lambda: _to_clipboard(self.tree.copy_text()))
        return menu


def _to_clipboard(text: str) -> None:
    QGuiApplication.clipboard().setText(text)


def _is_free(disk: Disk) -> bool:
    return disk.usable and not disk.used_by and not disk.warning
