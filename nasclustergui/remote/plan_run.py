"""One run of one plan: step by step, with its record, its undo and its end."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace

from nasclustergui.core.command import Command, Result
from nasclustergui.core.errors import (
    AuditFailed,
    Cancelled,
    CommandFailed,
    LockLost,
    NasError,
    NodeError,
    OutcomeUnknown,
    UnexpectedOutput,
)
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.outcome import StepOutcome, StepState
from nasclustergui.core.plan import Plan, Step
from nasclustergui.remote.driver import Driver, Teller
from nasclustergui.remote.guard import Hold
from nasclustergui.remote.plan_record import PlanRecord

UNDO_TIMEOUT = 120.0  # seconds, for an undo that would wait for ever: nobody could cancel it


class PlanRun:
    """A plan while it runs. `leaving` is set when the program closes: then a cancel undoes nothing.

    `hold` is the cluster's operation lock, looked at before each further step; None for a plan that takes none.
    """

    def __init__(
        self,
        plan: Plan,
        job: Job,
        drivers: Mapping[str, Driver],
        record: PlanRecord,
        leaving: threading.Event,
        hold: Hold | None = None,
    ) -> None:
        self._plan, self._job, self._drivers, self._record, self._leaving = plan, job, drivers, record, leaving
        self._hold = hold
        self._effective: list[int] = []  # steps of this run whose command took effect, in order

    def run(self, first: int, confirmed: str) -> tuple[StepOutcome, ...]:
        """Run from step index `first` on. See `Executor.run`."""
        self._record.start(first, confirmed)
        try:
            for index in range(first, len(self._plan.steps)):
                if self._hold is not None and index > first:
                    self._hold.check(self._job)
                self._step(index)
        except Cancelled:
            self._cancelled()
            raise
        except NasError as error:
            self._failed(error)
            raise
        except Exception:
            self._record.finish("failed")
            raise
        self._record.finish("done")
        return tuple(self._record.outcomes)

    def _step(self, index: int) -> None:
        step, job = self._plan.steps[index], self._job
        driver = self._drivers[step.driver]
        job.check()
        job.step_number, job.step_count = index + 1, len(self._plan.steps)
        job.report(step.title)
        driver.check(step, job)
        job.check()
        self._record.begin(index, step.command)
        try:
            result = driver.run(step.node, step.command, job)
            self._effective.append(index)
            self._record.answered(index, result.status, _printed(result), _told(driver, step.command, result))
            if step.follow:
                driver.follow(step, job)
        except Cancelled:
            self._record.ended(index, step.command, "cancelled")
            raise
        except Exception as error:
            self._went_wrong(index, error)
            raise
        self._record.done(index, step.command)

    def _went_wrong(self, index: int, error: Exception) -> None:
        """Record what became of the step; raise OutcomeUnknown where nobody can say."""
        step, outcome = self._plan.steps[index], self._record.outcomes[index]
        answered = outcome.exit_code is not None
        state = _state_after(error, answered)
        if isinstance(error, CommandFailed) and not answered:
            self._record.answered(index, error.status, error.details, str(error))
        self._record.set_state(index, state)
        self._record.ended(index, step.command, state, note=str(error))
        if state is StepState.UNKNOWN and isinstance(error, NasError) and not isinstance(error, OutcomeUnknown):
            raise _unknown(step, error, answered) from error

    def _failed(self, error: NasError) -> None:
        """A step failed: take back the ones before it, if the plan says so, and end."""
        unknown = bool(self._record.in_state(StepState.UNKNOWN))
        if not unknown and not isinstance(error, AuditFailed | LockLost):  # without the lock nothing is undone either
            try:
                self._take_back(self._effective if self._plan.rollback else [])
            except NasError as undo_error:
                error.details = f"{error.details}\n{undo_error}\n{undo_error.details}".strip()
        self._record.explain(error)
        self._record.finish("unknown" if unknown else "failed")

    def _cancelled(self) -> None:
        """Take back the step in progress and, if the plan says so, the ones before it."""
        current = self._record.in_state(StepState.RUNNING)
        if self._leaving.is_set():
            self._record.finish("left running")
            return
        before = [index for index in self._effective if index not in current and self._plan.rollback]
        try:
            self._take_back([*before, *current])
        except NasError as undo_error:
            error = _not_taken_back(self._plan, undo_error)
            self._record.explain(error)
            self._record.finish("cancelled")
            raise error from undo_error
        for index in self._record.in_state(StepState.RUNNING):
            self._record.set_state(index, StepState.UNKNOWN)
            self._record.say(index, _("Cancelled while it ran: whether it took effect is not known."))
        self._record.finish("cancelled")

    def _take_back(self, indexes: list[int]) -> None:
        """Run the undo commands of the steps, newest first; the first one that fails ends it."""
        for index in reversed(indexes):
            step = self._plan.steps[index]
            if step.undo is not None:
                self._undo(index, step, UndoJob(self._job, _("Take back: {title}").format(title=step.title)))

    def _undo(self, index: int, step: Step, job: Job) -> None:
        assert step.undo is not None
        undo = step.undo if step.undo.timeout is not None else replace(step.undo, timeout=UNDO_TIMEOUT)
        self._job.report(job.title)
        self._record.begin(index, undo, undo=True)
        driver = self._drivers[step.driver]
        try:
            result = driver.run(step.node, undo, job)
        except NasError as error:
            code = error.status if isinstance(error, CommandFailed) else None
            self._record.set_state(index, StepState.UNKNOWN)
            self._record.undo_ended(index, undo, StepState.FAILED, code, f"{error}\n{error.details}", str(error))
            raise
        self._record.set_state(index, StepState.UNDONE)
        told = _told(driver, undo, result)
        self._record.undo_ended(index, undo, StepState.DONE, result.status, _printed(result), told)


class UndoJob(Job):
    """A job of its own, since the cancelled one would stop the undo too; what it says appears in that one."""

    def __init__(self, parent: Job, title: str) -> None:
        super().__init__(title, quiet=True)
        self._parent = parent

    def write(self, node: str, line: str) -> None:
        """Add the line to the parent's output."""
        self._parent.write(node, line)


def _printed(result: Result) -> str:
    return f"{result.stdout}\n{result.stderr}"


def _told(driver: Driver, command: Command, result: Result) -> str | None:
    """The answer in words, None where the driver has none."""
    return "\n".join(driver.told(command, result)) if isinstance(driver, Teller) else None


def _state_after(error: Exception, answered: bool) -> StepState:
    """What is known of a step after its error. `answered`: its command came back well, its work went wrong."""
    if isinstance(error, NodeError):
        return StepState.UNKNOWN if error.sent or answered else StepState.NOT_RUN
    if isinstance(error, OutcomeUnknown) or not isinstance(error, NasError):
        return StepState.UNKNOWN
    return StepState.UNKNOWN if isinstance(error, UnexpectedOutput) else StepState.FAILED


def _unknown(step: Step, error: NasError, answered: bool) -> OutcomeUnknown:
    if isinstance(error, UnexpectedOutput):
        said = _("The answer to “{title}” on {node} cannot be read: nobody knows whether it took effect.")
    elif answered:
        said = _("“{title}” was started on {node}, then the connection broke: nobody knows how far it got.")
    else:
        said = _("The connection to {node} broke during “{title}”: nobody knows whether it took effect.")
    return OutcomeUnknown(
        said.format(title=step.title, node=step.node),
        hint=_("Read the cluster's state before you do it again; what was started may go on by itself."),
        details=f"{error}\n{error.details}".strip(),
    )


def _not_taken_back(plan: Plan, error: NasError) -> OutcomeUnknown:
    return OutcomeUnknown(
        _("“{title}” was cancelled, but could not be taken back: {error}").format(title=plan.title, error=error),
        hint=error.hint or _("Read the cluster's state, then take it back by hand."),
        details=error.details,
    )
