"""What keeps a second administrator from changing the cluster at the same time, as the executor sees it."""

from __future__ import annotations

from typing import Protocol

from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Plan


class Hold(Protocol):
    """The cluster's operation lock while one plan runs."""

    def check(self, job: Job) -> None:
        """Between two steps: is it still ours? Taken again where it ran out and nobody else has it.

        Raises LockLost. What can't be found out stops nothing, but is remarked in the job.
        """

    def release(self) -> None:
        """The plan ended. Never raises; blocks at most 2 s."""


class Guard(Protocol):
    """Hands out the lock."""

    def hold(self, plan: Plan, job: Job, wait: float | None) -> Hold:
        """Take the lock, waiting at most `wait` seconds (None: until the job is cancelled) for whoever has it.

        Raises LockHeld, Cancelled. Where there is no lock to be had (no etcd, no answer, no permission) the plan runs
        all the same, after at most 3 s, and the job remarks that it isn't guarded.
        """


class NoHold:
    """Nothing is held, so nothing can be lost."""

    def check(self, job: Job) -> None:
        """Nothing to look at."""

    def release(self) -> None:
        """Nothing to give back."""


class NoGuard:
    """There is no lock in this cluster; `why` says so in a sentence."""

    def __init__(self, why: str) -> None:
        self.why = why

    def hold(self, plan: Plan, job: Job, wait: float | None) -> Hold:
        """Remark it and let the plan run."""
        job.remark(not_guarded(self.why))
        return NoHold()


def not_guarded(why: str) -> str:
    """The remark about a missing lock; `why` is a sentence."""
    return f"{_('Not guarded against a second administrator.')} {why}"
