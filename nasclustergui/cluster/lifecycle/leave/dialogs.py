"""The dialogs that ask before a node is drained or removed (Qt)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSize, QTimer, Signal
from PySide6.QtWidgets import QLayout, QLineEdit, QWidget

from nasclustergui.cluster.lifecycle.leave.brick_form import BrickForm
from nasclustergui.cluster.lifecycle.leave.drain import plan_drain
from nasclustergui.cluster.lifecycle.leave.findings import FindingList
from nasclustergui.cluster.lifecycle.leave.model import Draining, Leaving, Part, Place
from nasclustergui.cluster.lifecycle.leave.phases import phases
from nasclustergui.cluster.lifecycle.leave.places import suggest
from nasclustergui.cluster.lifecycle.leave.remove import draft, plan_remove
from nasclustergui.cluster.lifecycle.roles.model import Finding
from nasclustergui.core.errors import NasError
from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _
from nasclustergui.core.plan import Plan
from nasclustergui.core.profile import Profile
from nasclustergui.ui.dialog_frame import DialogFrame
from nasclustergui.ui.parts import ElidedLabel, Field, Label, Panel, button, col, label, row

Done = Callable[[object], object]
Failed = Callable[[NasError], object]
Look = Callable[[Done, Failed], object]


class LeaveDialog(DialogFrame):
    """Looks in the background, shows what was found, ends in a plan.

    Signals:
        plan_ready: core.plan.Plan. refused: NasError.
    """

    plan_ready = Signal(object)
    refused = Signal(object)

    def __init__(
        self, title: str, about: str, look: Look, profile: Profile, size: QSize, parent: QWidget | None
    ) -> None:
        super().__init__(title, about, profile, size, parent=parent)
        self._look, self._profile = look, profile
        self.findings = FindingList(_("Asking gluster, etcd and the nodes…"))
        self.findings.retry.connect(self.look)
        self._note = ElidedLabel("", "body", "text2")
        self.again_button = button(_("Look again"), icon="refresh-cw", on_click=self.look)
        self.cancel_button = button(_("Cancel"), on_click=self.reject)
        self.go_button = button(_("Review plan…"), "primary", "list-checks", on_click=self.accept)

    def put_together(self, *above: QWidget | QLayout) -> None:
        """What `above` holds, then the findings."""
        found = Panel(col(self.findings, margins=(8, 6, 8, 6)))
        body = col(*above, (found, 1), gap=14, margins=(24, 16, 24, 16))
        last = (self.again_button, self.cancel_button, self.go_button)
        self.compose(body, row((self._note, 100), None, *last, gap=8, margins=(24, 12, 24, 12)))
        self.refresh()
        QTimer.singleShot(0, self, self.look)

    def look(self) -> None:
        """Find out anew."""
        self.forget()
        self.again_button.set_enabled(False)
        self.findings.show_empty("search", _("Looking"), "")  # what was found before goes at once
        self.findings.show_loading()
        self._look(self._on_found, self._on_failed)
        self.refresh()

    def forget(self) -> None:
        """What was found before is old."""
        raise NotImplementedError

    def take(self, found: object) -> None:
        """What was found."""
        raise NotImplementedError

    def missing(self) -> str:
        """Why it can't go on, "" if it can."""
        raise NotImplementedError

    def make_plan(self) -> Plan:
        """May raise NasError."""
        raise NotImplementedError

    def _on_found(self, found: object) -> None:
        self.again_button.set_enabled(True)
        self.take(found)
        self.refresh()

    def _on_failed(self, error: NasError) -> None:
        self.again_button.set_enabled(True)
        self.findings.show_failed(error)
        self.refresh()

    def waiting(self) -> str:
        """Why there is nothing to go on with yet."""
        asking = self.findings.showing() in ("loading", "empty")
        return _("Asking gluster, etcd and the nodes…") if asking else _("It could not be found out.")

    def refresh(self) -> None:
        """After anything changed."""
        why = self.missing()
        self._note.set_text(why)
        self.go_button.set_enabled(not why, why)

    def accept(self) -> None:
        """Make the plan and hand it out."""
        if self.missing():
            return
        try:
            plan = self.make_plan()
        except NasError as error:
            self.refused.emit(error)
            return
        super().accept()
        self.plan_ready.emit(plan)


class DrainDialog(LeaveDialog):
    """Asks for the reason and shows what a drain means.

    Attributes:
        reason: the field. found: what was found out, None while it isn't.
    """

    def __init__(self, node: str, who: str, look: Look, profile: Profile, parent: QWidget | None = None) -> None:
        title = _("Drain {node}").format(node=node)
        about = _("Nothing new is placed on it; what is there stays. Nothing is changed before the plan.")
        super().__init__(title, about, look, profile, QSize(720, 480), parent)
        self.node, self._who = node, who
        self.found: Draining | None = None
        self.reason = QLineEdit()
        field = Field(_("Reason"), self.reason, _("For the others: they see it beside the node."))
        self.put_together(field)

    def forget(self) -> None:
        """See LeaveDialog."""
        self.found = None

    def take(self, found: object) -> None:
        """See LeaveDialog."""
        assert isinstance(found, Draining)
        try:
            plan = plan_drain(found, "", self._who, self._profile.name)
        except NasError as error:
            self.findings.show_findings((Finding(Severity.CRITICAL, str(error), error.hint),))
            return
        self.found = found
        self.findings.show_findings(tuple(Finding(m.severity, m.title, m.text) for m in plan.meaning))

    def missing(self) -> str:
        """See LeaveDialog."""
        if self.found is not None:
            return ""
        return _("It cannot be drained now.") if self.findings.showing() == "content" else self.waiting()

    def make_plan(self) -> Plan:
        """See LeaveDialog."""
        assert self.found is not None
        return plan_drain(self.found, self.reason.text(), self._who, self._profile.name)


class RemoveDialog(LeaveDialog):
    """Shows the order of the removal, lets places for the bricks be chosen, tells what is in the way.

    Attributes:
        found: what was found out, None while it isn't. bricks: the places. made: steps and reasons against it.
    """

    def __init__(self, node: str, look: Look, profile: Profile, parent: QWidget | None = None) -> None:
        title = _("Remove {node} from the cluster").format(node=node)
        about = _("One step after the other; it can be stopped and taken up again. Nothing is changed before the plan.")
        super().__init__(title, about, look, profile, QSize(860, 640), parent)
        self.node = node
        self.found: Leaving | None = None
        self.made = Part()
        self.bricks = BrickForm()
        self.bricks.changed.connect(self._on_chosen)
        self.order: Label = label("", "body", "text2", wrap=True)
        self._order_title = label(_("In this order"), "heading")
        self._show_order(())
        self.put_together(self._order_title, self.order, self.bricks)

    def forget(self) -> None:
        """See LeaveDialog."""
        self.found, self.made = None, Part()
        self.bricks.setVisible(False)
        self._show_order(())

    def take(self, found: object) -> None:
        """See LeaveDialog."""
        assert isinstance(found, Leaving)
        self.found = found
        self.bricks.show_bricks(found, suggest(found) | self._chosen_before(found))
        self._on_chosen()

    def _chosen_before(self, found: Leaving) -> dict[str, Place | None]:
        """What was chosen before it was looked again, as far as it is still offered."""
        before = {name: place.key for name, place in self.bricks.chosen().items() if place is not None}
        return {
            held.brick.name: place
            for held in found.held
            for place in held.places
            if before.get(held.brick.name) == place.key
        }

    def _on_chosen(self) -> None:
        if self.found is None:
            return
        chosen = self.bricks.chosen()
        self.made = draft(self.found, chosen, self._profile)
        self._show_order(phases(self.found, chosen))
        said = tuple(Finding(m.severity, m.title, m.text) for m in self.made.meaning)
        if self.obstacles:
            self.findings.show_findings(self.obstacles)
        else:
            self.findings.show_findings((Finding(Severity.OK, _("Nothing is in the way")), *said))
        self.refresh()

    @property
    def obstacles(self) -> tuple[Finding, ...]:
        """What forbids it."""
        return tuple(finding for finding in self.made.findings if finding.severity is Severity.CRITICAL)

    def _show_order(self, lines: Sequence[str]) -> None:
        self.order.set_text("\n".join(f"{n}. {line}" for n, line in enumerate(lines, 1)))
        for each in (self._order_title, self.order):
            each.setVisible(bool(lines))

    def missing(self) -> str:
        """See LeaveDialog."""
        if self.found is None:
            return self.waiting()
        return self.obstacles[0].text if self.obstacles else ""

    def make_plan(self) -> Plan:
        """See LeaveDialog."""
        assert self.found is not None
        return plan_remove(self.found, self.bricks.chosen(), self._profile)
