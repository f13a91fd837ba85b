"""Join a node of the profile: what is missing, what was found, how its heartbeat logs in; ends in a plan."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QWidget

from nasclustergui.cluster.lifecycle.join.dialogs.check_list import CheckList
from nasclustergui.cluster.lifecycle.join.dialogs.login_form import LoginForm
from nasclustergui.cluster.lifecycle.join.dialogs.looker import Looker, Work
from nasclustergui.cluster.lifecycle.join.dialogs.summary import summary
from nasclustergui.cluster.lifecycle.join.model import Check, Verdict
from nasclustergui.cluster.lifecycle.join.plan import missing, needs_login
from nasclustergui.core.errors import NasError
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Plan
from nasclustergui.core.profile import Profile
from nasclustergui.subsystems.nodes.features.heartbeat.model import Login
from nasclustergui.ui.dialog_frame import DialogFrame
from nasclustergui.ui.errors import present
from nasclustergui.ui.jobs import Jobs
from nasclustergui.ui.parts import Banner, Icon, Label, Line, Panel, box, button, col, label, row
from nasclustergui.ui.scrolling import Scrolling

SIZE = QSize(920, 780)
Prepare = Callable[[Verdict, Login, Job], Plan]


class JoinDialog(DialogFrame):
    """`work` looks, `prepare` tries the login and makes the plan; both run in worker threads.

    Signals:
        plan_ready: core.plan.Plan.

    Attributes:
        checks, login: its parts. verdict: what was found out. go_button, again_button, stop_button, cancel_button.
    """

    plan_ready = Signal(object)

    def __init__(
        self, node: str, work: Work, prepare: Prepare, jobs: Jobs, profile: Profile, parent: QWidget | None = None
    ) -> None:
        about = _("What is missing is planned; what is there already is left alone.")
        super().__init__(_("Join {node} to the cluster").format(node=node), about, profile, SIZE, parent=parent)
        self._work, self._prepare, self._jobs = work, prepare, jobs
        self.verdict: Verdict | None = None
        self._preparing = False
        self.checks, self.login = CheckList(), LoginForm()
        self.looker = Looker(jobs, self)
        self.banner = Banner("info", "", "")
        self.banner.hide()
        self._login_box = Panel(col(self.login, margins=(14, 10, 14, 12)))
        self._login_box.hide()
        self._build()
        self.login.edited.connect(self._refresh)
        self.looker.found.connect(self.checks.show_findings)
        self.looker.ended.connect(self._on_ended)
        self.looker.failed.connect(self._on_failed)
        self.start()

    def _build(self) -> None:
        head = box(row(label(_("What was found"), "heading"), None, margins=(14, 10, 14, 8)))
        found = Panel(col(head, Line(), (Scrolling(self.checks), 1), gap=0, margins=(1, 1, 1, 6)))
        body = col(self.banner, (found, 1), self._login_box, gap=12, margins=(24, 16, 24, 16))
        self._icon = Icon("info", "text3")
        self._note: Label = label("", "body", "text2", wrap=True)
        self.stop_button = button(_("Stop"), icon="circle-stop", on_click=self.looker.stop)
        self.again_button = button(_("Check again"), icon="refresh-cw", on_click=self.start)
        self.cancel_button = button(_("Cancel"), on_click=self.reject)
        self.go_button = button(_("Review plan…"), "primary", "list-checks", on_click=self.accept)
        buttons = (self.stop_button, self.again_button, self.cancel_button, self.go_button)
        self.compose(body, row(self._icon, (self._note, 1), *buttons, gap=8, margins=(24, 12, 24, 12)))

    def start(self) -> None:
        """Look, from the beginning."""
        self.verdict = None
        self.checks.wait()
        self.looker.start(self._work)
        self._refresh()

    def reject(self) -> None:
        """Esc: first ends the look, then closes."""
        if self.looker.running:
            self.looker.stop()
        else:
            super().reject()

    def _on_ended(self, verdict: Verdict | None) -> None:
        self.verdict = verdict
        if verdict is not None:
            for check in Check:
                if found := verdict.of(check):
                    self.checks.show_findings(check, found)
            self.login.show_look(verdict.look)
            self._login_box.setVisible(needs_login(verdict.look))
            gap = missing(verdict.look)
            self.banner.set_message("info", _("Missing: {parts}").format(parts=", ".join(gap)), "")
            self.banner.setVisible(bool(gap))
        self.checks.end()
        self._refresh()

    def _on_failed(self, error: Exception) -> None:
        self.checks.end()
        self._refresh()
        present(self, error)

    def missing(self) -> str:
        """Why there is no plan, "" if there can be one."""
        verdict = self.verdict
        if self.looker.running:
            return _("Asks the node and all others")
        if verdict is None or verdict.look.machine is None or verdict.obstacles:
            return summary(verdict, joined=True)[1] if verdict else _("It was not looked at.")
        if self._preparing:
            return _("Tries the login to etcd")
        return self.login.missing() if needs_login(verdict.look) else ""

    def _refresh(self) -> None:
        why, verdict, running = self.missing(), self.verdict, self.looker.running
        if running or self._preparing:
            self._icon.set_icon("refresh-cw", "busy")
            self._note.set_text(why)
        elif verdict is not None:
            state, text = summary(verdict, joined=True)
            self._icon.set_state("warn" if why and state == "ok" else state)
            self._note.set_text(why or text)
        else:
            self._icon.set_icon("info", "text3")
            self._note.set_text(why)
        self.stop_button.setVisible(running)
        self.again_button.setVisible(not running)
        self.go_button.set_enabled(not why, why)

    def accept(self) -> None:
        """Try the login, make the plan, hand it out."""
        verdict = self.verdict
        if verdict is None or self.missing():
            return
        login = self.login.login()
        self._preparing = True
        self._refresh()
        self._jobs.submit(
            self,
            Job(_("Plan the join"), quiet=True),
            lambda job: self._prepare(verdict, login, job),
            self._on_planned,
            self._on_refused,
            self._refresh,
        )

    def _on_planned(self, plan: Plan) -> None:
        self._preparing = False
        super().accept()
        self.plan_ready.emit(plan)

    def _on_refused(self, error: Exception) -> None:
        self._preparing = False
        self._refresh()
        if isinstance(error, NasError) and getattr(error, "field", "") == "login":
            self.login.say(" ".join(part for part in (str(error), error.hint) if part))
        else:
            present(self, error)
