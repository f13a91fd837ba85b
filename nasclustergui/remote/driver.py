"""What a subsystem tells the executor about its own steps."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from nasclustergui.core.command import Command, Result
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Step


class Driver(Protocol):
    """A manager, as the executor sees it. The executor itself knows no service.

    All methods run in a worker thread and may block; they look at `job` for a cancel.
    """

    def check(self, step: Step, job: Job) -> None:
        """Read fresh state; raise PlanOutdated when `step.check` does not hold any more."""

    def run(self, node: str, command: Command, job: Job) -> Result:
        """Run with the subsystem's own lock and retries. Raise CommandFailed when the service refused,
        even if the exit status was 0."""

    def follow(self, step: Step, job: Job) -> None:
        """Poll the work that `step.follow` names until it ended well; raise when it failed.

        Reports progress, the seconds left and output lines to the job.
        """


@runtime_checkable
class Asker(Protocol):
    """A driver whose service can be asked from this workstation: its steps may name no node."""

    asks_from_here: bool


@runtime_checkable
class Teller(Protocol):
    """A driver that can say an answer in words, for the job's output. The audit log keeps what was printed."""

    def told(self, command: Command, result: Result) -> tuple[str, ...]:
        """Lines for a person about the answer of a command that was accepted. Must not raise."""
