"""Behind the frame: opens and closes clusters, asks for passwords, shows settings. Loaded after the first paint."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication

from nasclustergui.cluster.session import Session
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Plan
from nasclustergui.core.profile import Profile
from nasclustergui.core.settings import Launch, Settings
from nasclustergui.remote import inventory
from nasclustergui.remote.files import write_private
from nasclustergui.remote.secrets import SecretStore, StoredCredentials
from nasclustergui.remote.settings_store import save_settings
from nasclustergui.ui import detail_chart
from nasclustergui.ui.detail_dialog import DetailDialog
from nasclustergui.ui.errors import present
from nasclustergui.ui.garbage import Garbage
from nasclustergui.ui.jobs import Jobs
from nasclustergui.window.asker import Asker, ClusterAsk
from nasclustergui.window.connect_dialogs import ConnectDialogs
from nasclustergui.window.frame import Frame
from nasclustergui.window.welcome import Welcome
from nasclustergui.window.workspace import Workspace

SETTLE_MS = 4000  # after that what was loaded at the start is taken out of the collector's passes


class Desk(QObject):
    """One per window.

    Attributes:
        jobs: all work of the window. space: the open cluster, None for none. welcome: shown while there is none.
    """

    def __init__(self, frame: Frame, launch: Launch, settings: Settings) -> None:
        super().__init__(frame)
        self.frame, self.launch, self.settings = frame, launch, settings
        self.jobs = Jobs(self)
        self.space: Workspace | None = None
        self.welcome: Welcome | None = None
        self._store = SecretStore()
        self._asker = Asker(frame)
        self._asks: ClusterAsk | None = None
        self._dialogs: ConnectDialogs | None = None
        self._path: Path | None = None
        self._join_next = ""
        self._garbage = Garbage(self)
        self._closed = False
        frame.closing.connect(self.close)
        frame.cluster_wanted.connect(self.choose_cluster)
        frame.settings_wanted.connect(self.show_settings)

    def start(self) -> None:
        """Open what was asked for, else what was open last, else say welcome."""
        self._garbage.start()
        QTimer.singleShot(SETTLE_MS, self._garbage.freeze)
        detail_chart.preload()
        if self.launch.cluster:
            self._load(partial(inventory.find, self.launch.cluster))
        elif self.settings.last_cluster:
            self._load(partial(Path, self.settings.last_cluster), quiet=True)
        else:
            self.show_welcome()

    # ---- clusters

    def open_file(self, path: Path) -> None:
        """Open the cluster that a profile describes; asks first if programs run in terminals of the present one."""
        if self.space is None or self.space.terminals.may_close(lambda: self._load(lambda: path)):
            self._load(lambda: path)

    def _load(self, find: Callable[[], Path], quiet: bool = False) -> None:
        def read(_job: Job) -> tuple[Path, Profile]:
            path = find()
            return path, inventory.load(path)

        def failed(error: Exception) -> None:
            if self.space is None:
                self.show_welcome()
            if not quiet:
                present(self.frame, error)

        self.jobs.submit(self, Job("profile", quiet=True), read, lambda found: self.open_profile(*found), failed)

    def open_profile(self, path: Path | None, profile: Profile) -> Workspace:
        """Leave the cluster that is open, and open this one."""
        self._leave()
        self._path = path
        self._asks = self._asker.for_cluster(profile)
        session = Session(profile, StoredCredentials(self._store, self._asks))
        session.file = path
        self.space = Workspace(self.frame, session, self.jobs, write_private, 1000 * self.settings.poll_seconds)
        self.space.nodes.chart_activated.connect(self._show_chart)
        self.space.login_wanted.connect(self._on_login_wanted)
        self.space.nodes.add_wanted.connect(self._add_node)
        self.space.nodes.add_button.set_enabled(path is not None, _("The cluster has no profile's file."))
        self.space.controller.plan_ended.connect(self._on_plan_ended)
        self._dialogs = ConnectDialogs(session.nodes, profile, self.jobs, self.frame)
        self._dialogs.start()
        self.space.start()
        if self._join_next and self._join_next in session.nodes:
            self.frame.show_page("nodes")
            self.space.joining.join(self._join_next)
        self._join_next = ""
        if path is not None:
            self._remember(replace(self.settings, last_cluster=str(path.resolve())))
        return self.space

    def _on_login_wanted(self, node: str) -> None:
        """Somebody asked for another attempt: then also the host key is asked about again."""
        if self._dialogs is not None:
            self._dialogs.ask_again(node)

    def _add_node(self) -> None:
        """Add a machine to the profile; then the cluster is opened anew with it, to join it."""
        from nasclustergui.window.add_node import AddNodeFlow

        if self.space is None or self._path is None or self._asks is None:
            return
        asks = self._asks
        flow = AddNodeFlow(
            self.space.session, self._path, lambda: StoredCredentials(self._store, asks), self.jobs, self.frame
        )
        flow.added.connect(self._on_node_added)

    def _on_node_added(self, path: Path, node: str) -> None:
        self._join_next = node
        self.open_file(path)

    def _on_plan_ended(self, _job: Job, _plan: Plan, _error: object) -> None:
        """A plan may have taken a node out of the profile: then the window must not go on to know it."""
        space = self.space
        if space is not None and self._path is not None:
            names = {node.name for node in space.session.profile.nodes}
            if names != set(space.session.nodes):
                self.open_file(self._path)

    def _leave(self) -> None:
        if self._dialogs is not None:
            self._dialogs.close()
            self._dialogs.deleteLater()
            self._dialogs = None
        if self._asks is not None:
            self._asks.close()
            self._asks = None
        if self.space is not None:
            self.space.close()
            self.space.deleteLater()
            self.space = None
        self.frame.set_dock(None)
        self.frame.clear_pages()
        self.welcome = None  # it was in the same stack

    def show_welcome(self) -> None:
        """No cluster is open: say what to do."""
        if self.welcome is None:
            self.welcome = Welcome(self.jobs)
            self.welcome.new_wanted.connect(self.new_cluster)
            self.welcome.open_wanted.connect(self.open_file)
        self.frame.set_cluster(None)
        self.frame.show_alone(self.welcome)
        self.welcome.refresh()

    def choose_cluster(self) -> None:
        """Ctrl+Shift+C: open, create, edit or remove a cluster."""
        from nasclustergui.window.cluster_chooser import ClusterChooser

        chooser = ClusterChooser(self.jobs, self._path, self.frame)
        chooser.open_wanted.connect(self.open_file)
        chooser.new_wanted.connect(self.new_cluster)
        chooser.edit_wanted.connect(self.edit_cluster)
        chooser.open()

    def new_cluster(self) -> None:
        """Describe a new cluster."""
        self._edit(None, None)

    def edit_cluster(self, path: Path) -> None:
        """Change a profile."""
        self.jobs.submit(
            self,
            Job("profile", quiet=True),
            lambda _job: inventory.read(path),
            lambda profile: self._edit(path, profile),
            lambda error: present(self.frame, error),
        )

    def _edit(self, path: Path | None, profile: Profile | None) -> None:
        from nasclustergui.window.connect_test import connection_tester
        from nasclustergui.window.profile_dialog import ProfileDialog

        tester = connection_tester(self._asker, self._store)  # knows the passwords that were given already
        dialog = ProfileDialog(self.jobs, path, profile, self.frame, tester=tester)
        dialog.saved.connect(self._on_saved)
        dialog.open()

    def _on_saved(self, path: Path, _profile: Profile) -> None:
        """A cluster that is open is opened anew with what was changed; so is one where none was open."""
        if self.space is None or self._path is None or path.resolve() == self._path.resolve():
            self.open_file(path)

    # ---- the window itself

    def show_settings(self) -> None:
        """Theme, text size, language."""
        from nasclustergui.window.settings_dialog import SettingsDialog

        dialog = SettingsDialog(self.settings, self.jobs, self.frame)
        dialog.changed.connect(self._on_settings)
        dialog.saved.connect(self._on_settings)
        dialog.open()

    def _on_settings(self, settings: Settings) -> None:
        self.settings = settings

    def _remember(self, settings: Settings) -> None:
        if settings == self.settings or self.launch.smoke:
            return
        self.settings = settings
        self.jobs.submit(self, Job("settings", quiet=True), lambda _job: save_settings(settings))

    def _show_chart(self, node: str, chart: str) -> None:
        if self.space is not None:
            DetailDialog(self.space.nodes.detail.charts[chart], node, self.frame).show()

    def close(self) -> None:
        """The window was closed: remember its place, end everything, wait for nobody longer than two seconds."""
        if self._closed:
            return
        self._closed = True
        geometry = bytes(self.frame.saveGeometry().toBase64().data()).decode()
        if not self.launch.smoke:
            with contextlib.suppress(Exception):  # a full disk must not keep the window open
                save_settings(replace(self.settings, geometry=geometry))
        self._asker.close()
        self._leave()
        self.jobs.close()
        self._garbage.stop()
        QApplication.quit()
