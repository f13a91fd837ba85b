"""One open cluster in the window: its controller, its pages, its jobs dock, and what ties them together."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QDialog

from nasclustergui.cluster.alerts.page import AlertsPage, TimelinePage
from nasclustergui.cluster.lifecycle.flow_roles import RolesFlow
from nasclustergui.cluster.lifecycle.join.flow import JoinFlow
from nasclustergui.cluster.lifecycle.leave.flow import LeaveFlow
from nasclustergui.cluster.nodes.machine.watch import MachineWatch
from nasclustergui.cluster.nodes.page import NodesPage
from nasclustergui.cluster.overview.page import OverviewPage
from nasclustergui.cluster.session import Session
from nasclustergui.cluster.state import ClusterState
from nasclustergui.cluster.terminals.opener import Terminals
from nasclustergui.core.errors import LockHeld, StoreError
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.job import Job
from nasclustergui.core.oplock import LockState
from nasclustergui.core.plan import Plan
from nasclustergui.core.units import clock, percent
from nasclustergui.subsystems.etcd.page import ConfigurationPage
from nasclustergui.subsystems.etcd.page import Desk as ConfigDesk
from nasclustergui.subsystems.gluster.page import Desk, StoragePage
from nasclustergui.subsystems.logs.page import LogsPage
from nasclustergui.subsystems.nodes.model import Link
from nasclustergui.ui.errors import ErrorDialog, describe
from nasclustergui.ui.jobs import Jobs
from nasclustergui.ui.jobs_dock import JobsDock
from nasclustergui.ui.page import Page
from nasclustergui.ui.plan_dialog import PlanDialog
from nasclustergui.window.controller import GLUSTER_MS, Controller
from nasclustergui.window.frame import Frame
from nasclustergui.window.lock_watch import LockWatch

SIGN_IN = "config.access:sign-in"
STALE_AFTER = 20.0  # seconds without a new reading of gluster after which the status bar says so


class Workspace(QObject):
    """Puts pages into `frame` and keeps them fresh until `close`.

    Attributes:
        controller: polls and plans. pages: by id. dock: the jobs.
        roles: promoting and demoting nodes. joining: nodes that join, their heartbeat, taking them out again.
        leaving: draining and removing nodes.
        plan_dialog: the plan that is shown now, None otherwise. lock: who else changes the cluster.

    Signals:
        login_wanted: somebody asked to connect to that node now ("" for all): ask again what was refused.
    """

    login_wanted = Signal(str)

    def __init__(
        self,
        frame: Frame,
        session: Session,
        jobs: Jobs,
        write: Callable[[Path, str], None],
        every_ms: int = GLUSTER_MS,
    ) -> None:
        super().__init__(frame)
        self.frame, self.session, self.jobs, self._write = frame, session, jobs, write
        self._every_ms = every_ms
        self.controller = Controller(session, jobs, self, every_ms)
        self.lock = LockWatch(session, lambda: self.controller.state, frame.status, self)
        self.overview = OverviewPage()
        self.nodes = NodesPage(self.controller.book)
        self.machines = MachineWatch(session.machines.closely, jobs, self)
        self.nodes.detail.tabs.set_watch(self.machines)
        desk = Desk(session.profile.name, session.profile, jobs, session.gluster.pool)
        self.storage = StoragePage(session.profile.name, profile=session.profile, desk=desk)
        self.config = ConfigurationPage(ConfigDesk(session.profile.name, session.profile, jobs, session.store))
        self.logs = LogsPage(session.nodes, [node.name for node in session.profile.nodes], jobs, write)
        self.alerts, self.timeline = AlertsPage(), TimelinePage()
        self.roles = RolesFlow(session, jobs, frame)
        self.joining = JoinFlow(session, jobs, frame)
        self.leaving = LeaveFlow(session, jobs, frame)
        self.terminals = Terminals(session, frame)
        self.terminals.on_key(self.nodes, self.nodes.chosen)
        self.plan_dialog: PlanDialog | None = None
        self.dock = JobsDock(jobs)
        frame.set_cluster(session.profile, _profile_facts(session))
        for page in (self.overview, self.nodes, self.storage, self.config, self.logs, self.alerts, self.timeline):
            self._tie(page)
            frame.add_page(page)
        self.dock.setVisible(False)
        frame.set_dock(self.dock)
        frame.set_regions([frame.sidebar, frame.headers, frame.stack, self.dock])
        self._connect()
        self.storage.set_loading(_("Reading volumes from {n} nodes…").format(n=len(session.profile.nodes)))
        frame.show_page("overview")

    def _tie(self, page: Page) -> None:
        page.plan_proposed.connect(self.propose)
        page.command.connect(self.run_action)
        page.notice.connect(lambda state, text: self.frame.toasts.show(state, text))

    def _connect(self) -> None:
        frame, controller = self.frame, self.controller
        controller.changed.connect(self._on_changed)
        controller.ticked.connect(self._on_tick)
        controller.plan_ended.connect(self._on_plan_ended)
        frame.page_changed.connect(self._on_page_changed)
        frame.jobs_wanted.connect(self.toggle_jobs)
        frame.read_wanted.connect(self.read_now)
        self.nodes.reconnect.connect(self._reconnect)
        self.overview.node_opened.connect(lambda name: self.run_action(f"nodes.show:{name}"))
        self.dock.hidden.connect(self.toggle_jobs)
        self.machines.changed.connect(lambda: controller.set_machines(self.machines.readings()))
        self.lock.changed.connect(self._on_lock)
        self._on_lock()
        self.roles.plan_proposed.connect(self.propose)
        self.joining.plan_ready.connect(self.propose)
        self.joining.next_step.connect(
            lambda text, words, action: frame.toasts.show("info", text, words, lambda: self.run_action(action))
        )
        controller.plan_ended.connect(self.joining.on_plan_ended)
        self.joining.notice.connect(lambda state, text: frame.toasts.show(state, text))
        self.leaving.plan_ready.connect(self.propose)
        self.leaving.notice.connect(lambda state, text: frame.toasts.show(state, text))
        self.roles.left_changed.connect(lambda: controller.set_etcd_left(self.roles.left))
        frame.status.guard_clicked.connect(self._show_lock)
        for signal in (self.jobs.added, self.jobs.changed, self.jobs.finished):
            signal.connect(self._show_running)

    def start(self) -> None:
        """Connect and read from now on."""
        self.controller.start()
        self._on_changed()

    def close(self) -> None:
        """Stop reading, end the session."""
        self.terminals.close()
        self.controller.stop()
        self.lock.close()
        self.machines.close()
        self.frame.status.guard_clicked.disconnect(self._show_lock)
        self.config.close_down()
        self.logs.close_down()
        self.roles.close()
        self.joining.close()
        self.leaving.close()
        if self.plan_dialog is not None:
            self.plan_dialog.reject()

    # ------------------------------------------------------------ state → pages

    def _on_changed(self) -> None:
        controller, state = self.controller, self.controller.state
        self.overview.set_state(state, controller.verdict)
        self.overview.set_events(controller.events[:60])
        self.nodes.set_state(state)
        self.machines.set_state(state)
        self.terminals.set_state(state)
        self.roles.set_state(state)
        self.alerts.set_problems(controller.found)
        self.timeline.set_events(controller.events)
        self.storage.set_disks(controller.disks)
        error = state.errors.get("gluster")
        if state.gluster is not None or error is not None:
            self.storage.set_state(state.gluster, error)
        self.config.set_state(state.etcd, state.errors.get("etcd"))
        self.lock.refresh()
        self._show_freshness(state)
        self.frame.sidebar.set_connection(*_connection(state))

    def _on_tick(self) -> None:
        self.nodes.refresh_charts()
        self._show_freshness(self.controller.state)

    def _show_freshness(self, state: ClusterState) -> None:
        """What the status bar says: live only if nodes, volumes, bricks and etcd were all read in time."""
        status, read_at = self.frame.status, state.read_at.get("gluster")
        doubts = _doubts(state)
        if read_at is None and "gluster" not in state.errors:
            silent = [node.name for node in state.nodes.nodes if not node.online]
            waiting = ", ".join(silent) or _("the volumes")
            status.set_freshness("busy", _("Connecting"), _("waits for {names}").format(names=waiting))
        elif read_at is None or "gluster" in state.errors or time.time() - read_at > STALE_AFTER:
            status.set_stale(read_at, str(state.errors.get("gluster", "")))
        elif doubts:
            status.set_freshness("stale", _("Partly live"), " · ".join(doubts))
        else:
            status.set_live(read_at, self._every_ms // 1000)

    def _show_running(self, _job: Job | None = None) -> None:
        running = self.jobs.running()
        shown = [f"{j.title} {percent(100 * j.progress)}" if j.progress is not None else j.title for j in running[:3]]
        text = ngettext("{n} job: {jobs}", "{n} jobs: {jobs}", len(running)).format(
            n=len(running), jobs=", ".join(shown)
        )
        self.frame.status.set_jobs(text if running else "")

    def _on_page_changed(self, name: str) -> None:
        seen = name in ("overview", "gluster", "nodes", "alerts")
        self.controller.gluster.set_visible(seen)

    # ------------------------------------------------------------ actions

    def run_action(self, action: str) -> None:
        """An action id of a page, a problem or the command line: "page:alerts", "gluster.heal:data"."""
        verb, _colon, subject = action.partition(":")
        if verb == "page":
            self.frame.show_page(subject)
        elif verb.endswith(".read"):
            self.read_now()
        elif verb == "operation.break":
            self.break_lock()
        elif self.terminals.run_action(action):
            return
        elif not any(flow.run_action(action) for flow in (self.roles, self.joining, self.leaving)):
            for page in self.frame.pages.values():
                if page.run_action(action):
                    self.frame.show_page(page.page_id)
                    return

    def _reconnect(self, node: str) -> None:
        self.login_wanted.emit(node)
        self.controller.reconnect(node)

    def read_now(self) -> None:
        """F5: ask everybody now."""
        self.login_wanted.emit("")
        self.controller.read_now()

    def propose(self, plan: Plan) -> PlanDialog:
        """Show a plan; it runs only if the user says so."""
        dialog = PlanDialog(plan.with_author(self.session.user), self.session.profile, self._write, self.frame)
        self.plan_dialog = dialog
        dialog.set_lock(self.lock.view)
        dialog.break_wanted.connect(self.break_lock)
        dialog.finished.connect(lambda result: self._on_decided(dialog, result))
        dialog.open()
        return dialog

    def _on_decided(self, dialog: PlanDialog, result: int) -> None:
        self.plan_dialog = None
        if result == QDialog.DialogCode.Accepted:
            job = self.controller.run_plan(dialog.plan, dialog.typed, dialog.waits)
            self.dock.setVisible(True)
            self.dock.look_at(job)
        dialog.deleteLater()

    def _on_lock(self) -> None:
        """Somebody took the operation lock or gave it back."""
        self.config.desk.set_lock(self.lock.view)
        if self.plan_dialog is not None:
            self.plan_dialog.set_lock(self.lock.view)

    def _show_lock(self) -> None:
        self.run_action("config.coordination:operation")

    def break_lock(self) -> None:
        """Propose to take the lock away from whoever has it; the plan that is open gives way."""
        from nasclustergui.subsystems.etcd.features.oplock.plans import plan_break

        holder = self.lock.view.holder
        if holder is None or self.lock.view.state is not LockState.TAKEN:
            return
        if self.plan_dialog is not None:
            self.plan_dialog.reject()
        self.propose(plan_break(holder, self.session.profile.name))

    def toggle_jobs(self) -> None:
        """Ctrl+J: show or hide the dock."""
        self.dock.setVisible(not self.dock.isVisible())
        if self.dock.isVisible():
            self.dock.seen()

    def _on_plan_ended(self, job: Job, plan: Plan, error: Exception | None) -> None:
        self.storage.desk.changed.emit()
        self.config.desk.changed.emit()
        self.roles.look_again()
        if isinstance(error, LockHeld):  # between the dialog and the job somebody else was faster
            self.frame.toasts.show("wait", str(error), _("Wait and run…"), lambda: self.propose(plan))
        elif isinstance(error, StoreError) and error.denied:
            self.frame.toasts.show("critical", str(error), _("Sign in…"), lambda: self.run_action(SIGN_IN))
        elif error is not None:
            title, _hint, _details = describe(error)
            self.frame.toasts.show("critical", title, _("Details"), lambda: ErrorDialog(error, self.frame).open())
        elif job.cancelled:
            self.frame.toasts.show("info", _("Cancelled: {title}").format(title=plan.title))
        else:
            self.frame.toasts.show("ok", _("Done: {title}").format(title=plan.title), _("Show"), self._show_jobs)

    def _show_jobs(self) -> None:
        self.dock.setVisible(True)
        self.dock.seen()


def _profile_facts(session: Session) -> str:
    n = len(session.profile.nodes)
    parts = [ngettext("{n} node", "{n} nodes", n).format(n=n)]
    if session.profile.location:
        parts.append(session.profile.location)
    if session.profile.read_only:
        parts.append(_("read-only"))
    return " · ".join(parts)


def _doubts(state: ClusterState) -> list[str]:
    """What of the picture is not fresh, shortly."""
    found = []
    refused = [node.name for node in state.nodes.nodes if node.link is Link.REFUSED]
    silent = [node.name for node in state.nodes.nodes if not node.online and node.name not in refused]
    if silent:
        text = ngettext("{names} does not answer", "{names} do not answer", len(silent))
        found.append(text.format(names=", ".join(silent)))
    if refused:
        text = ngettext("{names} does not let us in", "{names} do not let us in", len(refused))
        found.append(text.format(names=", ".join(refused)))
    if state.gluster is not None and state.gluster.status_error:
        at = clock(state.gluster.status_at or None)
        found.append(_("states of bricks read {time}").format(time=at))
    if "etcd" in state.errors:
        found.append(_("etcd read {time}").format(time=clock(state.read_at.get("etcd"))))
    return found


def _connection(state: ClusterState) -> tuple[str, str]:
    """ "SSH 6 of 7 · etcd 3 of 3", with a state if something is missing."""
    nodes = state.nodes.nodes
    online = sum(node.online for node in nodes)
    text = _("SSH {online} of {nodes}").format(online=online, nodes=len(nodes))
    whole = online == len(nodes)
    if state.etcd is not None:
        healthy, members = state.etcd.healthy, len(state.etcd.members)
        if "etcd" in state.errors:
            healthy, whole = 0, False
        text += " · " + _("etcd {healthy} of {members}").format(healthy=healthy, members=members)
        whole = whole and healthy == members
    return text, "" if whole else "warn"
