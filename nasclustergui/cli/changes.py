"""Shows a plan, has it confirmed, runs it, and reports: the same plan and executor as in the window."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from nasclustergui.cli.exit_codes import Exit, exit_code
from nasclustergui.cli.terminal import ask_line, error_data, interactive, note, say, say_json, tell
from nasclustergui.cli.working import Interrupted, work
from nasclustergui.core.confirm import is_confirmed, required_confirmation
from nasclustergui.core.errors import Cancelled, LockHeld, NasError, NotConfirmed
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.outcome import StepOutcome
from nasclustergui.core.plan import Plan, Risk, place
from nasclustergui.core.plan_json import plan_data, plan_id
from nasclustergui.core.profile import Profile
from nasclustergui.core.script import to_script
from nasclustergui.core.units import duration


@dataclass(frozen=True)
class Consent:
    """How the person wants a change carried out.

    Attributes:
        dry_run: only show it. script: only print it as a shell script. as_json: report as JSON.
        yes: don't ask. confirm: the name that risky plans want typed.
        wait_lock: seconds to wait for another administrator's change.
    """

    dry_run: bool = False
    script: bool = False
    as_json: bool = False
    yes: bool = False
    confirm: str = ""
    wait_lock: float = 0.0


class Runs(Protocol):
    """The executor, as far as it's needed here."""

    profile: Profile

    def check(self, plan: Plan, *, confirmed: str = "", start_at: int = 0) -> None:
        """Raise what forbids the plan."""

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
        """Run it."""

    def dry_run(self, plan: Plan, job: Job) -> tuple[StepOutcome, ...]:
        """Note what would run."""


def carry_out(executor: Runs, plan: Plan, consent: Consent) -> Exit:
    """Show, confirm and run the plan; its exit status. Raises what forbids it before anything ran."""
    if consent.script:
        script = to_script(plan, executor.profile)
        if consent.as_json:
            say_json({"script": script})
        else:
            say(script.removesuffix("\n"))
        return Exit.OK
    if consent.dry_run:
        outcomes = executor.dry_run(plan, Job(plan.title))
        _report(plan, outcomes, "dry run", consent)
        return Exit.OK
    confirmed = _confirmation(executor, plan, consent)
    return _run(executor, plan, confirmed, consent)


def _confirmation(executor: Runs, plan: Plan, consent: Consent) -> str:
    """The name as typed, "" where none is needed. Raises NotConfirmed, ReadOnly, InvalidInput."""
    name = required_confirmation(plan, executor.profile)
    executor.check(plan, confirmed=name)  # a plan that can't run is refused before anybody is asked
    if consent.yes and is_confirmed(plan, executor.profile, consent.confirm):
        return consent.confirm
    if not interactive():
        raise _not_confirmed(name, consent)
    for line in plan_lines(plan, executor.profile):
        note(line)
    if name and not consent.confirm:
        typed = ask_line(_("Type {name} to go on: ").format(name=name))
    elif consent.yes:
        typed = consent.confirm
    else:
        agreed = ask_line(_("Go on? [y/N] ")).strip().lower() in (_("y"), _("yes"), "y", "yes")
        typed = consent.confirm if agreed else ""
        if not agreed:
            raise _not_confirmed(name, consent)
    if not is_confirmed(plan, executor.profile, typed):
        raise _not_confirmed(name, consent)
    return typed


def _not_confirmed(name: str, consent: Consent) -> NotConfirmed:
    error = NotConfirmed(name)
    words = [] if consent.yes else ["--yes"]
    if name and consent.confirm != name:
        words.append(f"--confirm {name}")
    error.hint = _("Look at it with --dry-run; to run it without questions add {words}.").format(words=" ".join(words))
    return error


def _run(executor: Runs, plan: Plan, confirmed: str, consent: Consent) -> Exit:
    outcomes: list[StepOutcome] = []
    job = Job(plan.title)

    def task(running: Job) -> tuple[StepOutcome, ...]:
        return executor.run(plan, running, confirmed=confirmed, outcomes=outcomes, wait_lock=consent.wait_lock)

    try:
        work(job, task)
    except Interrupted as stopped:
        _report(plan, outcomes, "cancelled", consent)
        return stopped.code
    except Cancelled:
        _report(plan, outcomes, "cancelled", consent)
        return Exit.CANCELLED
    except NasError as error:
        if isinstance(error, LockHeld):
            error.hint = f"{error.hint} {_('With --wait-lock SECONDS this command waits.')}"
        code = exit_code(error)
        _report(plan, outcomes, "unknown" if code is Exit.UNKNOWN else "failed", consent, error)
        return code
    _report(plan, outcomes, "done", consent)
    return Exit.OK


def _report(
    plan: Plan,
    outcomes: tuple[StepOutcome, ...] | list[StepOutcome],
    state: str,
    consent: Consent,
    error: NasError | None = None,
) -> None:
    if consent.as_json:
        data: dict[str, Any] = {"state": state, "plan": {"id": plan_id(plan), **plan_data(plan)}}
        data["steps"] = [_outcome(outcome) for outcome in outcomes]
        if state == "dry run":
            for shown, step in zip(data["steps"], plan.steps, strict=False):
                shown["command"] = step.line
        say_json(data | (error_data(error) if error else {}))
        return
    if state == "dry run":
        for line in plan_lines(plan):
            say(line)
        return
    if error is not None:
        tell(error)
    for outcome in outcomes:
        say(f"{outcome.number}. {outcome.title} ({place(outcome.node)}): {_state_word(outcome)}")
    say(
        {"done": _("Done."), "cancelled": _("Cancelled."), "unknown": _("Not known how it ended.")}.get(
            state, _("Failed.")
        )
    )


def _outcome(outcome: StepOutcome) -> dict[str, Any]:
    return {
        "number": outcome.number,
        "title": outcome.title,
        "node": outcome.node,
        "state": outcome.state.value,
        "exit_code": outcome.exit_code,
        "output": outcome.output,
    }


def _state_word(outcome: StepOutcome) -> str:
    words = {
        "not run": _("not run"),
        "running": _("begun"),
        "done": _("done"),
        "failed": _("failed"),
        "unknown": _("not known"),
        "undone": _("taken back"),
    }
    return words[outcome.state.value]


def plan_lines(plan: Plan, profile: Profile | None = None) -> Iterator[str]:
    """The plan as a person reads it before it runs."""
    risks = {Risk.SAFE: _("safe"), Risk.CAUTION: _("caution"), Risk.DESTRUCTIVE: _("destructive, no undo")}
    where = f"{plan.cluster} ({profile.environment.value})" if profile else plan.cluster
    yield _("{title} on {cluster}. Risk: {risk}.").format(title=plan.title, cluster=where, risk=risks[plan.risk])
    for meaning in plan.meaning:
        yield f"  - {meaning.title}" + (f": {meaning.text}" if meaning.text else "")
    for number, step in enumerate(plan.steps, 1):
        undo = f" [{step.undo_text}]" if step.undo_text else ""
        yield f"{number}. {step.title} ({step.place}){undo}"
        yield "     $ " + step.line.replace("\n", "\n       ")
    for prompt in plan.prompts:
        yield _("Answered with yes: {prompt}").format(prompt=prompt)
    if plan.undo:
        yield _("Undo: {undo}").format(undo=plan.undo)
    if plan.seconds is not None:
        yield _("Runs about {time}.").format(time=duration(plan.seconds))
