"""Runs plans: the only way to a change. What it promises stands in docs/design/plans.md."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol

from nasclustergui.core.confirm import check_confirmed
from nasclustergui.core.errors import AuditFailed, InvalidInput, ReadOnly
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.outcome import StepOutcome
from nasclustergui.core.plan import Plan
from nasclustergui.core.plan_json import plan_id
from nasclustergui.core.profile import Profile
from nasclustergui.remote.audit import Entry
from nasclustergui.remote.driver import Asker, Driver
from nasclustergui.remote.guard import Guard
from nasclustergui.remote.plan_record import PlanRecord
from nasclustergui.remote.plan_run import PlanRun


class Audit(Protocol):
    """Where entries go; `AuditLog` in the program."""

    def write(self, entry: Entry) -> None:
        """Keep the entry for good. Raises AuditFailed."""


class Executor:
    """Runs plans of one cluster.

    Attributes:
        profile: the cluster; plans of another one are refused, and all of them if it is read-only.
    """

    def __init__(
        self, drivers: Mapping[str, Driver], audit: Audit, profile: Profile, guard: Guard | None = None
    ) -> None:
        """`guard` keeps a second administrator from changing the cluster meanwhile; None: nobody does."""
        self.profile = profile
        self._guard = guard
        self._drivers = dict(drivers)
        self._audit = audit
        self._leaving = threading.Event()

    def check(self, plan: Plan, *, confirmed: str = "", start_at: int = 0) -> None:
        """Raise what forbids the plan: ReadOnly, InvalidInput, NotConfirmed. Touches neither disk nor network."""
        if self.profile.read_only:
            raise ReadOnly(
                _("The profile of {cluster} is read-only, nothing was done.").format(cluster=self.profile.name),
                hint=_("Allow changes in the cluster's settings first."),
            )
        self._check_fits(plan, start_at)
        check_confirmed(plan, self.profile, confirmed)

    def _check_fits(self, plan: Plan, start_at: int = 0) -> None:
        if plan.cluster != self.profile.name:
            raise InvalidInput(
                _("This plan was made for {other}, not for {cluster}.").format(
                    other=plan.cluster, cluster=self.profile.name
                )
            )
        if not 0 <= start_at < len(plan.steps):
            raise InvalidInput(_("The plan “{title}” has no step to run.").format(title=plan.title))
        for step in plan.steps:
            if step.driver not in self._drivers:
                raise InvalidInput(_("Nothing here can run a step of “{driver}”.").format(driver=step.driver))
            from_here = not step.node and isinstance(self._drivers[step.driver], Asker)
            if not from_here and self.profile.node(step.node) is None:
                raise InvalidInput(
                    _("The profile {cluster} has no node “{node}”.").format(cluster=plan.cluster, node=step.node)
                )

    def run(
        self,
        plan: Plan,
        job: Job,
        *,
        confirmed: str = "",
        start_at: int = 0,
        outcomes: list[StepOutcome] | None = None,
        wait_lock: float | None = 0.0,
    ) -> tuple[StepOutcome, ...]:
        """Run the plan's steps in order, from index `start_at` on, and return what became of each.

        `confirmed` is the name that was typed. `outcomes` is filled while the plan runs, so that the caller has
        it even after an error. `wait_lock`: seconds to wait for another administrator's change, None for ever.

        Raises what `check` does, LockHeld, AuditFailed before anything ran unrecorded, PlanOutdated, OutcomeUnknown,
        LockLost, the error of the step that failed (its hint says what was done), or Cancelled.
        """
        self.check(plan, confirmed=confirmed, start_at=start_at)
        record = PlanRecord(plan, job, self.profile, self._audit.write, [] if outcomes is None else outcomes)
        hold = self._guard.hold(plan, job, wait_lock) if self._guard is not None and plan.guarded else None
        try:
            return PlanRun(plan, job, self._drivers, record, self._leaving, hold).run(start_at, confirmed.strip())
        finally:
            if hold is not None:
                hold.release()

    def dry_run(self, plan: Plan, job: Job) -> tuple[StepOutcome, ...]:
        """Write what would run to the job's output; nothing goes to the network. Allowed on read-only profiles.

        Raises InvalidInput if the plan doesn't fit this cluster.
        """
        self._check_fits(plan)
        entry = Entry("dry run", plan.cluster, plan_id(plan), plan.title, steps=len(plan.steps), dry_run=True)
        for number, step in enumerate(plan.steps, 1):
            job.write(step.node, f"$ {step.command}")
            try:
                self._audit.write(replace(entry, step=number, node=step.node, command=str(step.command)))
            except AuditFailed as error:  # nothing changes, so nothing is forbidden
                job.write("", str(error))
        return tuple(StepOutcome(n, step.title, step.node) for n, step in enumerate(plan.steps, 1))

    def leave(self) -> None:
        """The program is closing: from now on a cancel leaves work on the cluster running instead of undoing it."""
        self._leaving.set()
