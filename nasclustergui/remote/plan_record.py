"""What is kept of a plan while it runs: the outcome of each step, the audit log, the job's output."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from nasclustergui.core.command import Command, Secret
from nasclustergui.core.errors import AuditFailed, NasError
from nasclustergui.core.job import Job
from nasclustergui.core.outcome import StepOutcome, StepState, progress_text, shortened
from nasclustergui.core.plan import Plan
from nasclustergui.core.plan_json import plan_id
from nasclustergui.core.profile import Profile
from nasclustergui.remote.audit import Entry


class Mask:
    """Replaces the secrets of a plan's commands by "***" in whatever the commands print."""

    def __init__(self, plan: Plan) -> None:
        commands = [c for step in plan.steps for c in (step.command, step.undo) if c]
        self._secrets = sorted(set(_secrets(commands)), key=len, reverse=True)

    def __call__(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text


def _secrets(commands: Iterable[Command]) -> Iterator[str]:
    for command in commands:
        for word in command.argv:
            if isinstance(word, Secret) and word.reveal():
                yield word.reveal()


class PlanRecord:
    """Writes down what a run of a plan does.

    Attributes:
        outcomes: one per step, in order, always up to date.
        mask: hides the plan's secrets in a text.
    """

    def __init__(
        self, plan: Plan, job: Job, profile: Profile, audit: Callable[[Entry], None], outcomes: list[StepOutcome]
    ) -> None:
        self._job, self._audit = job, audit
        self._logins = {node.name: node.user or profile.ssh.user for node in profile.nodes}
        self._entry = Entry("", plan.cluster, plan_id(plan), plan.title, steps=len(plan.steps))
        self.mask = Mask(plan)
        self.outcomes = outcomes
        outcomes[:] = [StepOutcome(n, step.title, step.node) for n, step in enumerate(plan.steps, 1)]

    def start(self, first: int, confirmed: str) -> None:
        """The plan begins at step index `first`; so far the job's remarks. Raises AuditFailed: then nothing may run."""
        for index in range(first):
            self.set_state(index, StepState.DONE)
        remarks = "\n".join(self._job.remarks)
        self._audit(replace(self._entry, kind="start", step=first + 1, confirmed=confirmed, output=remarks))

    def finish(self, outcome: str) -> None:
        """The plan is over. Its steps are recorded already, so a failure here is only told."""
        self._quietly(replace(self._entry, kind="end", outcome=outcome))

    def begin(self, index: int, command: Command, *, undo: bool = False) -> None:
        """A command is about to be sent. Raises AuditFailed: then it must not be."""
        self._audit(self._step_entry("begin", index, command, undo=undo))
        self.say(index, f"$ {command}")
        if not undo:
            self.set_state(index, StepState.RUNNING)

    def answered(self, index: int, exit_code: int, output: str, told: str | None = None) -> None:
        """The step's command came back with that. `told`: the same for people; without it they get the output."""
        text = shortened(self.mask(output).rstrip())
        self.outcomes[index] = replace(self.outcomes[index], exit_code=exit_code, output=text)
        self.say(index, text if told is None else self.mask(told))

    def done(self, index: int, command: Command) -> None:
        """The step is done. Raises AuditFailed if that can't be recorded."""
        self.set_state(index, StepState.DONE)
        outcome = self.outcomes[index]
        entry = self._step_entry("result", index, command)
        self._audit(replace(entry, outcome=StepState.DONE, exit_code=outcome.exit_code, output=outcome.output))

    def ended(self, index: int, command: Command, outcome: str, note: str = "") -> None:
        """The step ended otherwise: failed, unknown, cancelled. `note` stands in where there is no output."""
        was = self.outcomes[index]
        entry = self._step_entry("result", index, command)
        text = was.output or shortened(self.mask(note))
        self._quietly(replace(entry, outcome=outcome, exit_code=was.exit_code, output=text))

    def undo_ended(
        self, index: int, command: Command, outcome: str, exit_code: int | None, output: str, told: str | None = None
    ) -> None:
        """The step's undo came back with that. `told`: as for `answered`."""
        text = shortened(self.mask(output).rstrip())
        self.say(index, text if told is None else self.mask(told))
        entry = self._step_entry("result", index, command, undo=True)
        self._quietly(replace(entry, outcome=outcome, exit_code=exit_code, output=text))

    def set_state(self, index: int, state: StepState) -> None:
        """The step is in that state now."""
        self.outcomes[index] = replace(self.outcomes[index], state=state)

    def in_state(self, state: StepState) -> list[int]:
        """Indexes of the steps in that state, in order."""
        return [index for index, outcome in enumerate(self.outcomes) if outcome.state is state]

    def say(self, index: int, text: str) -> None:
        """Write lines to the job's output, as from the step's node."""
        for line in text.splitlines():
            self._job.write(self.outcomes[index].node, line)

    def explain(self, error: NasError) -> None:
        """Make the error tell, before its hint, what was done and what wasn't; and never a secret."""
        error.args = tuple(self.mask(str(arg)) for arg in error.args)
        error.details = self.mask(error.details)
        error.hint = " ".join(part for part in (progress_text(self.outcomes), self.mask(error.hint)) if part)

    def _step_entry(self, kind: str, index: int, command: Command, *, undo: bool = False) -> Entry:
        node = self.outcomes[index].node
        login = self._logins.get(node, "")
        return replace(self._entry, kind=kind, step=index + 1, node=node, login=login, command=str(command), undo=undo)

    def _quietly(self, entry: Entry) -> None:
        try:
            self._audit(entry)
        except AuditFailed as error:  # the plan ends anyway, and another error may be on its way
            self._job.write("", str(error))
