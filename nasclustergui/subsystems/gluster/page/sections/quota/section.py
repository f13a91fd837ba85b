"""The quotas of a volume: limits as a tree, how full they are, and everything that changes them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QMenu, QWidget

from nasclustergui.core.errors import NasError
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Plan
from nasclustergui.subsystems.gluster.dialogs.ask import AskDialog
from nasclustergui.subsystems.gluster.dialogs.quota_limit import LimitDialog, QuotaSettingDialog
from nasclustergui.subsystems.gluster.features import Pool
from nasclustergui.subsystems.gluster.features.quota import plans
from nasclustergui.subsystems.gluster.features.quota.model import SETTINGS, DirectoryQuota, Quota, is_enabled
from nasclustergui.subsystems.gluster.features.quota.read import read_directories, read_quota
from nasclustergui.subsystems.gluster.model import Volume, VolumeStatus
from nasclustergui.subsystems.gluster.page.desk import Desk
from nasclustergui.subsystems.gluster.page.section import Section, View
from nasclustergui.subsystems.gluster.page.sections.quota.rows import facts, quota_rows, quota_tree, trouble
from nasclustergui.subsystems.gluster.plans import plan_start
from nasclustergui.ui import theme
from nasclustergui.ui.errors import present
from nasclustergui.ui.parts import Banner, ElidedLabel, FlowButtons, Panel, Row, Stack, box, button, col, row


class QuotaSection(Section):
    """Limits of one volume.

    Attributes:
        quota: newest reading, None before the first. dialog: the one that is open, None.
    """

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.quota: Quota | None = None
        self.dialog: AskDialog | None = None
        self._lost = False
        self._reading: Job | None = None
        self._again = False  # asked for while a reading was under way
        self.tree = quota_tree()
        self._make_buttons()
        self._facts = ElidedLabel("", "caption", "text3")
        self.banner = Banner("warn", "", "", [self.daemon_button])
        self.banner.hide()
        buttons = FlowButtons([self.again_button, self.limit_button, self.settings_button, self.disable_button])
        tools = row((self._facts, 1), buttons, gap=8)
        content = col(tools, self.banner, (Panel(col((self.list_place, 1), margins=(1, 1, 1, 8))), 1), gap=8)
        self.place = Stack(box(content), _("Reading quotas…"))
        self.place.show_empty("gauge", "", "", [self.enable_button])
        self.place.show_loading()
        self.setLayout(col(self.place, gap=0, margins=(12, 8, 12, 4)))
        self.place.retry.connect(self.read)
        self.tree.row_activated.connect(lambda _key: self.edit_limit())
        self.tree.delete_requested.connect(lambda _key: self.remove(self._has_only_objects()))
        self.tree.set_menu(self._menu)
        desk.changed.connect(self._on_changed)
        self.setFocusProxy(self.tree)

    def _make_buttons(self) -> None:
        small = partial(button, small=True)
        self.limit_button = small(_("Set a limit…"), icon="plus", on_click=self.new_limit)
        self.again_button = small("", "quiet", "refresh-cw", tip=_("Read now"), on_click=self.read)
        self.settings_button = small(_("Settings…"), "quiet", "settings", on_click=self.change_settings)
        self.disable_button = small(_("Disable…"), "danger-quiet", on_click=self.disable)
        self.enable_button = button(_("Enable quotas…"), "primary", "gauge", on_click=self.enable)
        self.first_button = button(_("Set a limit…"), "primary", "plus", on_click=self.new_limit)
        self.daemon_button = small(_("Start it…"), icon="play", on_click=self.start_daemon)
        self.list_place = Stack(self.tree, "")
        self.list_place.show_empty("gauge", _("No limits yet"), "", [self.first_button])

    # ---- what the page calls

    def set_view(self, view: View) -> None:
        """Whether quotas are on comes with every poll; the limits are read when it changes."""
        before = self._volume()
        super().set_view(view)
        now = view.volume
        if now is not None and self.isVisible() and before is not None and _switch(before) != _switch(now):
            self.read()
        self._show()

    def select(self, what: str) -> None:
        """A directory with a limit."""
        self.tree.select_key(what)

    def enter(self) -> None:
        """Read once. The list holds the volume's lock meanwhile, which would make another client's command fail, so it
        is never read by itself again: its age stands above it, and a button reads it anew."""
        self.read()

    def read(self) -> None:
        """Read now, if somebody looks."""
        self._again = self._reading is not None
        if self._reading is None and self.isVisible():
            self._reading = Job("quotas")  # taken until an answer comes, which may be at once
            job = self.desk.read(self, self._work, self._on_quota, self._on_lost)
            self._reading = job if self._reading is not None else None

    # ---- reading

    def _work(self, pool: Pool, job: Job) -> Quota:
        """Worker thread. Off and stopped are known without asking."""
        volume = self._volume()
        if volume is None:
            return Quota(False)
        fresh = pool.now(job).volume(volume.name)
        return read_quota(pool, fresh, job) if fresh is not None else Quota(False)

    def _on_quota(self, quota: object) -> None:
        assert isinstance(quota, Quota)
        self.quota, self._lost, self._reading = quota, False, None
        self._show()
        if self._again:
            self.read()

    def _on_lost(self, error: NasError) -> None:
        self._lost, self._reading = True, None
        self._show()
        self.place.show_failed(error, self.quota.read_at if self.quota is not None and self.quota.read_at else None)
        if self._again:
            self.read()

    def _on_changed(self) -> None:
        if self.isVisible():
            self.read()

    # ---- showing

    def _show(self) -> None:
        volume, quota = self._volume(), self.quota
        if volume is None:
            return
        if volume.status is not VolumeStatus.STARTED:
            self._show_away(
                _("Volume {volume} is not started"), _("Gluster tells and changes quotas of started volumes only.")
            )
            return
        if not is_enabled(volume.options):
            text = _(
                "With quotas on, a directory can be limited in size or in number of files. All files are counted first."
            )
            self._show_away(_("Quotas of {volume} are off"), text, enable=True)
            return
        if quota is None or not quota.enabled:
            self.place.show_loading()
            return
        if not self._lost:
            self.place.show_content()
        self._facts.set_text(facts(quota, volume.options))
        self.tree.update_rows(quota_rows(quota, self._lost))
        if quota.limits:
            self.list_place.show_content()
        else:
            text = _("Every directory may grow until the volume is full.")
            self.list_place.show_empty("gauge", _("No limits yet"), text, [self.first_button])
        self._show_banner(quota)
        self._show_buttons()

    def _show_away(self, title: str, text: str, enable: bool = False) -> None:
        """There are no limits to show. `enable`: quotas can be switched on."""
        assert self.view is not None
        assert self.view.volume is not None
        self.place.show_empty("gauge", title.format(volume=self.view.volume.name), text)
        self.enable_button.setVisible(enable)
        self.enable_button.set_enabled(not self.view.unreadable, self.view.unreadable)

    def _show_banner(self, quota: Quota) -> None:
        found = trouble(quota) if not self._lost else None
        if found is not None:
            self.banner.set_message(found.state, found.title, found.text)
            self.daemon_button.setVisible(found.daemon)
        self.banner.setVisible(found is not None)

    def _show_buttons(self) -> None:
        why = self.view.unreadable if self.view is not None else ""
        for one in (
            self.limit_button,
            self.first_button,
            self.settings_button,
            self.disable_button,
            self.daemon_button,
        ):
            one.set_enabled(not why, why)

    def _menu(self, entry: Row) -> QMenu | None:
        limit = entry.data
        if not isinstance(limit, DirectoryQuota):
            return None
        menu = QMenu(self.tree)
        menu.addAction(theme.icon("pencil"), _("Change the limit…"), self.edit_limit)
        if limit.size is not None:
            menu.addAction(theme.icon("x"), _("Remove the limit on size…"), lambda: self.remove(False))
        if limit.objects is not None:
            menu.addAction(theme.icon("x"), _("Remove the limit on files…"), lambda: self.remove(True))
        return menu

    # ---- acting

    def enable(self) -> None:
        """The plan that switches quotas on."""
        self._propose(plans.plan_enable)

    def disable(self) -> None:
        """The plan that switches them off."""
        self._propose(plans.plan_disable)

    def start_daemon(self) -> None:
        """The plan that starts what is missing of the volume: quota daemons too."""
        self._propose(lambda target: plan_start(target.volume, target.state, target.cluster, force=True))

    def new_limit(self) -> LimitDialog | None:
        """Ask for a directory and its limit."""
        return self._open_limit(None)

    def edit_limit(self) -> LimitDialog | None:
        """Ask for another limit of the chosen directory."""
        return self._open_limit(self._current())

    def remove(self, objects: bool) -> None:
        """The plan that takes a limit of the chosen directory away."""
        limit = self._current()
        if limit is not None:
            self._propose(lambda target: plans.plan_remove(target, limit.path, objects))

    def change_settings(self) -> QuotaSettingDialog | None:
        """Ask for another setting."""
        target = self._target()
        if target is None:
            return None
        options = target.volume.options
        now = {word: options.get(option, default) for word, (option, default) in SETTINGS.items()}

        def make(word: str, value: str) -> Plan:
            return plans.plan_setting(self._now(), word, value)

        dialog = QuotaSettingDialog(target.volume.name, now, make, self.desk.profile, self.window())
        self._open(dialog)
        return dialog

    def _open_limit(self, limit: DirectoryQuota | None) -> LimitDialog | None:
        target = self._target()
        if target is None:
            return None

        def make(path: str, amount: str, percent: str, objects: bool) -> Plan:
            return plans.plan_limit(self._now(), path, amount, percent, objects)

        dialog = LimitDialog(target.volume.name, make, self.desk.profile, self.window())
        dialog.set_known(target.quota.limits)
        dialog.listing_wanted.connect(partial(self._list, dialog))
        if limit is not None:
            dialog.edit(limit, limit.size is None)
        self._open(dialog)
        return dialog

    def _open(self, dialog: AskDialog) -> None:
        self.dialog = dialog
        dialog.plan_ready.connect(self.plan_proposed)
        dialog.refused.connect(lambda error: present(self.window(), error))
        dialog.finished.connect(self._on_closed)
        dialog.open()

    def _on_closed(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None

    def _list(self, dialog: LimitDialog, directory: str) -> None:
        volume = self._volume()
        if volume is None:
            return

        def work(pool: Pool, job: Job) -> tuple[str, ...]:
            return read_directories(pool, volume, directory, job)

        self.desk.read(dialog, work, lambda names: dialog.offer(directory, names), lambda _error: None)

    def _propose(self, make: Callable[[plans.Target], Plan]) -> None:
        try:
            plan = make(self._now())
        except NasError as error:
            present(self.window(), error)
        else:
            self.plan_proposed.emit(plan)

    def _target(self) -> plans.Target | None:
        volume = self._volume()
        if self.view is None or volume is None:
            return None
        return plans.Target(volume, self.quota or Quota(False), self.view.state, self.desk.cluster)

    def _now(self) -> plans.Target:
        target = self._target()
        if target is None:
            raise NasError(_("The volume is not known."))
        return target

    def _current(self) -> DirectoryQuota | None:
        entry = self.tree.current_row()
        return entry.data if entry is not None and isinstance(entry.data, DirectoryQuota) else None

    def _has_only_objects(self) -> bool:
        limit = self._current()
        return limit is not None and limit.size is None

    def _volume(self) -> Volume | None:
        return self.view.volume if self.view is not None else None


def _switch(volume: Volume) -> tuple[object, ...]:
    """What decides whether there are limits to read."""
    return volume.status, is_enabled(volume.options)
